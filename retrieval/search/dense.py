"""The dense index: inner product over unit vectors in half precision, by FAISS.

Half precision is how the library stores them, so nothing is lost. In an index of up to
`EXACT_UP_TO` passages a search looks at each vector. In a larger one it looks at the short codes of
each, and at the vectors of those that look best: no score is an estimate, but one of a hundred of
the wanted passages may be missing ([why](docs/decisions/short-codes.md)).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.checksums import Checksum, Put, read, write_by
from pincite.retrieval.search.rows import Allowed, Mask, Rows
from pincite.retrieval.search.short_codes import SHORTLIST, Halves, ShortCodes

# `pincite eval bench-dense` prints what these cost, and what they miss.
EXACT_UP_TO = 300_000  # passages of an index of which every vector is looked at
_FEW = 50_000  # allowed passages that are all looked at, however many there are
CODED_FROM = 8_193  # passages of a segment that has short codes; a scan of fewer is as fast without
_SPARE = 16  # candidates beyond the wanted ones, so that ties at the end are seen to be none
_SHORTEST = 256  # shortlist, however few are wanted
_SHARES, _LEAST_SHARE = 2, 64  # of a shortlist that each segment gives first: this, and so many
_ROUNDING = 2e-6  # by which a sum of 32-bit numbers and ours may differ


class DenseSegment:
    """Vectors ``(n, dimension)`` of one segment in half precision, with short codes if many."""

    def __init__(
        self,
        index: faiss.IndexScalarQuantizer,
        short: ShortCodes | None = None,
        data: memoryview | None = None,
    ) -> None:
        self._index = index
        self._data = data  # where the vectors stand that FAISS did not copy; gone with the segment
        # Where FAISS has them, because its own way to give many of them takes twice as long.
        self._rows = _codes(index).view("<f2").reshape(len(self), self.dimension)
        self._short_index = None if short is None else _short_index(short)
        self.short = short
        if short is not None and self._short_index is not None:  # not in memory twice
            codes = _codes(self._short_index).reshape(short.codes.shape)
            self.short = replace(short, codes=codes)

    @classmethod
    def of(cls, vectors: Halves) -> DenseSegment:
        """A segment of these vectors ``(n, dimension)``; what half precision lacks is lost."""
        return cls.without_codes(vectors).with_codes()

    @classmethod
    def without_codes(cls, vectors: Halves) -> DenseSegment:
        """A copy of the vectors ``(n, dimension)``, which can be let go before there are codes."""
        rows = np.ascontiguousarray(vectors, "<f2")
        index = faiss.IndexScalarQuantizer(
            rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.add_sa_codes(rows.view(np.uint8).reshape(len(rows), -1))
        return cls(index)

    def with_codes(self) -> DenseSegment:
        """The same, with short codes if it is large."""
        if len(self) < CODED_FROM:
            return self
        return DenseSegment(self._index, ShortCodes.of(self._rows))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Of each vector."""
        return int(self._index.d)

    def save(self, file: Path) -> Checksum:
        """Write the vectors to a new file."""
        return write_by(file, self._write)

    def _write(self, put: Put) -> None:
        # In parts: all at once, they would be in memory twice.
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(put))  # type: ignore[attr-defined]

    @classmethod
    def load(
        cls, file: Path, checksum: Checksum, short: ShortCodes | None = None, *, deep: bool = False
    ) -> DenseSegment:
        """Read what ``save`` wrote, checked as `pincite.retrieval.search.checksums.read` does.

        Raises:
            IndexDamagedError: it is not what was written, or the codes are of other vectors.
        """
        data = read(file, checksum, deep=deep)
        try:
            # Not by its name: FAISS opens no file on Windows whose name is not of its code page.
            start = faiss.swig_ptr(np.frombuffer(data, np.uint8))
            reader = faiss.ZeroCopyIOReader(start, len(data))  # type: ignore[attr-defined]
            index = faiss.read_index(reader, faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexDamagedError(f"the index file {file} cannot be read") from error
        if not isinstance(index, faiss.IndexScalarQuantizer):
            raise IndexDamagedError(f"the index file {file} is of another kind")
        if short is not None and short.codes.shape != (index.ntotal, short.directions.shape[1]):
            raise IndexDamagedError(f"the short codes beside {file} are of other vectors")
        return cls(index, short, data)

    def vectors(self, rows: NDArray[np.int64] | None = None) -> Vectors:
        """The vectors of these rows, or of all, ``(rows, dimension)``."""
        return (self._rows if rows is None else self._rows[rows]).astype(np.float32)

    @classmethod
    def merged(cls, parts: Sequence[tuple[DenseSegment, Mask]]) -> DenseSegment:
        """The rows of each part that its mask keeps, in order."""
        vectors = np.concatenate([part._rows[kept] for part, kept in parts])
        whole = cls.without_codes(vectors)
        del vectors  # as much again
        return whole.with_codes()

    def nearest(
        self, vector: Vectors, k: int, mask: Mask | None, *, exactly: bool = True
    ) -> tuple[NDArray[np.int64], Vectors, float]:
        """The ``k`` nearest rows, their scores, and one that no other row exceeds by much.

        The scores are estimates if the segment has short codes, unless they are wanted ``exactly``.
        """
        parameters = None
        if mask is not None:
            bits = np.packbits(mask, bitorder="little")
            chosen = faiss.IDSelectorBitmap(bits)  # type: ignore[arg-type,call-arg]
            parameters = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        k = min(k, len(self))
        # FAISS divides questions among its threads. One question leaves all but one without work,
        # and they wait for the next by running on, for milliseconds. The setting is the thread's.
        faiss.omp_set_num_threads(1)
        if exactly or self._short_index is None or self.short is None:
            scores, rows = self._index.search(vector[None], k, params=parameters)
        else:
            question, times, plus = self.short.question(vector)
            scores, rows = self._short_index.search(question[None], k, params=parameters)
            scores = scores * np.float32(times) + np.float32(plus)
        inside = rows[0] >= 0
        complete = k == len(self) or not inside.all()
        return rows[0][inside], scores[0][inside], -np.inf if complete else float(scores[0][-1])


def _short_index(short: ShortCodes) -> faiss.IndexScalarQuantizer:
    index = faiss.IndexScalarQuantizer(
        short.codes.shape[1],
        faiss.ScalarQuantizer.QT_8bit_direct_signed,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.add_sa_codes(short.codes)
    return index


def _codes(index: faiss.IndexScalarQuantizer) -> NDArray[np.uint8]:
    """The bytes of an index's vectors where they are; they are gone with the index."""
    return np.asarray(faiss.rev_swig_ptr(index.codes.data(), index.ntotal * index.code_size))


class DenseIndex:
    """Passage ids by the inner product of their vectors with a question's."""

    def __init__(self, segments: Sequence[DenseSegment] = (), rows: Rows | None = None) -> None:
        self._segments = tuple(segments)
        self._rows = rows or Rows(np.zeros(0, np.int64))
        self._starts = np.cumsum([0, *map(len, segments)], dtype=np.int64)
        self._is_coded = any(segment.short for segment in segments)

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
        if self._is_coded and len(self) > EXACT_UP_TO and not _has_few(mask):
            rows = self._shortlist(query, max(SHORTLIST * k, _SHORTEST), mask)
            near = np.zeros(len(rows), np.float32)
            for segment, own, inside in self._by_segment(rows):
                near[own] = segment.vectors(inside) @ query
            best, best_scores = self._best(query, rows, near, k)
        else:
            best, best_scores = self.exact(query, k, mask)
        return dict(zip(self._rows.ids[best].tolist(), best_scores.tolist(), strict=True))

    def exact(
        self, query: Vectors, k: int, mask: Mask | None = None
    ) -> tuple[NDArray[Any], NDArray[np.floating[Any]]]:
        """The ``k`` best of the rows, each of which is looked at, with their scores."""
        wanted = k + _SPARE
        while True:
            parts = [
                (start, *segment.nearest(query, wanted, inside))
                for start, segment, inside in self._searched(mask)
            ]
            rows = _joined([start + found for start, found, _, _ in parts])
            near = np.concatenate([np.zeros(0, np.float32), *(one for _, _, one, _ in parts)])
            beyond = max((last for *_, last in parts), default=-np.inf)
            best, best_scores = self._best(query, rows, near, k)
            if len(best) < k or best_scores[-1] > beyond + _ROUNDING or beyond == -np.inf:
                return best, best_scores
            wanted *= 2  # many are as near as the last one: the smallest ids among them count

    def _shortlist(self, query: Vectors, wanted: int, mask: Mask | None) -> NDArray[np.int64]:
        """The rows of so many that look best, in any order."""
        searched = list(self._searched(mask))
        share = min(wanted, _LEAST_SHARE + _SHARES * wanted // max(1, len(searched)))
        parts = [part.nearest(query, share, inside, exactly=False) for _, part, inside in searched]
        while True:
            rows = _joined(
                [s + found for (s, *_), (found, *_) in zip(searched, parts, strict=True)]
            )
            looks = np.concatenate([np.zeros(0, np.float32), *(scores for _, scores, _ in parts)])
            best, best_looks = self._rows.best(rows, looks, wanted)
            last = -np.inf if len(best) < wanted else best_looks[-1]
            # A segment may have more of the best than its share: it is asked for all of them.
            cut = [i for i, (*_, beyond) in enumerate(parts) if beyond > last]
            if not cut or share == wanted:
                return best
            share = wanted
            for i in cut:
                _, segment, inside = searched[i]
                parts[i] = segment.nearest(query, share, inside, exactly=False)

    def _searched(self, mask: Mask | None) -> Iterable[tuple[int, DenseSegment, Mask | None]]:
        """The segments with rows to search: the first row, the segment, the mask of its rows."""
        for segment, start in zip(self._segments, self._starts.tolist(), strict=False):
            inside = None if mask is None else mask[start : start + len(segment)]
            if inside is None or inside.any():
                yield start, segment, None if inside is None or inside.all() else inside

    def _best(
        self, query: Vectors, rows: NDArray[np.int64], near: Vectors, k: int
    ) -> tuple[NDArray[Any], NDArray[np.floating[Any]]]:
        """Of these rows the ``k`` best with their scores; ``near`` are these but for rounding.

        There is one way to sum, whichever segment a vector is in, so that equal ones are equal.
        """
        if len(rows) > k:  # few are so near to the last one that rounding may decide
            last = np.partition(near, len(near) - k)[len(near) - k]
            rows = rows[near >= last - 2 * _ROUNDING]
        scores = np.zeros(len(rows))
        for segment, own, inside in self._by_segment(rows):
            scores[own] = (segment.vectors(inside) * query).sum(axis=1, dtype=np.float64)
        return self._rows.best(rows, scores, k)

    def _by_segment(
        self, rows: NDArray[np.int64]
    ) -> Iterable[tuple[DenseSegment, Mask, NDArray[np.int64]]]:
        """The segments of these rows, which of these are in each, and their rows there."""
        segment_of = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(segment_of).tolist():
            own = segment_of == number
            yield self._segments[number], own, rows[own] - self._starts[number]


def _has_few(mask: Mask | None) -> bool:
    return mask is not None and int(np.count_nonzero(mask)) <= _FEW


def _joined(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *parts])
