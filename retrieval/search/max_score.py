"""The best rows of a segment for weighted terms, without a look at each that has a frequent one.

MaxScore (Turtle and Flood 1995): terms are taken in order of the most that they can add, and once
all that are left can add no more than a row lacks of the best so far, they are looked up only for
rows that have some already. Each row's score is summed in that one order, whether or not it comes
to that, so the scores are those of a search that looks at everything, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.search.postings import Postings
from pincite.retrieval.search.rows import Mask

Scored = tuple[NDArray[np.integer], NDArray[np.float32]]  # rows in order, and their scores
Norms = NDArray[np.float32]  # k1 (1 - b + b length / mean length), by field and code of length

_NOTHING = -np.inf
# Of a score, for each part of it: by so much the float32 sum may be beside it. Each sum and each
# step of a part's own score is at most half of this beside the exact one.
_ROUNDING = float(np.finfo(np.float32).eps)
_FEW = 16  # of the rows with a term, one: so few are looked up rather than all scored


@dataclass(frozen=True, slots=True)
class Term:
    """A term in one field.

    Attributes:
        field: its number.
        spans: where its entries are, by segment; None where a segment has none.
        top: what a passage that has it ever so often would get for it.
    """

    field: int
    spans: tuple[slice | None, ...]
    top: float

    def scored(self, segment: Postings, number: int, norms: Norms) -> Scored:
        """All rows of a segment that have it."""
        span = self.spans[number]
        if span is None:
            return np.zeros(0, np.uint32), np.zeros(0, np.float32)
        rows = segment.rows[span]
        return rows, self._scores(segment, rows, segment.frequencies[span], norms)

    def of(
        self, rows: NDArray[np.uint32], segment: Postings, number: int, norms: Norms
    ) -> NDArray[np.float32]:
        """The scores of these rows of a segment, in order; 0 where one lacks it."""
        found = np.zeros(len(rows), np.float32)
        span = self.spans[number]
        if span is None or not len(rows):
            return found
        every, often = segment.rows[span], segment.frequencies[span]
        places = np.searchsorted(every, rows)
        np.minimum(places, len(every) - 1, out=places)
        there = every[places] == rows
        found[there] = self._scores(segment, rows[there], often[places[there]], norms)
        return found

    def _scores(
        self,
        segment: Postings,
        rows: NDArray[np.uint32],
        frequencies: NDArray[np.uint16],
        norms: Norms,
    ) -> NDArray[np.float32]:
        often = frequencies.astype(np.float32)
        lengths = segment.codes[self.field][rows]
        return np.float32(self.top) * (often / (often + norms[self.field][lengths]))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Part:
    """One wanted term in one field: the best of what stands for it, all terms of each."""

    alternatives: tuple[tuple[Term, ...], ...]

    @property
    def top(self) -> float:
        """The most that it can add to a score."""
        return max(sum(term.top for term in terms) for terms in self.alternatives)

    def entries(self, number: int) -> int:
        """How many entries it has in a segment."""
        spans = [term.spans[number] for terms in self.alternatives for term in terms]
        return sum(span.stop - span.start for span in spans if span is not None)

    def add_all(
        self, scores: NDArray[np.float32], segment: Postings, number: int, norms: Norms
    ) -> None:
        """Add to the scores of all rows of a segment."""
        each = [
            reduce(_both, (term.scored(segment, number, norms) for term in terms))
            for terms in self.alternatives
        ]
        if len(each) == 1:
            rows, found = each[0]
            scores[rows] += found
            return
        best = np.zeros_like(scores)
        for rows, found in each:
            best[rows] = np.maximum(best[rows], found)
        scores += best

    def of(
        self, rows: NDArray[np.uint32], segment: Postings, number: int, norms: Norms
    ) -> NDArray[np.float32]:
        """The scores of these rows of a segment, in order; 0 where one has nothing of it."""
        if len(rows) * _FEW > self.entries(number):
            scores = np.zeros(len(segment), np.float32)
            self.add_all(scores, segment, number, norms)
            return scores[rows]
        best = np.zeros(len(rows), np.float32)
        for terms in self.alternatives:
            each = [term.of(rows, segment, number, norms) for term in terms]
            has_all = np.logical_and.reduce([one > 0 for one in each])
            np.maximum(best, np.where(has_all, reduce(np.add, each), 0), out=best)
        return best


def best_rows(
    parts: Sequence[Part],
    segment: Postings,
    number: int,
    norms: Norms,
    mask: Mask | None,
    least: float = _NOTHING,
) -> Scored:
    """The rows of a segment whose score is above 0 and at least about ``least``, with their scores.

    Args:
        parts: those with the highest ``top`` first.
        number: of the segment.
        mask: only these rows of it.
    """
    parts = [part for part in parts if part.entries(number)]
    left = np.cumsum([0.0, *(part.top for part in reversed(parts))])[::-1]  # from each part on
    bound = least * (1 - (len(parts) + 4) * _ROUNDING)
    first = int(np.count_nonzero(left >= bound)) if bound > 0 else len(parts)
    first = min(first, len(parts))  # parts of which a row must have one
    scores = np.zeros(len(segment), np.float32)
    for part in parts[:first]:
        part.add_all(scores, segment, number, norms)
    lacks = bound - left[first]
    hits = scores >= lacks if lacks > 0 else scores > 0
    if mask is not None:
        hits &= mask
    rows = np.flatnonzero(hits).astype(np.uint32)
    found = scores[rows]
    for part, after in zip(parts[first:], left[first + 1 :], strict=True):
        found += part.of(rows, segment, number, norms)
        enough = found >= bound - after
        rows, found = rows[enough], found[enough]
    return rows, found


def _both(one: Scored, other: Scored) -> Scored:
    """The rows that both have, with the sum of their scores; rows are in order."""
    if len(one[0]) > len(other[0]):
        one, other = other, one
    places = np.minimum(np.searchsorted(other[0], one[0]), max(0, len(other[0]) - 1))
    there = np.zeros(0, bool) if not len(one[0]) else other[0][places] == one[0]
    return one[0][there], one[1][there] + other[1][places[there]]
