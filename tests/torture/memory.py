"""The memory of a process and of those that it started, sampled while something goes on."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MB = 1_000_000
_EVERY_S = 1.0
_BLOCKS = 12  # of samples: one after the other they are much alike, so means of many are fitted
_T_95 = 2.228  # of Student's t with ten degrees of freedom, two-sided


@dataclass(slots=True)
class Samples:
    """Seconds since the start, and the resident bytes of the process and of all together."""

    times: list[float] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    together: list[int] = field(default_factory=list)

    @property
    def peak(self) -> int:
        """The most bytes that all had together."""
        return max(self.together, default=0)


@contextmanager
def sampled(process: int) -> Iterator[Samples]:
    """Samples of a process as long as this lasts; none where there is no ``/proc``."""
    samples, ended, began = Samples(), threading.Event(), time.monotonic()

    def sample() -> None:
        while not ended.wait(_EVERY_S):
            own = _resident(process)
            samples.times.append(time.monotonic() - began)
            samples.own.append(own)
            samples.together.append(own + sum(map(_resident, _descendants(process))))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()


@dataclass(frozen=True, slots=True)
class Slope:
    """How memory grows: bytes a minute, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value / MB:+.2f} [{self.low / MB:+.2f}, {self.high / MB:+.2f}] MB a minute"


def slope(times: Sequence[float], values: Sequence[float]) -> Slope:
    """The least-squares slope over the means of blocks of samples, with Student's interval.

    >>> str(slope(range(120), [7] * 120))
    '+0.00 [+0.00, +0.00] MB a minute'
    """
    size = len(times) // _BLOCKS
    if not size:
        return Slope(0, float("-inf"), float("inf"))
    starts = range(len(times) - _BLOCKS * size, len(times), size)
    x = [statistics.fmean(times[s : s + size]) / 60 for s in starts]
    y = [statistics.fmean(values[s : s + size]) for s in starts]
    line = statistics.linear_regression(x, y)
    left = sum((b - line.slope * a - line.intercept) ** 2 for a, b in zip(x, y, strict=True))
    mean = statistics.fmean(x)
    spread = sum((a - mean) ** 2 for a in x)
    half = _T_95 * (left / (_BLOCKS - 2) / spread) ** 0.5
    return Slope(line.slope, line.slope - half, line.slope + half)


def _resident(process: int) -> int:
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def _descendants(process: int) -> Iterator[int]:
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from _descendants(child)
    except (OSError, ValueError):
        return
