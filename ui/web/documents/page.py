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
from pincite.ui.web.ask.passage import Layer, hidden_layer, marked, passage
from pincite.ui.web.html import Html, isolated, shortened

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


def document_body(document: Document, span: Span | None, part: int | None = None) -> Html:
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
    return Html("<article>{head}{turning}{words}{turning}</article>").format(
        head=_head(document, span), turning=turning, words=words
    )


def same_words(found: Sequence[tuple[Document, Span]]) -> Html:
    """Links to where the words of a quote stand now."""
    items = Html().join(
        Html('<li><a href="{address}">{place}</a></li>').format(
            address=_address(document, span), place=place(_place(document, span))
        )
        for document, span in found
    )
    return (
        Html("<p>The same words stand here now:</p><ul>{items}</ul>").format(items=items)
        if items
        else Html()
    )


def _address(document: Document, span: Span) -> str:
    where = f"{span.start}-{span.end}"
    return f"{DOCUMENTS}/{document.id}?span={where}#{where}"


def _place(document: Document, span: Span) -> Place:
    section = document.section_at(span.start).path
    page = document.page_at(span.start)
    return Place(document.id, document.title, section, page, span.start, span.end)


def _head(document: Document, span: Span | None) -> Html:
    file = re.split(r"[\\/]", document.source)[-1]
    where = ""
    if span:
        link = Html('<a href="#{start}-{end}">Go to the marked words</a>').format(
            start=span.start, end=span.end
        )
        where = Html('<p class="place where">{place} · {link}</p>').format(
            place=place(_place(document, span)), link=link
        )
    return Html('<h1>{title}</h1><p class="place">{file}</p>{where}').format(
        title=isolated(shortened(document.title, 300)),
        file=isolated(shortened(file, 120)),
        where=where,
    )


def _turning(document: Document, part: int, count: int) -> Html:
    """The way to the parts before and after, where there are several."""
    if count == 1:
        return Html()

    def link(to: int, words: str) -> Html:
        address = f"{DOCUMENTS}/{document.id}?part={to + 1}"
        return (
            Html('<a href="{address}">{words}</a>').format(address=address, words=words)
            if 0 <= to < count
            else Html()
        )

    return Html(
        '<nav aria-label="Parts of the text">{before}'
        "<span>Part {part} of {count}</span>{after}</nav>"
    ).format(
        before=link(part - 1, "Before"), part=part + 1, count=count, after=link(part + 1, "After")
    )


def _words(document: Document, shown: Span, span: Span | None) -> Html:
    """The text in ``shown`` under its headings and the numbers of its pages."""
    pages = {page.span.start: page.number for page in document.pages}
    cuts = {
        offset
        for section in document.sections
        if section.span.overlaps(shown)
        for offset in (section.span.start, section.body)
    }
    inside = {offset for offset in cuts | pages.keys() if shown.start < offset < shown.end}
    marks = [Layer("mark", [(span.start, span.end)])] if span else []
    layers = [hidden_layer(document, shown), *marks]
    drawn = []
    for start, end in pairwise(sorted({shown.start, shown.end, *inside})):
        if start in pages:
            drawn.append(Html('<p class="page">Page {pages}</p>').format(pages=pages[start]))
        drawn.append(_piece(document, Span(start, end), layers))
    words = Html().join(drawn)
    # No word from outside can be an element, so the first is ours; it is what the address names.
    return (
        words.replace(
            Html("<mark>"),
            Html('<mark id="{start}-{end}">').format(start=span.start, end=span.end),
            1,
        )
        if span
        else words
    )


def _piece(document: Document, span: Span, layers: Sequence[Layer]) -> Html:
    """A heading, or text between two."""
    text = document.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip("\n"))
    text = text.strip("\n")
    if not text.strip():
        return Html()
    if start < document.section_at(start).body:
        return Html('<h2 dir="auto">{marked}</h2>').format(marked=marked(text, start, *layers))
    return Html('<div class="text" dir="auto">{passage}</div>').format(
        passage=passage(text, start, *layers)
    )
