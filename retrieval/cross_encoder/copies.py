"""Passages that repeat the question, and go behind those that answer without.

The network takes a copy of the question for a part of an answer, so whoever gets one into the
library, with anything under it, would come first. What such a passage says in its own words is read
by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from pincite.corpus.types import Document
from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.query import Query
from pincite.retrieval.reading.reader import Candidate, PassageAnswer, Reading
from pincite.retrieval.reading.repeats import Repeats, own_words
from pincite.retrieval.search.search import Hit

_BEHIND = 0.8  # of a score: so far behind that what a passage is worth beside it hardly counts


def copies(
    query: Query,
    ranked: Sequence[Hit],
    document_of: Callable[[str], Document],
    passages: int,
) -> dict[int, str]:
    """By id, what the passages that repeat the question say beside it, best passage first.

    They are those that stand before the last of the ``passages`` others that are read.
    """
    repeats = Repeats.of(query)
    found: dict[int, str] = {}
    others = 0
    for hit in ranked:
        text = own_words(hit, document_of(hit.stored.document), repeats)
        if text is not None:
            found[hit.stored.id] = text
        else:
            others += 1
        if others == passages:
            break
    return found


def weak_copies(
    query: Query,
    texts: Mapping[int, str],
    answers: Mapping[int, PassageAnswer],
    cross_encoder: CrossEncoder,
) -> set[int]:
    """Those copies that answer less in their own words than the best passage that is none.

    A copy that was not read is among them: many of them must not crowd out what was. None is where
    there is nothing but copies.

    Args:
        query: the question.
        texts: what each copy says beside the question, by its passage's id.
        answers: of the passages that were read, copies or not.
        cross_encoder: reads these texts.
    """
    others = [answer.logit for id, answer in answers.items() if id not in texts]
    if not others:
        return set()
    own = {id: text for id, text in texts.items() if id in answers}
    alone = zip(own, cross_encoder.read(query.in_full, list(own.values())), strict=True)
    return (texts.keys() - answers.keys()) | {
        id for id, score in alone if score.logit < max(others)
    }


def put_behind(copies: Collection[int], reading: Reading) -> Reading:
    """The reading with these copies behind the other passages that answer.

    Where no other answers, they are behind the best of the others alone. The order of the lists
    stays as it is.
    """
    others = {id: one.logit for id, one in reading.answers.items() if id not in copies}
    least = min(0.0, max(others.values()))
    answering = {id for id, logit in others.items() if logit >= least}
    lowest_hit = min(hit.score for hit in reading.hits if hit.stored.id in answering)
    lowest = min((c.score for c in reading.candidates if c.passage in answering), default=0.0)

    def hit(one: Hit) -> Hit:
        is_copy = one.stored.id in copies
        return replace(one, score=min(one.score, _BEHIND * lowest_hit)) if is_copy else one

    def candidate(one: Candidate) -> Candidate:
        is_copy = one.passage in copies
        return replace(one, score=min(one.score, _BEHIND * lowest)) if is_copy else one

    return replace(
        reading,
        hits=list(map(hit, reading.hits)),
        candidates=list(map(candidate, reading.candidates)),
    )
