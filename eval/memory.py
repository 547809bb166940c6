"""How much memory a process has taken."""

from __future__ import annotations

import contextlib
import resource
import sys
from pathlib import Path


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
