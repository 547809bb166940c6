"""The best passages, read by the cross-encoder and put in a better order."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from pincite.corpus.types import Document
from pincite.retrieval.cross_encoder.passage_input import PassageInput
from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.query import Query
from pincite.retrieval.reading.ranking import rank
from pincite.retrieval.reading.reader import Candidate, PassageAnswer, Reading
from pincite.retrieval.reading.repeats import Repeats, own_words
from pincite.retrieval.search.search import Hit

# Of the cross-encoder's probability in a passage's score. Hits at 1 and 3 on average of six sets
# (docs/decisions/reading-question-and-passage-together.md): 0 .716/.874, .1 .738/.879,
# .2 .741/.880, .3 .740/.876, .5 .725/.871.
SHARE = 0.2
# Passages that are read in any case: as many as are quoted. Others that could come first are read
# too, so hits at 1 are those of ten (docs/decisions/reading-question-and-passage-together.md).
_FIRST = 3
_AT_ONCE = 2  # of the others; each is read in a thread of its own
_BEHIND = 0.8  # of a score: so far behind that what a passage is worth beside it hardly counts
_CLIP = 30.0  # log-odds beyond which a probability does not change


def rerank(
    query: Query,
    reading: Reading,
    document_of: Callable[[str], Document],
    cross_encoder: CrossEncoder,
    passages: int,
) -> Reading:
    """The reading with the passages in the order that the cross-encoder's log-odds help to make.

    The probability that a passage answers is part of its score, and of that of its sentence that
    does; scores stay in [0, 1].

    The first few passages are read, and of the others those that could still come first: so which
    passage comes first, and what the network says of it, is as if all had been read. All are read
    where some repeat the question, which then go behind those that answer without.

    Args:
        query: the question.
        reading: passages and sentences in the order of the search.
        document_of: a document by its id.
        cross_encoder: reads the passages.
        passages: how many of the best are read, at most.

    Raises:
        ModelError: the model cannot be used.
    """
    ranked = rank(query, reading, document_of)
    own = _own_words(query, ranked, document_of, passages)
    best = _best(ranked, own, passages)
    if not best:
        return reading
    answers: dict[int, PassageAnswer] = {}
    turn = best if own else best[:_FIRST]
    while turn:
        answers |= _read(query, turn, document_of, cross_encoder)
        first = max(_with(hit.score, answers.get(hit.stored.id)) for hit in reading.hits)
        unread = (hit for hit in best if hit.stored.id not in answers)
        turn = [hit for hit in unread if (1 - SHARE) * hit.score + SHARE > first][:_AT_ONCE]
    leaning = _leaning(query, own, answers, cross_encoder) if own else set()
    hits = [
        replace(hit, score=_with(hit.score, answers.get(hit.stored.id))) for hit in reading.hits
    ]
    candidates = [_with_answer(candidate, answers) for candidate in reading.candidates]
    if leaning:
        hits, candidates = _behind(leaning, hits, candidates, answers)
    return Reading(
        sorted(hits, key=lambda hit: -hit.score),
        sorted(candidates, key=lambda c: (-c.score, c.passage, c.span)),
        answers,
    )


def _read(
    query: Query,
    hits: Sequence[Hit],
    document_of: Callable[[str], Document],
    cross_encoder: CrossEncoder,
) -> dict[int, PassageAnswer]:
    """What the cross-encoder makes of the passages, by their ids."""
    inputs = [PassageInput.of(document_of(h.stored.document), h.stored.passage) for h in hits]
    scores = cross_encoder.read(query.in_full, [one.text for one in inputs])
    answers = {}
    for hit, one, score in zip(hits, inputs, scores, strict=True):
        text = document_of(hit.stored.document).text
        place = None if score.span is None else one.place(*score.span, text)
        answers[hit.stored.id] = PassageAnswer(score.logit, place)
    return answers


def _leaning(
    query: Query,
    own: Mapping[int, str],
    answers: Mapping[int, PassageAnswer],
    cross_encoder: CrossEncoder,
) -> set[int]:
    """Those that in their ``own`` words answer less than the best of the others."""
    alone = zip(own, cross_encoder.read(query.in_full, list(own.values())), strict=True)
    others = max((a.logit for id, a in answers.items() if id not in own), default=-math.inf)
    return {id for id, score in alone if score.logit < others}


def _own_words(
    query: Query,
    ranked: Sequence[Hit],
    document_of: Callable[[str], Document],
    passages: int,
) -> dict[int, str]:
    """By id, what those of the best say beside the question, which they repeat."""
    repeats = Repeats.of(query)
    said = ((h, own_words(h, document_of(h.stored.document), repeats)) for h in ranked)
    leaning: dict[int, str] = {}
    others = 0
    for hit, text in said:
        if text is None:
            others += 1
        elif len(leaning) < passages:
            leaning[hit.stored.id] = text
        if others == passages:
            break
    return leaning


def _best(ranked: list[Hit], own: Mapping[int, str], passages: int) -> list[Hit]:
    """The best passages, and so many more as there are among them that repeat the question.

    Else a few of those would be all that is read.
    """
    return ranked[: passages + sum(hit.stored.id in own for hit in ranked[:passages])]


def _behind(
    leaning: Collection[int],
    hits: list[Hit],
    candidates: list[Candidate],
    answers: Mapping[int, PassageAnswer],
) -> tuple[list[Hit], list[Candidate]]:
    """The same, with those ``leaning`` on the question's words behind all that answer without.

    An answer that only makes sense under its question stands as it was where nothing else answers.
    """
    best = max(one.logit for id, one in answers.items() if id not in leaning)
    answering = {id for id, one in answers.items() if one.logit >= min(0.0, best)} - set(leaning)
    least = min(hit.score for hit in hits if hit.stored.id in answering)
    lowest = min((c.score for c in candidates if c.passage in answering), default=0.0)
    return (
        [
            replace(hit, score=min(hit.score, _BEHIND * least)) if hit.stored.id in leaning else hit
            for hit in hits
        ],
        [
            replace(c, score=min(c.score, _BEHIND * lowest)) if c.passage in leaning else c
            for c in candidates
        ],
    )


def _with_answer(candidate: Candidate, answers: Mapping[int, PassageAnswer]) -> Candidate:
    """A sentence with its passage's probability, where the answer stands in it."""
    answer = answers.get(candidate.passage)
    holds = answer is not None and (answer.span is None or answer.span.overlaps(candidate.span))
    return replace(candidate, score=_with(candidate.score, answer if holds else None))


def _with(score: float, answer: PassageAnswer | None) -> float:
    """The convex combination of a score with the probability of answering; 0 where nobody read."""
    if answer is None:
        return (1 - SHARE) * score
    probability = 1 / (1 + math.exp(-max(-_CLIP, min(_CLIP, answer.logit))))
    return (1 - SHARE) * score + SHARE * probability
