"""Readers: bytes to canonical text with sections, one small module a format.

A reader is a module-level object with the `Reader` protocol; a new format is a new module and
one more line in ``READERS``.
"""

from __future__ import annotations

from pathlib import PurePath

from corpus.errors import EmptySourceError
from ingest.readers.base import Reader, Reading, decode
from ingest.readers.markdown import MARKDOWN
from ingest.readers.text import TEXT

READERS: tuple[Reader, ...] = (MARKDOWN, TEXT)

__all__ = ["READERS", "Reader", "Reading", "decode", "read"]


def read(data: bytes, name: str) -> tuple[Reader, Reading]:
    """Read a file's bytes with the reader that its name calls for; plain text by default.

    Raises:
        UnsupportedSourceError: binary data.
        EncodingError: bytes that are not text in UTF-8, or in UTF-16 with its mark.
        EmptySourceError: no text in it.
    """
    suffix = PurePath(name).suffix.lower()
    reader = next((r for r in READERS if suffix in r.suffixes), TEXT)
    reading = reader.read(data, name)
    if not reading.text.strip():
        raise EmptySourceError(f"{name} is empty: there is no text in it to ask about")
    return reader, reading
