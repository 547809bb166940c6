"""Where quotes stand, as HTML: a card for each, with its section, and its page where it has one.

Pure functions, and every word from outside escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from pincite.corpus.types import Document, Span
from pincite.ingest.processes.page_images import NO_PICTURES, PagePictures
from pincite.retrieval.answer import Answer, FoundPassage
from pincite.retrieval.reading.quote import Place, Quote
from pincite.ui.terminal import MOST_PLACES, offsets
from pincite.ui.text.closest import Closest, closest
from pincite.ui.text.hidden_notice import hidden_notice
from pincite.ui.text.place_path import place_path
from pincite.ui.web.ask.copy_links import copy_link
from pincite.ui.web.ask.passage import Layer, hidden_layer, passage
from pincite.ui.web.html import NO_HTML, Html, attribute, isolated, shortened

_REACH = 500  # characters of source shown before and after a quote, at most …
_WHOLE = 1800  # … but a section up to this long is shown whole
_STEP = 200  # characters within which a cut looks for the end of a sentence
_SENTENCE_END = re.compile(r"\n+|[.!?][\"'”’)\]]*\s+")
_SPACE = re.compile(r"\s")
_CUT = Html('<span class="cut" aria-hidden="true"> … </span>')


def evidence(
    answer: Answer,
    document_of: Callable[[str], Document],
    turn: int,
    pictures: Callable[[Document], PagePictures] = lambda document: NO_PICTURES,
) -> Html:
    """A card for every quote, in its source; or for the nearest passages.

    Args:
        answer: what was answered.
        document_of: a document by its id.
        turn: the number of the turn.
        pictures: whether a document's pages can be drawn, or why not.
    """
    if answer.status != "NOT_FOUND":
        return Html().join(
            _card(
                quote,
                document_of(quote.document),
                anchor=f"evidence-{turn}-{number}",
                sign=str(number),
                body=in_source(quote, document_of(quote.document)),
                sheets=_sheets(quote, pictures(document_of(quote.document))),
                link=copy_link(quote),
            )
            for number, quote in enumerate(answer.quotes, start=1)
        )
    return Html().join(
        _card(
            near.passage,
            document_of(near.passage.document),
            anchor=f"evidence-{turn}-{sign}",
            sign=sign,
            body=passage(near.passage.text, near.passage.start),
            note="Nearest passage",
            link=copy_link(near.passage),
        )
        for sign, near in lettered(answer.nearest)
    )


def place(item: Quote | FoundPassage | Place) -> Html:
    """Where a quote or passage stands: title › headings, page; its offsets on demand."""
    path = Html('<span class="step"> › </span>').join(
        isolated(part) for part in place_path(item.title, item.section)
    )
    page = f", page {item.page}" if item.page is not None else ""
    return Html('<span title="{offsets}">{path}{page}</span>').format(
        offsets=attribute(offsets(item)), path=path, page=page
    )


def places(item: Quote | FoundPassage, others: Sequence[Place | FoundPassage]) -> Html:
    """Where something stands, what of it is hidden, and where else its words stand: a few of the
    places, and a count."""
    also = [Html("also in {place}").format(place=place(other)) for other in others[:MOST_PLACES]]
    more = len(others) - len(also)
    lines = [place(item), *also, *([f"and in {more:,} more"] if more else [])]
    where, *others_too = (Html('<p class="place">{line}</p>').format(line=line) for line in lines)
    return Html().join([where, hidden_view(item), *others_too])


def hidden_view(item: Quote | FoundPassage) -> Html:
    """What of a piece of a document is hidden, as a line of its own; nothing where all shows."""
    said = hidden_notice(item)
    return Html('<p class="hidden-text">{said}</p>').format(said=said) if said else NO_HTML


def in_source(quote: Quote, document: Document) -> Html:
    """The quote in the text that it stands in, marked, its answering sentences more strongly."""
    shown, section = around(quote.span, document), document.section_at(quote.start)
    text = document.text[shown.start : shown.end]
    first = len(text) - len(text.lstrip())
    words = passage(
        text.strip(),
        shown.start + first,
        hidden_layer(document, shown),  # outermost, so that one stretch is announced once
        Layer("mark", [(quote.start, quote.end)]),
        Layer("b", quote.emphasis),
        columns="\n".join(
            piece.text
            for piece in quote.context
            if piece.role == "columns" and piece.start < shown.start
        ),
    )
    cut_before = shown.start > max(section.body, section.span.start)
    cut_after = shown.end < section.span.end
    return (_CUT if cut_before else Html()) + words + (_CUT if cut_after else Html())


def around(span: Span, document: Document) -> Span:
    """What to show of the section that ``span`` stands in: all of it when it is short.

    >>> from pincite.corpus.types import Section
    >>> document = Document("a.txt", "A", "One two.", (Section(Span(0, 8)),))
    >>> around(Span(4, 8), document)
    Span(start=0, end=8)
    """
    text, section = document.text, document.section_at(span.start)
    first = min(max(section.body, section.span.start), span.start)
    last = max(section.span.end, span.end)
    if last - first <= _WHOLE:
        return Span(first, last)
    start, end = max(first, span.start - _REACH), min(last, span.end + _REACH)
    if start > first:
        near = min(start + _STEP, span.start)
        cut = _SENTENCE_END.search(text, start, near) or _SPACE.search(text, start, near)
        start = cut.end() if cut else start
    if end < last:
        near = max(end - _STEP, span.end)
        cuts = list(_SENTENCE_END.finditer(text, near, end)) or list(
            _SPACE.finditer(text, near, end)
        )
        end = cuts[-1].end() if cuts else end
    return Span(start, end)


def lettered(passages: Sequence[FoundPassage]) -> Iterable[tuple[str, Closest]]:
    """Passages with letters, so that nobody takes them for quotes; only the first 26."""
    return zip("abcdefghijklmnopqrstuvwxyz", closest(passages), strict=False)


def _sheets(quote: Quote, pictures: PagePictures) -> Html:
    """Where the browser draws the pages that the quote stands on (``sheets.js``), or why not."""
    if pictures.why_not:
        return Html('<p class="place no-page">The page is not shown: {why_not}.</p>').format(
            why_not=pictures.why_not
        )
    if not pictures.available:
        return Html()
    return Html(
        '<div class="sheets" data-document="{document}" data-start="{start}"'
        ' data-end="{end}"></div>'
    ).format(document=quote.document, start=quote.start, end=quote.end)


def _card(
    item: Quote | FoundPassage,
    document: Document,
    *,
    anchor: str,
    sign: str,
    body: Html,
    note: str = "",
    sheets: Html = NO_HTML,
    link: Html = NO_HTML,
) -> Html:
    file = re.split(r"[\\/]", document.source)[-1]
    return Html(
        '<article class="card{nearest}" id="{anchor}" tabindex="-1">'
        '<header><span class="sign">{sign}</span><p class="place">{place}</p></header>'
        "{above}"
        '<div class="source" dir="auto">{body}</div>{sheets}'
        '<footer>{file} · text SHA-256 <span class="digest">'
        "{text_sha256}</span>{link}</footer></article>"
    ).format(
        nearest=" nearest-card" if note else "",
        anchor=anchor,
        sign=sign,
        place=place(item),
        above=Html().join(
            [
                Html("<p class=note>{note}</p>").format(note=note) if note else NO_HTML,
                hidden_view(item),
            ]
        ),
        body=body,
        sheets=sheets,
        file=isolated(shortened(file, 80)),
        text_sha256=document.text_sha256[:12],
        link=link,
    )
