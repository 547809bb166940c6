"""What stands on one page of a PDF: its lines, what is beside them, and what nobody can see."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pincite.ingest.readers.pdf.annotations import overlays
from pincite.ingest.readers.pdf.asides import Aside, note, seen, unseen
from pincite.ingest.readers.pdf.forms import with_fields
from pincite.ingest.readers.pdf.glyphs import PageGlyphs, glyphs
from pincite.ingest.readers.pdf.lines import PageLines, lines
from pincite.ingest.readers.pdf.scripts import with_scripts
from pincite.ingest.readers.pdf.visibility import hidden

_FEW_LETTERS = 100  # on a page that is a picture: a stamp or a page number, not the scan's text


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a page, and its comments and unseen text as asides.

    ``picture`` is "whole" where a page has no letters, "mostly" where it has few beside a picture
    that covers it, and else "no"; ``dropped`` is text without a place on the page; ``fields`` is
    how many form fields it has.
    """

    lines: PageLines
    asides: tuple[Aside, ...]
    picture: str
    dropped: str
    fields: int


def page_text(
    page: pdfium.PdfPage,
    number: int,
    form: raw.FPDF_FORMHANDLE | None,
    *,
    groups_on_layers: bool = False,
) -> PageText:
    """What stands on page ``number``.

    Args:
        page: the page.
        number: counts from 1.
        form: PDFium's handle on the document's form.
        groups_on_layers: whether groups of the document may belong to layers; see `hidden`.

    Raises:
        pdfium.PdfiumError: the page is damaged.
    """
    width, height = page.get_size()
    fields, comments = overlays(page, form)
    with glyphs(page) as (drawn, textpage):
        letters, dropped = _without_flat(replace(drawn, codes=with_scripts(drawn)))
        invisible, is_picture = hidden(page, textpage, letters, groups_on_layers=groups_on_layers)
        letters, invisible = with_fields(letters, invisible, fields)
        text = lines(seen(letters, invisible), number, width, height, letters.style)
        asides = []
        if (invisible & (letters.codes > ord(" "))).any():
            secret = unseen(letters, invisible, number, width, height)
            asides.append(Aside(number, tuple(secret), "hidden"))
    for comment in comments:
        words = tuple(note(comment.text, comment.box, number))
        asides.append(Aside(number, words, "hidden" if comment.hidden else "note"))
    picture = "no"
    if not text and not any(aside.lines for aside in asides) and _has_objects(page):
        picture = "whole"
    elif is_picture and sum(len(line.text) for line in text) < _FEW_LETTERS:
        picture = "mostly"
    found = tuple(aside for aside in asides if aside.lines)
    return PageText(PageLines(number, height, tuple(text)), found, picture, dropped, len(fields))


def _has_objects(page: pdfium.PdfPage) -> bool:
    return bool(raw.FPDFPage_CountObjects(page.raw) > 0)


def _without_flat(drawn: PageGlyphs) -> tuple[PageGlyphs, str]:
    """The letters that have a place on the page, and the text of those that have none: squeezed to
    a line or a point, or at coordinates that are no numbers."""
    if not len(drawn.runs.first):
        return drawn, ""
    lost: NDArray[np.bool_] = drawn.runs.flat[drawn.run] | ~np.isfinite(drawn.boxes).all(axis=1)
    lost &= ~drawn.generated
    if not lost.any():
        return drawn, ""
    text = "".join(chr(code) for code in drawn.codes[lost].tolist() if 32 <= code < 0xD800)
    codes = np.where(lost, ord(" "), drawn.codes)
    boxes = np.where(lost[:, None], np.float32(0), drawn.boxes)
    return replace(drawn, codes=codes, boxes=boxes), " ".join(text.split())
