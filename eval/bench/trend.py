"""How fast something that is looked at again and again grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# What is seen in one second is near what was seen in the second before, so a line through all of it
# would have an interval that is far too narrow. A line through blocks' means has not.
_BLOCKS = 10
_T = 2.306  # of Student's distribution with _BLOCKS - 2 degrees of freedom, 95 % on both sides


@dataclass(frozen=True, slots=True)
class Trend:
    """The slope of a straight line, and the interval that has it with 95 %."""

    slope: float
    low: float
    high: float


def trend(times: Sequence[float], values: Sequence[float]) -> Trend | None:
    """The straight line through the means of ten blocks; None with fewer than 20 values.

    >>> found = trend(range(100), [3.0 * second for second in range(100)])
    >>> round(found.slope, 6), round(found.low, 6), round(found.high, 6)
    (3.0, 3.0, 3.0)
    """
    if len(times) < 2 * _BLOCKS:
        return None
    x, y = (
        np.array([part.mean() for part in np.array_split(np.asarray(some, float), _BLOCKS)])
        for some in (times, values)
    )
    away = x - x.mean()
    slope = float(away @ y / (away @ away))
    left = y - y.mean() - slope * away
    error = float(np.sqrt(left @ left / (_BLOCKS - 2) / (away @ away)))
    return Trend(slope, slope - _T * error, slope + _T * error)
