"""Hybrid search: the best passages by meaning and by words, fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import StoredPassage
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.fusion import convex
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.lexical import Wanted
from pincite.retrieval.search.rows import Allowed
from pincite.retrieval.trace import Stages


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that search found.

    ``score`` is fused, in [0, 1]; ``dense`` is the inner product and ``lexical`` the BM25 score,
    None where that index did not have the passage among its candidates.
    """

    stored: StoredPassage
    score: float
    dense: float | None
    lexical: float | None


def search(
    vector: Vectors,
    wanted: Sequence[Wanted],
    indexes: Indexes,
    library: Library,
    *,
    k: int,
    candidates: int,
    dense_weight: float,
    allowed: Allowed = None,
    stages: Stages | None = None,
) -> list[Hit]:
    """The ``k`` best passages for a question, best first.

    Args:
        vector: the question's unit vector ``(dimension,)``, for the dense index.
        wanted: its terms, for the lexical one.
        candidates: passages taken from each index before fusion.
        dense_weight: the dense score's share, in [0, 1].
        allowed: search only among these passages.
        stages: where the time of each stage is noted.

    Raises:
        LibraryChangedError: a passage that the indexes have is no longer in the library.
    """
    stages = stages or Stages()
    with stages.timed("dense"):
        dense = indexes.dense.search(vector, candidates, allowed)
    with stages.timed("lexical"):
        lexical = indexes.lexical.search(wanted, candidates, allowed)
    with stages.timed("fuse"):
        fused = convex(dense, lexical, dense_weight)
        best = list(fused)[:k]
        stored = library.passages(best)
    if len(stored) < len(best):
        raise LibraryChangedError(
            f"another process changed the library {library.name} while it was searched; ask again"
        )
    return [Hit(stored[id], fused[id], dense.get(id), lexical.get(id)) for id in best]
