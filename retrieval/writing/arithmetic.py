"""What a sentence may work out from the numbers of its quotes: how many, how much more, in all.

Only where the words beside the number say that something was worked out: with so many numbers in a
quote, the difference of two of them can be nearly anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from pincite.retrieval.writing.numbers import Fact, fact_spans, facts

_COMPARED = (
    "more|less|fewer|late|early|earlier|later|longer|shorter|higher|lower|cheaper|dearer|colder|warmer"
    "|older|younger|larger|smaller|bigger|faster|slower|ahead|behind|apart|ago|difference|above|below"
)
_THEN_COMPARED = re.compile(rf"\s*[%€$£]?\s*(?:[\w%€$£]+ ){{0,2}}?(?:{_COMPARED})\b", re.IGNORECASE)
_BY = re.compile(
    r"\b(?:rose|rise[ns]?|fell|falls?|fallen|grew|dropped|difference|gain) (?:by|of) $",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:last|first|for|remaining) $", re.IGNORECASE
)  # "for six years, since 2019"
_SUM = re.compile(
    r"\b(?:altogether|together|in all|all in all|in total|total\w*|sum|combined|overall)\b",
    re.IGNORECASE,
)
_HALF = re.compile(r"\b(?:half|twice|double)\b", re.IGNORECASE)
_DEFINITE = re.compile(
    r"\b(?:the|these|those|all|of|its|their|among|other|them|last|first)\s+(?:the )?$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r" of (?:them|these|those|which|whom)\b")
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_NEAR = 45  # code points: some six words on either side
_MOST_COUNTED = 12
_CARDINAL = re.compile(r"(?!first|second|third|\w+th$)[^\W\d_]+", re.IGNORECASE)
_MOST_DEFINITE = 6  # things that are counted without a list: "the three sizes"
_LISTED = re.compile(r",\s*(?:and |or )?|\s+(?:and|or)\s+")
_GOES_ON = re.compile(r",? (?:where|which|who|whose|with|each|because|since)\b")
_SAME = 1e-6


def not_worked_out(missing: Collection[str], sentence: str, quotes: Sequence[str]) -> list[str]:
    """Those of the ``missing`` numbers that cannot be worked out from the quotes.

    >>> not_worked_out(["four", "two", "9"], "It is four euros more, with 9.", ["36 €, 32 €"])
    ['two', '9']
    >>> not_worked_out(["three"], "There are three sizes: A5, A6 and long.", ["A5, A6, long"])
    []
    """
    found = {
        fact.text
        for start, end, fact in fact_spans(sentence)
        if fact.text in missing
        and (
            _is_counted(fact, start, end, sentence) or _follows(fact, start, end, sentence, quotes)
        )
    }
    return [one for one in missing if one not in found]


def _is_counted(fact: Fact, start: int, end: int, sentence: str) -> bool:
    """Whether a number counts things that the sentence lists, or that the reader knows of."""
    value = next(_values(fact), 0.0)
    if value != int(value) or not 2 <= value <= _MOST_COUNTED:
        return False
    is_definite = _DEFINITE.search(sentence[:start]) or _OF_THEM.match(sentence, end)
    if _CARDINAL.fullmatch(fact.text) and value <= _MOST_DEFINITE and is_definite:
        return True
    _, colon, listed = sentence[end:].partition(":")
    listed = _GOES_ON.split(listed)[0]
    return bool(colon) and len(_LISTED.split(listed.strip())) == value


def _follows(fact: Fact, start: int, end: int, sentence: str, quotes: Sequence[str]) -> bool:
    there = sorted({v for text in (*quotes, sentence) for v in _numbers(text)})
    made: set[float] = set()
    if _THEN_COMPARED.match(sentence, end) or _BY.search(sentence[:start]):
        made |= {abs(a - b) for a, b in combinations(there, 2)}
    if _THEN_COMPARED.match(sentence, end) or _SPAN.search(sentence[:start]):
        minutes = sorted({m for text in (*quotes, sentence) for m in _minutes(text)})
        years = {float(y) for text in (*quotes, sentence) for y in _YEAR.findall(text)}
        made |= {abs(a - b) / unit for a, b in combinations(minutes, 2) for unit in (1, 60)}
        made |= {abs(a - b) for a, b in combinations(years, 2)}
    if _SUM.search(sentence[max(0, start - _NEAR) : end + _NEAR]):
        made |= {a + b for a, b in combinations(there, 2)} | {sum(there)}
    if any(map(_HALF.search, quotes)):
        made |= {value / 2 for value in there if value % 2}
    if any(0 < value < 1 for value in _values(fact)):
        made |= {1 - value for value in there if value < 1}
        made |= {a / b for a, b in combinations(there, 2) if b}
    return any(abs(value - one) < _SAME for value in _values(fact) for one in made)


def _numbers(text: str) -> set[float]:
    return {value for fact in facts(text) for value in _values(fact)}


def _values(fact: Fact) -> Iterator[float]:
    return (float(key[1:]) for key in sorted(fact.readings) if key[0] == "n")


def _minutes(text: str) -> set[float]:
    return {
        60.0 * int(key[1:3]) + int(key[3:5])
        for fact in facts(text)
        for key in fact.readings
        if key[0] == "t" and len(key) == 5
    }
