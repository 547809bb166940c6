"""What Lance remembers of tables and indexes that it has read: bounded, and shared by all of them.

Left to itself it would remember up to 7 GB, and each version of each table anew.
"""

from __future__ import annotations

from functools import cache

import lance

# `pincite eval soak` shows what a server and a writer take with these.
_INDEX_BYTES = 64 << 20
_METADATA_BYTES = 16 << 20


@cache
def session() -> lance.Session:
    """The one session of this process."""
    return lance.Session(
        index_cache_size_bytes=_INDEX_BYTES, metadata_cache_size_bytes=_METADATA_BYTES
    )
