"""What the commands of ``pincite eval`` share: settings, progress, and where to print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pincite.corpus.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from pincite.eval.run import Progress
    from pincite.retrieval.settings import Settings

Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--config", metavar="NAME=VALUE", help="Override a setting, such as quotes=1. Repeatable."
    ),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write the whole report to this JSON file.")
]


def settings_of(overrides: list[str] | None) -> Settings:
    """The settings of the environment, with ``NAME=VALUE`` overrides.

    Raises:
        UsageError: an override is not in that form, or its setting does not take it.
    """
    from pincite.eval.overrides import parsed
    from pincite.retrieval.settings import load_settings

    return load_settings(**parsed(overrides or ()))


def require_writable(*files: Path | None) -> None:
    """Check that files can be written before the work, not after it.

    Raises:
        UsageError: one cannot.
    """
    for file in files:
        if file is not None and (file.is_dir() or not file.resolve().parent.is_dir()):
            raise UsageError(f"{file} cannot be written: name a file in a folder that exists")


@contextmanager
def progress_shown() -> Iterator[Progress]:
    """A bar on a terminal, a line at each start where there is none."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        begun: set[str] = set()

        def line(doing: str, done: int, total: int) -> None:
            if doing not in begun:
                console.print(f"{doing}: {total}", markup=False)
            begun.add(doing)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def advance(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bars.add_task(doing, total=total)
            bars.update(tasks[doing], completed=done, total=total)

        yield advance


def output() -> Console:
    """Standard output; into a file or a pipe, a table has 120 columns."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=120)
