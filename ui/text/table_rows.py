"""Rows of tables in a text, as readers write them: ``| Hazel | 93.9 % |``."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ROW = re.compile(r"\|.*\|\s*")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+\s*")
_CELL_END = re.compile(r"(?<!\\)\|")


def is_row(line: str) -> bool:
    """Whether a line is a row of a table.

    >>> is_row("| Hazel | 93.9 % |"), is_row("a | b")
    (True, False)
    """
    return bool(_ROW.fullmatch(line))


def is_rule(line: str) -> bool:
    """Whether a row only stands below the row that names the columns.

    >>> is_rule("| --- | :-: |"), is_rule("| Hazel |")
    (True, False)
    """
    return bool(_RULE.fullmatch(line))


def cells(row: str) -> Iterator[tuple[int, str]]:
    """The cells of a row without blanks around them, and where in it each begins.

    >>> list(cells("| Hazel | 6 |"))
    [(2, 'Hazel'), (10, '6')]
    """
    start = 1
    for end in _CELL_END.finditer(row, 1):
        cell = row[start : end.start()]
        yield start + len(cell) - len(cell.lstrip()), cell.strip()
        start = end.end()
