"""By when the file at hand has to be read, for a reader that rather leaves out than is late."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

_RESERVE = 0.25  # of the time for a file: for what is still to be done when it is near its end

_near = math.inf  # on the monotonic clock, in seconds; there is no hurry where nobody sets it


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """While a file is read that may take so long."""
    global _near
    _near = time.monotonic() + (1 - _RESERVE) * seconds
    try:
        yield
    finally:
        _near = math.inf


def is_near() -> bool:
    """Whether it is time to finish the file at hand."""
    return time.monotonic() > _near
