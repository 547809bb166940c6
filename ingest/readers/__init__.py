"""Readers: bytes to canonical text with sections, one small module a format.

A reader is a module-level object with the `Reader` protocol; a new format is a new module and
one more line in ``READERS``.
"""

from __future__ import annotations

from pathlib import PurePath

from corpus.errors import EmptySourceError
from ingest.readers.base import Reader, Reading
from ingest.readers.code import CODE
from ingest.readers.docx import DOCX
from ingest.readers.epub import EPUB
from ingest.readers.html import HTML
from ingest.readers.jsonl import JSON, JSON_LINES
from ingest.readers.mail import MAIL
from ingest.readers.markdown import MARKDOWN
from ingest.readers.odf import ODF
from ingest.readers.outline import OUTLINED
from ingest.readers.pdf import PDF
from ingest.readers.pptx import PPTX
from ingest.readers.table import TABLE
from ingest.readers.text import TEXT
from ingest.readers.unread import UNREAD
from ingest.readers.xlsx import XLSX

READERS: tuple[Reader, ...] = (
    PDF,
    DOCX,
    EPUB,
    PPTX,
    XLSX,
    *ODF,
    MAIL,
    HTML,
    TABLE,
    JSON_LINES,
    JSON,
    MARKDOWN,
    *OUTLINED,
    *CODE,
    UNREAD,
    TEXT,
)

__all__ = ["READERS", "Reader", "Reading", "read", "reader_for"]


def reader_for(data: bytes, name: str) -> Reader:
    """The reader whose format the bytes are of; where they do not say, the one for the name."""
    suffix = PurePath(name).suffix.lower()
    # A .docx is a zip that says so, but a .md that quotes HTML says nothing about itself: the
    # reader that both content and name call for goes first.
    named = [reader for reader in READERS if suffix in reader.suffixes]
    recognised = [reader for reader in READERS if reader.recognises(data)]
    both = [reader for reader in recognised if reader in named]
    return next(iter([*both, *recognised, *named]), TEXT)


def read(data: bytes, name: str) -> tuple[Reader, Reading]:
    """Read a file's bytes with the reader that its content or else its name calls for.

    Plain text is what is tried by default.

    Raises:
        UnsupportedSourceError: a format that is not read, or a file that is damaged, protected
            or made to fill memory.
        EncodingError: bytes that are text in no encoding.
        EmptySourceError: no text in it.
    """
    reader = reader_for(data, name)
    reading = reader.read(data, name)
    if not reading.text.strip():
        raise EmptySourceError(f"{name} is empty: there is no text in it to ask about")
    return reader, reading
