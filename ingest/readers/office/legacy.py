"""Word and PowerPoint files from before 2007, Outlook messages and Rich Text.

They are unpacked by the package `kreuzberg`, the extra ``pincite[legacy]``; nothing here needs it
until such a file is read. It is never asked for formats of text, for which it would fetch grammars
from the network; and it opens no attachments, as they might be such text.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from pincite.corpus.errors import UnsupportedSourceError
from pincite.corpus.extras import install
from pincite.ingest.readers import ole
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.legacy_parts import (
    add_lines,
    is_protected,
    mail,
    table_rows,
    unread_word_parts,
)
from pincite.ingest.readers.plain.text import TEXT
from pincite.ingest.readers.warnings import unread

_RTF = b"{\\rtf"
# A stream of each kind of file, in the order in which they tell: a message may hold any other.
_STREAMS = (ole.ENCRYPTED, "__substg1.0_", "WordDocument", "PowerPoint Document")
_RTF_HIDDEN = re.compile(rb"\\v(?![a-z0])")
_RTF_PICTURE = re.compile(rb"\\pict(?![a-z])")


class LegacyReader:
    """Reads one of the formats.

    Args:
        media_type: as the package knows it.
        suffixes: of its files.
        stream: the name of the stream that tells it; "" for Rich Text.
        what: what a file of this kind is called.
        instead: in what form it can be saved, for who does not install the extra.
        render: makes a reading of the file's bytes and of what the package says of it.
    """

    def __init__(
        self,
        media_type: str,
        suffixes: frozenset[str],
        stream: str,
        what: str,
        instead: str,
        render: Callable[[bytes, Any, str], Reading],
    ) -> None:
        # Raise it by two: with the extra, what was refused without it is tried again.
        self.version = 1 + available()
        self.media_type = media_type
        self.suffixes = suffixes
        self._stream = stream
        self._what = what
        self._instead = instead
        self._render = render

    def recognises(self, data: bytes) -> bool:
        """Whether it begins as Rich Text does, or is an OLE2 file with the stream."""
        if not self._stream:
            return data.startswith(_RTF)
        if not ole.is_ole(data):
            return False
        return next((name for name in _STREAMS if ole.names(data, name)), "") == self._stream

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; what only bears the format's name is read as text.

        Raises:
            UnsupportedSourceError: the extra is missing, or the file is damaged or protected.
        """
        if not data.startswith((ole.SIGNATURE, _RTF)):
            return TEXT.read(data, name)
        if not available():
            raise UnsupportedSourceError(
                f"{name} is {self._what}, which needs the extra legacy: {install('legacy')}; "
                f"or save it as {self._instead} and ingest that"
            )
        if is_protected(data):
            raise UnsupportedSourceError(
                f"{name} is protected by a password; save it without one and ingest it again"
            )
        return self._render(data, _extracted(data, self.media_type, name), name)


def available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("kreuzberg") is not None


def _extracted(data: bytes, media_type: str, name: str) -> Any:
    kreuzberg = import_module("kreuzberg")
    settings = kreuzberg.ExtractionConfig(use_cache=False, enable_quality_processing=False)
    settings.max_archive_depth = 0  # attachments stay closed
    try:
        return kreuzberg.extract_bytes_sync(data, media_type, config=settings)
    except MemoryError:
        raise
    except Exception as error:  # its own errors, and what the code under it panics with
        raise UnsupportedSourceError(
            f"{name} is damaged, or in a form that cannot be read ({type(error).__name__}); save "
            "it in a current format and ingest that"
        ) from error


def _word(data: bytes, file: Any, name: str) -> Reading:
    built = Builder()
    add_lines(built, file.content)
    parts = unread_word_parts(data)
    lost = (
        [f"its {', '.join(parts)} are not read; save it as .docx to have them read"]
        if parts
        else []
    )
    return built.reading(_title(file), lost)


def _deck(data: bytes, file: Any, name: str) -> Reading:
    built = Builder()
    lines = [line.strip() for line in file.content.splitlines() if line.strip()]
    end = len(lines)  # of the slides; the notes stand after them
    for text in reversed(file.metadata.get("speaker_notes") or []):
        note = [line.strip() for line in text.splitlines() if line.strip()]
        start = end - len(note)
        if not note or start <= 0 or lines[start:end] != note:
            break
        end = start
    for line in lines[:end]:
        built.paragraph(line)
    if lines[end:]:
        with built.region("note"):
            for line in lines[end:]:
                built.paragraph(line)
    return built.reading(
        _title(file),
        ["its slides and tables are not told apart, and its charts are not read; save it as .pptx"],
    )


def _message(data: bytes, file: Any, name: str) -> Reading:
    return mail(file.content, file.metadata, name)


def _rich_text(data: bytes, file: Any, name: str) -> Reading:
    built = Builder()
    tables = iter([table_rows(table) for table in file.tables or []])
    rows = next(tables, None)
    for block in file.content.split("\n\n"):
        if rows is not None and _says(block, rows):
            built.end_table()
            for row in rows:
                built.row(row)
            built.end_table()
            rows = next(tables, None)
        elif not block.startswith("[Image:"):
            built.paragraph(block)
    counts = {
        "passage of hidden text": len(_RTF_HIDDEN.findall(data)),
        "picture": len(_RTF_PICTURE.findall(data)),
    }
    return built.reading(_title(file), unread(counts))


def _says(block: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether the lines of ``block`` are those of a table."""
    lines = block.splitlines()
    return len(lines) == len(rows) and all(
        line.split() == " ".join(row).split() for line, row in zip(lines, rows, strict=True)
    )


def _title(file: Any) -> str | None:
    return " ".join(str(file.metadata.get("title") or "").split()) or None


LEGACY = (
    LegacyReader(
        "application/msword",
        frozenset({".doc"}),
        "WordDocument",
        "a Word document in the format from before 2007",
        ".docx",
        _word,
    ),
    LegacyReader(
        "application/vnd.ms-powerpoint",
        frozenset({".ppt", ".pps"}),
        "PowerPoint Document",
        "a PowerPoint deck in the format from before 2007",
        ".pptx",
        _deck,
    ),
    LegacyReader(
        "application/vnd.ms-outlook",
        frozenset({".msg"}),
        "__substg1.0_",
        "an Outlook message",
        ".eml",
        _message,
    ),
    LegacyReader(
        "application/rtf",
        frozenset({".rtf"}),
        "",
        "a Rich Text document",
        ".docx",
        _rich_text,
    ),
)
