"""The best passages, read by the cross-encoder and put in a better order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pincite.corpus.types import Document
from pincite.retrieval.cross_encoder.passage_input import PassageInput
from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.query import Query
from pincite.retrieval.reading.ranking import rank
from pincite.retrieval.reading.reader import Candidate, PassageAnswer, Reading
from pincite.retrieval.search.search import Hit

# Of the cross-encoder's probability in a passage's score. Hits at 1 and 3 on average of six sets
# (docs/decisions/reading-question-and-passage-together.md): 0 .716/.874, .1 .738/.879,
# .2 .741/.880, .3 .740/.876, .5 .725/.871.
SHARE = 0.2
# Passages that are read in any case: as many as are quoted. Others that could come first are read
# too, so hits at 1 are those of ten (docs/decisions/reading-question-and-passage-together.md).
_FIRST = 3
_AT_ONCE = 2  # of the others; each is read in a thread of its own
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
    passage comes first, and what the network says of it, is as if all had been read.

    Args:
        query: the question.
        reading: passages and sentences in the order of the search.
        document_of: a document by its id.
        cross_encoder: reads the passages.
        passages: how many of the best are read, at most.

    Raises:
        ModelError: the model cannot be used.
    """
    best = rank(query, reading, document_of)[:passages]
    if not best:
        return reading
    answers: dict[int, PassageAnswer] = {}
    turn = best[:_FIRST]
    while turn:
        answers |= _read(query, turn, document_of, cross_encoder)
        first = max(_with(hit.score, answers.get(hit.stored.id)) for hit in reading.hits)
        unread = (hit for hit in best if hit.stored.id not in answers)
        turn = [hit for hit in unread if (1 - SHARE) * hit.score + SHARE > first][:_AT_ONCE]
    hits = [
        replace(hit, score=_with(hit.score, answers.get(hit.stored.id))) for hit in reading.hits
    ]
    candidates = [_with_answer(candidate, answers) for candidate in reading.candidates]
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
