"""The dense index: exact inner product over unit vectors in half precision, by FAISS.

Half precision is how the library stores them, so nothing is lost; and a search that has half the
bytes to read takes half the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.checksums import Checksum, read, write
from pincite.retrieval.search.rows import Allowed, Mask, Rows

_SPARE = 16  # candidates beyond the wanted ones, so that ties at the end are seen to be none
_ROUNDING = 2e-6  # by which FAISS's sum and ours may differ
_MAPPED_FROM = 1_000_000  # bytes; what is smaller is read into memory


class DenseSegment:
    """Vectors ``(n, dimension)`` of one segment, in half precision."""

    def __init__(self, index: faiss.IndexScalarQuantizer) -> None:
        self._index = index

    @classmethod
    def of(cls, vectors: NDArray[np.floating[Any]]) -> DenseSegment:
        """A segment of these vectors ``(n, dimension)``; what half precision lacks is lost."""
        rows = np.ascontiguousarray(vectors, "<f2")
        index = faiss.IndexScalarQuantizer(
            rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.add_sa_codes(rows.view(np.uint8).reshape(len(rows), -1))
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Of each vector."""
        return int(self._index.d)

    def save(self, file: Path) -> Checksum:
        """Write it to a new file."""
        return write(file, [faiss.serialize_index(self._index).data])

    @classmethod
    def load(cls, file: Path, checksum: Checksum, *, deep: bool = False) -> DenseSegment:
        """Read what ``save`` wrote, checked as `pincite.retrieval.search.checksums.read` does.

        Raises:
            IndexDamagedError: it is not what was written.
        """
        data = read(file, checksum, deep=deep)
        try:
            if checksum.size < _MAPPED_FROM:
                index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
            else:
                index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexDamagedError(f"the index file {file} cannot be read") from error
        if not isinstance(index, faiss.IndexScalarQuantizer):
            raise IndexDamagedError(f"the index file {file} is of another kind")
        return cls(index)

    def vectors(self, rows: NDArray[np.int64] | None = None) -> Vectors:
        """The vectors of these rows, or of all, ``(rows, dimension)``."""
        if rows is None:
            return np.asarray(self._index.reconstruct_n(0, len(self)), np.float32)
        return np.asarray(self._index.reconstruct_batch(rows), np.float32)

    def nearest(
        self, vector: Vectors, k: int, mask: Mask | None
    ) -> tuple[NDArray[np.int64], float]:
        """The ``k`` nearest rows in any order, and a score that no other row exceeds by much."""
        parameters = None
        if mask is not None:
            bits = np.packbits(mask, bitorder="little")
            chosen = faiss.IDSelectorBitmap(bits)  # type: ignore[arg-type,call-arg]
            parameters = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        scores, rows = self._index.search(vector[None], min(k, len(self)), params=parameters)
        inside = rows[0] >= 0
        complete = k >= len(self) or not inside.all()
        return rows[0][inside], -np.inf if complete else float(scores[0][-1])


class DenseIndex:
    """Passage ids by the inner product of their vectors with a question's."""

    def __init__(self, segments: Sequence[DenseSegment] = (), rows: Rows | None = None) -> None:
        self._segments = tuple(segments)
        self._rows = rows or Rows(np.zeros(0, np.int64))
        self._starts = np.cumsum([0, *map(len, segments)], dtype=np.int64)

    @classmethod
    def build(cls, vectors: Iterable[tuple[int, Vectors]]) -> DenseIndex:
        """An index in memory over ``(passage id, unit vector (dimension,))`` pairs."""
        ids: list[int] = []
        vectors_16: list[NDArray[np.float16]] = []
        for id, vector in vectors:
            ids.append(id)
            vectors_16.append(vector.astype("<f2"))
        if not ids:
            return cls()
        return cls([DenseSegment.of(np.stack(vectors_16))], Rows(np.array(ids, np.int64)))

    def __len__(self) -> int:
        return len(self._rows)

    def contents(self) -> tuple[NDArray[np.int64], Vectors]:
        """The passage ids ``(n,)`` and their vectors ``(n, dimension)``, in their order."""
        if not self._segments:
            return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
        every = np.concatenate([segment.vectors() for segment in self._segments])
        live = self._rows.live
        return self._rows.live_ids(), every if live is None else every[live]

    def search(
        self,
        vector: Vectors,
        k: int,
        allowed: Allowed = None,
    ) -> dict[int, float]:
        """The ``k`` best passages, best first, ties by id, each with its inner product.

        Args:
            vector: one unit vector ``(dimension,)``.
            k: how many at most.
            allowed: search only among these passages; the filter is inside the search, so
                ``k`` results come back whenever ``k`` are allowed.

        Raises:
            ValueError: the vector's dimension is not the index's.
        """
        if not len(self) or k < 1 or (allowed is not None and not len(allowed)):
            return {}
        if vector.shape != (self._segments[0].dimension,):
            raise ValueError(
                f"the question's vector has shape {vector.shape}, the index holds vectors of "
                f"dimension {self._segments[0].dimension}"
            )
        query = np.ascontiguousarray(vector, np.float32)
        mask = self._rows.chosen(allowed)
        wanted = k + _SPARE
        while True:
            rows, scores, beyond = self._candidates(query, wanted, mask)
            best, best_scores = self._rows.best(rows, scores, k)
            if len(best) < k or best_scores[-1] > beyond + _ROUNDING or beyond == -np.inf:
                ids = self._rows.ids[best]
                return dict(zip(ids.tolist(), best_scores.tolist(), strict=True))
            wanted *= 2  # many are as near as the last one: the smallest ids among them count

    def _candidates(
        self, query: Vectors, k: int, mask: Mask | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], float]:
        """The ``k`` nearest rows of each segment, their scores, and what no other row exceeds."""
        rows: list[NDArray[np.int64]] = []
        scores: list[NDArray[np.float64]] = []
        beyond = -np.inf
        for segment, start in zip(self._segments, self._starts.tolist(), strict=False):
            inside = None if mask is None else mask[start : start + len(segment)]
            if inside is not None and not inside.any():
                continue
            found, last = segment.nearest(query, k, inside)
            # One way to sum, whichever segment a vector is in, so that equal vectors are equal.
            products = segment.vectors(found) * query
            rows.append(found + start)
            scores.append(products.sum(axis=1, dtype=np.float64))
            beyond = max(beyond, last)
        if not rows:
            return np.zeros(0, np.int64), np.zeros(0), beyond
        return np.concatenate(rows), np.concatenate(scores), beyond
