"""Whether quotes from PDFs open at their places: each word is looked for on the file's own page."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import byref, c_double
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from rich.console import Console

from pincite.corpus.types import Box, Document, Layout, Span
from pincite.eval.run import Progress
from pincite.ingest.readers.pdf.reader import PDF
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.settings import Settings

_MARGIN = 0.5  # points around a word's box
_FINE = 100  # PDFium takes places on a page as whole numbers: in hundredths of a point
_SHOWN = 10  # misplaced quotes


@dataclass(frozen=True, slots=True)
class Checked:
    """A quote, how many words it has, and what is wrong with its place, if anything is."""

    quote: Quote
    words: int
    wrong: str


def check_places(
    questions: Sequence[str],
    library: Path,
    settings: Settings,
    embedder: Embedder,
    progress: Progress = lambda doing, done, total: None,
) -> list[Checked]:
    """Ask the questions, and check the place of each quote from a PDF, however unsure it is.

    Raises:
        LibraryError: ``library`` cannot be used.
        OSError: a PDF is not where it was when it was taken in.
    """
    found: list[Checked] = []
    asking = settings.model_copy(update={"threshold": 0.0})
    with Engine.open(library, settings=asking, embedder=embedder) as engine:
        for number, question in enumerate(questions, 1):
            for quote in engine.ask(question).quotes:
                document = engine.document(quote.document)
                layout = engine.library.layout(quote.document)
                if document.media_type == PDF.media_type:
                    found.append(check(quote, replace(document, layout=layout)))
            progress("asking", number, len(questions))
    return found


def check(quote: Quote, document: Document) -> Checked:
    """Whether a quote is verbatim and on its page, and each of its words in its box there."""
    rows = (document.layout or Layout.of(())).words
    inside = rows[(rows["start"] < quote.end) & (rows["end"] > quote.start)].tolist()
    text = document.text
    holding = [page.number for page in document.pages if page.span.overlaps(quote.span)]
    # A word with a hyphen at the end of a line is one word with two boxes.
    boxes: dict[Span, list[Box]] = {}
    for start, end, *box in inside:
        boxes.setdefault(Span(start, end), []).append(Box(*box))
    boxed = "".join(text[max(w.start, quote.start) : min(w.end, quote.end)] for w in boxes)
    if text[quote.start : quote.end] != quote.text:
        wrong = "it is not what stands at its offsets"
    elif quote.page not in holding:  # one that was widened may begin on the page before
        wrong = f"it stands on pages {holding}"
    elif _letters(boxed) != _letters(quote.text):
        wrong = "some of its words have no box"
    elif stray := {page for _, _, page, *_ in inside} ^ set(holding):
        wrong = f"it is on pages {holding}, and its boxes are not so on {sorted(stray)}"
    else:
        unseen = [
            text[word.start : word.end]
            for word, around in boxes.items()
            if _letters(text[word.start : word.end])
            not in _letters("".join(_under(document.source, box) for box in around))
        ]
        wrong = f"not in their boxes: {unseen}" if unseen else ""
    return Checked(quote, len(boxes), wrong)


def show(console: Console, found: Sequence[Checked], questions: int) -> None:
    """Print how many quotes were checked, and those that do not open at their places."""
    wrong = [checked for checked in found if checked.wrong]
    documents = len({checked.quote.document for checked in found})
    words = sum(checked.words for checked in found)
    console.print(
        f"{questions} questions: {len(found)} quotes from {documents} PDFs, of {words:,} words; "
        f"{len(found) - len(wrong)} open at their page with every word in its box there, "
        f"{len(wrong)} do not",
        soft_wrap=True,
    )
    for checked in wrong[:_SHOWN]:
        where = f"page {checked.quote.page} of {checked.quote.title}"
        console.print(f"{where}: {checked.wrong}", soft_wrap=True)


def _under(file: str, box: Box) -> str:
    """The text that the file itself has in a box, as PDFium finds it."""
    page, textpage = _page(file, box.page)
    a = _in_the_file(page, box.left - _MARGIN, box.bottom + _MARGIN)
    b = _in_the_file(page, box.right + _MARGIN, box.top - _MARGIN)
    (west, east), (south, north) = sorted([a[0], b[0]]), sorted([a[1], b[1]])
    return str(textpage.get_text_bounded(west, south, east, north))


def _in_the_file(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A place on the page as it is shown, in the file's own coordinates."""
    width, height = (round(side * _FINE) for side in page.get_size())
    found = c_double(), c_double()
    raw.FPDF_DeviceToPage(
        page, 0, 0, width, height, 0, round(x * _FINE), round(y * _FINE), *map(byref, found)
    )
    return found[0].value, found[1].value


@lru_cache(maxsize=4)
def _page(file: str, number: int) -> tuple[pdfium.PdfPage, pdfium.PdfTextPage]:
    page = _opened(file)[number - 1]
    return page, page.get_textpage()


@lru_cache(maxsize=8)
def _opened(file: str) -> pdfium.PdfDocument:
    return pdfium.PdfDocument(Path(file).read_bytes())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
