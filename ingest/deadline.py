"""By when the file at hand has to be read, for a reader that rather leaves out than is late."""

from __future__ import annotations

import math
import time

_RESERVE = 0.25  # of the time for a file: for what is still to be done when it is near its end

_near = math.inf  # on the monotonic clock, in seconds; there is no hurry where nobody sets it


def start(seconds: float) -> None:
    """A file is begun that may take so long."""
    global _near
    _near = time.monotonic() + (1 - _RESERVE) * seconds


def is_near() -> bool:
    """Whether it is time to finish the file at hand."""
    return time.monotonic() > _near
