"""The best passages, read by the cross-encoder and put in a better order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pincite.corpus.types import Document
from pincite.retrieval.cross_encoder.copies import copies, put_behind, weak_copies
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

    Passages that repeat the question are read besides, and go behind those that answer without
    (`copies.py`).

    Args:
        query: the question.
        reading: passages and sentences in the order of the search.
        document_of: a document by its id.
        cross_encoder: reads the passages.
        passages: how many of the best are read; at most as many again that repeat the question.

    Raises:
        ModelError: the model cannot be used.
    """
    ranked = rank(query, reading, document_of)
    if not ranked:
        return reading
    texts = copies(query, ranked, document_of, passages)
    best = [hit for hit in ranked if hit.stored.id not in texts][:passages]
    best += [hit for hit in ranked if hit.stored.id in texts][:passages]
    answers = _read(query, best, document_of, cross_encoder)
    scored = _with_answers(reading, answers)
    weak = weak_copies(query, texts, answers, cross_encoder) if texts else set()
    if weak:
        scored = put_behind(weak, scored)
    return _in_order(scored)


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
        span = None if score.span is None else one.place(*score.span, text)
        answers[hit.stored.id] = PassageAnswer(score.logit, span)
    return answers


def _with_answers(reading: Reading, answers: Mapping[int, PassageAnswer]) -> Reading:
    """The reading with the passages' probabilities in its scores, in the order that it has."""
    return Reading(
        [replace(hit, score=_with(hit.score, answers.get(hit.stored.id))) for hit in reading.hits],
        [_with_answer(candidate, answers) for candidate in reading.candidates],
        answers,
    )


def _in_order(reading: Reading) -> Reading:
    """The reading with the best passages and sentences first."""
    return replace(
        reading,
        hits=sorted(reading.hits, key=lambda hit: -hit.score),
        candidates=sorted(reading.candidates, key=lambda c: (-c.score, c.passage, c.span)),
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
