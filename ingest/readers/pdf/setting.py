"""How a page is set: the step from line to line, and how far its columns reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pincite.ingest.readers.pdf.columns import FOOTNOTE, Region
from pincite.ingest.readers.pdf.lines import Line

_INDENTED = 4  # of the letters' size: lines of one column begin no farther apart
_WIDEST = 0.1  # of the lines of a column: those that may reach beyond it
_SAME_SIZE = 0.1  # of the larger size: lines that differ by less are of one size


@dataclass(frozen=True, slots=True)
class Setting:
    """How a page is set: what a line's step down to the next is, in sizes, inside a paragraph."""

    step: float
    rights: Mapping[int, float]  # by a line's id: how far right its column reaches
    asides: Set[int]  # the ids of lines behind which the text before them may go on


def setting_of(lines: Sequence[Line], parted: Sequence[Region]) -> Setting:
    """How a page is set, of which these are the lines, and the regions they are parted into."""
    steps = [
        (b.bottom - a.bottom) / a.size
        for a, b in pairwise(lines)
        if a.size and same_size(a, b) and not (a.cells or b.cells) and below(a, b)
    ]
    steps = [step for step in steps if 0.5 < step < 3]
    step = 1.3
    if len(steps) > 2:  # what most lines keep to is the step inside paragraphs
        ranked = np.sort(steps)
        alike = np.searchsorted(ranked, ranked + 0.05) - np.searchsorted(ranked, ranked - 0.05)
        step = float(ranked[alike >= 0.9 * alike.max()][0])
    rights: dict[int, float] = {}
    for region in parted:
        rights |= _rights(region.lines)
    body = Counter(round(line.size, 1) for line in lines).most_common(1)
    small = FOOTNOTE * body[0][0] if body else 0.0
    asides = {id(line) for region in parted if region.aside for line in region.lines}
    asides |= {id(line) for line in lines if line.size < small}
    return Setting(step, rights, asides)


def _rights(lines: Sequence[Line]) -> dict[int, float]:
    """How far right the column of each line reaches, by the line's id.

    It is that of lines of its size that begin near it. The widest tenth of them do not count: a
    title or a footnote may go beyond the column at whose edge it begins.
    """
    reach: dict[tuple[float, int], list[float]] = {}
    keys = []
    for line in lines:
        size = max(0.5, round(line.size * 2) / 2)
        place = int(line.left // (_INDENTED * size))
        keys.append((size, place))
        for near in (place - 1, place, place + 1):
            reach.setdefault((size, near), []).append(line.right)
    far = {key: sorted(rights) for key, rights in reach.items()}
    edges = {key: rights[-1 - int(_WIDEST * len(rights))] for key, rights in far.items()}
    return {id(line): edges[key] for line, key in zip(lines, keys, strict=True)}


def same_size(a: Line, b: Line) -> bool:
    """Whether the letters of two lines are of one size."""
    return abs(a.size - b.size) <= _SAME_SIZE * max(a.size, b.size)


def below(a: Line, b: Line) -> bool:
    """Whether they stand below each other, not side by side."""
    return min(a.right, b.right) > max(a.left, b.left)
