"""How much of a question stands in its evidence already: a gold set that copies is too easy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pincite.eval.goldset import GoldSet, Question
from pincite.retrieval.search.analysis import content_terms, terms


@dataclass(frozen=True, slots=True)
class Wording:
    """What a gold set is made of.

    ``shared`` is the mean share of a question's content words (stems, function words left out)
    that stand in its evidence, over the questions with evidence.
    """

    documents: int
    kinds: Mapping[tuple[str, str], int]  # questions by split and kind
    answerable: int
    shared: float | None


def wording(gold: GoldSet) -> Wording:
    """Look at a gold set's questions."""
    shares = [_shared(q, gold) for q in gold.questions if q.evidence]
    return Wording(
        documents=len(gold.documents),
        kinds=Counter((q.split or "", q.kind or "") for q in gold.questions),
        answerable=sum(q.answerable for q in gold.questions),
        shared=sum(shares) / len(shares) if shares else None,
    )


def _shared(question: Question, gold: GoldSet) -> float:
    wanted = content_terms(question.question)
    there: set[str] = set()
    for evidence in question.evidence:
        span = evidence.span
        there.update(terms(gold.documents[evidence.doc].text[span.start : span.end]))
    return sum(term in there for term in wanted) / max(1, len(wanted))
