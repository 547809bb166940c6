"""How an answer was found, in a few plain sentences made from its trace."""

from __future__ import annotations

from collections.abc import Mapping

from pincite.retrieval.answer import Answer
from pincite.retrieval.confidence.features import ANSWER, KNOWN, OVERVIEW
from pincite.retrieval.trace import Trace

# Of the weight of the question's words, the share from which on a quote has … (else none)
_SHARES = ((0.99, "all"), (0.6, "most"), (0.35, "about half"), (0.01, "few"))
_ENOUGH = 0.6  # … as many as speak for it


def explanation(answer: Answer) -> list[str]:
    """Two to four sentences: what was searched, what was looked for, what was read, and why it is
    sure or unsure. What stands in them is not escaped.
    """
    return [
        *_searched(answer.trace),
        *_looked_for(answer.trace),
        *_read(answer.trace),
        _reason(answer),
    ]


def _searched(trace: Trace) -> list[str]:
    read_as = " and ".join(f"“{typed}” as “{word}”" for typed, word in trace.corrected.items())
    ending = f", and read {read_as}" if read_as else ""
    return [f"I searched {_documents(trace)} by meaning and by words{ending}."]


def _documents(trace: Trace) -> str:
    if trace.asked is not None and trace.left_out:
        return f"{trace.asked:,} of {trace.asked + trace.left_out:,} documents"
    if trace.documents is None:
        return "all documents"
    return "the only document" if trace.documents == 1 else f"all {trace.documents:,} documents"


def _looked_for(trace: Trace) -> list[str]:
    if not trace.carried:
        return []
    words = " · ".join(trace.carried)
    return [f"The question leans on what was said before it, so I looked for: {words}."]


def _read(trace: Trace) -> list[str]:
    if not trace.reranked and "rerank" not in trace.milliseconds:
        return []
    best = {0: "the best passages", 1: "the best passage"}.get(
        trace.reranked, f"the best {trace.reranked:,} passages"
    )
    return [f"Then I read {best} together with the question."]


def _reason(answer: Answer) -> str:
    """What speaks for the first quote, or the closest passage, and what against it."""
    features: Mapping[str, float] = answer.trace.scores.get("features", {})
    if not features:
        return "Nothing in them has to do with the question."
    if features.get(OVERVIEW):
        return "You ask about a document as a whole, so I show how it begins."
    if not features.get(KNOWN, 1.0):
        return (
            "The question or the text is in a language that the models were not trained on, so "
            "only the words that both have count."
        )
    first = "The closest passage" if answer.status == "NOT_FOUND" else "The first quote"
    speaks_for, against = _signs(features)
    if answer.status == "ANSWERED":
        said = " and ".join(speaks_for or ["is close to the question in meaning"])
        return f"{first} {said}{_but(against)}."
    said = " and ".join(against or ["is not close enough to the question"])
    return f"{first} {said}{_but(speaks_for)}."


def _signs(features: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """What speaks for an answer, and what against it."""
    speaks_for, against = [], []
    if ANSWER in features:
        if features[ANSWER] > 0:
            speaks_for.append("reads like an answer")
        else:
            against.append("does not read like an answer")
    if (share := features.get("words")) is not None:
        many = next((word for least, word in _SHARES if share >= least), "none")
        side = speaks_for if share >= _ENOUGH else against
        side.append(f"has {many} of the words that matter in the question")
    if features.get("numbers") == 0:
        against.append("lacks a number that the question has")
    return speaks_for, against


def _but(clauses: list[str]) -> str:
    return f", but {' and '.join(clauses)}" if clauses else ""
