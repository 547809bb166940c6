"""A quote in the chat, as HTML: what answers in it, and the rest of a long one behind a fold.

Pure functions, and every word from outside escaped.
"""

from __future__ import annotations

from pincite.corpus.types import Span
from pincite.retrieval.reading.quote import Quote
from pincite.ui.text.table_rows import is_row
from pincite.ui.web.ask.passage import Layer, passage
from pincite.ui.web.html import Html

_ANSWERING_SHARE = 1 / 3  # of a quote, below which what answers in it would be drowned by the rest
_LONG = 240  # code points on one side of what answers, from which on they are folded


def quoted(quote: Quote) -> Html:
    """The quote under its context, what answers in it marked where that is not all of it."""
    above, columns = [], ""
    for piece in quote.context:
        if piece.role == "columns" and is_row(quote.text.partition("\n")[0]):
            columns = piece.text
        else:
            above.append(Html('<p class="context" dir="auto">{text}</p>').format(text=piece.text))
    whole = quote.emphasis == ((quote.start, quote.end),)
    layers: tuple[Layer, ...] = () if whole else (Layer("b", quote.emphasis),)
    shown = _lines_that_answer(quote)
    words = Html().join(
        [
            _folded(quote, Span(quote.start, shown.start), "before", layers),
            passage(_text(quote, shown), shown.start, *layers, columns=columns),
            _folded(quote, Span(shown.end, quote.end), "after", layers),
        ]
    )
    name = Html(' class="softened"') if _is_mostly_around(quote) else Html()
    return Html('{above}<blockquote{name} dir="auto">{words}</blockquote>').format(
        above=Html().join(above), name=name, words=words
    )


def _lines_that_answer(quote: Quote) -> Span:
    """The lines with what answers, and with what stands beside them if that is short.

    Tables are never parted.
    """
    if not quote.emphasis or any(map(is_row, quote.text.split("\n"))):
        return quote.span
    first = min(start for start, _ in quote.emphasis) - quote.start
    last = max(end for _, end in quote.emphasis) - quote.start
    start = quote.text.rfind("\n", 0, first) + 1
    end = quote.text.find("\n", last)
    end = len(quote.text) if end < 0 else end
    return Span(
        quote.start + (start if start >= _LONG else 0),
        quote.start + (end if len(quote.text) - end >= _LONG else len(quote.text)),
    )


def _folded(quote: Quote, span: Span, side: str, layers: tuple[Layer, ...]) -> Html:
    words = passage(_text(quote, span), span.start, *layers)
    if not words:
        return Html()
    return Html(
        '<details class="rest"><summary>Show what the quote says {side} this</summary>'
        "{words}</details>"
    ).format(side=side, words=words)


def _text(quote: Quote, span: Span) -> str:
    return quote.text[span.start - quote.start : span.end - quote.start]


def _is_mostly_around(quote: Quote) -> bool:
    """Whether what answers is so little of the quote that the rest would drown it."""
    answering = {at for start, end in quote.emphasis for at in range(start, end)}
    return 0 < len(answering) < _ANSWERING_SHARE * len(quote.text)
