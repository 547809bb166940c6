"""Short codes of a segment's vectors: enough to tell which of very many are worth a closer look.

A vector is turned so that its first numbers are those in which the segment's vectors differ most
(principal components), and only some of these are kept, in eight bits each. Their inner product
with the question's is an estimate. How many are kept is found when a segment is written: enough
that `SHORTLIST` times as many candidates as are wanted have `TARGET` of those that are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.arrays import Array

Halves = NDArray[np.floating[Any]]  # vectors, as a rule in half precision

# `pincite eval bench-dense` prints what these give.
SHORTLIST = 8  # candidates that are scored exactly, for each one wanted
TARGET = 0.995  # of the best that the candidates must have
_WANTED = 20  # best ones that are looked for when this is measured: a segment's share of some 300
_QUESTIONS = 64  # that it is measured with
_SAMPLE = 16_384  # vectors of which the directions are found
_AT_ONCE = 4096  # vectors that are in single precision at a time
_FIRST_SHARE = 1 / 3  # of the numbers, kept at first
_STEPS = 8  # from there to all of them
_LEVELS = 127  # of a code to either side of zero
_ZERO = 128  # what stands for zero
_SEED = 3
_TINY = 1e-30  # so that nothing is divided by zero


@dataclass(frozen=True, slots=True)
class ShortCodes:
    """Codes of the ``n`` vectors of a segment.

    Attributes:
        mean: of the vectors, ``(dimension,)``.
        directions: orthonormal columns ``(dimension, kept)``.
        step: what a code is more than the next lower one.
        codes: ``(n, kept)``; ``(codes - 128) * step`` are coordinates along the directions.
        recall: the share of the best that a shortlist had, measured with held-back questions.
    """

    mean: Vectors
    directions: Vectors
    step: float
    codes: NDArray[np.uint8]
    recall: float

    @classmethod
    def of(cls, vectors: Halves) -> ShortCodes:
        """The codes of vectors ``(n, dimension)``; the same vectors have the same codes.

        Some thousand vectors at a time are in single precision; the codes are all that is added.
        """
        mean, directions = _principal(vectors)
        kept, recall = _enough(vectors, mean, directions)
        directions = np.ascontiguousarray(directions[:, :kept])
        most = _TINY
        for rows in _blocks(len(vectors)):
            along = _coordinates(vectors[rows], mean, directions)
            most = max(most, float(along.max()), -float(along.min()))
        codes = np.empty((len(vectors), kept), np.uint8)
        for rows in _blocks(len(vectors)):
            along = _coordinates(vectors[rows], mean, directions)
            codes[rows] = np.rint(along * np.float32(_LEVELS / most)) + _ZERO
        return cls(mean, directions, float(most / _LEVELS), codes, recall)

    def __len__(self) -> int:
        return len(self.codes)

    def question(self, vector: Vectors) -> tuple[Vectors, float, float]:
        """A question ``(dimension,)`` in whole numbers, for its products with codes.

        An estimate is such a product times the second value, plus the third.
        """
        along = vector @ self.directions
        unit = max(float(np.abs(along).max()) / _LEVELS, _TINY)
        return np.rint(along / np.float32(unit)), self.step * unit, float(vector @ self.mean)

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
        mean, directions = arrays["mean"].copy(), arrays["directions"].copy()
        return cls(mean, directions, step, arrays["codes"], recall)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + _AT_ONCE) for start in range(0, count, _AT_ONCE))


def _coordinates(vectors: Halves, mean: Vectors, directions: Vectors) -> Vectors:
    return np.asarray((vectors.astype(np.float32) - mean) @ directions, np.float32)


def _principal(vectors: Halves) -> tuple[Vectors, Vectors]:
    """The mean, and the directions in columns, those in which vectors differ most first."""
    sample = vectors[:: max(1, len(vectors) // _SAMPLE)]
    mean = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    products = np.zeros((len(mean), len(mean)))
    for rows in _blocks(len(sample)):
        apart = sample[rows].astype(np.float32) - mean
        products += apart.T @ apart
    _, directions = np.linalg.eigh(products)
    return mean, directions[:, ::-1].astype(np.float32)


def _enough(vectors: Halves, mean: Vectors, directions: Vectors) -> tuple[int, float]:
    """How many of the coordinates are enough, and the recall that they have."""
    questions = _questions(vectors)
    scores = np.empty((len(questions), len(vectors)), np.float32)
    for rows in _blocks(len(vectors)):
        scores[:, rows] = questions @ vectors[rows].astype(np.float32).T
    is_best = _are_best(scores, _WANTED)
    along = questions @ directions
    dimension = len(mean)
    scores[:] = 0  # from here on, estimates
    start, recall = 0, 0.0
    for share in np.linspace(_FIRST_SHARE, 1, _STEPS + 1):
        kept = max(1, round(dimension * share))
        some = slice(start, kept)
        for rows in _blocks(len(vectors)):
            scores[:, rows] += (
                along[:, some] @ _coordinates(vectors[rows], mean, directions[:, some]).T
            )
        listed = _are_best(scores, SHORTLIST * _WANTED)
        recall = float((is_best & listed).sum() / is_best.sum())
        if recall >= TARGET:
            return kept, recall
        start = kept
    return dimension, recall


def _questions(vectors: Halves) -> Vectors:
    """Unit vectors between two others each: like a question, near to many and equal to none."""
    pairs = np.random.default_rng(_SEED).integers(0, len(vectors), (2, _QUESTIONS))
    between = vectors[pairs[0]].astype(np.float32) + vectors[pairs[1]]
    length = np.linalg.norm(between, axis=1, keepdims=True)
    return np.asarray(between / np.maximum(length, np.float32(_TINY)), np.float32)


def _are_best(scores: Vectors, k: int) -> NDArray[np.bool_]:
    """The ``k`` best of each row; those that tie with the last are among them."""
    place = max(0, scores.shape[1] - k)
    # A row at a time: the copy in which values change places is as large as what is given.
    return np.stack([row >= np.partition(row, place)[place] for row in scores])
