"""Tables that stand beside each other on a sheet, told apart from one with an empty column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pincite.ingest.readers.headers import Row, header_lines

_MOST = 5  # tables beside each other


def beside(rows: list[Row]) -> list[list[Row]]:
    """The tables in a block of rows, from left to right; mostly it is one.

    An empty column parts two only if each has a header and either they begin at other rows or the
    second repeats names of the first: rows of one table belong together.
    """
    columns = sorted({column for row in rows for column in row.cells})
    starts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(columns)) if b - a > 1)]
    if not 1 < len(starts) <= _MOST:
        return [rows]
    bounds = [*starts, len(columns)]
    parts = [_part(rows, columns[a:b]) for a, b in pairwise(bounds)]
    first = parts[0]
    if all(_is_table(part) for part in parts) and all(_differ(first, part) for part in parts[1:]):
        return parts
    return [rows]


def _part(rows: Sequence[Row], columns: Sequence[int]) -> list[Row]:
    own = set(columns)
    parts = []
    for row in rows:
        cells = {column: cell for column, cell in row.cells.items() if column in own}
        if cells:
            merged = {column: end for column, end in row.merged.items() if column in own}
            parts.append(Row(row.number, cells, merged, row.hidden))
    return parts


def _is_table(rows: Sequence[Row]) -> bool:
    columns = sorted({column for row in rows for column in row.cells})
    whole = all(b.number == a.number + 1 for a, b in pairwise(rows))
    return whole and len(columns) > 1 and len(rows) > 1 and header_lines(rows[:50], columns) > 0


def _differ(first: Sequence[Row], other: Sequence[Row]) -> bool:
    if first[0].number != other[0].number:
        return True
    return bool(set(first[0].cells.values()) & set(other[0].cells.values()))
