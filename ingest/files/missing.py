"""Paths that are gone: forgotten with all in them, unless they look like a disk that is not there.

A disk that is not mounted leaves an empty folder, or none. Nothing tells that for sure from a
folder that was emptied, so only where disks are mounted by custom is the one taken for the other.
"""

from __future__ import annotations

import os

from pincite.corpus.errors import SourceNotFoundError
from pincite.ingest.files.walk import lies_in

_MOUNT_FOLDERS = ("/media", "/mnt", "/run/media", "/Volumes")


def is_gone(path: str) -> bool:
    """Whether there is nothing at ``path``; one that the system withholds is there."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        return False
    return False


def may_be_unmounted(path: str) -> bool:
    """Whether an empty or missing ``path`` may be on a disk that is not mounted now.

    Args:
        path: absolute.
    """
    there = path
    while not os.path.isdir(there):
        parent = os.path.dirname(there)
        if parent == there:  # not even the drive
            return True
        there = parent
    roots = [root for root in map(os.path.realpath, _MOUNT_FOLDERS) if root != os.sep]
    real = os.path.realpath(there)
    root = next((root for root in roots if lies_in(real, root)), None)
    if root is None:
        return False
    if real == root:
        return there != path
    return not _is_on_another_disk(real, root) and _is_empty(real)


def unmounted(path: str) -> str:
    """Why the documents of such a path are not forgotten."""
    return (
        f"{path} is empty or missing, as when its disk is not mounted, so none of its documents is "
        "removed; mount the disk, or remove them by name with: pincite remove"
    )


def not_there(path: str) -> SourceNotFoundError:
    """What is raised for a missing path that the library knows nothing of."""
    return SourceNotFoundError(
        f"{path} does not exist, and no document of the library lies in it; check the path"
    )


def _is_on_another_disk(path: str, root: str) -> bool:
    """Whether a folder in ``root`` is a mounted disk, or lies in one."""
    while path != root:
        if os.path.ismount(path):
            return True
        path = os.path.dirname(path)
    return False


def _is_empty(folder: str) -> bool:
    try:
        with os.scandir(folder) as found:
            return next(found, None) is None
    except OSError:
        return False
