"""Which lines of a page are tables.

A table is looked for where words stand side by side, with wide gaps between them. Its columns are
what no word of its full rows crosses; so labels that stand close together, as in headers, still are
cells of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pincite.ingest.readers.pdf.lines import Line
from pincite.ingest.readers.pdf.rows import cut, rows_of
from pincite.ingest.readers.pdf.strips import (
    FIGURE,
    FULL,
    LETTER,
    Strip,
    aligned,
    column_of,
    columns_of,
    merged,
    size_of,
    strips_of,
    text_of,
)

_NEAR = 3.0  # of the letters' size: rows of one table are not farther apart
_MOST_HEADERS = 6  # strips over the first row with wide gaps
_LONGEST_LABEL = 80  # letters of a row with one cell


def with_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines of a region as drawn, in which those of tables are put together row by row."""
    if not any(line.cells for line in lines) and not _any_beside(lines):
        return list(lines)
    strips = strips_of(lines)
    placed: dict[int, list[Line]] = {}
    used: set[int] = set()
    for start, end in _zones(strips, lines):
        rows = rows_of(strips[start:end], lines)
        drawn = {atom.line for strip in strips[start:end] for atom in strip.atoms}
        placed[min(drawn)] = rows
        used |= drawn
    return [
        line for i, own in enumerate(lines) for line in placed.get(i, [] if i in used else [own])
    ]


def _any_beside(lines: Sequence[Line]) -> bool:
    """Whether a line is drawn behind one that it stands beside."""
    return any(b.left > a.right and b.top < a.bottom for a, b in pairwise(lines))


def _zones(strips: Sequence[Strip], lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The runs of strips that are tables."""
    start = 0
    while start < len(strips):
        if not strips[start].several:
            start += 1
            continue
        end, certain = _run(strips, start, lines)
        if certain > 1 or _figures(strips[start], lines):
            above = start
            highest = max(0, start - _MOST_HEADERS)
            while above > highest and _heads(strips[above - 1], strips[above:end], lines):
                above -= 1
            yield above, end
        start = end


def _run(strips: Sequence[Strip], start: int, lines: Sequence[Line]) -> tuple[int, int]:
    """Where the table that starts with a strip ends, and how many of its strips have cells."""
    columns = merged([], strips[start].atoms)
    end, certain, drawn = start + 1, 1, strips[start].last()
    gaps: list[float] = []
    labels = 0
    for k in range(start + 1, len(strips)):
        strip, above = strips[k], strips[k - 1]
        size, gap = size_of(strip, lines), strip.top - above.bottom
        if gap > _NEAR * size:
            break
        mixed = strip.first() < drawn and gap < size
        if strip.several:
            full = len(strip.atoms) >= FULL * len(columns)
            wider = merged(columns, strip.atoms) if full else columns
            if len(wider) < max(2, FULL * len(columns)) and not mixed:
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


def _hangs(
    strip: Strip, above: Strip, columns: Sequence[tuple[float, float]], lines: Sequence[Line]
) -> bool:
    """Whether a strip in one piece goes on in a cell just above, which is not a row's first."""
    atom, size = strip.atoms[0], size_of(strip, lines)
    at = column_of(atom, columns)
    near = strip.top - above.bottom < 0.5 * size
    inside = any(column_of(a, columns) == at and aligned(a, atom, size) for a in above.atoms)
    return near and len(strip.atoms) == 1 and at > 0 and inside


def _label(
    strip: Strip,
    above: Strip,
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


def _figures(strip: Strip, lines: Sequence[Line]) -> bool:
    """Whether there is nothing but figures in all cells but the first."""
    cells = [text_of(atom, lines) for atom in sorted(strip.atoms, key=lambda atom: atom.left)]
    words = [word for cell in cells[1:] for word in cell.split(" ")]
    return bool(words) and all(FIGURE.search(w) or not LETTER.search(w) for w in words)


def _heads(strip: Strip, table: Sequence[Strip], lines: Sequence[Line]) -> bool:
    """Whether a strip just above a table belongs to it, as labels do that stand close together."""
    size = size_of(strip, lines)
    gap = table[0].top - strip.bottom
    if gap > size or abs(size - size_of(table[0], lines)) > 0.15 * size:
        return False
    columns = columns_of(table)
    if strip.last() > table[0].first() and gap < 0.5 * size:
        return len(columns) > 1  # drawn in between: more of a cell
    atoms = [part for atom in strip.atoms for part in cut(atom, columns, lines)]
    if len(atoms) < 3:  # a heading of two words may happen to have one over each column
        atoms = strip.atoms
    at = [column_of(atom, columns) for atom in atoms]
    apart = len(set(at)) == len(at) > 1 and len(at) >= 0.5 * len(columns)
    return apart and all(
        sum(atom.left < right and atom.right > left for left, right in columns) == 1
        for atom in atoms
    )
