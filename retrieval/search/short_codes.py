"""Short codes of a segment's vectors: enough to tell which of very many are worth a closer look.

A vector is turned so that its first numbers are those in which the segment's vectors differ most
(principal components), and of these only some are kept, in eight bits each. Their inner product with
the question's is an estimate. How many are kept is found when a segment is written: enough that
`SHORTLIST` times as many candidates as are wanted have `TARGET` of those that are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.arrays import Array

SHORTLIST = 5  # candidates that are scored exactly, for each one wanted
TARGET = 0.985  # of the best that the candidates must have; `pincite eval bench-dense` shows it
_WANTED = 20  # best ones that are looked for when this is measured: a segment's share of some 300
_QUESTIONS = 128  # that it is measured with
_SAMPLE = 16_384  # vectors of which the directions are found
_FIRST_SHARE = 1 / 3  # of the numbers, kept at first
_STEPS = 8  # from there to all of them
_LEVELS = 127  # of a code to either side of zero
_ZERO = 128  # what stands for zero
_SEED = 3


@dataclass(frozen=True, slots=True)
class ShortCodes:
    """Codes of the ``n`` vectors of a segment.

    Attributes:
        mean: of the vectors, ``(dimension,)``.
        directions: orthonormal columns ``(dimension, kept)``.
        step: what a code is more than the next lower one.
        codes: ``(n, kept)``; ``(codes - 128) * step`` are coordinates along the directions.
        recall: the share of the best ones that the shortlist had, measured with held-back questions.
    """

    mean: Vectors
    directions: Vectors
    step: float
    codes: NDArray[np.uint8]
    recall: float

    @classmethod
    def of(cls, vectors: Vectors) -> ShortCodes:
        """The codes of vectors ``(n, dimension)``; the same vectors have the same codes."""
        mean, directions = _principal(vectors)
        questions = _questions(vectors)
        best = _best(questions @ vectors.T, _WANTED)
        dimension = vectors.shape[1]
        for share in np.linspace(_FIRST_SHARE, 1, _STEPS + 1):
            kept = max(1, round(dimension * share))
            found = cls._along(vectors, mean, np.ascontiguousarray(directions[:, :kept]))
            coordinates = found.codes.astype(np.float32) - np.float32(_ZERO)
            estimates = found.question(questions) @ coordinates.T
            recall = _shared(best, _best(estimates, SHORTLIST * _WANTED))
            if recall >= TARGET:
                break
        return cls(mean, found.directions, found.step, found.codes, recall)

    @classmethod
    def _along(cls, vectors: Vectors, mean: Vectors, directions: Vectors) -> ShortCodes:
        coordinates = (vectors - mean) @ directions
        step = max(float(np.abs(coordinates).max()) / _LEVELS, float(np.finfo(np.float32).tiny))
        codes = (np.rint(coordinates / step) + _ZERO).astype(np.uint8)
        return cls(mean, directions, step, codes, 0.0)

    def __len__(self) -> int:
        return len(self.codes)

    def question(self, vectors: Vectors) -> Vectors:
        """Questions ``(…, dimension)`` in the codes' coordinates ``(…, kept)``: whole numbers."""
        along = vectors @ self.directions
        return np.rint(along / self._unit(along))  # type: ignore[no-any-return]

    def scale(self, vector: Vectors) -> tuple[float, float]:
        """What the product of a question and codes is times and plus, to be an estimate."""
        unit = float(self._unit(vector @ self.directions)[0])
        return self.step * unit, float(vector @ self.mean)

    @staticmethod
    def _unit(along: Vectors) -> Vectors:
        most = np.abs(along).max(axis=-1, keepdims=True)
        return np.asarray(np.maximum(most / _LEVELS, np.finfo(np.float32).tiny), np.float32)

    def arrays(self) -> dict[str, Array]:
        """The codes for storing."""
        return {
            "mean": self.mean,
            "directions": self.directions,
            "codes": self.codes,
            "numbers": np.array([self.step, self.recall]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> ShortCodes:
        """Read what ``arrays`` gave."""
        step, recall = arrays["numbers"].tolist()
        return cls(arrays["mean"], arrays["directions"], step, arrays["codes"], recall)


def _principal(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """The mean, and the directions in columns, those in which vectors differ most first."""
    sample = vectors[:: max(1, len(vectors) // _SAMPLE)]
    mean = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    apart = sample - mean
    _, directions = np.linalg.eigh((apart.T @ apart).astype(np.float64))
    return mean, directions[:, ::-1].astype(np.float32)


def _questions(vectors: Vectors) -> Vectors:
    """Unit vectors between two others each: like a question, near to many and equal to none."""
    pairs = np.random.default_rng(_SEED).integers(0, len(vectors), (2, _QUESTIONS))
    between = vectors[pairs[0]] + vectors[pairs[1]]
    length = np.linalg.norm(between, axis=1, keepdims=True)
    return np.asarray(between / np.maximum(length, np.finfo(np.float32).tiny), np.float32)


def _best(scores: Vectors, k: int) -> NDArray[np.int64]:
    k = min(k, scores.shape[1])
    return np.argpartition(-scores, k - 1, axis=1)[:, :k]


def _shared(best: NDArray[np.int64], shortlist: NDArray[np.int64]) -> float:
    return float(
        np.mean([np.isin(one, other).mean() for one, other in zip(best, shortlist, strict=True)])
    )
