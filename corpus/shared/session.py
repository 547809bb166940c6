"""What Lance remembers of tables and indexes that it has read: bounded, and shared by all of them.

Left to itself it would remember up to 7 GB, and each version of each table anew. It never forgets
what no version has any longer before these bounds are reached, and keeps a file open for each part
of an index that it remembers, so whoever follows a library begins anew every so often.
"""

from __future__ import annotations

import ctypes
import os
from functools import lru_cache

import lance

# `pincite eval soak` shows what a server and a writer take with these.
_INDEX_BYTES = 64 << 20
_METADATA_BYTES = 16 << 20
HEADS = 32  # that are followed with one memory; about as many commits are merged into one part


def session() -> lance.Session:
    """The session of this process.

    A session remembers how a bucket is reached, too, so there is a new one when that has changed.
    """
    return _session(tuple(sorted(one for one in os.environ.items() if one[0].startswith("AWS_"))))


def forget() -> None:
    """Begin anew: what is opened from now on shares a session that remembers nothing.

    What is open keeps the one before, which goes with the last of them.
    """
    _session.cache_clear()
    _give_back()


def _give_back() -> None:
    """Give the system back what was freed, which glibc keeps, in a heap for each thread."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _session(reached: tuple[tuple[str, str], ...]) -> lance.Session:
    return lance.Session(
        index_cache_size_bytes=_INDEX_BYTES, metadata_cache_size_bytes=_METADATA_BYTES
    )
