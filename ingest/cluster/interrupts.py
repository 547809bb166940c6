"""Loaded by the workers that are started on this machine: Ctrl-C is for whoever started them."""

from __future__ import annotations

import signal


def dask_setup(worker: object) -> None:
    """Leave interrupts alone; Dask calls this when a worker starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
