"""Quotes: the sentences that answer, widened to be understood, and verified to the letter."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pincite.corpus.errors import QuoteError
from pincite.corpus.line_patterns import ITEM, LETTERED, is_ruler
from pincite.corpus.types import Document, Span, sha256
from pincite.retrieval.reading.reader import Candidate

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
# A colon, be it in bold, announces what follows.
_ANNOUNCES = re.compile(r":[*_]*$")


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of a document at its exact place.

    Attributes:
        document: the document's id, which pins its text.
        title: the document's title.
        section: the heading path that the quote stands under.
        page: its page, for formats that have pages.
        start, end: half-open code point offsets: ``document.text[start:end] == text``.
        text: the quote.
        highlights: the spans in the document that carry the answer; the rest of the quote is
            there to make them understood.
        score: how well its best sentence answers, in [0, 1].
    """

    document: str
    title: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    highlights: tuple[tuple[int, int], ...]
    score: float

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


def verify(quote: Quote, document: Document) -> None:
    """Check that the quote is what its document says at that place.

    Raises:
        QuoteError: it is not: another document, a text that its hash does not pin, offsets
            outside it, other words there, or a highlight outside the quote.
    """
    place = f"{document.source} [{quote.start}:{quote.end}]"
    if quote.document != document.id or sha256(document.text) != document.text_sha256:
        raise QuoteError(f"the quote at {place} is not of the document that it names")
    inside = 0 <= quote.start < quote.end <= len(document.text)
    if not inside or document.text[quote.start : quote.end] != quote.text:
        raise QuoteError(f"the quote at {place} is not what stands there")
    if not all(quote.start <= start < end <= quote.end for start, end in quote.highlights):
        raise QuoteError(f"the quote at {place} has a highlight outside itself")


def choose(
    candidates: Sequence[Candidate],
    document_of: Callable[[str], Document],
    limit: int,
    least: float,
) -> list[Quote]:
    """The best one to ``limit`` quotes, best first, never two that overlap.

    A sentence that stands in a better quote already becomes one of its highlights. Sentences
    that score under ``least`` times the best are left out.

    Args:
        candidates: sentences, best first.
        document_of: a document by its id.
        limit: how many quotes at most.
        least: in [0, 1].
    """
    quotes: list[Quote] = []
    for candidate in candidates:
        if quotes and candidate.score < least * quotes[0].score:
            break
        document = document_of(candidate.document)
        mine = [i for i, q in enumerate(quotes) if q.document == candidate.document]
        holder = next((i for i in mine if quotes[i].span.contains(candidate.span)), None)
        if holder is not None:
            quotes[holder] = _highlighted(quotes[holder], candidate.span)
        elif len(quotes) < limit:
            taken = [quotes[i].span for i in mine]
            span = _widened(candidate, document.text)
            if any(span.overlaps(other) for other in taken):
                span = candidate.span
            if not any(span.overlaps(other) for other in taken):
                quotes.append(_quote(candidate, span, document))
    return quotes


def _widened(candidate: Candidate, text: str) -> Span:
    """The sentence with those that it needs: what "This" points at, or what a colon announces.

    The first item of a list needs the sentence that introduces the list, the first row of a table
    the one that names the columns. Those further down stand alone: a quote is one piece.
    """
    start, end = candidate.span.start, candidate.span.end
    for before in candidate.before:
        said, above = text[start:end], text[before.start : before.end]
        if not (points_back(said) or _opens_what(above, said)):
            break
        start = before.start
    if _ANNOUNCES.search(text[candidate.span.start : end]) and candidate.after:
        end = candidate.after[0].end
    return Span(start, end)


def _opens_what(above: str, said: str) -> bool:
    """Whether ``above`` introduces the list that ``said`` opens, or heads the table."""
    if ITEM.match(said) or LETTERED.match(said):
        return bool(_ANNOUNCES.search(above))
    is_row = any(mark in said for mark in ("|", "\t", "  "))
    return is_row and "\n" in above and is_ruler(above[above.rindex("\n") + 1 :])


def points_back(sentence: str) -> bool:
    """Whether a sentence opens with a word that only the one before it explains.

    >>> points_back("This could help."), points_back("It is often important to rest.")
    (True, False)
    """
    return bool(_POINTS_BACK.match(sentence)) and not _EMPTY_IT.match(sentence)


def _quote(candidate: Candidate, span: Span, document: Document) -> Quote:
    return Quote(
        document=document.id,
        title=document.title,
        section=document.section_at(candidate.span.start).path,
        page=document.page_at(candidate.span.start),
        start=span.start,
        end=span.end,
        text=document.text[span.start : span.end],
        highlights=((candidate.span.start, candidate.span.end),),
        score=round(candidate.score, 4),
    )


def _highlighted(quote: Quote, span: Span) -> Quote:
    return replace(quote, highlights=tuple(sorted({*quote.highlights, (span.start, span.end)})))
