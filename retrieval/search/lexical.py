"""The lexical index: BM25 over the terms of `pincite.retrieval.search.analysis`.

The statistics are those of the live passages of all segments, so that a library's answers do not
depend on how it came about ([why](docs/decisions/indexes-by-difference.md)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.search.postings import FIELDS, LENGTHS, Entries, Postings
from pincite.retrieval.search.rows import Allowed, Rows

# A word in a heading says what the passage is about; the title says it of the whole document.
_WEIGHTS = {"body": 1.0, "headings": 0.5, "title": 0.3}
_K1, _B = 1.2, 0.75

_Scored = tuple[NDArray[np.int64], NDArray[np.float32]]  # rows in order, and their scores


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that together stand for a wanted one: ``sat`` for ``site``, ``accept`` and ``test``.

    ``share`` is that of their score which counts for it in a search, in [0, 1].
    """

    terms: frozenset[str]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A term that is looked for, with its weight beside the others, and what stands for it too."""

    term: str
    weight: float
    others: tuple[Alternative, ...] = ()
    boost: float = 1.0

    def covered_by(self, there: frozenset[str]) -> bool:
        """Whether a text of these terms has it."""
        return self.term in there or any(other.terms <= there for other in self.others)


class LexicalIndex:
    """Passage ids by BM25 (k1 = 1.2, b = 0.75) over body, headings and title."""

    def __init__(self, segments: Sequence[Postings], rows: Rows) -> None:
        self._segments = tuple(segments)
        self._rows = rows
        self._starts = np.cumsum([0, *map(len, segments)], dtype=np.int64).tolist()
        self._count = len(rows)
        lengths = [np.zeros((len(FIELDS), 0), np.uint32), *(part.lengths for part in segments)]
        live = slice(None) if rows.live is None else rows.live
        totals = np.concatenate(lengths, axis=1)[:, live].sum(axis=1, dtype=np.int64)
        mean = (totals / max(1, self._count))[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):  # a field that is always empty
            norms = _K1 * (1 - _B + _B * LENGTHS[None] / mean)
        self._norms = norms.astype(np.float32)

    @classmethod
    def build(cls, passages: Iterable[tuple[int, str, str, str]]) -> LexicalIndex:
        """An index in memory over ``(passage id, title, headings, body)``."""
        every = list(passages)
        ids = np.array([id for id, *_ in every], np.int64)
        return cls([Postings.of([(t, h, b) for _, t, h, b in every])], Rows(ids))

    def __len__(self) -> int:
        return self._count

    def ids(self) -> list[int]:
        """The ids of all passages, in order."""
        return sorted(self._rows.live_ids().tolist())

    def search(
        self,
        wanted: Iterable[Wanted],
        k: int,
        allowed: Allowed = None,
    ) -> dict[int, float]:
        """The ``k`` best passages that have a wanted term, best first, ties by id, with scores.

        ``allowed`` limits the search to these passages, inside the search.
        """
        if k < 1 or (allowed is not None and not len(allowed)):
            return {}
        scores = np.zeros(self._starts[-1], np.float32)
        for one in wanted:
            for field in range(len(FIELDS)):
                rows, said = self._best(one, field)
                scores[rows] += said
        hits = scores > 0
        if allowed is not None and (chosen := self._rows.chosen(allowed)) is not None:
            hits &= chosen
        rows = np.flatnonzero(hits)
        best, best_scores = self._rows.best(rows, scores[rows], k)
        return dict(zip(self._rows.ids[best].tolist(), best_scores.tolist(), strict=True))

    def knows(self, term: str) -> bool:
        """Whether any passage, heading or title has the term."""
        return any(self._holders(field, term) for field in range(len(FIELDS)))

    def rarity(self, term: str) -> float:
        """The term's BM25 inverse document frequency over passage bodies.

        ``ln(1 + (N - n + 0.5) / (n + 0.5))`` (Robertson and Zaragoza 2009, as Lucene floors it).
        """
        return self._rarity(self._holders(FIELDS.index("body"), term))

    def _rarity(self, holders: int) -> float:
        return math.log(1.0 + (self._count - holders + 0.5) / (holders + 0.5))

    def _holders(self, field: int, term: str) -> int:
        return sum(len(entries.rows) for _, entries in self._entries(field, term))

    def _entries(self, field: int, term: str) -> list[tuple[int, Entries]]:
        """The live passages with the term: by segment, with the segment's first row."""
        live, found = self._rows.live, []
        for start, part in zip(self._starts, self._segments, strict=False):
            inside = None if live is None else live[start : start + len(part)]
            if (entries := part.entries(field, term, inside)) is not None:
                found.append((start, entries))
        return found

    def _best(self, wanted: Wanted, field: int) -> _Scored:
        """The best of a term and what stands for it, in one field."""
        weight = _WEIGHTS[FIELDS[field]] * wanted.boost
        said = [self._having([wanted.term], field, weight)]
        said += [
            self._having(sorted(other.terms), field, weight * other.share)
            for other in wanted.others
            if other.share
        ]
        if len(said) == 1:
            return said[0]
        best = np.zeros(self._starts[-1], np.float32)
        for rows, scores in said:
            best[rows] = np.maximum(best[rows], scores)
        rows = np.flatnonzero(best)
        return rows, best[rows]

    def _having(self, terms: Sequence[str], field: int, weight: float) -> _Scored:
        """The passages that have all of these terms, with the sum of their scores."""
        return reduce(_both, (self._scored(term, field, weight) for term in terms))

    def _scored(self, term: str, field: int, weight: float) -> _Scored:
        entries = self._entries(field, term)
        if not entries:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows = np.concatenate([start + each.rows for start, each in entries])
        often = np.concatenate([each.frequencies for _, each in entries]).astype(np.float32)
        lengths = np.concatenate([each.lengths for _, each in entries])
        top = np.float32(weight * self._rarity(len(rows)) * (_K1 + 1))
        return rows, top * (often / (often + self._norms[field][lengths]))


def _both(one: _Scored, other: _Scored) -> _Scored:
    """The rows that both have, with the sum of their scores; rows are in order."""
    if len(one[0]) > len(other[0]):
        one, other = other, one
    places = np.minimum(np.searchsorted(other[0], one[0]), max(0, len(other[0]) - 1))
    there = np.zeros(0, bool) if not len(one[0]) else other[0][places] == one[0]
    return one[0][there], one[1][there] + other[1][places[there]]
