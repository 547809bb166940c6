"""The dense index: exact inner product over unit vectors, by FAISS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.embedding.embedder import Vectors


class DenseIndex:
    """Passage ids by the inner product of their vectors with a question's."""

    def __init__(self, index: faiss.IndexIDMap2 | None) -> None:
        self._index = index  # None while there is nothing in it, and so no dimension

    @classmethod
    def build(cls, vectors: Iterable[tuple[int, Vectors]]) -> DenseIndex:
        """An index over ``(passage id, unit vector (dimension,))`` pairs."""
        index: faiss.IndexIDMap2 | None = None
        for ids, rows in _batches(vectors):
            if index is None:
                index = faiss.IndexIDMap2(faiss.IndexFlatIP(rows.shape[1]))
            index.add_with_ids(rows, ids)
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal) if self._index is not None else 0

    def contents(self) -> tuple[NDArray[np.int64], Vectors]:
        """The passage ids ``(n,)`` and their vectors ``(n, dimension)``, in their order."""
        if self._index is None:
            return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
        ids = faiss.vector_to_array(self._index.id_map)
        rows = faiss.downcast_index(self._index.index).reconstruct_n(0, len(self))
        return ids, rows

    def save(self, file: Path) -> None:
        """Write the index; nothing is written while it is empty.

        Raises:
            OSError: the file cannot be written.
        """
        if self._index is None:
            return
        try:
            faiss.write_index(self._index, str(file))
        except RuntimeError as error:
            raise OSError(f"the dense index cannot be written ({error})") from error

    @classmethod
    def load(cls, file: Path) -> DenseIndex:
        """Read what ``save`` wrote. The caller has checked the file's hash.

        Raises:
            IndexDamagedError: FAISS cannot read it.
        """
        if not file.exists():
            return cls(None)
        try:
            index = faiss.read_index(str(file))
        except RuntimeError as error:
            raise IndexDamagedError(f"the dense index {file} cannot be read") from error
        if not isinstance(index, faiss.IndexIDMap2):
            raise IndexDamagedError(f"the dense index {file} is of another kind")
        return cls(index)

    def search(
        self, vector: Vectors, k: int, allowed: Sequence[int] | None = None
    ) -> dict[int, float]:
        """The ``k`` best passages, best first, each with its inner product in [-1, 1].

        Args:
            vector: one unit vector ``(dimension,)``.
            k: how many at most.
            allowed: search only among these passage ids; the filter is inside the search, so
                ``k`` results come back whenever ``k`` are allowed.

        Raises:
            ValueError: the vector's dimension is not the index's.
        """
        if self._index is None or k < 1 or (allowed is not None and not len(allowed)):
            return {}
        if vector.shape != (self._index.d,):
            raise ValueError(
                f"the question's vector has shape {vector.shape}, the index holds vectors of "
                f"dimension {self._index.d}"
            )
        parameters = None
        if allowed is not None:
            chosen = np.asarray(allowed, np.int64)
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(chosen))  # type: ignore[call-arg]
        query = np.ascontiguousarray(vector[None], np.float32)
        scores, ids = self._index.search(query, min(k, len(self)), params=parameters)
        return {int(id): float(s) for id, s in zip(ids[0], scores[0], strict=True) if id >= 0}


def _batches(
    vectors: Iterable[tuple[int, Vectors]], size: int = 4096
) -> Iterable[tuple[NDArray[np.int64], Vectors]]:
    ids: list[int] = []
    rows: list[Vectors] = []
    for id, row in vectors:
        ids.append(id)
        rows.append(row)
        if len(ids) == size:
            yield np.asarray(ids, np.int64), np.ascontiguousarray(rows, np.float32)
            ids, rows = [], []
    if ids:
        yield np.asarray(ids, np.int64), np.ascontiguousarray(rows, np.float32)
