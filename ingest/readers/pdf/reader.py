"""PDF, read with PDFium: its text layer, with each word's place on its page.

Pages without a text layer are read from their picture, where the extra that does so is installed.

The text is what a reader of the page would copy: words hyphenated at line ends are whole,
paragraphs run on over line, column and page ends, and running heads and page numbers are left out.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePath

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import SourceError, UnreadableSourceError, UnsupportedSourceError
from pincite.ingest.processes import deadline
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.pdf import ocr
from pincite.ingest.readers.pdf.blocks import blocks
from pincite.ingest.readers.pdf.compose import compose
from pincite.ingest.readers.pdf.headings import Bookmark
from pincite.ingest.readers.pdf.lines import Boxes, Glyphs, Line, PageLines, lines
from pincite.ingest.readers.pdf.margins import without_heads
from pincite.ingest.readers.pdf.scan import scanned
from pincite.ingest.readers.pdf.warnings import Scans, warnings, without_text

_LOOKED_AT = 1024  # bytes within which the mark of a PDF may stand
_END, _ENDING = b"%%EOF", 4096  # the mark at the end of a PDF, and the bytes it stands within
_BOLD = 600  # weight of a font
_BOLD_NAME = re.compile(rb"bold|black|heavy|semib|demi", re.IGNORECASE)
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
    version = 2 + ocr.available()  # raise it by two

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
            pages, textless, damaged = _pages(document)
            pages, scans = _with_scans(document, pages, textless)
            outline = _outline(document)
            title = _title(_words(lambda: document.get_metadata_value("Title")), name)
        if not any(page.lines for page in pages):
            raise without_text(name, count, scans, damaged)
        reading = compose(blocks(without_heads(pages), outline), count)
        whole = _END in data[-_ENDING:]
        return replace(reading, title=title, warnings=warnings(scans, damaged, whole))


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


def _pages(document: pdfium.PdfDocument) -> tuple[list[PageLines], list[int], list[int]]:
    """Each page's lines, and the numbers of those without a text layer and of the damaged ones."""
    pages, textless, damaged = [], [], []
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
        except pdfium.PdfiumError:
            damaged.append(number)
            continue
        try:
            found, height = _lines(page, number)
            pages.append(PageLines(number, height, tuple(found)))
            if not found and raw.FPDFPage_CountObjects(page) > 0:
                textless.append(number)
        except pdfium.PdfiumError:
            damaged.append(number)
        finally:
            page.close()
    return pages, textless, damaged


def _with_scans(
    document: pdfium.PdfDocument, pages: Sequence[PageLines], textless: Sequence[int]
) -> tuple[list[PageLines], Scans]:
    """The pages with what is recognised on those without a text layer."""
    found = {page.number: page for page in pages}
    if not ocr.available():
        return list(pages), Scans(unread=list(textless))
    scans = Scans()
    for number in textless:
        if deadline.is_near():
            scans.late.append(number)
            continue
        page = document[number - 1]
        try:
            found[number] = scanned(page, number)
        except pdfium.PdfiumError:
            pass  # it cannot even be drawn, and stays without lines
        finally:
            page.close()
        (scans.read if found[number].lines else scans.bare).append(number)
    return list(found.values()), scans


def _lines(page: pdfium.PdfPage, number: int) -> tuple[list[Line], float]:
    """The lines of a page, and its height as it is shown, in points."""
    width, height = page.get_size()
    textpage = page.get_textpage()
    try:
        glyphs = _glyphs(textpage.raw, textpage.count_chars(), page)
        return lines(glyphs, number, width, height, _style(textpage.raw)), height
    finally:
        textpage.close()


def _glyphs(textpage: raw.FPDF_TEXTPAGE, count: int, page: pdfium.PdfPage) -> Glyphs:
    unicode_of, box_of, is_hyphen = (
        raw.FPDFText_GetUnicode,
        raw.FPDFText_GetLooseCharBox,
        raw.FPDFText_IsHyphen,
    )
    codes = np.fromiter((unicode_of(textpage, i) for i in range(count)), np.uint32, count)
    for i in np.flatnonzero(codes == 2).tolist():
        if is_hyphen(textpage, i) != 1:
            codes[i] = 0  # a control character, not PDFium's mark for a hyphen
    rectangles = (raw.FS_RECTF * count)()
    for i, rectangle in enumerate(rectangles):
        box_of(textpage, i, rectangle)
    # PDFium's order is left, top, right, bottom, upwards from the lower left corner.
    boxes = np.frombuffer(rectangles, np.float32).reshape(count, 4)
    return Glyphs(codes, _shown(boxes, page.get_bbox(), page.get_rotation()))


def _shown(boxes: Boxes, crop: tuple[float, float, float, float], rotation: int) -> Boxes:
    """Boxes on the page as it is shown: cropped to ``crop``, turned clockwise by ``rotation``."""
    left, bottom, right, top = crop
    width, height = right - left, top - bottom
    a = np.stack([boxes[:, 0] - left, top - boxes[:, 1], boxes[:, 2] - left, top - boxes[:, 3]], 1)
    x, y = np.sort(a[:, ::2], axis=1), np.sort(a[:, 1::2], axis=1)
    if rotation == 90:
        x, y = np.sort(height - y, axis=1), x
    elif rotation == 180:
        x, y = np.sort(width - x, axis=1), np.sort(height - y, axis=1)
    elif rotation == 270:
        x, y = y, np.sort(width - x, axis=1)
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], 1).astype(np.float32)


def _style(textpage: raw.FPDF_TEXTPAGE) -> Callable[[int], tuple[float, bool]]:
    """What gives a glyph's size in points, as its matrix scales it, and whether it is bold."""
    matrix = raw.FS_MATRIX()
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()

    def style(i: int) -> tuple[float, bool]:
        size = float(raw.FPDFText_GetFontSize(textpage, i))
        if raw.FPDFText_GetMatrix(textpage, i, matrix):
            size *= float(np.hypot(matrix.c, matrix.d))
        bold = raw.FPDFText_GetFontWeight(textpage, i) >= _BOLD
        if not bold:
            raw.FPDFText_GetFontInfo(textpage, i, name, len(name), flags)
            bold = bool(_BOLD_NAME.search(name.value))
        return size, bold

    return style


def _outline(document: pdfium.PdfDocument) -> list[Bookmark]:
    found = []
    for bookmark in document.get_toc():
        target = bookmark.get_dest()
        index = target.get_index() if target else None
        page = 0 if index is None else index + 1
        found.append(Bookmark(page, bookmark.level + 1, _words(bookmark.get_title)))
    return found


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
