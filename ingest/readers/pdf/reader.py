"""PDF, read with PDFium: its text layer, with each word's place on its page.

Pages without a text layer are read from their picture, where the extra that does so is installed.

The text is what a reader of the page would copy: words hyphenated at line ends are whole,
paragraphs run on over line, column and page ends, and running heads stand once, not on each page.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePath

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import SourceError, UnreadableSourceError, UnsupportedSourceError
from pincite.ingest import deadline
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.pdf import ocr
from pincite.ingest.readers.pdf.annotations import attachments, form, has_xfa
from pincite.ingest.readers.pdf.asides import with_asides
from pincite.ingest.readers.pdf.blocks import blocks
from pincite.ingest.readers.pdf.compose import compose
from pincite.ingest.readers.pdf.headings import Bookmark
from pincite.ingest.readers.pdf.lines import PageLines
from pincite.ingest.readers.pdf.margins import without_heads
from pincite.ingest.readers.pdf.page_text import PageText, page_text
from pincite.ingest.readers.pdf.scan import scanned, with_layer
from pincite.ingest.readers.pdf.text_objects import groups_may_be_on_layers
from pincite.ingest.readers.pdf.warnings import Oddities, Scans, warnings, without_text

_LOOKED_AT = 1024  # bytes within which the mark of a PDF may stand
_END, _ENDING = b"%%EOF", 4096  # the mark at the end of a PDF, and the bytes it stands within
_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*|powerpoint presentation|untitled.*|no title|"
    r"(?:document|slide|presentation|book|doc)\s*\d*|.*\.(?:docx?|pdf|pptx?|xlsx?|rtf|tex|dvi|"
    r"indd|qxd|wpd|odt|txt|html?|ps|eps|fm)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 200

_pdfium = threading.Lock()  # PDFium is not made for several threads


class PdfReader:
    """Reads ``.pdf``."""

    media_type = "application/pdf"
    suffixes = frozenset({".pdf"})
    version = 8 + ocr.available()  # raise it by two

    def recognises(self, data: bytes) -> bool:
        """See `Reader`: readers of PDF take its mark anywhere in the first 1,024 bytes."""
        return b"%PDF-" in data[:_LOOKED_AT]

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; pages without a text layer, and damaged ones, are named in the warnings.

        Raises:
            UnsupportedSourceError: it needs a password, or is protected in a way PDFium lacks.
            UnreadableSourceError: it is damaged, or has no pages.
            EmptySourceError: no page has a text layer, or text that could be recognised.
        """
        with _pdfium, _opened(data, name) as document:
            count = len(document)
            pages, damaged = _pages(document, groups_may_be_on_layers(data))
            text, scans = _with_scans(document, pages)
            odd = _oddities(document, pages, damaged)
            outline = _outline(document)
            title = _title(_words(lambda: document.get_metadata_value("Title")), name)
        text, heads = without_heads(text)
        asides = [*heads, *(aside for page in pages for aside in page.asides)]
        if not asides and not any(page.lines for page in text):
            raise without_text(name, count, scans, damaged)
        reading = compose(with_asides(blocks(text, outline), asides), count)
        odd = replace(odd, whole=_END in data[-_ENDING:])
        return replace(reading, title=title, warnings=warnings(scans, odd))


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[pdfium.PdfDocument]:
    # PdfDocument(data) takes a file without pages for one that failed, for the reason that the
    # file before it failed for.
    handle = raw.FPDF_LoadMemDocument64(data, len(data), None)
    if not handle:
        raise _refused(name, raw.FPDF_GetLastError())
    document = pdfium.PdfDocument(handle)
    try:
        if not len(document):
            raise UnreadableSourceError(f"{name} is a PDF without pages: there is nothing to read")
        yield document
    finally:
        document.close()


def _refused(name: str, code: int) -> SourceError:
    if code == raw.FPDF_ERR_PASSWORD:
        return UnsupportedSourceError(
            f"{name} is encrypted and needs a password; save a copy without one and ingest that"
        )
    if code == raw.FPDF_ERR_SECURITY:
        return UnsupportedSourceError(
            f"{name} is protected in a way that Pincite cannot open; save an unprotected copy"
        )
    return UnreadableSourceError(
        f"{name} is not a whole PDF: it is damaged or cut short; get it again from where it is from"
    )


def _pages(
    document: pdfium.PdfDocument, groups_on_layers: bool
) -> tuple[list[PageText], list[int]]:
    """What stands on each page, and the numbers of the damaged ones."""
    pages, damaged = [], []
    with form(document) as handle:
        for number in range(1, len(document) + 1):
            try:
                page = document[number - 1]
            except pdfium.PdfiumError:
                damaged.append(number)
                continue
            try:
                pages.append(page_text(page, number, handle, groups_on_layers=groups_on_layers))
            except pdfium.PdfiumError:
                damaged.append(number)
            finally:
                page.close()
    return pages, damaged


def _with_scans(
    document: pdfium.PdfDocument, pages: Sequence[PageText]
) -> tuple[list[PageLines], Scans]:
    """The lines of all pages, with what is recognised on those that are pictures."""
    lines = [page.lines for page in pages]
    scans = Scans()
    for i, text in enumerate(pages):
        number, whole = text.lines.number, text.picture == "whole"
        if text.picture == "no":
            continue
        if not ocr.available():
            (scans.unread if whole else scans.mostly_unread).append(number)
            continue
        if deadline.is_near():
            scans.late.append(number)
            continue
        page = document[number - 1]
        try:
            lines[i] = with_layer(scanned(page, number), text.lines)
        except pdfium.PdfiumError:
            pass  # it cannot even be drawn, and stays as it is
        finally:
            page.close()
        if len(lines[i].lines) > len(text.lines.lines):
            (scans.read if whole else scans.mostly_read).append(number)
        elif whole:
            scans.bare.append(number)
    return lines, scans


def _oddities(
    document: pdfium.PdfDocument, pages: Sequence[PageText], damaged: Sequence[int]
) -> Oddities:
    hidden = {}
    for page in pages:
        secret = [aside for aside in page.asides if aside.region == "hidden"]
        if secret:
            words = (line.text for aside in secret for line in aside.lines)
            hidden[page.lines.number] = " ".join(words)
    return Oddities(
        damaged,
        hidden,
        {page.lines.number: page.dropped for page in pages if page.dropped},
        attachments(document),
        unread_form=has_xfa(document) and not any(page.fields for page in pages),
    )


def _outline(document: pdfium.PdfDocument) -> list[Bookmark]:
    bookmarks = []
    for bookmark in document.get_toc():
        target = bookmark.get_dest()
        index = target.get_index() if target else None
        page = 0 if index is None else index + 1
        bookmarks.append(Bookmark(page, bookmark.level + 1, _words(bookmark.get_title)))
    return bookmarks


def _words(get: Callable[[], str]) -> str:
    """What ``get`` gets, on one line; nothing where it is not even UTF-16."""
    try:
        return " ".join(canonical(get()).split())
    except UnicodeDecodeError:
        return ""


def _title(title: str, name: str) -> str | None:
    """The title that the file gives itself, if a person gave it one."""
    stem = PurePath(name).stem.casefold()
    sensible = sum(map(str.isalpha, title)) > 2 and len(title) <= _LONGEST_TITLE
    if not sensible or title.casefold() == stem or _NO_TITLE.fullmatch(title):
        return None
    return title


PDF = PdfReader()
