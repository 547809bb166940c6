"""Operations counted instead of timed, for tests that hold how work grows with its input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def operations(work: Callable[[], object]) -> int:
    """The lines, and the calls of Python and C functions, that ``work`` takes."""
    total = 0

    def count(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal total
        total += 1
        return count

    before = sys.gettrace(), sys.getprofile()
    sys.setprofile(count)
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return total
