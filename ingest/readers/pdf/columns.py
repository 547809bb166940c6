"""The columns of a page: which of its lines stand side by side, and in which order they are read.

A page is parted into regions. Blocks that cross the gap between two columns part it into bands, and
in each band one column is read after the other, also where the page is drawn row by row across the
gap. What stands side by side is columns only where it is running prose on both sides: cells of a
table are short, or end where their row ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

import numpy as np

from pincite.ingest.readers.pdf.bidi import right_to_left
from pincite.ingest.readers.pdf.lines import Line, part
from pincite.ingest.readers.pdf.prose import (
    SHORT,
    beside,
    headings_across,
    letters,
    prose,
    row_by_row,
    row_of_a_table,
)

_NARROWEST = 0.6  # of the letters' size: a gap between columns; blanks in prose stay below it
_EDGE = 2.0  # points, within which lines begin at one edge
_INDENT = 2.5  # of the letters' size: so far behind its column's edge begins an indented line
_EDGES = 8  # the most edges that are tried on one page
_DEEPEST = 3  # a page is parted so often, into four columns at most
_FEWEST = 3  # lines that begin at the edge of a column
_SEVERAL = 6  # lines: drawn one below the other, so many are a column, whatever they hold
_TURNS = 0.1  # of the lines: columns are drawn with fewer turns from side to side
FOOTNOTE = 0.93  # of the size of the text


@dataclass(frozen=True, slots=True)
class Region:
    """Lines of a page that are set together, in reading order: a column, or a block across.

    ``aside`` says that running text may go on behind it, as behind a caption or a footnote.
    """

    lines: tuple[Line, ...]
    aside: bool = False


_Numbered = tuple[int, Line]  # a line, or a part of one, with its place as drawn


@dataclass(frozen=True, slots=True)
class _Band:
    """What stands above, beside or below other bands: two columns, or a block across."""

    across: list[_Numbered]
    left: list[_Numbered]
    right: list[_Numbered]


def regions(lines: Sequence[Line]) -> list[Region]:
    """The regions of a page in reading order; a single one where it has no columns."""
    mirrored = right_to_left(line.text for line in lines)
    stand = dict.fromkeys(line.turn for line in lines)
    alike = ([line for line in lines if line.turn == turn] for turn in stand)
    return [region for some in alike for region in _regions(some, mirrored, 0)]


def _regions(lines: Sequence[Line], mirrored: bool, depth: int) -> Iterator[Region]:
    bands = _bands(lines, mirrored) if depth < _DEEPEST and len(lines) >= _FEWEST else []
    if not bands:
        yield Region(tuple(_downwards(lines, mirrored) if depth else _blocks_downwards(lines)))
        return
    for band in bands:
        if band.across:
            for region in _regions(_drawn(band.across), mirrored, depth + 1):
                yield Region(region.lines, aside=True)
            continue
        notes: list[Region] = []
        for column in (band.left, band.right):
            if not column:
                continue
            text, note = _footnotes(_downwards(_drawn(column), mirrored))
            yield from _regions(text, mirrored, depth + 1)
            notes += [Region(tuple(note), aside=True)] if note else []
        yield from notes


def _drawn(numbered: Iterable[_Numbered]) -> list[Line]:
    return [line for _, line in sorted(numbered, key=itemgetter(0))]


def _downwards(lines: Sequence[Line], mirrored: bool) -> list[Line]:
    """Lines as they are drawn, where that goes downwards, else from the top to the bottom."""
    if not any(_above(b, a) for a, b in pairwise(lines)):
        return list(lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.bottom):
        if rows and line.bottom - rows[-1][0].bottom < 0.5 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    side = (lambda line: -line.right) if mirrored else (lambda line: line.left)
    return [line for row in rows for line in sorted(row, key=side)]


def _blocks_downwards(lines: Sequence[Line]) -> list[Line]:
    """Lines as drawn, but for blocks that stand wholly above or below the others."""
    blocks: list[tuple[float, float, list[Line]]] = []
    for line in lines:
        top, bottom, block = blocks[-1] if blocks else (line.top, line.bottom, [])
        if not blocks or line.bottom < top:
            blocks.append((line.top, line.bottom, [line]))
        else:
            block.append(line)
            blocks[-1] = min(top, line.top), max(bottom, line.bottom), block
    ordered = sorted(blocks, key=lambda block: block[0])
    lefts = [min(line.left for line in block) for _, _, block in blocks]
    rights = [max(line.right for line in block) for _, _, block in blocks]
    aside = max(lefts) >= min(rights)  # columns, of which one stands lower
    if aside or any(b[0] < a[1] for a, b in pairwise(ordered)):
        return list(lines)
    return [line for _, _, block in ordered for line in block]


def _above(a: Line, b: Line) -> bool:
    """Whether ``a`` stands above ``b``, and not in another cell of a row."""
    beside = min(a.right, b.right) <= max(a.left, b.left)
    return a.bottom < b.bottom - 0.5 * b.size and not beside


def _footnotes(column: list[Line]) -> tuple[list[Line], list[Line]]:
    """A column's text, and the smaller lines at its foot."""
    usual = float(np.median([line.size for line in column]))
    end = len(column)
    while end and column[end - 1].size < FOOTNOTE * usual:
        end -= 1
    return column[:end], column[end:]


def _bands(lines: Sequence[Line], mirrored: bool) -> list[_Band]:
    """The bands of what the best of the edges at which lines begin parts; none without one."""
    words = _Words(lines, mirrored)
    best: tuple[int, list[_Band]] = (0, [])
    for edge in words.edges():
        parted = words.parted(edge)
        if _by_cells(parted):
            continue
        certain = any(one.side_by_side() for one in parted)
        bands = [band for one in parted for band in one.bands(certain)]
        score = sum(min(len(band.left), len(band.right)) for band in bands)
        if score > best[0]:
            best = score, bands
    return _merged(best[1])


def _merged(bands: Iterable[_Band]) -> list[_Band]:
    """Bands with neighbouring blocks across made one."""
    merged: list[_Band] = []
    for across, same in groupby(bands, key=lambda band: bool(band.across)):
        run = list(same)
        merged += [_Band([line for band in run for line in band.across], [], [])] if across else run
    return merged


class _Words:
    """The words of lines as arrays; mirrored, so that reading goes to higher numbers."""

    def __init__(self, lines: Sequence[Line], mirrored: bool) -> None:
        self._lines, self._mirrored = lines, mirrored
        boxes = np.vstack([line.boxes for line in lines])
        self._begin, self._end = boxes[:, 0], boxes[:, 2]
        if mirrored:
            self._begin, self._end = -self._end, -self._begin
        counts = np.array([len(line.boxes) for line in lines])
        self._first = np.cumsum(counts) - counts
        self._sizes = np.array([line.size for line in lines])
        self._short = np.array([row_of_a_table(line) for line in lines])

    def edges(self) -> list[float]:
        """Where lines begin, or words behind a wide gap: the most frequent places."""
        gaps = self._begin[1:] - self._end[:-1]
        size = np.repeat(self._sizes, np.diff([*self._first, len(self._begin)]))
        after = np.flatnonzero(gaps >= _NARROWEST * size[1:]) + 1
        begins = np.minimum.reduceat(self._begin, self._first)
        places = np.concatenate([begins, self._begin[np.setdiff1d(after, self._first)]])
        counts = Counter(np.round(places).astype(int).tolist())
        support = {x: counts[x - 1] + counts[x] + counts[x + 1] for x in counts}
        leftmost = float(begins.min()) + 3 * float(np.median(self._sizes))
        ranked = sorted(
            (x for x in support if support[x] >= _FEWEST and x > leftmost),
            key=lambda x: (-support[x], -counts[x], x),
        )
        edges: list[float] = []
        for x in ranked:  # neighbours of one that is tried already say nothing new
            if len(edges) < _EDGES and all(abs(x - other) > _EDGE for other in edges):
                edges.append(float(x))
        return edges

    def parted(self, edge: float) -> list[_Parted]:
        """The lines on both sides of an edge, between those that cross it, downwards."""
        left = self._end <= edge + 0.5
        right = self._begin >= edge - _EDGE
        first, index = self._first, np.arange(len(left))
        crosses = np.logical_or.reduceat(~(left | right), first)
        lefts, rights = np.add.reduceat(left, first), np.add.reduceat(right & ~left, first)
        last_left = np.maximum.reduceat(np.where(left, index, -1), first)
        first_right = np.minimum.reduceat(np.where(left, len(left), index), first)
        ends = np.maximum.reduceat(np.where(left, self._end, -np.inf), first)
        begins = np.minimum.reduceat(np.where(left, np.inf, self._begin), first)
        both = (lefts > 0) & (rights > 0)
        apart = (begins - ends >= _NARROWEST * self._sizes) & (last_left < first_right)
        apart &= (begins <= edge + _INDENT * self._sizes) & ~self._short
        crosses |= both & ~apart
        if np.count_nonzero(~crosses & (rights > 0)) < 2:
            return []
        order = np.argsort([line.top + line.bottom for line in self._lines], kind="stable")
        found: list[_Parted] = []
        for i in order.tolist():
            line = self._lines[i]
            if not found or bool(crosses[i]) != bool(found[-1].across):
                found.append(_Parted([], [], [], [], edge, self._mirrored))
            if crosses[i]:
                found[-1].across.append((i, line))
                continue
            found[-1].whole.append((i, line))
            if both[i]:
                at = int(first_right[i] - first[i])
                found[-1].left.append((i, part(line, 0, at)))
                found[-1].right.append((i, part(line, at, len(line.boxes))))
            else:
                (found[-1].left if lefts[i] else found[-1].right).append((i, line))
        return found


@dataclass(slots=True)
class _Parted:
    """Lines that cross an edge, or those on both sides of it, each with its place as drawn."""

    across: list[_Numbered]
    whole: list[_Numbered]
    left: list[_Numbered]
    right: list[_Numbered]
    edge: float
    mirrored: bool

    def side_by_side(self) -> bool:
        """Whether several lines stand on each side, or were drawn on each without a break."""
        fewer, more = sorted([len(self.left), len(self.right)])
        drawn_apart = len(self.left) + len(self.right) == len(self.whole)
        return fewer >= _FEWEST or (drawn_apart and fewer > 0 and more >= _FEWEST)

    def bands(self, certain: bool) -> Iterator[_Band]:
        """A band of two columns, if that is what they are; else a block across.

        ``certain`` says that columns with that edge between them stand elsewhere on the page.
        """
        left, right = ([line for _, line in side] for side in (self.left, self.right))
        columns = left and right and certain and beside(left, right)
        running = columns and prose(left) and prose(right) and not row_by_row(left, right)
        if not columns or not (running or self._one_after_the_other()):
            yield _Band([*self.across, *self.whole], [], [])
            return
        start, other = 0, 0
        for i, j in headings_across(left, right):
            yield _Band([], self.left[start:i], self.right[other:j])
            yield _Band([self.left[i]], [], [])
            start, other = i + 1, j
        yield _Band([], self.left[start:], self.right[other:])

    def _one_after_the_other(self) -> bool:
        """Whether all of one side is drawn before all of the other, in lines that are no cells."""
        left, right = ([i for i, _ in side] for side in (self.left, self.right))
        texts = [line.text for _, line in (*self.left, *self.right)]
        return (
            min(len(left), len(right)) >= _SEVERAL
            and (max(left) < min(right) or max(right) < min(left))
            and float(np.mean([letters(text) for text in texts])) >= SHORT
        )


def _by_cells(bands: Sequence[_Parted]) -> bool:
    """Whether the sides are drawn by turns, in lines of their own, as cells of a table are."""
    whole = sum(len(band.whole) for band in bands)
    parted = sum(len(band.left) + len(band.right) for band in bands) - whole
    lefts = [(i, 0) for band in bands for i, _ in band.left]
    sides = sorted(lefts + [(i, 1) for band in bands for i, _ in band.right])
    turns = sum(a[1] != b[1] for a, b in pairwise(sides))
    return 2 * parted < whole and turns > 3 + _TURNS * whole
