"""Tables in plain text: which lines are rows, and which row names the columns.

A row is known by bars (``| a | b |`` and ``a | b``), by tabs, or by columns that blanks align with
those of the line beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pincite.corpus.line_patterns import RowShape, is_ruler, row_cells, row_shape

_MOST_HEADER_LINES = 3
# A number that does not just say which year, day or quarter a column is about.
_PERIOD = re.compile(
    r"\b(?:19|20)\d\d\b|\b[QH][1-4]\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


class Table(NamedTuple):
    """Which of the lines looked at are a table, by index and half-open, and its rows likewise.

    ``rows`` tile the table; with ``header``, the first of them names the columns.
    """

    start: int
    end: int
    rows: list[tuple[int, int]]
    header: bool


def tables(lines: Sequence[str]) -> list[Table]:
    """The tables among lines that no blank line parts, in order.

    >>> tables(["Prices:", "| egg | 1 |", "| ham | 2 |"])
    [Table(start=1, end=3, rows=[(1, 2), (2, 3)], header=False)]
    """
    shapes = [row_shape(line) for line in lines]
    found: list[Table] = []
    start = 0
    row: RowShape | None = None  # the last one
    for i, shape in enumerate([*shapes, None]):
        if shape and (shape.style == "ruler" or row is None or _alike(row, shape)):
            row = row if shape.style == "ruler" else shape
            continue
        if _is_table(shapes[start:i]):
            found.append(_table(lines, shapes, start, i))
        start, row = (i, shape) if shape else (i + 1, None)
    return found


def column_names(header: str) -> tuple[str, ...]:
    """The names that a header gives to its columns, the first to the first; "" for one without.

    The lines of a header of several lines name their columns together.

    >>> column_names("Name\\tAge\\n----\\t---"), column_names("| 2023 |  |\\n| NOx | kg |")
    (('Name', 'Age'), ('2023 NOx', 'kg'))
    """
    rows = [row_cells(line) for line in header.split("\n") if not is_ruler(line)]
    widest = max(map(len, rows), default=0)
    aligned = [row for row in rows if len(row) == widest]
    return tuple(" ".join(filter(None, names)) for names in zip(*aligned, strict=True))


def _alike(above: RowShape, below: RowShape) -> bool:
    """Whether two rows are of one table."""
    if above.style != below.style or (
        above.style != "bars" and len(above.cells) != len(below.cells)
    ):
        return False
    return above.style != "blanks" or all(
        a[0] == b[0] or a[1] == b[1] for a, b in zip(above.cells, below.cells, strict=True)
    )


def _is_table(shapes: Sequence[RowShape | None]) -> bool:
    rows = [shape for shape in shapes if shape and shape.style != "ruler"]
    return len(rows) > 1 or (bool(rows) and (rows[0].style == "bars" or len(shapes) > 1))


def _table(lines: Sequence[str], shapes: Sequence[RowShape | None], start: int, end: int) -> Table:
    """Rows with the rulers under them; what stands above the first row goes with it."""
    rulers = [i for i in range(start, end) if (s := shapes[i]) and s.style == "ruler"]
    drawn = set(rulers)
    content = [i for i in range(start, end) if i not in drawn]
    under = next((i for i in rulers if i > content[0]), None)
    named = [i for i in content if under is not None and i < under]
    if named and len(named) <= _MOST_HEADER_LINES and len(content) > len(named):
        header, starts = True, [start, *content[len(named) :]]
    else:
        header = _looks_like_header([row_cells(lines[i]) for i in content])
        starts = [start, *content[1:]]
    return Table(start, end, [*pairwise(starts), (starts[-1], end)], header)


def _looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Of a table without a ruler: words or years over columns of numbers."""
    first = rows[0]
    if len(rows) < 3 or len(first) < 2 or not all(first[1:]) or any(map(_is_number, first[1:])):
        return False
    below = rows[1:]
    return 2 * sum(any(_is_number(cell) for cell in row[1:]) for row in below) > len(below)


def _is_number(cell: str) -> bool:
    return bool(_DIGIT.search(_PERIOD.sub("", cell)))
