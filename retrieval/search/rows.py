"""The passages of an index by row: row ``r`` of its segments, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Documents of a shared library, whose passages stand in no rows that a mask could be over.

    Attributes:
        firsts: the ids of their first passages, in order, ``(documents,)``.
    """

    firsts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.firsts)

    def __and__(self, other: Chosen) -> Chosen:
        return Chosen(np.intersect1d(self.firsts, other.firsts, assume_unique=True))

    def has(self, first: int) -> bool:
        """Whether the document with this first passage is one of them."""
        place = int(np.searchsorted(self.firsts, first))
        return place < len(self.firsts) and int(self.firsts[place]) == first


Allowed = Sequence[int] | NDArray[np.int64] | Mask | Chosen | None
"""What a search may find: passage ids, a mask over rows, or documents; None for everything."""


def is_mask(allowed: Allowed) -> TypeGuard[Mask]:
    """Whether it is a mask over rows, not passage ids."""
    return isinstance(allowed, np.ndarray) and allowed.dtype == bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Which passage stands in which row.

    Attributes:
        ids: passage ids ``(rows,)``, in any order; those that are live, each once.
        live: ``(rows,)``, False where the library has no such passage any more; None where it
            has all of them.
    """

    ids: NDArray[np.int64]
    live: Mask | None = None

    def __len__(self) -> int:
        """How many passages are live."""
        return len(self.ids) if self.live is None else int(np.count_nonzero(self.live))

    def chosen(self, allowed: Allowed) -> Mask | None:
        """The live rows of these passages, as a mask ``(rows,)``; None for all rows."""
        if allowed is None:
            return self.live
        ids = self.ids
        if isinstance(allowed, Chosen):
            raise TypeError("documents of a shared library are looked for in that one")
        inside = allowed if is_mask(allowed) else np.isin(ids, np.asarray(allowed, np.int64))
        return inside if self.live is None else inside & self.live

    def live_ids(self) -> NDArray[np.int64]:
        """The ids of the live passages, by row."""
        return self.ids if self.live is None else self.ids[self.live]

    def best(
        self, rows: NDArray[Any], scores: NDArray[np.floating[Any]], k: int
    ) -> tuple[NDArray[Any], NDArray[np.floating[Any]]]:
        """Of these rows with their scores the ``k`` best, best first; ties by passage id."""
        if len(rows) > k:  # those that tie with the last one stay in until they are sorted
            last = np.partition(scores, len(scores) - k)[len(scores) - k]
            within = scores >= last
            rows, scores = rows[within], scores[within]
        order = np.lexsort((self.ids[rows], -scores))[:k]
        return rows[order], scores[order]
