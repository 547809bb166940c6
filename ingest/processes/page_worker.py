"""The process in which pages are drawn, so that a file that breaks PDFium breaks nothing else.

A request is ``{"number", "media_type"}`` and a file, a PDF or a picture; without a file, the last
one is meant. The answer is the page as a PNG, where there is a number, and every page's size with a
new file; or ``{"error"}``.
"""

from __future__ import annotations

import contextlib
import io
import os

import pypdfium2 as pdfium

from pincite.corpus.errors import SourceError
from pincite.ingest.processes.child import READY, limit_memory, pipes
from pincite.ingest.processes.messages import receive, send
from pincite.ingest.readers.images import as_pdf
from pincite.ingest.readers.pdf.reader import PDF

MEMORY = 2 * 1024**3  # bytes of address space
_LONGEST_SIDE = 1600  # pixels
_LARGEST_SCALE = 2.5  # pixels to a point: 180 to an inch


def main() -> None:
    """Draw pages until there are no more requests."""
    requests, answers = pipes()
    limit_memory(MEMORY)
    answers.write(READY)
    answers.flush()
    document: pdfium.PdfDocument | None = None
    with contextlib.suppress(EOFError):
        while True:
            value, (file,) = receive(requests)
            try:
                sizes = None
                if file is not None:
                    document = _opened(file, value["media_type"])
                    sizes = [_size(document, index) for index in range(len(document))]
                assert document is not None
                picture = None if value["number"] is None else _drawn(document, value["number"])
                send(answers, {"sizes": sizes}, [picture])
            except (pdfium.PdfiumError, SourceError, MemoryError) as error:
                send(answers, {"error": str(error) or "it takes too much memory"}, [None])
    os._exit(0)


def _opened(file: bytes, media_type: str) -> pdfium.PdfDocument:
    """The file as a PDF; of pictures, the one that their text was read from.

    Raises:
        pdfium.PdfiumError: it is no PDF.
        SourceError: it is a picture that cannot be opened.
    """
    if media_type != PDF.media_type:
        file, _ = as_pdf(file, "the file")
    return pdfium.PdfDocument(file)


def _size(document: pdfium.PdfDocument, index: int) -> tuple[float, float]:
    """Width and height of a page as it is shown, in points; nothing of a damaged one."""
    try:
        width, height = document.get_page_size(index)
    except pdfium.PdfiumError:
        return 0.0, 0.0
    return width, height


def _drawn(document: pdfium.PdfDocument, number: int) -> bytes:
    page = document[number - 1]
    try:
        longest = max(page.get_size())
        scale = min(_LARGEST_SCALE, _LONGEST_SIDE / max(longest, 1))
        out = io.BytesIO()
        page.render(scale=scale, rev_byteorder=True).to_pil().save(out, "PNG")
        return out.getvalue()
    finally:
        page.close()


if __name__ == "__main__":
    main()
