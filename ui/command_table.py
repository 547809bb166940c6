"""All commands, each imported when it is run: listing them, or running one, imports no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from pincite.ui.plain_help import plain

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command is, as ``module:function``, and the first sentence of its help."""

    place: str
    help: str


_HERE = "pincite.ui.commands."
COMMANDS = {
    "ingest": Command("ingest:ingest", "Add documents to the library."),
    "ask": Command("ask:ask", "Answer a question with verified quotes from the documents."),
    "search": Command("ask:search", "Show the passages that are nearest to a question, ranked."),
    "chat": Command(
        "ask:chat", "Ask one question after another; each may refer to those before it."
    ),
    "documents": Command(
        "documents:documents",
        "List the documents in the library, and the files that could not be read.",
    ),
    "show": Command(
        "documents:show",
        "Show a document: its facts, and its text with sections and pages.",
    ),
    "remove": Command(
        "documents:remove",
        "Remove documents from the library, and files that could not be read from its list.",
    ),
    "rename": Command("documents:rename", "Rename a document."),
    "tag": Command("documents:tag", "Add tags to documents, or remove tags from them."),
    "export": Command(
        "maintenance:export", "Export the whole library to a file, one line per document."
    ),
    "import": Command("maintenance:import_", "Import an exported library."),
    "rebuild": Command("maintenance:rebuild", "Rebuild the indexes from the library."),
    "reembed": Command(
        "maintenance:reembed",
        "Embed all documents again, with the model that PINCITE_EMBEDDER names.",
    ),
    "compact": Command("maintenance:compact", "Delete unused data and free its disk space."),
    "doctor": Command(
        "maintenance:doctor", "Check versions, the model's hash, the library and its indexes."
    ),
    "serve": Command(
        "serve:serve",
        "Serve the chat, and the interfaces for programs under /api/v1, /v1 and /mcp.",
    ),
    "demo": Command("demo:demo", "Open the chat on the bundled article, in a library of its own."),
    "people": Command("people:people", "Who may come in to a server, and what they may do there."),
    "password": Command(
        "people:password", "Give a person a new password, or add an admin to a file for --auth."
    ),
    "mcp": Command(
        "serve:mcp",
        "Serve the Model Context Protocol on standard input and output.",
    ),
}


class _Commands(Mapping[str, Any]):
    """By name, click's commands: those of ``COMMANDS``, then those that other packages add."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    @cached_property
    def added(self) -> dict[str, EntryPoint]:
        """What hangs in from other packages of the house; `ui` does not import them."""
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group="pincite.commands")}

    def __iter__(self) -> Iterator[str]:
        yield from COMMANDS
        yield from self.added

    def __len__(self) -> int:
        return len(COMMANDS) + len(self.added)

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            made = _command(name) if name in COMMANDS else _group(self.added[name])
            self._made[name] = plain(made)
        return self._made[name]


class CommandTable(typer.core.TyperGroup):
    """The group of all commands."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()  # type: ignore[assignment]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands, with those of this package by the table."""
        rows = [
            (name, COMMANDS[name].help if name in COMMANDS else self.commands[name].short_help)
            for name in self.commands
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _command(name: str) -> Any:
    module, _, function = COMMANDS[name].place.partition(":")
    found = getattr(import_module(_HERE + module), function)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(found)
    return typer.main.get_command(alone)


def _group(point: EntryPoint) -> Any:
    group = typer.main.get_group(point.load())
    group.name = point.name
    return group
