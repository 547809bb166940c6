"""Tables in plain text: which lines are rows, and which row names the columns.

A row is known by bars (``| a | b |`` and ``a | b``), by tabs, or by columns that blanks align with
those of the line beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from pincite.corpus.line_patterns import is_ruler

_BAR = re.compile(r"(?<!\\)\|")
_MARKS = ("|", "\t", "  ", "--", "==")  # a line without any of them is no part of a table
_INNER_BAR = re.compile(r"(?<=\s)\|(?=\s)")
_TABS = re.compile(r"\t+")
_BLANKS = re.compile(r" {2,}")
_MOST_HEADER_LINES = 3
# A number that does not just say which year, day or quarter a column is about.
_PERIOD = re.compile(
    r"\b(?:19|20)\d\d\b|\b[QH][1-4]\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")

_Style = Literal["bars", "inner bars", "tabs", "blanks", "ruler"]


class Table(NamedTuple):
    """Which of the lines looked at are a table, by index and half-open, and its rows likewise.

    ``rows`` tile the table; with ``header``, the first of them names the columns.
    """

    start: int
    end: int
    rows: list[tuple[int, int]]
    header: bool


class _Shape(NamedTuple):
    style: _Style
    cells: tuple[tuple[int, int], ...]


def tables(lines: Sequence[str]) -> list[Table]:
    """The tables among lines that no blank line parts, in order.

    >>> tables(["Prices:", "| egg | 1 |", "| ham | 2 |"])
    [Table(start=1, end=3, rows=[(1, 2), (2, 3)], header=False)]
    """
    shapes = [_shape(line) for line in lines]
    found: list[Table] = []
    start = 0
    row: _Shape | None = None  # the last one
    for i, shape in enumerate([*shapes, None]):
        if shape and (shape.style == "ruler" or row is None or _alike(row, shape)):
            row = row if shape.style == "ruler" else shape
            continue
        if _is_table(shapes[start:i]):
            found.append(_table(lines, shapes, start, i))
        start, row = (i, shape) if shape else (i + 1, None)
    return found


def column_names(header: str) -> str:
    """The cells of a header, with bars between them and around them.

    >>> column_names("Name\\tAge\\n----\\t---")
    '| Name | Age |'
    """
    lines = [line for line in header.split("\n") if not is_ruler(line)]
    return f"| {' | '.join(cell for line in lines for cell in cells(line) if cell)} |"


def cells(row: str) -> list[str]:
    """A row's cells, without the blanks around them.

    >>> cells("| a | b \\\\| c |")
    ['a', 'b \\\\| c']
    """
    shape = _shape(row)
    return [row[start:end].strip() for start, end in shape.cells] if shape else [row.strip()]


def _shape(line: str) -> _Shape | None:
    if not any(mark in line for mark in _MARKS):
        return None
    if is_ruler(line):
        return _Shape("ruler", ())
    stripped = line.strip()
    begin = len(line) - len(line.lstrip())
    end = begin + len(stripped)
    style: _Style
    if stripped.startswith("|"):
        closed = end > begin + 1 and stripped.endswith("|") and not stripped.endswith("\\|")
        return _Shape("bars", _between(line, _BAR, begin + 1, end - 1 if closed else end))
    for style, separator in (("inner bars", _INNER_BAR), ("tabs", _TABS), ("blanks", _BLANKS)):
        found = _between(line, separator, begin, end)
        # Two blanks after a full stop are how some people type.
        if len(found) > 1 and not (style == "blanks" and _sentences(line, found)):
            return _Shape(style, found)
    return None


def _between(
    line: str, separator: re.Pattern[str], start: int, end: int
) -> tuple[tuple[int, int], ...]:
    marks = [(m.start(), m.end()) for m in separator.finditer(line, start, end)]
    bounds = [start, *(offset for mark in marks for offset in mark), end]
    return tuple(zip(bounds[::2], bounds[1::2], strict=True))


def _sentences(line: str, found: Sequence[tuple[int, int]]) -> bool:
    return any(line[end - 1] in ".!?:" for _, end in found[:-1])


def _alike(above: _Shape, below: _Shape) -> bool:
    """Whether two rows are of one table."""
    if above.style != below.style or (
        above.style != "bars" and len(above.cells) != len(below.cells)
    ):
        return False
    return above.style != "blanks" or all(
        a[0] == b[0] or a[1] == b[1] for a, b in zip(above.cells, below.cells, strict=True)
    )


def _is_table(shapes: Sequence[_Shape | None]) -> bool:
    rows = [shape for shape in shapes if shape and shape.style != "ruler"]
    return len(rows) > 1 or (bool(rows) and (rows[0].style == "bars" or len(shapes) > 1))


def _table(lines: Sequence[str], shapes: Sequence[_Shape | None], start: int, end: int) -> Table:
    """Rows with the rulers under them; what stands above the first row goes with it."""
    rulers = [i for i in range(start, end) if (s := shapes[i]) and s.style == "ruler"]
    drawn = set(rulers)
    content = [i for i in range(start, end) if i not in drawn]
    under = next((i for i in rulers if i > content[0]), None)
    named = [i for i in content if under is not None and i < under]
    if named and len(named) <= _MOST_HEADER_LINES and len(content) > len(named):
        header, starts = True, [start, *content[len(named) :]]
    else:
        header = _looks_like_header([cells(lines[i]) for i in content])
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
