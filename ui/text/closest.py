"""The passages that come closest where there is no answer, short enough to be looked over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pincite.retrieval.answer import FoundPassage
from pincite.ui.text.table_rows import is_row, is_rule

LONGEST = 240  # characters of a passage that are shown
_MORE = "…"


@dataclass(frozen=True, slots=True)
class Closest:
    """A passage, its ``excerpt``, and the ``places`` where else the same words stand."""

    passage: FoundPassage
    excerpt: str
    places: tuple[FoundPassage, ...]


def closest(passages: Sequence[FoundPassage]) -> list[Closest]:
    """The passages, each text once, with all its places."""
    by_text: dict[str, list[FoundPassage]] = {}
    for passage in passages:
        by_text.setdefault(passage.text, []).append(passage)
    return [
        Closest(first, excerpt(text), tuple(others)) for text, (first, *others) in by_text.items()
    ]


def excerpt(text: str, most: int = LONGEST) -> str:
    """The text, or how it begins: whole rows of a table, and whole words of what is no table.

    >>> excerpt("The herring gull eats fish.", 20)
    'The herring gull…'
    >>> print(excerpt("| Class | Late |\\n| Hazel | 6 |\\n| Oak | 3 |", 32))
    | Class | Late |
    | Hazel | 6 |
    …
    """
    if len(text) <= most:
        return text
    kept: list[str] = []
    room = most
    for line in text.split("\n"):
        if len(line) > room:
            break
        kept.append(line)
        room -= len(line) + 1
    if is_row(line):
        return "\n".join([*(_without_bare_names(kept) or [_cut_row(line, most)]), _MORE])
    words = _cut(line, room)
    if not kept and len(words) < most // 2:  # a script without blanks
        words = line[:most]
    return _with_more(kept, words)


def _without_bare_names(lines: list[str]) -> list[str]:
    """The lines without names of columns at the end that nothing stands under."""
    return lines[:-2] if lines and is_rule(lines[-1]) else lines


def _with_more(lines: list[str], words: str) -> str:
    while not words and lines and not lines[-1].strip():
        lines.pop()
    if words or not lines or is_row(lines[-1]):
        return "\n".join([*lines, words + _MORE])
    return "\n".join(lines) + _MORE


def _cut(line: str, room: int) -> str:
    """The whole words of a line that fit."""
    head = line[: max(room, 0)]
    if not head.strip() or line[len(head)].isspace():
        return head.rstrip()
    return head.rpartition(" ")[0].rstrip(" ,;:")


def _cut_row(row: str, most: int) -> str:
    """A row, or what fits of it and is still a row."""
    if len(row) <= most:
        return row
    return (_cut(row, most).rstrip("| \\") or row[:most]) + f"{_MORE} |"
