"""Help, of every command: plain words, nothing cut, and -h as well as --help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from pincite.ui.cli import app
from pincite.ui.plain_help import HELP_OPTIONS, plain
from tests.conftest import Pincite

WIDTH = 80
Walked = tuple[tuple[str, ...], Any]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[Walked]:
    """A command and all those in it, with their names."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = list(commands(plain(typer.main.get_command(app))))
each = pytest.mark.parametrize(("path", "command"), ALL, ids=["-".join(path) for path, _ in ALL])


def test_all_commands_are_walked() -> None:
    names = {path for path, _ in ALL}
    assert {("ask",), ("ingest",), ("serve",), ("eval", "run")} <= names


@each
def test_help_is_in_plain_words_and_fits_the_screen(
    pincite: Pincite, path: tuple[str, ...], command: Any
) -> None:
    run = pincite(*path, "-h")
    assert (run.code, run.stderr) == (0, "")
    assert [line for line in run.stdout.splitlines() if len(line) > WIDTH] == []
    bad = ("<list[", "<str>", "<path>", "<int", "{", "...\n", "x>=", "<=x")
    lines = run.stdout.partition("\n")[2]  # the first has the form of the command
    assert [word for word in bad if word in lines] == []
    assert "{" not in run.stdout
    assert "-h, --help" in run.stdout
    assert pincite(*path, "--help").stdout == run.stdout


@each
def test_every_option_and_argument_says_what_it_is_for(path: tuple[str, ...], command: Any) -> None:
    bare = [one.name for one in command.params if not (one.help or "").strip()]
    assert (path, bare) == (path, [])


@each
def test_defaults_are_shown(pincite: Pincite, path: tuple[str, ...], command: Any) -> None:
    shown = " ".join(pincite(*path, "-h").stdout.split())
    for one in command.params:
        if one.param_type_name == "option" and not one.is_flag and isinstance(one.default, int):
            assert f"[default: {one.default}" in shown


def test_completion_can_be_installed_and_help_takes_both_forms(pincite: Pincite) -> None:
    said = pincite("-h").stdout
    assert "--install-completion" in said
    assert "--show-completion" in said
    assert HELP_OPTIONS == ["-h", "--help"]
