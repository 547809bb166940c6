"""PDFs as a scanner would give them: a picture of each page, and no text layer."""

from __future__ import annotations

import io

import pypdfium2 as pdfium

_DPI = 150


def scan(data: bytes) -> bytes:
    """The pages of a PDF as pictures of 150 dpi. One that cannot be opened stays as it is."""
    try:
        printed = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        return data
    scanned = pdfium.PdfDocument.new()
    try:
        for page in printed:
            size = page.get_size()
            picture = pdfium.PdfImage.new(scanned)
            picture.set_bitmap(page.render(scale=_DPI / 72))
            picture.set_matrix(pdfium.PdfMatrix().scale(*size))
            sheet = scanned.new_page(*size)
            sheet.insert_obj(picture)
            sheet.gen_content()
        written = io.BytesIO()
        scanned.save(written)
        return written.getvalue()
    finally:
        scanned.close()
        printed.close()
