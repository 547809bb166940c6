"""Intervals and tests by resampling questions. The seed is fixed: same input, same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]
RESAMPLES = 1000
_LEVEL = 95.0
_SEED = 20_240_229


def resamples(n: int, times: int = RESAMPLES) -> Iterator[Indexes]:
    """``times`` draws of ``n`` indexes out of ``n``, with replacement."""
    generator = np.random.default_rng(_SEED)
    for _ in range(times):
        yield generator.integers(n, size=n)


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The ends of the 95 % percentile interval of a statistic's resampled values (Efron, 1979)."""
    low, high = np.percentile(values, [(100 - _LEVEL) / 2, (100 + _LEVEL) / 2])
    return float(low), float(high)


def interval(statistic: Callable[[Indexes], float], n: int) -> tuple[float, float]:
    """The interval of a statistic of the ``n`` questions: it gets the indexes of each resample."""
    return percentiles([statistic(index) for index in resamples(n)])


def sign_flip(differences: Floats, times: int = 10_000) -> float:
    """The two-sided p-value of a paired randomisation test on the mean difference.

    Under the null hypothesis each question's two results could as well be exchanged (Fisher, 1935;
    Smucker, Allan and Carterette, "A Comparison of Statistical Significance Tests for Information
    Retrieval Evaluation", 2007). ``(1 + extreme) / (1 + times)``.
    """
    generator = np.random.default_rng(_SEED)
    observed = abs(float(differences.sum())) - 1e-12
    changed = differences[differences != 0]  # only these can flip anything
    extreme = 0
    for start in range(0, times, 500):  # in chunks, to bound the memory
        signs = generator.choice((-1.0, 1.0), size=(min(500, times - start), len(changed)))
        extreme += int((np.abs(signs @ changed) >= observed).sum())
    return (1 + extreme) / (1 + times)
