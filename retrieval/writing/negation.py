"""How far a sentence denies what its quotes say, or says what they deny."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from pincite.retrieval.writing.clauses import (
    LINE,
    Clause,
    clauses,
    is_negator,
    line_clause,
    row_clauses,
    without_idioms,
)
from pincite.retrieval.writing.words import alike, words

_ANSWER = re.compile(r"\W*(?:yes|no)[,;:.–—-]\s", re.IGNORECASE)  # to a question
_PART = re.compile(r"[;.?!:]\s|\n")
_LEAST = 3  # words that are compared one by one
_BROUGHT = frozenset(["do", "does", "did", "be", "any", "ca", "wo"])  # along by a denial


@dataclass(frozen=True, slots=True)
class Denial:
    """How far a sentence and its quotes are at odds in what they deny; each in [0, 1].

    Attributes:
        added: a clause denies, and in the quotes' nearest line nothing can be a denial. Of the
            worst one, the square of the share of its words that the nearest clause has: other words
            may be a denial of their own.
        lost: whether a clause says what the quotes deny, and nothing in the sentence can be a
            denial.
        flipped: a part of it is a line of the quotes, word for word, but for a denial.
    """

    added: float = 0.0
    lost: float = 0.0
    flipped: float = 0.0


def denial(
    sentence: str, quotes: Sequence[str], titles: Sequence[str] = (), question: str = ""
) -> Denial:
    """How far ``sentence`` is at odds with its quotes in what it denies.

    A word is denied where a negator stands shortly before it in its clause. What a clause denies is
    looked for in those clauses of the quotes that have it, and of these in the ones that share most
    words with the clause.

    Args:
        sentence: what is checked.
        quotes: those that it cites.
        titles: their title and headings, a line each.
        question: what it denies need not stand there: "the hive that had no queen".

    >>> denial("Dogs are not allowed.", ["Dogs are allowed on the lawn."]).flipped
    1.0
    >>> denial("Dogs cannot enter.", ["Dogs are not allowed to enter."])
    Denial(added=0.0, lost=0.0, flipped=0.0)
    """
    sentence = _ANSWER.sub("", sentence)
    there = [clause for quote in quotes for clause in _clauses(quote)]
    lines = [line for quote in quotes for line in _lines(quote)]
    known = frozenset(stem for clause in there for stem in clause.said)
    asked = frozenset(stem for clause in clauses(question) for stem in clause.denied)
    under = any(
        clause.may_deny for title in titles for clause in clauses(title.rpartition("\n")[2])
    )
    every = [_as_known(clause, known) for clause in clauses(sentence)]
    denies = any(clause.may_deny for clause in every)
    added = lost = 0.0
    for clause in every:
        if clause.denied and clause.denied <= asked:
            continue
        if not clause.denied:
            lost = max(lost, float(not denies and _is_lost(clause, there)))
        elif not (clause.is_condition or under or _is_denied(clause, there, lines)):
            added = max(added, _share(clause, _nearest(clause, there)) ** 2)
    return Denial(added, lost, _flipped(sentence, quotes))


@lru_cache(maxsize=256)
def _clauses(quote: str) -> tuple[Clause, ...]:
    return (*clauses(quote), *row_clauses(quote))


@lru_cache(maxsize=256)
def _lines(quote: str) -> tuple[Clause, ...]:
    return tuple(line_clause(line) for line in LINE.split(quote))


def _is_denied(clause: Clause, there: Sequence[Clause], lines: Sequence[Clause]) -> bool:
    """Whether the quotes deny what ``clause`` denies, or the nearest line may in other words."""
    if any(s in other.denied for s in clause.denied for other in _nearest(clause, there, s)):
        return True
    nearest = _nearest(clause, lines)
    return any(line.denied or line.hints - clause.hints for line in nearest)


def _is_lost(clause: Clause, there: Sequence[Clause]) -> bool:
    """Whether ``clause``, which denies nothing, says what the quotes deny."""
    most = max((len(clause.said & other.said) for other in there), default=0)
    return any(
        all(
            stem in other.heads
            and (clause.is_condition or not other.is_condition)
            and (other.said <= clause.said or len(clause.said & other.said) == most)
            for other in nearest
        )
        for stem in clause.said
        if (nearest := _nearest(clause, there, stem))
    )


def _share(clause: Clause, others: Sequence[Clause]) -> float:
    """The share of the words of a clause that one of the others has, at most."""
    most = max((len(clause.said & other.said) for other in others), default=0)
    return most / max(1, len(clause.said))


def _nearest(clause: Clause, others: Sequence[Clause], stem: str = "") -> list[Clause]:
    """Those of the other clauses, with this stem, that share most words with a clause."""
    shared = [len(clause.said & other.said) * (not stem or stem in other.said) for other in others]
    most = max(shared, default=0)
    return [other for other, count in zip(others, shared, strict=True) if count == most > 0]


def _as_known(clause: Clause, known: Collection[str]) -> Clause:
    """The clause with the quotes' stems for those of its own that are of the same root."""
    return clause.with_stems(
        lambda stem: stem if stem in known else next((o for o in known if alike(stem, o)), stem)
    )


def _flipped(sentence: str, quotes: Sequence[str]) -> float:
    """How far a part of ``sentence`` is a line of the quotes but for a denial."""
    lines = [_without_denials(line) for quote in quotes for line in LINE.split(quote)]
    parts = map(_without_denials, _PART.split(sentence))
    return max(
        (_part_flipped(*part, lines) for part in parts if len(part[0]) >= _LEAST), default=0.0
    )


_Words = tuple[str, ...]
_Places = tuple[int, ...]


def _part_flipped(said: _Words, denials: _Places, lines: Sequence[tuple[_Words, _Places]]) -> float:
    """The same for one part; the line that has most of its words, in a row, decides."""
    best = flipped = 0.0
    for there, denials_there in lines:
        if len(set(said) & set(there)) < len(set(said)) / 2:
            continue
        blocks = SequenceMatcher(None, said, there, autojunk=False).get_matching_blocks()[:-1]
        share = sum(block.size for block in blocks) / len(said)
        if not blocks or share < best:
            continue
        start = blocks[0].b - blocks[0].a
        end = blocks[-1].b + len(said) - blocks[-1].a
        denied = sum(start <= place <= end for place in denials_there)
        value = share**4 if (denied + len(denials)) % 2 else 0.0  # only near 1 is it the same line
        flipped = min(flipped, value) if share == best else value
        best = share
    return flipped


@lru_cache(maxsize=4096)
def _without_denials(text: str) -> tuple[_Words, _Places]:
    """The stems of a text without what denies, and before which of them something is denied."""
    kept: list[str] = []
    denials: list[int] = []
    for word in words(without_idioms(text)):
        if is_negator(word):
            denials.append(len(kept))
        elif word.text.lower() not in _BROUGHT:
            kept.append(word.stem)
    return tuple(kept), tuple(denials)
