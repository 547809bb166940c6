"""What a reader needs beside a quote: verbatim spans of the same document."""

from __future__ import annotations

import re

from pincite.corpus.line_patterns import ITEM, is_ruler
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
    """The pieces of context of ``quote``, in the order of the document.

    Args:
        document: whose text it is.
        passage: the passage that was quoted.
        quote: where the quote stands.
        best: the passage's best sentence, with what stands around it.
        heading: the heading or question that led to the quote, if one did.
    """
    pieces: list[tuple[Span | None, Role]] = [(heading, "heading")]
    if passage.kind == "row" or passage.columns:
        pieces.append((_header(document, quote), "columns"))
    elif passage.kind == "list" or ITEM.match(document.text, quote.start):
        pieces.append((_lead_in(document, quote), "lead-in"))
    elif points_back(document.text[quote.start : quote.end]):
        before = next((span for span in best.before if span.end <= quote.start), None)
        pieces.append((before, "before"))
    return tuple(
        Context(span.start, span.end, document.text[span.start : span.end], role)
        for span, role in sorted((s, r) for s, r in pieces if s is not None)
        if 0 < len(span) <= _LONGEST and not span.overlaps(quote)
    )


def points_back(sentence: str) -> bool:
    """Whether a sentence opens with a word that only the one before it explains.

    >>> points_back("This could help."), points_back("It is often important to rest.")
    (True, False)
    """
    return bool(_POINTS_BACK.match(sentence)) and not _EMPTY_IT.match(sentence)


def _header(document: Document, quote: Span) -> Span | None:
    """The row that names the columns: the one over the ruler that ends nearest above the quote."""
    text, section = document.text, document.section_at(quote.start)
    first = section.body if section.body <= quote.start else section.span.start
    block = max(first, text.rfind("\n\n", first, quote.start) + 2)
    lines = text[block : min(quote.start, block + 2 * _LONGEST)].split("\n")
    ruler = next((i for i, line in enumerate(lines[1:], start=1) if is_ruler(line)), None)
    if ruler is None:
        return None
    start = block + sum(len(line) + 1 for line in lines[: ruler - 1])
    return Span(start, start + len(lines[ruler - 1]))


def _lead_in(document: Document, quote: Span) -> Span | None:
    """The paragraph over a list, where it announces it."""
    text, section = document.text, document.section_at(quote.start)
    first = section.body if section.body <= quote.start else section.span.start
    above = text[max(first, quote.start - 2 * _LONGEST) : quote.start]
    paragraph = above.rstrip().rsplit("\n\n", 1)[-1].strip()
    if not paragraph.endswith((":", ":**", ":*")) or ITEM.match(paragraph):
        return None
    start = text.rindex(paragraph, 0, quote.start)
    return Span(start, start + len(paragraph))
