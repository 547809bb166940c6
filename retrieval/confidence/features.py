"""What one search looked like: the features that confidence is fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from statistics import fmean

from pincite.retrieval.query import Query
from pincite.retrieval.reading.reader import Reading
from pincite.retrieval.search.analysis import english_share, tells_another_language, terms
from pincite.retrieval.search.lexical import Wanted

PLAIN = "score"
WORDS = "lexical_around"
PLAIN_AROUND = "dense_around"
ANSWER = "answer_logit"
KNOWN = "known"
OVERVIEW = "overview"

_NEXT = 5  # of the best sentences' cosines


def features(
    query: Query,
    reading: Reading,
    quoted: str = "",
    *,
    known: bool = True,
    calibrated: bool = True,
    overview: bool = False,
) -> dict[str, float]:
    """What one search looked like, each but the log-odds about in [0, 1]; empty when nothing was
    found.

    - ``answer_logit``: the cross-encoder's log-odds that the first passage answers. It is what
      tells a near miss, which looks like an answer to all the others.
    - ``score``: the best sentence's (the plain score; the calibration does without it).
    - ``near``: the mean cosine of the question with the best sentence, with its neighbourhood, with
      the first passage, with the nearest passage, and with the five nearest neighbourhoods.
    - ``dense_around``: the cosine of the question with the best sentence's neighbourhood.
    - ``lexical_around``: the share of the question's weight in rare words that the neighbourhood
      covers; ``words``: the share that the first quote covers, with what stands over it.
    - ``numbers``: 0 where the first quote lacks one of the question's numbers, else 1.
    - ``asked``: whether the best sentence has the kind of thing that is asked for; 1/2 is neutral.
    - ``known``: whether question and answer are in a language that the models were taught. No model
      takes it; see ``confidence``.
    - ``overview``: 1 where the question is about a document that it names, and the quotes are how
      that opens. No model takes it; see ``confidence``.

    Args:
        query: the question.
        reading: what was made of the hits.
        quoted: the first quote, with its title, headings and context.
        known: see above.
        calibrated: whether the log-odds are of the cross-encoder that confidence was fitted on.
        overview: whether the quotes are how the documents open that the question names.
    """
    if not reading.candidates:
        return {}
    best = reading.candidates[0]
    there = frozenset(terms(quoted))
    around = nlargest(_NEXT, (c.dense_around for c in reading.candidates))
    passages = [hit.dense or 0.0 for hit in reading.hits]
    found = {
        PLAIN: best.score,
        "near": fmean([best.dense, best.dense_around, passages[0], max(passages), fmean(around)]),
        PLAIN_AROUND: best.dense_around,
        WORDS: best.lexical_around,
        "words": _covered(query.wanted, there),
        "numbers": float(all(one.covered_by(there) for one in query.numbers)),
        "asked": best.asked,
    }
    if calibrated and reading.answers:
        found[ANSWER] = _first_logit(reading)
    found[KNOWN] = float(known)
    if overview:
        found[OVERVIEW] = 1.0
    return {name: round(value, 4) for name, value in found.items()}


def _first_logit(reading: Reading) -> float:
    """Of the first passage; one that was not read was no better than the worst of those."""
    first = reading.answers.get(reading.hits[0].stored.id)
    worst = min(answer.logit for answer in reading.answers.values())
    return worst if first is None else first.logit


def is_english(question: str, said: str) -> bool:
    """Whether the question is, or it and what was found are. Keywords and tables have few function
    words of any language; they count as English where nothing says that they are not."""
    both = f"{question} {said}"
    return (
        english_share(question) >= 0.25
        or english_share(both) >= 0.12
        or not tells_another_language(both)
    )


def _covered(wanted: Sequence[Wanted], there: frozenset[str]) -> float:
    total = sum(one.weight for one in wanted)
    return sum(one.weight for one in wanted if one.covered_by(there)) / total if total else 0.0
