"""Office files from before 2007 and what is locked by a password: OLE2, streams in one file."""

from __future__ import annotations

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage"
"""The stream of a current office file that has a password."""


def is_ole(data: bytes) -> bool:
    """Whether the bytes begin as an OLE2 file does."""
    return data.startswith(SIGNATURE)


def names(data: bytes, *streams: str) -> bool:
    """Whether an OLE2 file names one of these streams, be it only in its text."""
    return any(stream.encode("utf-16-le") in data for stream in streams)
