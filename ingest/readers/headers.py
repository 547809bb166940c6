"""Which rows of a table name its columns, told from the words and values in its first rows."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

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
_LABELLED = 10  # rows of a table from which it is told whether each has a label
_NO_VALUE = frozenset({"n/a", "na", "n.a.", "-", "–", "—", "none", "nil", "null", "tbd", "x", "?"})


@dataclass(slots=True)
class Row:
    """A filled row: what its columns show, from 1 (A), and how far merged cells reach.

    ``merged`` has the last column and the last row of a merged cell by its first column.
    """

    number: int
    cells: dict[int, str] = field(default_factory=dict)
    merged: dict[int, tuple[int, int]] = field(default_factory=dict)
    hidden: bool = False


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
    [True, True, True, True, False, False]
    """
    return len(cell) <= _LONG_VALUE and bool(
        _NUMBER.fullmatch(cell)
        or _DATE.fullmatch(cell)
        or _CLOCK.fullmatch(cell)
        or _MEASURE.fullmatch(cell)
    )


def value_columns(rows: Sequence[Row]) -> set[int]:
    """The columns most of whose filled cells are values."""
    filled: dict[int, int] = {}
    values: dict[int, int] = {}
    for row in rows:
        for column, cell in row.cells.items():
            filled[column] = filled.get(column, 0) + 1
            values[column] = values.get(column, 0) + is_value(cell)
    return {column for column, count in values.items() if 2 * count > filled[column]}


def header_lines(rows: Sequence[Row], columns: Sequence[int]) -> int:
    """How many of a table's first rows name its columns: none, or up to three.

    Args:
        rows: the first rows of the table, some of its body among them.
        columns: those in use, in order.
    """
    for lines in range(min(_MOST_LINES, len(rows) - 1), 0, -1):
        head, body = rows[:lines], rows[lines:]
        if not all(_names(row) for row in head) or _reaches(head, body[0]):
            continue
        values = value_columns(body)
        # Where each row has a label, a row of words without one is not yet a row of the table.
        labelled = all(columns[0] in row.cells for row in body[:_LABELLED])
        if lines == 1:
            return int(_is_header_over(column_names(head, columns), columns, values, body))
        if all(_continue(a, b, columns, values, labelled) for a, b in pairwise(head)):
            return lines
    return 0


def _reaches(head: Sequence[Row], first: Row) -> bool:
    """Whether a merged cell of these rows holds for the row below them too."""
    return any(first.number <= last for row in head for _, last in row.merged.values())


def column_names(head: Sequence[Row], columns: Sequence[int]) -> list[str]:
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


def _under_group(head: Sequence[Row], line: int, columns: Sequence[int], i: int) -> bool:
    """Whether an empty cell of a head belongs to the words at its left: others stand below it."""
    if i == 0 or line + 1 >= len(head) or head[line].merged:
        return False  # where cells are merged, they say themselves how far they reach
    below = head[line + 1].cells
    return columns[i] in below and columns[i - 1] in below and len(head[line].cells) > 0


def _names(row: Row) -> bool:
    """Whether no cell of a row is a value; years and days may name columns."""
    return all(
        len(cell) <= _LONG
        and (not is_value(cell) or _YEAR.fullmatch(cell) or _DATE.fullmatch(cell))
        for cell in row.cells.values()
    )


def _continue(
    above: Row, below: Row, columns: Sequence[int], values: set[int], labelled: bool
) -> bool:
    """Whether the row ``below`` is a further line of the header that ``above`` begins."""
    filled = [column for column in columns if column in below.cells]
    own = [c for c in filled if below.cells[c] != above.cells.get(c)]
    if not own or any(_DATE.fullmatch(below.cells[column]) for column in filled):
        return False
    spread = {c: end for c, (end, _) in above.merged.items() if end > c}
    if len(own) == 1 and not values & set(own):
        return False
    if any(bisect_right(own, end) - bisect_left(own, c) > 1 for c, end in spread.items()):
        return True  # a group over columns that have names of their own
    named = [column for column in values if column in own and column in columns]
    if 2 * len(named) < len(values) or not named:
        return False
    if any(below.cells[column].casefold() in _NO_VALUE for column in named):
        return False
    tall = any(below.number <= last for _, last in above.merged.values())
    first = columns[0]
    units = labelled and first not in below.cells
    groups = any(column not in above.cells for column in own if column != first)
    return tall or units or groups


def _is_header_over(
    names: Sequence[str], columns: Sequence[int], values: set[int], body: Sequence[Row]
) -> bool:
    """Whether one row of names fits what stands below it."""
    over = {name for name, column in zip(names, columns, strict=True) if column in values and name}
    if values and not over:
        return False
    if len(names) == 2 and _is_label_and_value(names, [row.cells.get(columns[1]) for row in body]):
        return False
    filled = [name for name in names if name]
    if len(over) > 1 and all(_YEAR.fullmatch(name) or _DATE.fullmatch(name) for name in over):
        labels = [name for name in names if name not in over]  # a column for each year or day
        return columns[0] not in values and not any(map(is_value, labels))
    if over and len(filled) * 2 >= len(names) and not all(map(_YEAR.fullmatch, filled)):
        return not any(is_value(name) and not _YEAR.fullmatch(name) for name in filled)
    return is_header(names)


def _is_label_and_value(first: Sequence[str], below: Sequence[str | None]) -> bool:
    """Whether two columns are names and what they stand for, so that the first row is one too."""
    label, value = first
    if label.endswith(":") and not value.endswith(":"):
        return True
    kinds = {_kind(cell) for cell in below if cell and cell.casefold() not in _NO_VALUE}
    return len(kinds) > 1 or (kinds == {"words"} and any(map(str.isdigit, value)))


def _kind(cell: str) -> str:
    if _DATE.fullmatch(cell) or _CLOCK.fullmatch(cell):
        return "day"
    return "number" if is_value(cell) else "words"
