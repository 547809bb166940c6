"""A guide to a document: how it opens, its headings, its key sentences, and what to ask it.

No model writes any of it. All but the questions is verbatim, and each question was answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from pincite.corpus.errors import QuoteError
from pincite.corpus.hidden import NOTHING_HIDDEN, Hidden
from pincite.corpus.types import Document, Span, sha256
from pincite.retrieval.overview.key_sentences import EmbeddedPassage, key_sentences
from pincite.retrieval.overview.openings import opening
from pincite.retrieval.overview.outline import headings, outermost
from pincite.retrieval.overview.question_templates import Candidate, candidates
from pincite.retrieval.reading.definitions import defines
from pincite.retrieval.reading.quote import Place, Quote

MOST_HEADINGS, MOST_QUESTIONS = 12, 4

Ask = Callable[[str], Sequence[Quote]]
"""Gives the quotes of an answer; none where it is not ANSWERED."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A verbatim piece of a document: ``document.text[start:end] == text``, in code points.

    ``section`` is the heading path that it stands under; a heading's own is part of it. ``hidden``
    is what of it the file does not show.
    """

    start: int
    end: int
    text: str
    section: tuple[str, ...]
    page: int | None
    hidden: Hidden = NOTHING_HIDDEN

    @classmethod
    def of(cls, document: Document, span: Span) -> Excerpt:
        """The document's words at a span."""
        section, page = document.section_at(span.start).path, document.page_at(span.start)
        text, hidden = document.text[span.start : span.end], Hidden.of(document, span)
        return cls(span.start, span.end, text, section, page, hidden)


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question that the library answers with this document first; ``quote`` is that answer."""

    question: str
    quote: Excerpt


@dataclass(frozen=True, slots=True)
class Guide:
    """What a reader wants to know of a document before opening it.

    Attributes:
        document: the document's id, which pins its text.
        title: its title.
        lead: how it opens, without the line of its title; None where it has no text.
        headings: at most twelve, the outermost, in order.
        more_headings: how many others it has.
        key_sentences: up to five, in order; none where no sentence stands beside the lead.
        questions: up to four. None where they were not looked for.
    """

    document: str
    title: str
    lead: Excerpt | None
    headings: tuple[Excerpt, ...]
    more_headings: int
    key_sentences: tuple[Excerpt, ...]
    questions: tuple[AnsweredQuestion, ...] | None

    def to_json(self) -> dict[str, Any]:
        """The guide as JSON values, the same in every face."""
        return asdict(self)


def guide(document: Document, passages: Sequence[EmbeddedPassage], ask: Ask | None = None) -> Guide:
    """Make the guide of a document.

    Args:
        document: whose guide it is.
        passages: of the document, in order, all or some.
        ask: asks the library; at most twelve questions are tried. None: no questions are.

    Raises:
        QuoteError: a piece of it is not what the document says there.
    """
    found = headings(document)
    shown = outermost(found, MOST_HEADINGS)
    lead = _lead(document)
    sentences = key_sentences(document, passages, lead)
    asked = candidates(document, shown, [one.passage for one in passages]) if ask else []
    made = Guide(
        document=document.id,
        title=document.title,
        lead=Excerpt.of(document, lead) if lead else None,
        headings=tuple(Excerpt.of(document, heading.words) for heading in shown),
        more_headings=len(found) - len(shown),
        key_sentences=tuple(Excerpt.of(document, span) for span in sentences),
        questions=_answered(document, asked, ask) if ask else None,
    )
    verify_guide(made, document)
    return made


def verify_guide(made: Guide, document: Document) -> None:
    """Check that each piece of a guide is what its document says there.

    Raises:
        QuoteError: one is not, or the guide is of another document.
    """
    if made.document != document.id or sha256(document.text) != document.text_sha256:
        raise QuoteError(f"the guide is not for the document {document.source}")
    pieces = [*([made.lead] if made.lead else []), *made.headings, *made.key_sentences]
    for piece in [*pieces, *(one.quote for one in made.questions or ())]:
        inside = 0 <= piece.start < piece.end <= len(document.text)
        if not inside or document.text[piece.start : piece.end] != piece.text:
            place = f"{document.source} [{piece.start}:{piece.end}]"
            raise QuoteError(f"the guide's words at {place} differ from the document")


def _lead(document: Document) -> Span | None:
    """How the document opens, from behind its title's line if more follows that."""
    first = opening(document)
    start, end = first.span.start, first.span.end
    if len(first.marks) > 1 and first.marks[0].end <= first.marks[1].start:
        start = first.marks[0].end
    said = document.text[start:end]
    start += len(said) - len(said.lstrip())
    end = start + len(said.strip())
    return Span(start, end) if start < end else None


def _answered(
    document: Document, asked: Sequence[Candidate], ask: Ask
) -> tuple[AnsweredQuestion, ...]:
    """The first questions that the library answers with this document; later ones go untried."""
    tried = (
        AnsweredQuestion(one.question, Excerpt.of(document, place))
        for one in asked
        if (place := _answer(document, one, ask(one.question))) is not None
    )
    return tuple(islice(tried, MOST_QUESTIONS))


def _answer(document: Document, one: Candidate, quotes: Sequence[Quote]) -> Span | None:
    """Where in the document the first quote stands, if it is there that it should."""
    places: list[Quote | Place] = [quotes[0], *quotes[0].places] if quotes else []
    for place in places:
        if place.document == document.id and _is_due(document, one, place):
            return Span(place.start, place.end)
    return None


def _is_due(document: Document, one: Candidate, place: Quote | Place) -> bool:
    """Whether it stands under the heading that is asked about, and defines what is asked for."""
    span = Span(place.start, place.end)
    if one.under is not None and not one.under.contains(span):
        return False
    return one.term is None or defines(one.term, document.text[span.start : span.end])
