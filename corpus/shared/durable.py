"""Makes what was written to a folder last through a loss of power, which Lance does not."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable

from pincite.corpus.shared.place import Place

_SLACK_NS = 2_000_000_000  # by which the dates that a file system gives may be off


class Durable:
    """Forces to the disk what was written since `begin`. In a bucket there is nothing to do."""

    def __init__(self, place: Place) -> None:
        self._folder = place.local
        self._since = 0
        self._done: dict[str, int] = {}  # files with their dates, in nanoseconds

    def begin(self) -> None:
        """From now on, what is written is to last."""
        self._since = time.time_ns() - _SLACK_NS
        self._done = {file: date for file, date in self._done.items() if date >= self._since}

    def sync(self) -> None:
        """Force it, and the folders that name it, to the disk.

        Raises:
            OSError: the disk does not take it.
        """
        if self._folder is None:
            return
        for folder, _, _ in os.walk(self._folder):
            if self._sync_files(folder) and os.name != "nt":
                _sync(folder)

    def _sync_files(self, folder: str) -> bool:
        """Whether any file in a folder was new."""
        found = False
        # What another process writes at the same moment may be gone again.
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    date = entry.stat().st_mtime_ns
                    if date < self._since or self._done.get(entry.path) == date or entry.is_dir():
                        continue
                    _sync(entry.path)
                    self._done[entry.path] = date
                    found = True
        return found


def settle(place: Place, files: Iterable[str]) -> None:
    """Force files, given below the root, and the folders that name them, to the disk.

    Raises:
        OSError: the disk does not take it.
    """
    if place.local is None:
        return
    paths = [place.local / file for file in files]
    for path in paths:
        _sync(str(path))
    if os.name != "nt":
        for folder in {path.parent for path in paths}:
            _sync(str(folder))


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
