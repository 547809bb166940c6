"""Readers: bytes to canonical text with sections, one small module a format.

A reader is a module-level object with the `Reader` protocol; a new format is a new module and
one more line in ``READERS``.
"""

from __future__ import annotations

from pathlib import PurePath

from pincite.corpus.errors import EmptySourceError
from pincite.ingest.readers.base import Reader, Reading
from pincite.ingest.readers.html.epub import EPUB
from pincite.ingest.readers.html.html import HTML
from pincite.ingest.readers.html.mail import MAIL
from pincite.ingest.readers.html.mbox import MBOX
from pincite.ingest.readers.images import IMAGES
from pincite.ingest.readers.office.docx import DOCX
from pincite.ingest.readers.office.legacy import LEGACY
from pincite.ingest.readers.office.odf import ODF
from pincite.ingest.readers.office.pptx import PPTX
from pincite.ingest.readers.office.xls import XLS
from pincite.ingest.readers.office.xlsx import XLSX
from pincite.ingest.readers.pdf.reader import PDF
from pincite.ingest.readers.plain.calendar import CALENDAR
from pincite.ingest.readers.plain.code import CODE
from pincite.ingest.readers.plain.csv import TABLE
from pincite.ingest.readers.plain.json import JSON, JSON_LINES
from pincite.ingest.readers.plain.markdown import MARKDOWN
from pincite.ingest.readers.plain.outline import OUTLINED
from pincite.ingest.readers.plain.text import TEXT
from pincite.ingest.readers.unsupported import UNREAD

READERS: tuple[Reader, ...] = (
    PDF,
    DOCX,
    EPUB,
    PPTX,
    XLSX,
    XLS,
    *ODF,
    *LEGACY,
    MAIL,
    MBOX,
    CALENDAR,
    HTML,
    TABLE,
    JSON_LINES,
    JSON,
    MARKDOWN,
    *OUTLINED,
    *CODE,
    *IMAGES,
    UNREAD,
    TEXT,
)

__all__ = ["READERS", "Reader", "Reading", "read", "reader_for"]


def reader_for(data: bytes, name: str, suffix: str | None = None) -> Reader:
    """The reader whose format the bytes are of; where they do not say, the one for the name.

    ``suffix`` goes before that of the name, which may be an address of the web.
    """
    suffix = PurePath(name).suffix.lower() if suffix is None else suffix
    # A .docx is a zip that says so, but a .md that quotes HTML says nothing about itself: the
    # reader that both content and name call for goes first.
    named = [reader for reader in READERS if suffix in reader.suffixes]
    recognised = [reader for reader in READERS if reader.recognises(data)]
    both = [reader for reader in recognised if reader in named]
    return next(iter([*both, *recognised, *named]), TEXT)


def read(data: bytes, name: str, suffix: str | None = None) -> tuple[Reader, Reading]:
    """Read a file's bytes with the reader that its content or else its name calls for.

    Plain text is what is tried by default.

    Raises:
        UnsupportedSourceError: a format that is not read, or a file that is damaged, protected
            or made to fill memory.
        EncodingError: bytes that are text in no encoding.
        EmptySourceError: no text in it.
    """
    reader = reader_for(data, name, suffix)
    reading = reader.read(data, name)
    if not reading.text.strip():
        raise EmptySourceError(f"{name} is empty: there is no text in it to ask about")
    return reader, reading
