"""Errors of the folder for temporary files as ours."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from pincite.corpus.errors import DiskFullError, LibraryError

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def temporary_space(what: str) -> Iterator[None]:
    """While it lasts, an error of the disk is one of the folder for temporary files.

    >>> try:
    ...     with temporary_space("uploads wait to be read"):
    ...         raise OSError(errno.ENOSPC, "No space left on device")
    ... except DiskFullError as error:
    ...     print(str(error).partition(", ")[2].partition(";")[0])
    where uploads wait to be read, is full

    Args:
        what: happens in that folder, in words.

    Raises:
        DiskFullError: its disk is full.
        LibraryError: it cannot be used otherwise.
    """
    try:
        yield
    except OSError as error:
        folder = tempfile.tempdir or "the folder for temporary files"
        if error.errno in _FULL:
            raise DiskFullError(
                f"the disk of {folder}, where {what}, is full; free some space and try again, or "
                "name another folder in TMPDIR"
            ) from error
        raise LibraryError(
            f"{folder}, where {what}, cannot be used ({error.strerror}); name another folder in "
            "TMPDIR"
        ) from error
