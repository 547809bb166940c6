"""Quotes: verbatim pieces of documents, each with what makes it understood, verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pincite.corpus.errors import QuoteError
from pincite.corpus.hidden import NOTHING_HIDDEN, Hidden
from pincite.corpus.types import Document, Span

Role = Literal["columns", "lead-in", "heading", "before"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader needs beside a quote, as verbatim as the quote: a span of its own.

    ``role`` says what it is: the row that names the ``columns``, the ``lead-in`` of a list, the
    ``heading`` or question that the quote stands under, the sentence ``before`` it.
    """

    start: int
    end: int
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Place:
    """Where else the same words stand. Offsets as in `Quote`."""

    document: str
    title: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of a document at its exact place.

    Attributes:
        document: the document's id, which pins its text.
        title: the document's title.
        section: the heading path that the quote stands under.
        page: that of its marked words, else where it begins; None for formats without pages.
        start, end: half-open code point offsets: ``document.text[start:end] == text``.
        text: the quote.
        highlights: the spans in the document that carry the answer, none where no sentence
            stands out; the rest of the quote is there to make them understood.
        score: how near it is to the question, and how likely it answers, in [0, 1].
        context: what a reader needs with it, in the order of the document.
        places: where else the documents say the same words.
        answer: of the highlights, the words that answer, where a cross-encoder says which.
        hidden: what of it and of its context the file does not show.
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
    context: tuple[Context, ...] = ()
    places: tuple[Place, ...] = field(default=())
    answer: tuple[int, int] | None = None
    hidden: Hidden = NOTHING_HIDDEN

    @property
    def emphasis(self) -> tuple[tuple[int, int], ...]:
        """What to print in bold: the words that answer, in place of the sentences around them."""
        if self.answer is None:
            return self.highlights
        start, end = self.answer
        others = [(s, e) for s, e in self.highlights if e <= start or end <= s]
        return tuple(sorted([self.answer, *others]))

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


def overlap(one: Quote, other: Quote) -> bool:
    """Whether two quotes share words of one document."""
    return one.document == other.document and one.span.overlaps(other.span)


def with_hidden(quote: Quote, document: Document) -> Quote:
    """The quote, saying what of it is hidden in its document."""
    context = (Span(piece.start, piece.end) for piece in quote.context)
    return replace(quote, hidden=Hidden.of(document, quote.span, *context))


def verify(quote: Quote, document: Document) -> None:
    """Check that the quote is what its document says at that place.

    Raises:
        QuoteError: it is not: another document, a text that its hash does not pin, offsets
            outside it, other words there or in its context, or a highlight outside the quote.
    """
    place = f"{document.source} [{quote.start}:{quote.end}]"
    if quote.document != document.id or not document.is_pinned:
        raise QuoteError(f"the quote at {place} is not from the document that it names")
    inside = 0 <= quote.start < quote.end <= len(document.text)
    if not inside or document.text[quote.start : quote.end] != quote.text:
        raise QuoteError(f"the quote at {place} differs from its document")
    if not all(quote.start <= start < end <= quote.end for start, end in quote.highlights):
        raise QuoteError(f"the quote at {place} has a highlight outside itself")
    if quote.answer is not None and not _is_marked(quote.answer, quote.highlights):
        raise QuoteError(f"the quote at {place} has its answer outside its highlights")
    for piece in quote.context:
        apart = not (piece.start < quote.end and quote.start < piece.end)
        inside = 0 <= piece.start < piece.end <= len(document.text)
        if not (apart and inside) or document.text[piece.start : piece.end] != piece.text:
            raise QuoteError(f"the context of the quote at {place} differs from its document")


def _is_marked(answer: tuple[int, int], highlights: Sequence[tuple[int, int]]) -> bool:
    """Whether an answer begins and ends in highlights; it may run over several."""
    start, end = answer
    begins = any(s <= start < e for s, e in highlights)
    return begins and start < end and any(s < end <= e for s, e in highlights)
