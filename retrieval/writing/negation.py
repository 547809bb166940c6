"""Whether a sentence denies what its quote says, or says what its quote denies."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from pincite.retrieval.writing.words import Word, words

_NEGATORS_TEXT = (
    "not no never none nobody nothing neither nor without cannot cant dont doesnt didnt isnt "
    "arent wasnt werent wont wouldnt shouldnt couldnt hasnt havent hadnt mustnt neednt "
    "nowhere hardly scarcely lack lacks lacked lacking fail fails failed unable refuse "
    "refuses refused prohibited forbidden non except unless excluding"
)
_NEGATORS = frozenset(_NEGATORS_TEXT.split())
_CONTRACTED = re.compile(r"n['’]t$", re.IGNORECASE)
_NOT_A_NEGATION = re.compile(
    r"\bno\.? (?=[0-9])|\bnot only\b|\bno later than\b|\bno more than\b"
    r"|\bno less than\b|\bno fewer than\b|\bwithout exception\b|\bno doubt\b"
    r"|\bcannot but\b|\bnot least\b|\bif not\b|\bwhether or not\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[.;:!?,]\s|\n|\b(?:but|whereas|although|though)\b", re.IGNORECASE)
_REACH = 5  # words of content after a negator that it denies
_BACK = 1  # and before it: "approved by none"


def negation_differs(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether what both say is denied in one and not in the other.

    A word is denied where a negator stands shortly before it in its clause. Each clause is compared
    with those of the quotes that share most words with it.

    >>> negation_differs("Dogs are not allowed.", ["Dogs are allowed on the lawn."])
    True
    >>> negation_differs("Dogs cannot enter.", ["Dogs are not allowed to enter."])
    False
    """
    there = [clause for quote in quotes for clause in _clauses(quote)]
    return any(_differs(clause, there) for clause in _clauses(sentence))


Clause = Mapping[str, frozenset[bool]]


def _differs(clause: Clause, there: Sequence[Clause]) -> bool:
    shared = [clause.keys() & other.keys() for other in there]
    most = max(map(len, shared), default=0)
    if not most:
        return False
    nearest = [
        (other, stems) for other, stems in zip(there, shared, strict=True) if len(stems) == most
    ]
    return all(_denies_otherwise(clause, other, stems) for other, stems in nearest)


def _denies_otherwise(clause: Clause, other: Clause, stems: Collection[str]) -> bool:
    """Whether of the words that either denies, half or more are denied by one alone."""
    denied = [stem for stem in stems if True in clause[stem] or True in other[stem]]
    against = [stem for stem in denied if not clause[stem] & other[stem]]
    return bool(against) and 2 * len(against) >= len(denied)


def _clauses(text: str) -> list[Clause]:
    """The clauses of a text: for each stem of content, whether it is denied, where it stands."""
    text = _NOT_A_NEGATION.sub(lambda match: " " * len(match[0]), text)
    edges = [match.start() for match in _BREAK.finditer(text)]
    clauses: list[list[Word]] = [[] for _ in range(len(edges) + 1)]
    for word in words(text):
        clauses[bisect_right(edges, word.start)].append(word)
    return [_denied(clause) for clause in clauses if clause]


def _denied(clause: Sequence[Word]) -> Clause:
    content = [word for word in clause if word.is_content and not _is_negator(word)]
    places = [word.start for word in clause if _is_negator(word)]
    found: dict[str, set[bool]] = defaultdict(set)
    for i, word in enumerate(content):
        denied = False
        for place in places:
            nearest = bisect_left([one.start for one in content], place)
            denied ^= nearest - _BACK <= i < nearest + _REACH
        found[word.stem].add(denied)
    return {stem: frozenset(said) for stem, said in found.items()}


def _is_negator(word: Word) -> bool:
    plain = word.text.lower().replace("’", "'")
    return plain.replace("'", "") in _NEGATORS or bool(_CONTRACTED.search(plain))
