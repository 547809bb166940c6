"""What an answer is: level, confidence, quotes, nearest passages, and how it came about.

`pincite.retrieval.pipeline` makes one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pincite.corpus.hidden import NOTHING_HIDDEN, Hidden
from pincite.corpus.types import Document
from pincite.retrieval.confidence.confidence import Level
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.reading.agreement import Agreement
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.search.search import Hit
from pincite.retrieval.trace import Trace
from pincite.retrieval.writing.types import Written


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage with its place, as every face shows it. Offsets as in `Quote`."""

    document: str
    title: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    score: float
    hidden: Hidden = NOTHING_HIDDEN

    def to_json(self) -> dict[str, Any]:
        """The passage as JSON values."""
        return {**asdict(self), "section": list(self.section), "hidden": self.hidden.to_json()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question.

    Attributes:
        question: as it was asked, without blanks around it.
        status: ``ANSWERED`` where the confidence reaches the threshold in the trace, ``UNSURE``
            below it, ``NOT_FOUND`` where the documents are not about what is asked.
        confidence: in [0, 1]; ``trace.confidence_kind`` says of which kind.
        quotes: one to three, best first; none when NOT_FOUND. When UNSURE nobody vouches for them.
            A question of four parts may have four, one that asks which documents there are more.
        nearest: the passages that were nearest, whatever the status.
        trace: how it came about.
        further: what a model that writes reads beside the quotes; no face shows them.
        written: what it wrote, checked; None where none was asked.
        agreement: how many documents stand behind it; None without quotes.
    """

    question: str
    status: Level
    confidence: float
    quotes: tuple[Quote, ...]
    nearest: tuple[FoundPassage, ...]
    trace: Trace
    further: tuple[Quote, ...] = ()
    written: Written | None = None
    agreement: Agreement | None = None

    def turns(self) -> list[Turn]:
        """The question, and the words of the first quote that answer, for the questions after."""
        asked = Turn("user", self.question)
        if not self.quotes:
            return [asked]
        first = self.quotes[0]
        pieces = [first.text[s - first.start : e - first.start] for s, e in first.emphasis]
        return [asked, Turn("assistant", " ".join(pieces) or first.text)]

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values, the same in every face."""
        return {
            "question": self.question,
            "status": self.status,
            "confidence": self.confidence,
            "quotes": [quote_json(quote) for quote in self.quotes],
            "agreement": None if self.agreement is None else asdict(self.agreement),
            "nearest": [passage.to_json() for passage in self.nearest],
            "trace": asdict(self.trace) | {"carried": list(self.trace.carried)},
            **({} if self.written is None else {"written": self.written.to_json()}),
        }


def quote_json(quote: Quote) -> dict[str, Any]:
    """A quote as JSON values."""
    return {
        **asdict(quote),
        "section": list(quote.section),
        "highlights": [list(span) for span in quote.highlights],
        "context": [asdict(piece) for piece in quote.context],
        "answer": None if quote.answer is None else list(quote.answer),
        "hidden": quote.hidden.to_json(),
        "places": [asdict(p) | {"section": list(p.section)} for p in quote.places],
    }


def found_passage(hit: Hit, document: Document) -> FoundPassage:
    """A hit as every face shows it."""
    span = hit.stored.passage.span
    return FoundPassage(
        document=document.id,
        title=document.title,
        section=document.section_at(span.start).path,
        page=document.page_at(span.start),
        start=span.start,
        end=span.end,
        text=document.text[span.start : span.end],
        score=round(hit.score, 4),
        hidden=Hidden.of(document, span),
    )
