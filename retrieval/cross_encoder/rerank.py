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
from pincite.retrieval.reading.ranking import best_sentences, place, rank
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

    The first few passages are read, and of the others those that could still come first, as a
    passage or as a quote: so which of them does, and what the network says of it, is as if all had
    been read. The order after it, and which sentence is best, may be others.

    All are read where some repeat the question, which then go behind those that answer without
    (`copies.py`).

    Args:
        query: the question.
        reading: passages and sentences in the order of the search.
        document_of: a document by its id.
        cross_encoder: reads the passages.
        passages: how many of the best are read, at most; as many again that repeat the question.

    Raises:
        ModelError: the model cannot be used.
    """
    ranked = rank(query, reading, document_of)
    if not ranked:
        return reading
    texts = copies(query, ranked, document_of, passages)
    best = [hit for hit in ranked if hit.stored.id not in texts][:passages]
    turn = best[:_FIRST]
    if texts:
        turn = [*best, *[hit for hit in ranked if hit.stored.id in texts][:passages]]
    answers: dict[int, PassageAnswer] = {}
    while turn:
        answers |= _read(query, turn, document_of, cross_encoder)
        turn = _rivals(query, best, reading, answers, document_of)[:_AT_ONCE]
    scored = _with_answers(reading, answers)
    weak = weak_copies(query, texts, answers, cross_encoder) if texts else set()
    if weak:
        scored = put_behind(weak, scored)
    return _in_order(scored)


def _rivals(
    query: Query,
    best: Sequence[Hit],
    reading: Reading,
    answers: Mapping[int, PassageAnswer],
    document_of: Callable[[str], Document],
) -> list[Hit]:
    """Those of the best that nobody read, and that would come first if they surely answered.

    First in the order of passages, or in that of quotes, in which the best sentence counts too.
    """
    unread = [hit for hit in best if hit.stored.id not in answers]
    if not unread:
        return []

    def as_quote(hit: Hit, sentence: float) -> float:
        return place(query, hit, sentence, document_of(hit.stored.document))

    now = _with_answers(reading, answers)
    first = max(hit.score for hit in now.hits)
    sentences, before = best_sentences(_in_order(now)), best_sentences(reading)
    read = [hit for hit in now.hits if hit.stored.id in answers]
    first_quote = max(as_quote(hit, sentences[hit.stored.id].score) for hit in read)
    return [
        hit
        for hit in unread
        if _if_sure(hit.score) > first
        or as_quote(replace(hit, score=_if_sure(hit.score)), _if_sure(before[hit.stored.id].score))
        > first_quote
    ]


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


def _if_sure(score: float) -> float:
    """What a score becomes where the network is sure of the answer."""
    return (1 - SHARE) * score + SHARE


def _with(score: float, answer: PassageAnswer | None) -> float:
    """The convex combination of a score with the probability of answering; 0 where nobody read."""
    if answer is None:
        return (1 - SHARE) * score
    probability = 1 / (1 + math.exp(-max(-_CLIP, min(_CLIP, answer.logit))))
    return (1 - SHARE) * score + SHARE * probability
