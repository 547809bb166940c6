"""A document's text as a page of its own, with a span of it marked.

Pure functions, and every word from outside escaped. The page can be read without a script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pincite.corpus.types import Document, Span
from pincite.retrieval.reading.quote import Place
from pincite.ui.web.addresses import DOCUMENTS
from pincite.ui.web.ask.evidence import place
from pincite.ui.web.ask.passage import Layer, marked, passage
from pincite.ui.web.html import isolated, shortened

_PART = 60_000  # code points of a text on one page, at most


def parts(text: str) -> list[Span]:
    """The text in parts that a browser shows at once, cut at ends of lines where there are some.

    >>> parts("Short."), len(parts("x" * 100_000))
    ([Span(start=0, end=6)], 2)
    """
    found, start = [], 0
    while len(text) - start > _PART:
        end = text.rfind("\n", start + _PART // 2, start + _PART) + 1 or start + _PART
        found.append(Span(start, end))
        start = end
    return [*found, Span(start, len(text))]


def document_body(document: Document, span: Span | None, part: int | None = None) -> str:
    """A part of a document as HTML, under its title, with ``span`` marked.

    Args:
        document: the document.
        span: what is marked; it lies in the text.
        part: counts from 0; by default the one in which ``span`` begins, else the first.
    """
    all_parts = parts(document.text)
    if part is None:
        start = span.start if span else 0
        part = next(i for i, one in enumerate(all_parts) if start <= max(one.start, one.end - 1))
    part = min(max(part, 0), len(all_parts) - 1)
    turning = _turning(document, part, len(all_parts))
    words = _words(document, all_parts[part], span)
    return f"<article>{_head(document, span)}{turning}{words}{turning}</article>"


def same_words(found: Sequence[tuple[Document, Span]]) -> str:
    """Links to where the words of a quote stand now."""
    items = "".join(
        f'<li><a href="{_address(document, span)}">{place(_place(document, span))}</a></li>'
        for document, span in found
    )
    return f"<p>The same words stand here now:</p><ul>{items}</ul>" if items else ""


def _address(document: Document, span: Span) -> str:
    where = f"{span.start}-{span.end}"
    return f"{DOCUMENTS}/{document.id}?span={where}#{where}"


def _place(document: Document, span: Span) -> Place:
    section = document.section_at(span.start).path
    page = document.page_at(span.start)
    return Place(document.id, document.title, section, page, span.start, span.end)


def _head(document: Document, span: Span | None) -> str:
    file = re.split(r"[\\/]", document.source)[-1]
    where = ""
    if span:
        link = f'<a href="#{span.start}-{span.end}">Go to the marked words</a>'
        where = f'<p class="place where">{place(_place(document, span))} · {link}</p>'
    return (
        f"<h1>{isolated(shortened(document.title, 300))}</h1>"
        f'<p class="place">{isolated(shortened(file, 120))}</p>{where}'
    )


def _turning(document: Document, part: int, count: int) -> str:
    """The way to the parts before and after, where there are several."""
    if count == 1:
        return ""

    def link(to: int, words: str) -> str:
        address = f"{DOCUMENTS}/{document.id}?part={to + 1}"
        return f'<a href="{address}">{words}</a>' if 0 <= to < count else ""

    return (
        f'<nav aria-label="Parts of the text">{link(part - 1, "Before")}'
        f"<span>Part {part + 1} of {count}</span>{link(part + 1, 'After')}</nav>"
    )


def _words(document: Document, shown: Span, span: Span | None) -> str:
    """The text in ``shown`` under its headings and the numbers of its pages."""
    pages = {page.span.start: page.number for page in document.pages}
    cuts = {
        offset
        for section in document.sections
        if section.span.overlaps(shown)
        for offset in (section.span.start, section.body)
    }
    inside = {offset for offset in cuts | pages.keys() if shown.start < offset < shown.end}
    layers: Sequence[Layer] = (("mark", ((span.start, span.end),)),) if span else ()
    drawn = []
    for start, end in pairwise(sorted({shown.start, shown.end, *inside})):
        if start in pages:
            drawn.append(f'<p class="page">Page {pages[start]}</p>')
        drawn.append(_piece(document, Span(start, end), layers))
    words = "".join(drawn)
    # No word from outside can be an element, so the first is ours; it is what the address names.
    return words.replace("<mark>", f'<mark id="{span.start}-{span.end}">', 1) if span else words


def _piece(document: Document, span: Span, layers: Sequence[Layer]) -> str:
    """A heading, or text between two."""
    text = document.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip("\n"))
    text = text.strip("\n")
    if not text.strip():
        return ""
    if start < document.section_at(start).body:
        return f'<h2 dir="auto">{marked(text, start, *layers)}</h2>'
    return f'<div class="text" dir="auto">{passage(text, start, *layers)}</div>'
