"""How much memory a process has taken."""

from __future__ import annotations

import contextlib
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LOOK_SECONDS = 0.05


def peak_rss_mb() -> float:
    """The process's largest resident size so far, in MiB."""
    # On Linux a new program begins with the ``ru_maxrss`` of whoever started it.
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return mib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def mib(peak: int) -> float:
    """A largest resident size as the system counts it, ``ru_maxrss``, in MiB."""
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


@dataclass(slots=True)
class Peak:
    """The most memory of some processes at once, so far, in MiB."""

    mib: float = 0.0


@contextmanager
def tree_watched(process: int) -> Iterator[Peak]:
    """The peak of a process and all its descendants, looked at 20 times a second (Linux only).

    Pages that several of them share count once: it is the sum of their proportional set sizes.
    """
    peak, ended = Peak(), threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_SECONDS):
            peak.mib = max(peak.mib, sum(map(_pss_mib, [process, *descendants(process)])))

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()


def descendants(process: int) -> list[int]:
    """The children of a process and theirs, those that are still there; none but on Linux."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    except OSError:  # it has just ended
        pass
    return found


def rss_mib(process: int) -> float:
    """The resident size of a process now; 0 where nobody says (but on Linux)."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def open_files(process: int) -> int:
    """How many files, sockets and the like a process has open; 0 where nobody says."""
    try:
        return len(list(Path(f"/proc/{process}/fd").iterdir()))
    except OSError:
        return 0


def _pss_mib(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
