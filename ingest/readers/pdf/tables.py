"""Tables of a page: which of its lines are rows, and which words stand in which cell.

A table is looked for where words stand side by side, with wide gaps between them. Its columns are
what no word of its full rows crosses; so labels that stand close together, as in headers, still are
cells of their own. Lines in one cell are joined: those that are drawn before the rest of their row
is, and those that stand closer below each other than rows do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pincite.ingest.readers.pdf.bidi import right_to_left
from pincite.ingest.readers.pdf.lines import Boxes, Line, of_one_amount

_BLANK = 0.5  # of the letters' size: a wider gap may part two cells
_CUT = 0.4  # of the letters' size: as `_BLANK`, where a gap stands between two columns
_EDGE = 1.5  # points, within which a word begins at the edge of a column
_APART = 8  # lines: between two cells of a row no more are drawn
_NEAR = 3.0  # of the letters' size: rows of one table are not farther apart
_FULL = 0.6  # of the cells of most rows: a row with so many tells the columns
_LONGEST_LABEL = 80  # letters of a row with one cell
_PADDED = 0.25  # of the letters' size: by so much more rows are apart than lines in a cell
_CLOSE = 0.7  # of the letters' size: lines in one cell are not farther apart
_TALLEST = 30  # lines of a cell
_LONGEST_NAME = 30  # letters of a column's name, where nothing but its place tells that it is one
_MOST_HEADERS = 3  # rows
_FIGURE = re.compile(r"\d")
_PERIOD = re.compile(
    r"\b(?:19|20)\d\d(?:[-–/]\d\d)?\b|\b[QH][1-4]\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}\b",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, eq=False)
class _Atom:
    """Words of one line that no wide gap parts: a cell's, or those of several that are close."""

    line: int  # the line's place as drawn
    start: int
    end: int
    left: float
    right: float


@dataclass(slots=True)
class _Strip:
    """What stands at one height."""

    top: float
    bottom: float
    atoms: list[_Atom]
    several: bool = False  # whether there are cells for certain

    def first(self) -> int:
        return min(atom.line for atom in self.atoms)

    def last(self) -> int:
        return max(atom.line for atom in self.atoms)


def with_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines of a region as drawn, in which those of tables are put together row by row."""
    if not any(line.cells for line in lines) and not _any_beside(lines):
        return list(lines)
    strips = _strips(lines)
    placed: dict[int, list[Line]] = {}
    used: set[int] = set()
    for start, end in _zones(strips, lines):
        rows = _table(strips[start:end], lines)
        drawn = {atom.line for strip in strips[start:end] for atom in strip.atoms}
        placed[min(drawn)] = rows
        used |= drawn
    return [
        line for i, own in enumerate(lines) for line in placed.get(i, [] if i in used else [own])
    ]


def _any_beside(lines: Sequence[Line]) -> bool:
    """Whether a line is drawn behind one that it stands beside."""
    return any(b.left > a.right and b.top < a.bottom for a, b in pairwise(lines))


def _strips(lines: Sequence[Line]) -> list[_Strip]:
    """The heights at which lines stand, downwards."""
    strips: list[_Strip] = []
    for i in sorted(range(len(lines)), key=lambda i: (lines[i].top, lines[i].left)):
        line = lines[i]
        atoms = list(_atoms(line, i))
        last = strips[-1] if strips else None
        if last and last.bottom - line.top > 0.4 * (line.bottom - line.top):
            last.atoms += atoms
            last.bottom = max(last.bottom, line.bottom)
            last.several |= bool(line.cells) or _apart(last.atoms, lines)
        else:
            strips.append(_Strip(line.top, line.bottom, atoms, bool(line.cells)))
    return strips


def _apart(atoms: Sequence[_Atom], lines: Sequence[Line]) -> bool:
    """Whether the last line of a strip stands beside another."""
    last = atoms[-1].line
    own = [atom for atom in atoms if atom.line == last]
    left, right = min(atom.left for atom in own), max(atom.right for atom in own)
    size = lines[last].size
    return any(
        0 < abs(atom.line - last) <= _APART
        and (atom.right + size < left or right + size < atom.left)
        for atom in atoms[-len(own) - 4 :]
    )


def _atoms(line: Line, place: int) -> Iterator[_Atom]:
    words = line.text.split(" ")
    gaps = np.maximum(
        line.boxes[1:, 0] - line.boxes[:-1, 2], line.boxes[:-1, 0] - line.boxes[1:, 2]
    )
    start = 0
    for k in [*(np.flatnonzero(gaps >= _BLANK * line.size) + 1).tolist(), len(words)]:
        if k < len(words) and of_one_amount(words[max(start, k - 2) : k], words[k]):
            continue
        if k == 1 < len(words) and k not in line.cells and not _LETTER.search(words[0]):
            continue  # the mark of an item
        yield _atom(line, place, start, k)
        start = k


def _atom(line: Line, place: int, start: int, end: int) -> _Atom:
    boxes = line.boxes[start:end]
    return _Atom(place, start, end, float(boxes[:, 0].min()), float(boxes[:, 2].max()))


def _zones(strips: Sequence[_Strip], lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The runs of strips that are tables."""
    start = 0
    while start < len(strips):
        if not strips[start].several:
            start += 1
            continue
        end, certain = _run(strips, start, lines)
        if certain > 1 or _figures(strips[start], lines):
            above = start
            while above and _heads(strips[above - 1], strips[above:end], lines):
                above -= 1
            yield above, end
        start = end


def _run(strips: Sequence[_Strip], start: int, lines: Sequence[Line]) -> tuple[int, int]:
    """Where the table that starts with a strip ends, and how many of its strips have cells."""
    columns = _merged([], strips[start].atoms)
    end, certain, drawn = start + 1, 1, strips[start].last()
    gaps: list[float] = []
    labels = 0
    for k in range(start + 1, len(strips)):
        strip, above = strips[k], strips[k - 1]
        size, gap = _size(strip, lines), strip.top - above.bottom
        if gap > _NEAR * size:
            break
        mixed = strip.first() < drawn and gap < size
        if strip.several:
            full = len(strip.atoms) >= _FULL * len(columns)
            wider = _merged(columns, strip.atoms) if full else columns
            if len(wider) < max(2, _FULL * len(columns)) and not mixed:
                break
            columns = wider if len(wider) > 1 else columns
            end, certain = k + 1, certain + 1
        elif mixed or _hangs(strip, above, columns, lines):
            end = k + 1
        elif labels < 3 and _label(strip, above, columns, lines, [*gaps, size]):
            labels += 1
            continue
        else:
            break
        labels = 0
        drawn = max(drawn, strip.last()) if mixed else strip.last()
        gaps.append(gap)
    return end, certain


def _merged(
    columns: Sequence[tuple[float, float]], atoms: Sequence[_Atom]
) -> list[tuple[float, float]]:
    """Columns, and those of more atoms, where those that overlap are one."""
    edges: list[tuple[float, float]] = []
    for left, right in sorted([*columns, *((atom.left, atom.right) for atom in atoms)]):
        if edges and left < edges[-1][1]:
            edges[-1] = edges[-1][0], max(edges[-1][1], right)
        else:
            edges.append((left, right))
    return edges


def _size(strip: _Strip, lines: Sequence[Line]) -> float:
    return lines[strip.atoms[0].line].size


def _hangs(
    strip: _Strip, above: _Strip, columns: Sequence[tuple[float, float]], lines: Sequence[Line]
) -> bool:
    """Whether a strip in one piece goes on in a cell just above, which is not a row's first."""
    atom, size = strip.atoms[0], _size(strip, lines)
    at = _column(atom, columns)
    near = strip.top - above.bottom < 0.5 * size
    inside = any(_column(a, columns) == at and _aligned(a, atom, size) for a in above.atoms)
    return near and len(strip.atoms) == 1 and at > 0 and inside


def _label(
    strip: _Strip,
    above: _Strip,
    columns: Sequence[tuple[float, float]],
    lines: Sequence[Line],
    gaps: Sequence[float],
) -> bool:
    """Whether a strip in one piece may be a row: a label over the rows below it."""
    line = lines[strip.atoms[0].line]
    size = lines[above.atoms[0].line].size
    usual = sorted(gaps)[(len(gaps) - 1) // 2]
    reach = 2.0 if line.text[-1] == ":" else 1.0
    return (
        len(line.text) < _LONGEST_LABEL
        and abs(line.size - size) <= 0.1 * size
        and columns[0][0] - 1 <= line.left
        and max(atom.right for atom in strip.atoms) <= columns[-1][1] + 1
        and strip.top - above.bottom <= max(1.2 * usual + 0.2 * size, reach * size)
    )


def _figures(strip: _Strip, lines: Sequence[Line]) -> bool:
    """Whether there is nothing but figures in all cells but the first."""
    cells = [_text(atom, lines) for atom in sorted(strip.atoms, key=lambda atom: atom.left)]
    words = [word for cell in cells[1:] for word in cell.split(" ")]
    return bool(words) and all(_FIGURE.search(w) or not _LETTER.search(w) for w in words)


def _text(atom: _Atom, lines: Sequence[Line]) -> str:
    return " ".join(lines[atom.line].text.split(" ")[atom.start : atom.end])


def _heads(strip: _Strip, table: Sequence[_Strip], lines: Sequence[Line]) -> bool:
    """Whether a strip just above a table belongs to it, as labels do that stand close together."""
    size = _size(strip, lines)
    gap = table[0].top - strip.bottom
    if gap > size or abs(size - _size(table[0], lines)) > 0.15 * size:
        return False
    columns = _columns(table, lines)
    if strip.last() > table[0].first() and gap < 0.5 * size:
        return len(columns) > 1  # drawn in between: more of a cell
    at = [_column(atom, columns) for atom in strip.atoms]
    apart = len(set(at)) == len(at) > 1 and len(at) >= 0.5 * len(columns)
    return apart and all(
        sum(atom.left < right and atom.right > left for left, right in columns) == 1
        for atom in strip.atoms
    )


def _columns(table: Sequence[_Strip], lines: Sequence[Line]) -> list[tuple[float, float]]:
    """The columns of a table, each with its left and its right edge."""
    counts = sorted(len(strip.atoms) for strip in table)
    usual = counts[int(0.75 * (len(counts) - 1))]
    full = [strip for strip in table if len(strip.atoms) >= max(2, _FULL * usual)]
    edges = _merged([], [atom for strip in full for atom in strip.atoms])
    return edges or [(-np.inf, np.inf)]


def _column(atom: _Atom, columns: Sequence[tuple[float, float]]) -> int:
    """The first of the columns that an atom overlaps, or else the nearest."""
    for k, (left, right) in enumerate(columns):
        if atom.left < right and atom.right > left:
            return k
    return min(
        range(len(columns)),
        key=lambda k: max(columns[k][0] - atom.right, atom.left - columns[k][1]),
    )


def _cut(
    atom: _Atom, columns: Sequence[tuple[float, float]], lines: Sequence[Line]
) -> Iterator[_Atom]:
    """An atom's parts, cut at the blanks that stand between two columns."""
    line, start = lines[atom.line], atom.start
    for k in range(atom.start + 1, atom.end):
        end, begin = float(line.boxes[k - 1, 2]), float(line.boxes[k, 0])
        part = _atom(line, atom.line, start, k)
        wide = begin - end >= _CUT * line.size
        if any(
            a[1] <= begin and end <= b[0] and (wide or (_at_edge(begin - b[0], part, a)))
            for a, b in pairwise(columns)
        ) and (
            _column(_atom(line, atom.line, start, k), columns)
            != _column(_atom(line, atom.line, k, atom.end), columns)
        ):
            yield _atom(line, atom.line, start, k)
            start = k
    yield _atom(line, atom.line, start, atom.end)


def _at_edge(indent: float, before: _Atom, column: tuple[float, float]) -> bool:
    """Whether words begin at the edge of their column, and so do those before them."""
    return abs(indent) < _EDGE and abs(before.left - column[0]) < _EDGE


def _table(strips: Sequence[_Strip], lines: Sequence[Line]) -> list[Line]:
    """The rows of a table, each a line."""
    columns = _columns(strips, lines)
    cells = [
        [
            (_column(part, columns), part)
            for atom in strip.atoms
            for part in _cut(atom, columns, lines)
        ]
        for strip in strips
    ]
    if right_to_left(lines[atom.line].text for strip in strips for atom in strip.atoms):
        cells = [[(len(columns) - 1 - at, part) for at, part in strip] for strip in cells]
    rows = []
    for start, end in _row_bounds(strips, cells, lines):
        inside = [cell for strip in cells[start:end] for cell in strip]
        rows.append(_row(inside, len(columns), lines))
    count = _headers(rows)
    return [replace(row, row=i, header=i <= count) for i, row in enumerate(rows, 1)]


_Cell = tuple[int, _Atom]  # with its column


def _row_bounds(
    strips: Sequence[_Strip], cells: Sequence[Sequence[_Cell]], lines: Sequence[Line]
) -> Iterator[tuple[int, int]]:
    """The runs of strips that are one row each."""
    gaps = [b.top - a.bottom for a, b in pairwise(strips)]
    start, drawn = 0, strips[0].last()
    for k in range(1, len(strips)):
        mixed = strips[k].first() < drawn and _cell_by_cell(cells[start : k + 1])
        if mixed or _goes_on(cells[k - 1], cells[k], k, gaps, lines):
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
    above: Sequence[_Cell],
    here: Sequence[_Cell],
    k: int,
    gaps: Sequence[float],
    lines: Sequence[Line],
) -> bool:
    """Whether a strip goes on in cells of the one above, as its gap to it tells."""
    size, gap = lines[here[0][1].line].size, gaps[k - 1]
    least = max(0.0, min(gaps))
    if gap >= _CLOSE * size or gap > least + _PADDED * size:
        return False
    filled, before = {at for at, _ in here}, {at for at, _ in above}
    figures = any(not _LETTER.search(_text(atom, lines)) for _, atom in here)
    hanging = 0 not in filled and filled < before and not figures
    if hanging:
        return all(any(at == a and _aligned(x, y, size) for a, x in above) for at, y in here)
    # A label over two lines, with the other cells beside its first or its last.
    label = 0 in filled & before and 1 in (len(filled), len(before)) and filled != before
    return label and _text(min(here, key=lambda cell: cell[0])[1], lines)[0].islower()


def _aligned(a: _Atom, b: _Atom, size: float) -> bool:
    """Whether the lines of one cell begin, end or have their middle at one place."""
    left, right = b.left - a.left, b.right - a.right
    return min(abs(left), abs(right), abs(left + right) / 2) < size


def _row(cells: Sequence[tuple[int, _Atom]], count: int, lines: Sequence[Line]) -> Line:
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
        words += lines[atom.line].text.split(" ")[atom.start : atom.end]
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
        amounts = any(_value(cell) and not _LETTER.search(cell) for cell in cells[1:])
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
    return bool(_FIGURE.search(_PERIOD.sub("", cell)))


def _cells_of(row: Line) -> list[str]:
    words = row.text.split(" ")
    bounds = [0, *row.cells, len(words)]
    return [" ".join(words[a:b]) for a, b in pairwise(bounds)]
