"""The rows of a table, its cells, and which of its rows name the columns.

Lines in one cell are joined: those that are drawn before the rest of their row is, and those that
stand closer below each other than rows do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from pincite.ingest.readers.pdf.bidi import right_to_left
from pincite.ingest.readers.pdf.lines import Boxes, Line
from pincite.ingest.readers.pdf.strips import (
    FIGURE,
    LETTER,
    Atom,
    Strip,
    aligned,
    atom_of,
    column_of,
    columns_of,
    text_of,
    words_of,
)

_CUT = 0.4  # of the letters' size: as `_BLANK`, where a gap stands between two columns
_EDGE = 1.5  # points, within which a word begins at the edge of a column
_PADDED = 0.25  # of the letters' size: by so much more rows are apart than lines in a cell
_CLOSE = 0.7  # of the letters' size: lines in one cell are not farther apart
_TALLEST = 30  # lines of a cell
_LONGEST_NAME = 30  # letters of a column's name, where nothing but its place tells that it is one
_MOST_HEADERS = 3  # rows
_PERIOD = re.compile(
    r"\b(?:19|20)\d\d(?:[-–/]\d\d)?\b|\b[QH][1-4]\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}\b",
    re.IGNORECASE,
)
_Cell = tuple[int, Atom]  # with its column


def rows_of(strips: Sequence[Strip], lines: Sequence[Line]) -> list[Line]:
    """The rows of a table, each a line."""
    columns = columns_of(strips)
    cells = [
        [
            (column_of(part, columns), part)
            for atom in strip.atoms
            for part in cut(atom, columns, lines)
        ]
        for strip in strips
    ]
    drawn = dict.fromkeys(atom.line for strip in strips for atom in strip.atoms)
    if right_to_left(lines[i].text for i in drawn):
        cells = [[(len(columns) - 1 - at, part) for at, part in strip] for strip in cells]
    rows = []
    for start, end in _row_bounds(strips, cells, lines):
        inside = [cell for strip in cells[start:end] for cell in strip]
        rows.append(_row(inside, len(columns), lines))
    count = _headers(rows)
    return [replace(row, row=i, header=i <= count) for i, row in enumerate(rows, 1)]


def cut(
    atom: Atom, columns: Sequence[tuple[float, float]], lines: Sequence[Line]
) -> Iterator[Atom]:
    """An atom's parts, cut at the blanks that stand between two columns."""
    line, start = lines[atom.line], atom.start
    for k in range(atom.start + 1, atom.end):
        end, begin = float(line.boxes[k - 1, 2]), float(line.boxes[k, 0])
        wide = begin - end >= _CUT * line.size
        if any(
            a[1] <= begin
            and end <= b[0]
            and (wide or _at_edge(begin - b[0], line.boxes[start:k], a))
            for a, b in pairwise(columns)
        ) and (
            column_of(atom_of(line, atom.line, start, k), columns)
            != column_of(atom_of(line, atom.line, k, atom.end), columns)
        ):
            yield atom_of(line, atom.line, start, k)
            start = k
    yield atom_of(line, atom.line, start, atom.end)


def _at_edge(indent: float, before: Boxes, column: tuple[float, float]) -> bool:
    """Whether words begin at the edge of their column, and so do those before them."""
    return abs(indent) < _EDGE and abs(float(before[:, 0].min()) - column[0]) < _EDGE


def _row_bounds(
    strips: Sequence[Strip], cells: Sequence[Sequence[_Cell]], lines: Sequence[Line]
) -> Iterator[tuple[int, int]]:
    """The runs of strips that are one row each."""
    gaps = [b.top - a.bottom for a, b in pairwise(strips)]
    least = max(0.0, min(gaps, default=0.0))
    start, drawn = 0, strips[0].last()
    for k in range(1, len(strips)):
        mixed = strips[k].first() < drawn and _cell_by_cell(cells[start : k + 1])
        if mixed or _goes_on(cells[start:k], cells[k], gaps[k - 1], least, lines):
            drawn = max(drawn, strips[k].last())
            continue
        yield start, k
        start, drawn = k, strips[k].last()
    yield start, len(strips)


def _cell_by_cell(strips: Sequence[Sequence[_Cell]]) -> bool:
    """Whether strips are drawn as a row is: the lines of a cell, then those of the next one."""
    if len(strips) > _TALLEST:
        return False
    drawn = sorted((atom.line, atom.start, at) for strip in strips for at, atom in strip)
    return all(a[2] <= b[2] for a, b in pairwise(drawn))


def _goes_on(
    row: Sequence[Sequence[_Cell]],
    here: Sequence[_Cell],
    gap: float,
    least: float,
    lines: Sequence[Line],
) -> bool:
    """Whether a strip goes on in cells of the row above, as its gap to it tells.

    ``least`` is the smallest gap in the table.
    """
    size = lines[here[0][1].line].size
    if gap >= _CLOSE * size or gap > least + _PADDED * size:
        return False
    above = row[-1]
    filled, before = {at for at, _ in here}, {at for strip in row for at, _ in strip}
    figures = any(not LETTER.search(text_of(atom, lines)) for _, atom in here)
    hanging = 0 not in filled and filled < before and not figures
    if hanging:
        return all(any(at == a and aligned(x, y, size) for a, x in above) for at, y in here)
    # A label over two lines, with the other cells beside its first or its last.
    label = 0 in filled & before and 1 in (len(filled), len(before)) and filled != before
    return label and text_of(min(here, key=lambda cell: cell[0])[1], lines)[0].islower()


def _row(cells: Sequence[tuple[int, Atom]], count: int, lines: Sequence[Line]) -> Line:
    """A row as a line, its words in the order of its cells."""
    words: list[str] = []
    boxes: list[Boxes] = []
    opens: list[int] = []
    # In a cell, what is drawn first is read first.
    ordered = sorted(cells, key=lambda cell: (cell[0], cell[1].line, cell[1].start))
    column = 0
    for at, atom in ordered:
        opens += [len(words)] * (at - column)
        column = at
        words += words_of(atom, lines)
        boxes.append(lines[atom.line].boxes[atom.start : atom.end])
    opens += [len(words)] * (count - 1 - column)
    own = [lines[i] for i in dict.fromkeys(atom.line for _, atom in ordered)]
    return replace(
        own[0],
        text=" ".join(words),
        boxes=np.vstack(boxes),
        cells=tuple(opens),
        bold=all(line.bold for line in own),
        left=min(line.left for line in own),
        right=max(line.right for line in own),
        top=min(line.top for line in own),
        bottom=max(line.bottom for line in own),
    )


def _headers(rows: Sequence[Line]) -> int:
    """How many of the first rows name the columns."""
    if len(rows) < 2:
        return 0
    bold = 0
    for row in rows[:_MOST_HEADERS]:
        cells = _cells_of(row)
        amounts = any(_value(cell) and not LETTER.search(cell) for cell in cells[1:])
        if not row.bold or sum(map(bool, cells)) < 2 or amounts:
            break
        bold += 1
    if bold and not all(row.bold for row in rows[bold:]):
        return bold
    first, below = _cells_of(rows[0]), [_cells_of(row) for row in rows[1:]]
    named = all(map(_name, first[1:])) and not _value(first[0])
    if not named or len(first) < 2 or len(below) < 2:
        return 0
    valued = sum(any(map(_value, row[1:])) for row in below)
    return int(2 * valued > len(below))


def _name(cell: str) -> bool:
    """Whether a cell may name a column, to go by its words alone."""
    return 0 < len(cell) <= _LONGEST_NAME and cell[-1] not in "?!" and not _value(cell)


def _value(cell: str) -> bool:
    """Whether a cell has a figure that does not just say a year, a quarter or a day."""
    return bool(FIGURE.search(_PERIOD.sub("", cell)))


def _cells_of(row: Line) -> list[str]:
    words = row.text.split(" ")
    bounds = [0, *row.cells, len(words)]
    return [" ".join(words[a:b]) for a, b in pairwise(bounds)]
