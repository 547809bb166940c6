"""How much memory a process has taken."""

from __future__ import annotations

import resource
import sys


def peak_rss_mb() -> float:
    """The process's largest resident size so far, in MiB."""
    return mib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def mib(peak: int) -> float:
    """A largest resident size as the system counts it, ``ru_maxrss``, in MiB."""
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
