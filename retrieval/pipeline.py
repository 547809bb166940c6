"""The readable centre: search → read → rerank → quote → verify → answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pincite.retrieval.answer import Answer, found_passage
from pincite.retrieval.confidence.confidence import Level, confidence
from pincite.retrieval.confidence.features import features
from pincite.retrieval.conversation.expansion import expanded
from pincite.retrieval.conversation.follow_up import FollowUp
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.cross_encoder.rerank import rerank
from pincite.retrieval.overview.question import Overview
from pincite.retrieval.overview.quotes import overview_quotes
from pincite.retrieval.query import Query
from pincite.retrieval.reading.agreement import agreement
from pincite.retrieval.reading.choose import choose
from pincite.retrieval.reading.parts import covering, parts
from pincite.retrieval.reading.quote import Quote, overlap, verify, with_hidden
from pincite.retrieval.reading.reader import PARTS, Reading, read
from pincite.retrieval.reading.repeats import without_repeats
from pincite.retrieval.scope import Scope
from pincite.retrieval.search.search import Hit, search
from pincite.retrieval.settings import Settings
from pincite.retrieval.sources import Sources
from pincite.retrieval.trace import Stages, Trace

_TRACED = 5  # passages and sentences whose scores a trace shows


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
        sources.load({hit.stored.document for hit in hits})
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


def _with_headings(quote: Quote) -> str:
    """A quote with its title, the headings over it, and its context."""
    return "\n".join([quote.title, *quote.section, *(c.text for c in quote.context), quote.text])


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
