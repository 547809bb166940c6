"""What Lance remembers of tables and indexes that it has read: bounded, and shared by all of them.

Left to itself it would remember up to 7 GB, and each version of each table anew.
"""

from __future__ import annotations

import os
from functools import lru_cache

import lance

# `pincite eval soak` shows what a server and a writer take with these.
_INDEX_BYTES = 64 << 20
_METADATA_BYTES = 16 << 20


def session() -> lance.Session:
    """The session of this process.

    A session remembers how a bucket is reached, too, so there is a new one when that has changed.
    """
    return _session(tuple(sorted(one for one in os.environ.items() if one[0].startswith("AWS_"))))


@lru_cache(maxsize=1)
def _session(reached: tuple[tuple[str, str], ...]) -> lance.Session:
    return lance.Session(
        index_cache_size_bytes=_INDEX_BYTES, metadata_cache_size_bytes=_METADATA_BYTES
    )
