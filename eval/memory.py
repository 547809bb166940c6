"""How much memory this process has taken."""

from __future__ import annotations

import resource
import sys


def peak_rss_mb() -> float:
    """The process's largest resident size so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
