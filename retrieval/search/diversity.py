"""Near to a vector and unlike each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pincite.retrieval.embedding.embedder import Vectors


def diverse(vector: Vectors, rows: Sequence[Vectors], k: int, weight: float) -> list[int]:
    """Choose ``k`` rows by maximal marginal relevance (Carbonell and Goldstein 1998).

    First the nearest row; then, time and again, the one with the highest
    ``weight * nearness - (1 - weight) * likeness to the most alike of the chosen``.

    Args:
        vector: the unit vector ``(dimension,)`` of what they should be near to.
        rows: unit vectors to choose from.
        k: how many at most.
        weight: in [0, 1].

    Returns:
        Positions in ``rows``, in the order of choice.

    Raises:
        ValueError: ``weight`` is out of range.
    """
    if not 0 <= weight <= 1:
        raise ValueError(f"lambda_mult is {weight}, and must be in [0, 1]")
    if not rows or k < 1:
        return []
    matrix = np.stack(rows)
    nearness = matrix @ vector
    likeness = np.full(len(rows), -np.inf)  # to the most alike of the chosen
    chosen = [int(nearness.argmax())]
    while len(chosen) < min(k, len(rows)):
        likeness = np.maximum(likeness, matrix @ matrix[chosen[-1]])
        gain = weight * nearness - (1 - weight) * likeness
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
    return chosen
