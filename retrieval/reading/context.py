"""What a reader needs beside a quote: verbatim spans of the same document."""

from __future__ import annotations

import re

from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.reading.quote import Context, Role
from pincite.retrieval.reading.reader import Candidate

_LONGEST = 400  # code points of one piece of context
# A quote that opens with one of these speaks of something that stands before it …
_POINTS_BACK = re.compile(
    r"(?:[\"'“‘(\[])?"
    r"(?:(?:However|Moreover|Furthermore|Similarly|Thus|Therefore|Hence|Also|But|And|So|Then|Instead"
    r"|In addition|Additionally|For example|For instance|As a result|In particular),?\s+)?"
    r"(?:this|these|those|that|they|he|she|it|its|their|his|her|such|both|another"
    r"|in the same (?:year|month)|the (?:former|latter|following year))\b",
    re.IGNORECASE,
)
# … unless "it" points at nothing: "It is often important to …".
_EMPTY_IT = re.compile(r"It (?:is|was|may be|can be)\b[^.;]*?\b(?:to|that|for)\b")


def context(
    document: Document,
    passage: Passage,
    quote: Span,
    best: Candidate,
    heading: Span | None = None,
) -> tuple[Context, ...]:
    """The pieces of context of ``quote``, in the order of the document, none inside it.

    Segmentation knows what a row or an item needs; a sentence that points back needs the one before
    it, and an answer under a heading or a question that is asked again needs that.

    Args:
        document: whose text it is.
        passage: the passage that was quoted.
        quote: where the quote stands.
        best: the passage's best sentence, with what stands around it.
        heading: the heading or question that led to the quote, if one did.
    """
    pieces: dict[Span, Role] = {heading: "heading"} if heading else {}
    pieces |= _over(passage, best.span)
    if not pieces and points_back(document.text[quote.start : quote.end]):
        pieces |= {span: "before" for span in best.before if span.end <= quote.start}
    return tuple(
        Context(span.start, span.end, document.text[span.start : span.end], role)
        for span, role in sorted(pieces.items())
        if 0 < len(span) <= _LONGEST and not span.overlaps(quote)
    )


def points_back(sentence: str) -> bool:
    """Whether a sentence opens with a word that only the one before it explains.

    >>> points_back("This could help."), points_back("It is often important to rest.")
    (True, False)
    """
    return bool(_POINTS_BACK.match(sentence)) and not _EMPTY_IT.match(sentence)


def _over(passage: Passage, sentence: Span) -> dict[Span, Role]:
    """What stands over one of the passage's sentences: its lead-ins, and its header row."""
    if not passage.context:
        return {}
    place = passage.sentences.index(sentence) if sentence in passage.sentences else 0
    spans = passage.context[place]
    last = len(spans) - 1
    return {
        span: "columns" if passage.columns and i == last else "lead-in"
        for i, span in enumerate(spans)
    }
