"""The lexical index: BM25 over the terms of `pincite.retrieval.search.analysis`.

The statistics are those of the live passages of all segments, so that a library's answers do not
depend on how it came about ([why](docs/decisions/indexes-by-difference.md)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.search.max_score import Part, Term, best_rows
from pincite.retrieval.search.postings import FIELDS, LENGTHS, Postings
from pincite.retrieval.search.rows import Allowed, Mask, Rows

# A word in a heading says what the passage is about; the title says it of the whole document.
_WEIGHTS = {"body": 1.0, "headings": 0.5, "title": 0.3}
_K1, _B = 1.2, 0.75
FIELD_WEIGHTS = tuple(_WEIGHTS[name] for name in FIELDS)
_REMEMBERED = 4096  # terms whose holders are counted once


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


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 has to know of all passages.

    Attributes:
        count: how many there are.
        lengths: the terms of each field, of all passages together.
    """

    count: int
    lengths: tuple[int, ...]

    def rarity(self, holders: int) -> float:
        """The inverse document frequency of a term that so many passages have."""
        return math.log(1.0 + (self.count - holders + 0.5) / (holders + 0.5))

    def norms(self) -> NDArray[np.float32]:
        """``k1 (1 - b + b length / mean length)``, by field and code of length."""
        mean = (np.array(self.lengths, np.int64) / max(1, self.count))[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):  # a field that is always empty
            norms = _K1 * (1 - _B + _B * LENGTHS[None] / mean)
        return norms.astype(np.float32)


class LexicalIndex:
    """Passage ids by BM25 (k1 = 1.2, b = 0.75) over body, headings and title."""

    def __init__(self, segments: Sequence[Postings], rows: Rows) -> None:
        self._segments = tuple(segments)
        self._rows = rows
        self._starts = np.cumsum([0, *map(len, segments)], dtype=np.int64).tolist()
        self._live = [_within(rows.live, start, part) for start, part in self._pairs()]
        self._count = len(rows)
        self._holders_of = lru_cache(_REMEMBERED)(self._counted)
        lengths = [np.zeros((len(FIELDS), 0), np.uint32), *(part.lengths for part in segments)]
        live = slice(None) if rows.live is None else rows.live
        totals = np.concatenate(lengths, axis=1)[:, live].sum(axis=1, dtype=np.int64)
        self._statistics = Statistics(self._count, tuple(totals.tolist()))
        self._norms = self._statistics.norms()

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
        masks = self._live
        if allowed is not None:
            chosen = self._rows.chosen(allowed)
            masks = [_within(chosen, start, part) for start, part in self._pairs()]
        parts = self._parts(wanted)
        rows, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
        least = -np.inf  # of the best so far
        for number, (start, segment) in enumerate(self._pairs()):
            mask = masks[number]
            if mask is not None and not mask.any():
                continue
            found, said = best_rows(parts, segment, number, self._norms, mask, least)
            rows = np.concatenate([rows, found.astype(np.int64) + start])
            scores = np.concatenate([scores, said])
            if len(rows) >= k:  # those that tie with the last one stay in until they are sorted
                least = float(np.partition(scores, len(scores) - k)[len(scores) - k])
                rows, scores = rows[scores >= least], scores[scores >= least]
        best, best_scores = self._rows.best(rows, scores, k)
        return dict(zip(self._rows.ids[best].tolist(), best_scores.tolist(), strict=True))

    def knows(self, term: str) -> bool:
        """Whether any passage, heading or title has the term."""
        return any(self._holders(field, term) for field in range(len(FIELDS)))

    def rarity(self, term: str) -> float:
        """The term's BM25 inverse document frequency over passage bodies.

        ``ln(1 + (N - n + 0.5) / (n + 0.5))`` (Robertson and Zaragoza 2009, as Lucene floors it).
        """
        return self._statistics.rarity(self._holders(FIELDS.index("body"), term))

    def _holders(self, field: int, term: str) -> int:
        return self._holders_of(field, term)

    def _counted(self, field: int, term: str) -> int:
        """How many live passages have the term."""
        count = 0
        for segment, live in zip(self._segments, self._live, strict=True):
            if (span := segment.span(field, term)) is not None:
                count += span.stop - span.start if live is None else live[segment.rows[span]].sum()
        return int(count)

    def _parts(self, wanted: Iterable[Wanted]) -> list[Part]:
        """The wanted terms in each field, those that can add most first."""
        parts = []
        for one in wanted:
            sets: list[tuple[tuple[str, ...], float]] = [((one.term,), 1.0)]
            sets += [(tuple(sorted(o.terms)), o.share) for o in one.others if o.share]
            for field, name in enumerate(FIELDS):
                weight = _WEIGHTS[name] * one.boost
                terms = [
                    tuple(self._term(field, term, weight * share) for term in some)
                    for some, share in sets
                ]
                parts.append(Part(tuple(terms)))
        return sorted(parts, key=lambda part: -part.top)

    def _term(self, field: int, term: str, weight: float) -> Term:
        spans = tuple(segment.span(field, term) for segment in self._segments)
        return Term(
            field, spans, weight * self._statistics.rarity(self._holders(field, term)) * (_K1 + 1)
        )

    def _pairs(self) -> Iterator[tuple[int, Postings]]:
        """The segments, each after its first row."""
        return zip(self._starts, self._segments, strict=False)


class CandidateIndex(LexicalIndex):
    """Some passages of a library, ranked as they rank among all of it."""

    @classmethod
    def of(
        cls,
        ids: NDArray[np.int64],
        postings: Postings,
        statistics: Statistics,
        holders: Mapping[str, int],
    ) -> CandidateIndex:
        """An index over these passages.

        Args:
            ids: of the passages ``(n,)``.
            postings: of the terms that may be looked for in them.
            statistics: of all passages.
            holders: of each of these terms, after the digit of its field, how many of all
                passages have it.
        """
        index = cls([postings], Rows(ids))
        index._statistics, index._norms = statistics, statistics.norms()
        index._holders_of = lambda field, term: holders.get(f"{field}{term}", 0)  # type: ignore
        return index


def _within(mask: Mask | None, start: int, segment: Postings) -> Mask | None:
    """The part of a mask for a segment; None where that has all of its rows."""
    inside = None if mask is None else mask[start : start + len(segment)]
    return None if inside is None or inside.all() else inside
