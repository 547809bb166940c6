"""Sums by which a library notices that a row in its file was changed.

A sum is the first 16 bytes of SHA-256: enough against accidents, and nothing helps against somebody
who changes a row and its sum. Why they are as they are: docs/decisions/sums.md.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3

_LENGTH = 16  # bytes
_json = json.JSONEncoder(default=bytes.hex).encode  # json.dumps() would make one for each row


def row_sum(*values: str | int | bytes | None) -> bytes:
    """The sum of a row's values, in their order.

    >>> row_sum("a", 1).hex()
    '2657442bb4a48d62f780ea60395ef2d2'
    """
    return text_sum(_json(values))


def blob_sum(key: str | bytes, data: bytes) -> bytes:
    """The sum of a large value under its key."""
    digest = hashlib.sha256(key.encode() if isinstance(key, str) else key)
    digest.update(data)
    return digest.digest()[:_LENGTH]


def text_sum(text: str) -> bytes:
    """The sum of a text."""
    return hashlib.sha256(text.encode()).digest()[:_LENGTH]


def register(connection: sqlite3.Connection) -> None:
    """Let statements of the connection use ``row_sum(…)`` and ``blob_sum(key, data)``."""
    connection.create_function("row_sum", -1, row_sum, deterministic=True)
    connection.create_function("blob_sum", 2, blob_sum, deterministic=True)
