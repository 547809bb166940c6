"""Makes what was written to a folder last through a loss of power, which Lance does not."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable

from pincite.corpus.shared.place import Place

_SLACK_NS = 2_000_000_000  # by which the dates that a file system gives may be off
_PARTS = "_indices"  # the folder with a folder for each part of an index, and no folders in these


class Durable:
    """Forces to the disk what was written since `begin`. In a bucket there is nothing to do."""

    def __init__(self, place: Place) -> None:
        self._folder = place.local
        self._since = 0
        self._done: dict[str, int] = {}  # files with their dates, in nanoseconds
        # By folder of a table the names of what is older than the commit. A library that is written
        # to all the time has tens of thousands of files, whose dates need not be asked for each
        # time: Lance rewrites no file, and gives no name twice.
        self._old: dict[str, set[str]] = {}

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
        old: dict[str, set[str]] = {}
        root = str(self._folder)
        folders = [root]
        while folders:
            folder = folders.pop()
            # What another process writes at the same moment may be gone again.
            with contextlib.suppress(FileNotFoundError):
                above, known = os.path.dirname(folder), self._old.get(folder, set())
                if root in (folder, above):  # what is written here may be written again
                    inside, _ = self._sync_files(folder, set())
                elif self._is_new(folder):
                    inside, old[folder] = self._sync_files(folder, known)
                elif os.path.basename(above) == _PARTS:
                    continue
                else:
                    inside, old[folder] = _folders(folder), known
                folders += inside
        self._old = old

    def _is_new(self, folder: str) -> bool:
        """Whether anything was put into a folder, or taken out of it."""
        return os.stat(folder).st_mtime_ns >= self._since

    def _sync_files(self, folder: str, known: set[str]) -> tuple[list[str], set[str]]:
        """Force what is new in a folder; the folders in it, and the names of its old files."""
        found, folders = False, []
        with os.scandir(folder) as entries:
            there = {entry.name: entry for entry in entries}
        old = known & there.keys()
        for name in there.keys() - known:
            entry = there[name]
            if entry.is_dir():
                folders.append(entry.path)
                continue
            with contextlib.suppress(FileNotFoundError):
                date = entry.stat().st_mtime_ns
                if date < self._since:
                    old.add(name)
                elif self._done.get(entry.path) != date:
                    _sync(entry.path)
                    self._done[entry.path] = date
                    found = True
        if found and os.name != "nt":
            _sync(folder)
        return folders, old


def _folders(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.path for entry in entries if entry.is_dir()]


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
