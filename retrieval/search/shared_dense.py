"""The nearest vectors of a shared library: Lance finds candidates, and they are scored here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.shared.tableset import Tables
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.rows import Allowed
from pincite.retrieval.search.shared_documents import condition

_SPARE = 16  # candidates beyond the wanted ones, so that ties at the end are seen to be none
_ROUNDING = 2e-6  # by which a sum of 32-bit numbers and ours may differ
# Parts of a vector index that are looked at; times k that are compared in full. `pytest -m slow -s
# tests/retrieval/search/test_shared_dense.py` prints what they give and cost.
_PROBES, _REFINED = 96, 1


class SharedDense:
    """Passage ids by the inner product of their vectors with a question's."""

    def __init__(self, tables: Tables, count: int) -> None:
        self._tables = tables
        self._count = count

    def __len__(self) -> int:
        return self._count

    def contents(self) -> tuple[NDArray[np.int64], Vectors]:
        """The passage ids ``(n,)`` and their vectors ``(n, dimension)``, by id."""
        found = self._tables.read("passages", ["id", "vector"])
        ids, rows = found["id"].to_numpy(), _vectors(found["vector"])
        order = np.argsort(ids)
        return ids[order], rows[order]

    def search(self, vector: Vectors, k: int, allowed: Allowed = None) -> dict[int, float]:
        """As `pincite.retrieval.search.dense.DenseIndex.search`.

        Raises:
            ValueError: the vector's dimension is not the table's.
        """
        if not self._count or k < 1 or (allowed is not None and not len(allowed)):
            return {}
        if vector.shape != (self._tables.dimension,):
            raise ValueError(
                f"the question's vector has shape {vector.shape}, the library holds vectors of "
                f"dimension {self._tables.dimension}"
            )
        query = np.ascontiguousarray(vector, np.float32)
        wanted = k + _SPARE
        while True:
            found = self._nearest(query, wanted, allowed)
            ids = found["id"].to_numpy()
            scores = (_vectors(found["vector"]) * query).sum(axis=1, dtype=np.float64)
            order = np.lexsort((ids, -scores))[:k]
            complete = len(ids) < wanted or len(order) < k
            if complete or scores[order[-1]] > scores.min() + _ROUNDING:
                return dict(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
            wanted *= 2  # many are as near as the last one: the smallest ids among them count

    def _nearest(self, query: Vectors, k: int, allowed: Allowed) -> Any:
        near = {
            "column": "vector",
            "q": query,
            "k": k,
            "nprobes": _PROBES,
            "refine_factor": _REFINED,
        }
        columns, where = ["id", "vector"], condition(allowed)
        return self._tables.read("passages", columns, where, nearest=near, prefilter=True)


def _vectors(column: Any) -> Vectors:
    every = column.combine_chunks()
    size = column.type.list_size
    rows: Vectors = np.asarray(every.flatten().to_numpy(zero_copy_only=False), np.float32)
    return rows.reshape(-1, size)
