"""Fusion: one ranking from two."""

from __future__ import annotations

from collections.abc import Mapping


def normalised(scores: Mapping[int, float]) -> dict[int, float]:
    """Divide by the largest score; what is below zero becomes zero.

    >>> normalised({1: 4.0, 2: 2.0, 3: -1.0})
    {1: 1.0, 2: 0.5, 3: 0.0}
    """
    top = max(scores.values(), default=0.0)
    return {id: max(0.0, score) / top if top > 0 else 0.0 for id, score in scores.items()}


def convex(
    dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float
) -> dict[int, float]:
    """The convex combination of two max-normalised rankings, best first.

    ``w · d/max(d) + (1 - w) · l/max(l)``, with zero for what one ranking does not have (Bruch,
    Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023). Scores are in
    [0, 1]; ties go to the smaller id.

    Raises:
        ValueError: the weight is outside [0, 1].

    >>> convex({1: 0.9, 2: 0.45}, {2: 12.0}, 0.5)
    {2: 0.75, 1: 0.5}
    """
    if not 0.0 <= dense_weight <= 1.0:
        raise ValueError(f"the dense weight must be in [0, 1], got {dense_weight}")
    left, right = normalised(dense), normalised(lexical)
    fused = {
        id: dense_weight * left.get(id, 0.0) + (1.0 - dense_weight) * right.get(id, 0.0)
        for id in left.keys() | right.keys()
    }
    return dict(sorted(fused.items(), key=lambda item: (-item[1], item[0])))
