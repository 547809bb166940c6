"""A document's text in pieces, with its headings and the begins of its pages between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pincite.corpus.counts import counted
from pincite.corpus.types import Document, Page

_LINE_END = re.compile(r"\n")
_REGIONS = {"hidden": "hidden", "note": "notes", "quoted": "quoted from elsewhere"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, or a mark before it; a heading is its path, a page its number.

    ``start`` is where a text stands in the document, in code points.
    """

    kind: Literal["heading", "page", "text"]
    said: str
    start: int = 0


def pieces(document: Document) -> Iterator[Piece]:
    """The text in order, all of it, without blank lines at the ends of a piece."""
    pages, text = document.pages, document.text
    starts = [page.span.start for page in pages]
    for section in document.sections:
        first, inner, after = (
            bisect_left(starts, offset)
            for offset in (section.span.start, section.body + 1, section.span.end)
        )
        yield from map(_page, pages[first:inner])
        if section.path:
            yield Piece("heading", " › ".join(section.path))
        begin = section.body
        for page in pages[inner:after]:
            yield from _body(text, begin, page.span.start)
            yield _page(page)
            begin = page.span.start
        yield from _body(text, begin, section.span.end)


def marked(document: Document) -> str:
    """How much of a text is something else than its own running text; empty where nothing is.

    >>> from pincite.corpus.types import Region, Section, Span
    >>> text, region = "Hello. (Psst.)", Region(Span(7, 14), "hidden")
    >>> marked(Document("a", "a", text, (Section(Span(0, 14)),), regions=(region,)))
    'hidden: 7 characters in 1 place'
    """
    spans: dict[str, list[int]] = {}
    for region in document.regions:
        spans.setdefault(region.kind, []).append(len(region.span))
    return "; ".join(
        f"{_REGIONS[kind]}: {counted(sum(sizes), 'character')} in {counted(len(sizes), 'place')}"
        for kind, sizes in sorted(spans.items())
    )


def screens(document: Document, most: int) -> list[list[Piece]]:
    """The pieces on screens of about ``most`` characters; at least one screen.

    Text that is longer than a screen is cut, at the end of a line where it has one.
    """
    filled: list[list[Piece]] = [[]]
    room, has_text = most, False
    for piece in _cut(pieces(document), most):
        if room <= 0 or (has_text and len(piece.said) > room):
            # A heading or a page's number goes along with what it stands over.
            marks: list[Piece] = []
            while has_text and filled[-1][-1].kind != "text":
                marks.insert(0, filled[-1].pop())
            filled.append(marks)
            room, has_text = most, False
        filled[-1].append(piece)
        room -= len(piece.said)
        has_text = has_text or piece.kind == "text"
    return filled


def _cut(whole: Iterator[Piece], most: int) -> Iterator[Piece]:
    for piece in whole:
        said, start = piece.said, piece.start
        while piece.kind == "text" and len(said) > most:
            ends = [end.end() for end in _LINE_END.finditer(said, 1, most)]
            end = ends[-1] if ends else most
            yield replace(piece, said=said[:end], start=start)
            said, start = said[end:], start + end
        yield replace(piece, said=said, start=start)


def _page(page: Page) -> Piece:
    return Piece("page", str(page.number))


def _body(text: str, start: int, end: int) -> Iterator[Piece]:
    said = text[start:end].lstrip("\n")
    if said.strip():
        yield Piece("text", said.rstrip("\n"), end - len(said))
