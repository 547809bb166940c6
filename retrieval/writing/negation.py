"""Whether a sentence denies what its quotes say, or says what they deny."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from pincite.retrieval.writing.clauses import LINE, Clause, clauses, line_clause, row_clauses
from pincite.retrieval.writing.words import REMEMBERED, alike

_ANSWER = re.compile(r"\W*(?:yes|no)[,;:.–—-]\s", re.IGNORECASE)  # to a question


def negation_differs(sentence: str, quotes: Sequence[str], question: str = "") -> bool:
    """Whether what both say is denied in one and not in the other.

    A word is denied where a negator stands shortly before it in its clause. What a clause denies is
    looked for in those clauses of the quotes that have it, and of these in the ones that share most
    words with the clause.

    >>> negation_differs("Dogs are not allowed.", ["Dogs are allowed on the lawn."])
    True
    >>> negation_differs("Dogs cannot enter.", ["Dogs are not allowed to enter."])
    False
    """
    there = [clause for quote in quotes for clause in _clauses_and_rows(quote)]
    known = frozenset(stem for clause in there for stem in clause.said)
    # "The hive that had no queen": what was asked for, said again.
    sentence = _ANSWER.sub("", sentence)
    asked = frozenset(stem for clause in clauses(question) for stem in clause.denied)
    lines = [line for quote in quotes for line in _lines(quote)]
    return any(
        _denies(clause, there, lines) if clause.denied else _asserts(clause, there)
        for clause in (_as_known(one, known) for one in clauses(sentence, known))
        if not (clause.is_relative and clause.denied & asked)
        if not (clause.decisive and asked.issuperset(clause.decisive))
    )


@lru_cache(REMEMBERED)
def _clauses_and_rows(quote: str) -> tuple[Clause, ...]:
    return (*clauses(quote), *row_clauses(quote))


@lru_cache(REMEMBERED)
def _lines(quote: str) -> tuple[Clause, ...]:
    return tuple(map(line_clause, LINE.split(quote)))


def _denies(clause: Clause, there: Sequence[Clause], lines: Sequence[Clause]) -> bool:
    """Whether the quotes do not deny what ``clause`` denies."""
    if any(stem in o.heads for stem in clause.decisive for o in _nearest(clause, there, stem)):
        return False
    for stem in clause.decisive:
        if nearest := _nearest(clause, there, stem):
            if any(stem in other.denied for other in nearest):
                return False
            return not any(o.denied or o.soft - clause.soft for o in _nearest(clause, there))
    # What is denied has other words there, if it stands there: in the line, or in the next one
    # where that goes on about the same.
    places = {id(one) for one in _nearest(clause, lines)}
    near = [
        line
        for before, line in zip([None, *lines], lines, strict=False)
        if id(line) in places or (line.goes_on and id(before) in places)
    ]
    return bool(places) and not any(other.denied or other.soft - clause.soft for other in near)


def _asserts(clause: Clause, there: Sequence[Clause]) -> bool:
    """Whether the quotes deny what ``clause``, which denies nothing, says."""
    if clause.soft - {"still", "zero", "refused"}:
        return False
    most = max((len(clause.said & other.said) for other in there), default=0)
    for stem in clause.said:
        nearest = _nearest(clause, there, stem)
        if nearest and all(
            stem in other.heads
            and (clause.is_condition or not other.is_condition)
            and (other.said <= clause.said or len(clause.said & other.said) == most)
            for other in nearest
        ):
            return True
    return False


def _nearest(clause: Clause, others: Sequence[Clause], stem: str = "") -> list[Clause]:
    """Those of the other clauses, with this stem, that share most words with a clause."""
    shared = [len(clause.said & other.said) * (not stem or stem in other.said) for other in others]
    most = max(shared, default=0)
    return [other for other, count in zip(others, shared, strict=True) if count == most > 0]


def _as_known(clause: Clause, known: Collection[str]) -> Clause:
    """The clause with the quotes' stems for those of its own that are of the same root."""

    def same(stem: str) -> str:
        return stem if stem in known else next((o for o in known if alike(stem, o)), stem)

    return Clause(
        frozenset(map(same, clause.said)),
        frozenset(map(same, clause.denied)),
        tuple(map(same, clause.decisive)),
        frozenset(map(same, clause.heads)),
        clause.soft,
        clause.is_relative,
        clause.is_condition,
        clause.goes_on,
    )
