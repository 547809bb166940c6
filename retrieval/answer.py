"""The readable centre: search → read → rerank → quote → verify → answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pincite.corpus.hidden import NOTHING_HIDDEN, Hidden
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Span
from pincite.retrieval.confidence.confidence import Level, confidence
from pincite.retrieval.confidence.features import features, is_english
from pincite.retrieval.conversation.expansion import expanded
from pincite.retrieval.conversation.follow_up import FollowUp
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.cross_encoder.rerank import rerank
from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.overview.question import Overview
from pincite.retrieval.overview.quotes import overview_quotes
from pincite.retrieval.query import Query
from pincite.retrieval.reading.agreement import Agreement, agreement
from pincite.retrieval.reading.choose import choose
from pincite.retrieval.reading.parts import covering, parts
from pincite.retrieval.reading.quote import Quote, overlap, verify, with_hidden
from pincite.retrieval.reading.reader import PARTS, Candidate, Reading, read
from pincite.retrieval.reading.repeats import without_repeats
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.rows import Mask
from pincite.retrieval.search.search import Hit, search
from pincite.retrieval.settings import Settings
from pincite.retrieval.trace import Stages, Trace
from pincite.retrieval.writing.types import Written

_TRACED = 5  # passages and sentences whose scores a trace shows


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is limited to: the rows of the indexes to search among.

    ``documents`` of the library have them, with these ``ids``; ``left_out`` others have not.
    """

    rows: Mask
    documents: int
    left_out: int
    ids: frozenset[str] = frozenset()


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


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answer is made from, all of one generation of one library."""

    library: Library
    indexes: Indexes
    embedder: Embedder
    cross_encoder: CrossEncoder | None
    document: Callable[[str], Document]

    @property
    def whole_indexes(self) -> Indexes:
        """Those of the whole library."""
        return self.indexes

    def still_visible(self) -> bool:
        """Whether whoever asks may still see all of it. Here it is asked by who may see all."""
        return True

    def around(self, candidate: Candidate) -> str:
        """What stands around a sentence."""
        return around(candidate, self.document(candidate.document).text)

    def is_english(self, query: Query, reading: Reading) -> bool:
        """Whether question and best sentence are in the language that the models were taught."""
        languages = self.embedder.languages
        if languages is None or "en" not in languages or not reading.candidates:
            return True
        return is_english(query.text, self.around(reading.candidates[0]))


def query_of(
    question: str, sources: Sources, stages: Stages, follow_up: FollowUp | None = None
) -> Query:
    """Work out the question for the library that is asked, with what was said before it."""
    with stages.timed("embed"):
        query = Query.of(question, sources.indexes, sources.embedder)
        if follow_up is None:
            return query
        return expanded(query, follow_up, sources.indexes, sources.embedder)


def find(
    query: Query,
    sources: Sources,
    settings: Settings,
    stages: Stages,
    scope: Scope | None = None,
    *,
    repeats: bool = False,
) -> Reading:
    """Search, read and rerank: the passages and the sentences that are nearest to a question.

    What only repeats the question is no answer to it, and is passed over unless ``repeats``.
    """
    hits = search(
        query.vector,
        query.wanted,
        sources.indexes,
        sources.library,
        k=settings.read_passages,
        candidates=settings.candidates,
        dense_weight=settings.dense_weight,
        allowed=scope.rows if scope else None,
        stages=stages,
    )
    with stages.timed("read"):
        reading = read(
            query,
            hits,
            sources.library,
            sources.document,
            dense_weight=settings.dense_weight,
        )
        if not repeats:
            reading = without_repeats(query, reading, sources.document)
    if sources.cross_encoder is None or not sources.is_english(query, reading):
        return reading
    with stages.timed("rerank"):
        return rerank(
            query, reading, sources.document, sources.cross_encoder, settings.reranked_passages
        )


def answer(
    question: str,
    sources: Sources,
    settings: Settings,
    scope: Scope | None = None,
    stages: Stages | None = None,
    history: Sequence[Turn] = (),
    further: int = 0,
) -> Answer:
    """Answer a question from the sources: search → read → rerank → quote → verify → answer.

    What it takes from the turns of ``history`` is looked for with it. With the quotes, up to
    ``further`` others are chosen, for a model to read.
    """
    stages = stages or Stages()
    follow_up = FollowUp.of(question, history)
    query = alone = query_of(question, sources, stages)
    if follow_up is not None:
        with stages.timed("expand"):
            query = expanded(alone, follow_up, sources.indexes, sources.embedder)
    reading = find(query, sources, settings, stages, scope)
    with stages.timed("quote"):
        overview = overview_quotes(
            Overview.of(query.text) or Overview.of(query.spelling),
            sources.library.entries,
            scope.ids if scope else None,
            reading,
            sources.document,
            settings.quotes,
        )
        quotes = choose(query, reading, sources.document, settings.quotes)
        if overview.quotes:
            quotes = overview.before(quotes, settings.quotes)
        else:
            firsts = _firsts_of_parts(query, sources, settings, scope, follow_up)
            quotes = covering(quotes, firsts, max(settings.quotes, len(firsts)))
        spare = []
        if further:
            others = choose(query, reading, sources.document, further + len(quotes))
            spare = _further(others, quotes, further)
    with stages.timed("verify"):
        quotes = [_verified(quote, sources) for quote in quotes]
        spare = [_verified(quote, sources) for quote in spare]
    with stages.timed("confidence"):
        judged, read_so = query, reading
        if follow_up is not None and not follow_up.leans:
            judged, read_so = alone, _read_alone(alone, reading, sources, settings)
        found = features(
            judged,
            read_so,
            _with_headings(quotes[0]) if quotes else "",
            known=sources.is_english(judged, read_so),
            calibrated=sources.cross_encoder is not None and sources.cross_encoder.calibrated,
            overview=overview.sure,
        )
        sure = confidence(found, sources.embedder.fingerprint, settings.threshold)
    level: Level = sure.level if quotes else "NOT_FOUND"
    return Answer(
        question=question,
        status=level,
        confidence=sure.value,
        quotes=() if level == "NOT_FOUND" else tuple(quotes),
        nearest=tuple(
            found_passage(hit, sources.document(hit.stored.document))
            for hit in reading.hits[: settings.nearest]
        ),
        trace=Trace(
            generation=sources.indexes.generation,
            fingerprint=sources.embedder.fingerprint,
            confidence_kind=sure.kind,
            threshold=sure.threshold,
            scores={**_scores(reading), "features": found},
            milliseconds=stages.milliseconds,
            corrected=dict(query.corrected),
            asked=scope.documents if scope else None,
            left_out=scope.left_out if scope else 0,
            listed=overview.listed,
            carried=follow_up.subject(question) if follow_up and follow_up.leans else (),
            documents=sources.library.document_count(),
            reranked=len(reading.answers),
        ),
        further=() if level == "NOT_FOUND" else tuple(spare),
        agreement=None
        if level == "NOT_FOUND"
        else agreement(quotes, reading, sources.document, sources.library.added_together),
    )


def _verified(quote: Quote, sources: Sources) -> Quote:
    document = sources.document(quote.document)
    verify(quote, document)
    return with_hidden(quote, document)


def _further(others: Sequence[Quote], quotes: Sequence[Quote], most: int) -> list[Quote]:
    """Those of the others that share no words with the quotes."""
    return [one for one in others if not any(overlap(one, quote) for quote in quotes)][:most]


def _read_alone(query: Query, reading: Reading, sources: Sources, settings: Settings) -> Reading:
    """What was found for a question that stands alone, read without what was said before it.

    That helps to find an answer and does not say that there is one: another subject after a
    question that was answered would be as sure as that.
    """
    again = read(
        query,
        reading.hits,
        sources.library,
        sources.document,
        dense_weight=settings.dense_weight,
    )
    alone = without_repeats(query, again, sources.document)
    return replace(reading, candidates=alone.candidates)


def _firsts_of_parts(
    query: Query,
    sources: Sources,
    settings: Settings,
    scope: Scope | None,
    follow_up: FollowUp | None,
) -> list[Quote]:
    """What is quoted first for each part of the question; nothing where it has one only."""
    firsts = []
    for part in parts(query.spelling):
        asked = query_of(part, sources, Stages(), follow_up)
        reading = find(asked, sources, settings, Stages(), scope)
        firsts += choose(asked, reading, sources.document, 1)
    return firsts


def spans_around(candidate: Candidate) -> list[Span]:
    """A sentence and those just before and after it, in the order of the text."""
    return sorted([candidate.span, *candidate.before[:1], *candidate.after])


def around(candidate: Candidate, text: str) -> str:
    """What stands around a sentence in its document's text, itself included."""
    return " ".join(text[span.start : span.end] for span in spans_around(candidate))


def _with_headings(quote: Quote) -> str:
    """A quote with its title, the headings over it, and its context."""
    return "\n".join([quote.title, *quote.section, *(c.text for c in quote.context), quote.text])


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


def _logit(reading: Reading, hit: Hit) -> float | None:
    answer = reading.answers.get(hit.stored.id)
    return None if answer is None else round(answer.logit, 4)


def _scores(reading: Reading) -> dict[str, Any]:
    """What the stages gave to the best passages and sentences."""
    return {
        "passages": [
            {
                "passage": hit.stored.id,
                "score": round(hit.score, 4),
                "dense": None if hit.dense is None else round(hit.dense, 4),
                "lexical": None if hit.lexical is None else round(hit.lexical, 4),
                "answer_logit": _logit(reading, hit),
            }
            for hit in reading.hits[:_TRACED]
        ],
        "sentences": [
            {
                "passage": c.passage,
                "start": c.span.start,
                "end": c.span.end,
                **{part: round(getattr(c, part), 4) for part in ("score", *PARTS)},
            }
            for c in reading.candidates[:_TRACED]
        ],
    }
