"""Help that a person can read: FILE and TEXT for types, whole sentences, and ``-h``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

HELP_OPTIONS = ["-h", "--help"]
_TYPE = re.compile(r"(?: |^)<(?:list\[)?([^<>\]]*)\]?>")
_PLAIN = {
    "str": "TEXT",
    "path": "FILE",
    "file": "FILE",
    "directory": "FOLDER",
    "int": "NUMBER",
    "int range": "NUMBER",
    "float": "NUMBER",
    "float range": "NUMBER",
}
_RANGES = (
    (re.compile(r"\b([\d.]+)<=x<=([\d.]+)"), r"\1 to \2"),
    (re.compile(r"\bx>=([\d.]+)"), r"\1 or more"),
    (re.compile(r"\bx<=([\d.]+)"), r"\1 or less"),
)
_Record = Callable[[Any], tuple[str, str] | None]


def plain(command: Any) -> Any:
    """The same command, and those in it, with help in plain words."""
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            _name_plainly(parameter)
        parameter.get_help_record = _plainly(parameter.get_help_record)
    if command.help and not command.short_help:
        command.short_help = first_sentence(command.help)  # else click cuts it to a line
    inner = getattr(command, "commands", None)
    if isinstance(inner, dict):  # those that are not imported yet become plain when they are
        for one in inner.values():
            plain(one)
    return command


def first_sentence(text: str) -> str:
    """The first sentence of a help text, without the full stop where more follows.

    >>> first_sentence("Take documents in. What is there\\nalready stays.")
    'Take documents in.'
    """
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.!?]) (?=[A-Z/])", paragraph, maxsplit=1)[0]


def plain_types(name: str) -> str:
    """The name of an option with its type in plain words.

    >>> plain_types("--tag <list[str]>"), plain_types("--cite <bibtex|ris>")
    ('--tag TEXT', '--cite bibtex|ris')
    """
    return _TYPE.sub(lambda found: f" {_plain_type(found[1])}", name).strip()


def _plain_type(kind: str) -> str:
    return _PLAIN.get(kind.lower(), kind)


def _name_plainly(argument: Any) -> None:
    name = argument.metavar or argument.name.upper().rstrip("_")
    if argument.nargs != 1:
        name = f"{name.removesuffix('S')}..."
    shown = name if argument.required else f"[{name}]"
    argument.metavar = name.removesuffix("...")
    argument.get_usage_pieces = lambda ctx: [shown]
    record = argument.get_help_record

    def named(ctx: Any) -> tuple[str, str] | None:
        found = record(ctx)
        return None if found is None else (shown, found[1])

    argument.get_help_record = named


def _plainly(record: _Record) -> _Record:
    def plainly(ctx: Any) -> tuple[str, str] | None:
        found = record(ctx)
        if found is None:
            return None
        name, text = found
        for pattern, words in _RANGES:
            text = pattern.sub(words, text)
        return plain_types(name), text

    return plainly
