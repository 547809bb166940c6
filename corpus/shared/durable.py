"""Makes what was written to a folder last through a loss of power, which Lance does not."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pincite.corpus.shared.place import Place

_SLACK_NS = 2_000_000_000  # of the dates that a file system gives


class Unsynced:
    """The files that were written since it was made. In a bucket there is nothing to do."""

    def __init__(self, place: Place) -> None:
        self._folder = place.local
        self._since = time.time_ns() - _SLACK_NS
        self._done: set[tuple[Path, int]] = set()

    def sync(self) -> None:
        """Force them, and the folders that name them, to the disk.

        Raises:
            OSError: the disk does not take them.
        """
        if self._folder is None:
            return
        folders: set[Path] = set()
        for folder, _, names in os.walk(self._folder):
            for file in (Path(folder) / name for name in names):
                changed = file.stat().st_mtime_ns
                if changed >= self._since and (file, changed) not in self._done:
                    _sync(file)
                    self._done.add((file, changed))
                    folders.add(file.parent)
        for one in folders if os.name != "nt" else ():
            _sync(one)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
