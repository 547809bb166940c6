"""The passages of an index by row: row ``r`` of its segments, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Allowed = Sequence[int] | NDArray[np.int64] | Mask | None
"""What a search may find: passage ids, or a mask over rows; None for everything."""


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
