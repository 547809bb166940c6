"""What stands side by side on a page: its words in strips of one height, and columns of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

import numpy as np

from pincite.ingest.readers.pdf.lines import AFTER_MARK, Line, of_one_amount

_BLANK = 0.5  # of the letters' size: a wider gap may part two cells
FULL = 0.6  # of the cells of most rows: a row with so many tells the columns
_ALIKE = 1.2  # the largest letters in a row, of its smallest
_APART = 8  # lines: between two cells of a row no more are drawn
FIGURE = re.compile(r"\d")
LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """Words of one line that no wide gap parts: a cell's, or those of several that are close."""

    line: int  # the line's place as drawn
    start: int
    end: int
    left: float
    right: float


@dataclass(slots=True)
class Strip:
    """What stands at one height."""

    top: float
    bottom: float
    atoms: list[Atom]
    several: bool = False  # whether there are cells for certain

    def first(self) -> int:
        return min(atom.line for atom in self.atoms)

    def last(self) -> int:
        return max(atom.line for atom in self.atoms)


def strips_of(lines: Sequence[Line]) -> list[Strip]:
    """The heights at which lines stand, downwards."""
    strips: list[Strip] = []
    for i in sorted(range(len(lines)), key=lambda i: (lines[i].top, lines[i].left)):
        line = lines[i]
        atoms = list(_atoms(line, i))
        last = strips[-1] if strips else None
        if last and last.bottom - line.top > 0.4 * (line.bottom - line.top):
            last.atoms += atoms
            last.bottom = max(last.bottom, line.bottom)
            last.several |= bool(line.cells) or _apart(last.atoms, lines)
        else:
            strips.append(Strip(line.top, line.bottom, atoms, bool(line.cells)))
    for strip in strips:  # a title beside an address is no row
        sizes = [lines[atom.line].size for atom in strip.atoms]
        strip.several &= max(sizes) <= _ALIKE * min(sizes)
    return strips


def _apart(atoms: Sequence[Atom], lines: Sequence[Line]) -> bool:
    """Whether the last line of a strip stands beside another."""
    last = atoms[-1].line
    own = list(takewhile(lambda atom: atom.line == last, reversed(atoms)))
    left, right = min(atom.left for atom in own), max(atom.right for atom in own)
    size = lines[last].size
    return any(
        0 < abs(atom.line - last) <= _APART
        and (atom.right + size < left or right + size < atom.left)
        for atom in atoms[-len(own) - 4 :]
    )


def _atoms(line: Line, place: int) -> Iterator[Atom]:
    words = line.text.split(" ")
    gaps = np.maximum(
        line.boxes[1:, 0] - line.boxes[:-1, 2], line.boxes[:-1, 0] - line.boxes[1:, 2]
    )
    start = 0
    for k in [*(np.flatnonzero(gaps >= _BLANK * line.size) + 1).tolist(), len(words)]:
        if k < len(words) and of_one_amount(words[max(start, k - 2) : k], words[k]):
            continue
        mark = k == 1 < len(words) and gaps[0] < AFTER_MARK * line.size
        if mark and k not in line.cells and not LETTER.search(words[0]):
            continue  # the mark of an item
        yield atom_of(line, place, start, k)
        start = k


def atom_of(line: Line, place: int, start: int, end: int) -> Atom:
    boxes = line.boxes[start:end]
    return Atom(place, start, end, float(boxes[:, 0].min()), float(boxes[:, 2].max()))


def merged(
    columns: Sequence[tuple[float, float]], atoms: Sequence[Atom]
) -> list[tuple[float, float]]:
    """Columns, and those of more atoms, where those that overlap are one."""
    edges: list[tuple[float, float]] = []
    for left, right in sorted([*columns, *((atom.left, atom.right) for atom in atoms)]):
        if edges and left < edges[-1][1]:
            edges[-1] = edges[-1][0], max(edges[-1][1], right)
        else:
            edges.append((left, right))
    return edges


def columns_of(table: Sequence[Strip]) -> list[tuple[float, float]]:
    """The columns of a table, each with its left and its right edge."""
    counts = sorted(len(strip.atoms) for strip in table)
    usual = counts[int(0.75 * (len(counts) - 1))]
    full = [strip for strip in table if len(strip.atoms) >= max(2, FULL * usual)]
    edges = merged([], [atom for strip in full for atom in strip.atoms])
    return edges or [(-np.inf, np.inf)]


def column_of(atom: Atom, columns: Sequence[tuple[float, float]]) -> int:
    """The first of the columns that an atom overlaps, or else the nearest."""
    for k, (left, right) in enumerate(columns):
        if atom.left < right and atom.right > left:
            return k
    return min(
        range(len(columns)),
        key=lambda k: max(columns[k][0] - atom.right, atom.left - columns[k][1]),
    )


def aligned(a: Atom, b: Atom, size: float) -> bool:
    """Whether the lines of one cell begin, end or have their middle at one place."""
    left, right = b.left - a.left, b.right - a.right
    return min(abs(left), abs(right), abs(left + right) / 2) < size


def size_of(strip: Strip, lines: Sequence[Line]) -> float:
    return lines[strip.atoms[0].line].size


def text_of(atom: Atom, lines: Sequence[Line]) -> str:
    return " ".join(words_of(atom, lines))


def words_of(atom: Atom, lines: Sequence[Line]) -> list[str]:
    return _words(lines[atom.line].text)[atom.start : atom.end]


@lru_cache(maxsize=4)  # many atoms of a long line are asked for one after another
def _words(text: str) -> list[str]:
    return text.split(" ")
