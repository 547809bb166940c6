"""Which rows of a table name its columns, told from the words and values in its first rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

_NUMBER = re.compile(r"[-+(]?[$€£¥]? ?(?:\d[\d.,' ]*|[.,]\d+)(?:[eE][-+]?\d+)?\)? ?[%$€£¥]?")
_YEAR = re.compile(r"(?:1[89]|20|21)\d\d")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]\d.*)?")
_MEASURE = re.compile(
    r"[-+(]?(?:[A-Z]{0,2}[€$£¥]|EUR|USD|GBP|CHF)? ?\d[\d.,' ]*\)?"
    r"(?:[^\W\d]{1,3}|°[CF]?|[€$£¥%])?(?: [^\W\d]{1,3})?"
)
_CLOCK = re.compile(r"\d{1,3}:\d\d(?::\d\d)?(?: [AP]M)?")
_LONG = 100  # characters: a column has a shorter name
_LONG_VALUE = 40  # characters: a number, date or measure is shorter
_MOST_LINES = 3  # of a header
_NO_VALUE = frozenset({"n/a", "na", "n.a.", "-", "–", "—", "none", "nil", "null", "tbd", "x", "?"})


class Cells(Protocol):
    """A row: what each filled column shows, and how far merged cells reach (column, row)."""

    number: int
    cells: dict[int, str]
    merged: dict[int, tuple[int, int]]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a table's first row names its columns: short words, all different, no values.

    >>> is_header(["Region", "2019", "2020"]), is_header(["North", "12.5", "2020"])
    (True, False)
    """
    words = [cell.strip() for cell in cells if cell.strip()]
    if not words or len(words) * 2 < len(cells) or len(set(words)) < len(words):
        return False
    if all(_YEAR.fullmatch(word) for word in words):
        return False
    return not any(
        len(word) > _LONG
        or _DATE.fullmatch(word)
        or (_NUMBER.fullmatch(word) and not _YEAR.fullmatch(word))
        for word in words
    )


def is_value(cell: str) -> bool:
    """Whether a cell holds a number, a sum of money, a measure, a date or a time.

    >>> [is_value(cell) for cell in ("1,250.00 kg", "€ 5", "03.03.2024", "12:30", "Q1", "5 items")]
    [True, True, True, True, False, True]
    """
    return len(cell) <= _LONG_VALUE and bool(
        _NUMBER.fullmatch(cell)
        or _DATE.fullmatch(cell)
        or _CLOCK.fullmatch(cell)
        or _MEASURE.fullmatch(cell)
    )


def value_columns(rows: Sequence[Cells]) -> set[int]:
    """The columns most of whose filled cells are values."""
    filled: dict[int, int] = {}
    values: dict[int, int] = {}
    for row in rows:
        for column, cell in row.cells.items():
            filled[column] = filled.get(column, 0) + 1
            values[column] = values.get(column, 0) + is_value(cell)
    return {column for column, count in values.items() if 2 * count > filled[column]}


def header_lines(rows: Sequence[Cells], columns: Sequence[int]) -> int:
    """How many of a table's first rows name its columns: none, or up to three.

    Args:
        rows: the first rows of the table, some of its body among them.
        columns: those in use, in order.
    """
    for lines in range(min(_MOST_LINES, len(rows) - 1), 0, -1):
        head, body = rows[:lines], rows[lines:]
        values = value_columns(body)
        if all(_names(row) for row in head) and all(
            _continue(above, below, columns, values) for above, below in pairwise(head)
        ):
            names = column_names(head, columns)
            if lines > 1 or _is_header_over(names, columns, values):
                return lines
    return 0


def column_names(head: Sequence[Cells], columns: Sequence[int]) -> list[str]:
    """The name of each column: the words over it, from the top down, each once."""
    names: list[dict[str, None]] = [{} for _ in columns]
    for line, row in enumerate(head):
        group = ""
        reach = 0
        for i, column in enumerate(columns):
            own = row.cells.get(column, "")
            if own:
                group, reach = own, row.merged.get(column, (column, 0))[0]
            elif column > reach and not _under_group(head, line, columns, i):
                group = ""
            if group:
                names[i][group] = None
    return [" ".join(words) for words in names]


def _under_group(head: Sequence[Cells], line: int, columns: Sequence[int], i: int) -> bool:
    """Whether an empty cell of a head belongs to the words at its left: others stand below it."""
    if i == 0 or line + 1 >= len(head) or head[line].merged:
        return False  # where cells are merged, they say themselves how far they reach
    below = head[line + 1].cells
    return columns[i] in below and columns[i - 1] in below and len(head[line].cells) > 0


def _names(row: Cells) -> bool:
    """Whether no cell of a row is a value, years and dates of a whole row of periods aside."""
    return all(
        len(cell) <= _LONG
        and (not is_value(cell) or _YEAR.fullmatch(cell) or _DATE.fullmatch(cell))
        for cell in row.cells.values()
    )


def _continue(above: Cells, below: Cells, columns: Sequence[int], values: set[int]) -> bool:
    """Whether the row ``below`` is a further line of the header that ``above`` begins."""
    filled = [column for column in columns if column in below.cells]
    own = [c for c in filled if below.cells[c] != above.cells.get(c)]
    if not own or any(_DATE.fullmatch(below.cells[column]) for column in filled):
        return False
    spread = {c: end for c, (end, _) in above.merged.items() if end > c}
    if len(own) == 1 and not values & set(own):
        return False
    if any(sum(c <= column <= end for column in own) > 1 for c, end in spread.items()):
        return True  # a group over columns that have names of their own
    named = [column for column in values if column in own and column in columns]
    if 2 * len(named) < len(values) or not named:
        return False
    if any(below.cells[column].casefold() in _NO_VALUE for column in named):
        return False
    tall = any(below.number <= last for _, last in above.merged.values())
    first = columns[0]
    units = first in above.cells and first not in below.cells
    groups = any(column not in above.cells for column in own if column != first)
    return tall or units or groups


def _is_header_over(names: Sequence[str], columns: Sequence[int], values: set[int]) -> bool:
    """Whether one row of names fits what stands below it."""
    over = {name for name, column in zip(names, columns, strict=True) if column in values and name}
    if values and not over:
        return False
    if len(names) == 2:
        if names[0].endswith(":") and not names[1].endswith(":"):
            return False  # a label and its value
        if not over and any(map(str.isdigit, names[1])):
            return False
    periods = [name for name in names if _DATE.fullmatch(name)]
    if len(periods) > 1 and len(over) > 1:
        names = [name for name in names if name not in set(periods)] or list(names)
        return not any(map(is_value, names))
    filled = [name for name in names if name]
    if over and len(filled) * 2 >= len(names) and not all(map(_YEAR.fullmatch, filled)):
        return not periods and not any(is_value(n) and not _YEAR.fullmatch(n) for n in filled)
    return is_header(names)
