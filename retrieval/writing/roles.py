"""Whether a number of a sentence is, in its quotes, the number of something else.

The words around it are looked for around it in the quotes, and around their other numbers: in the
same line, in its row, and over its column.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pincite.retrieval.writing.clauses import LINE
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.numbers import fact_spans
from pincite.retrieval.writing.rows import rows
from pincite.retrieval.writing.words import Word, alike, words

# How fast words count less with their distance; 3 to 20 do as well: pincite eval claims --fit
_NEAR_IN_SENTENCE, _NEAR_IN_QUOTE = 4.0, 8.0


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of a text: its words, what it can be read as, and how far each other word is."""

    text: str
    readings: frozenset[str]
    distances: Mapping[str, int]


def other_number(text: str, sources: Sequence[Evidence]) -> tuple[float, str]:
    """How much better what is said of a number fits another one there, in [0, 1], and which it is.

    >>> quote = Evidence("Mill Lane has 618 members.\\nThe Harbour has 274.")
    >>> other_number("The Harbour has 618.", [quote])[1], other_number("Mill Lane: 618", [quote])[1]
    ('618', '')
    """
    there = [number for source in sources for number in _numbers(source.text)]
    said = list(_numbers(text))
    every = frozenset(reading for number in said for reading in number.readings)
    content = {word.stem for word in words(text) if word.is_content}
    worst, which = 0.0, ""
    for number in said:
        weights = {
            stem: 1 / (1 + distance / _NEAR_IN_SENTENCE)
            for stem, distance in number.distances.items()
            if stem in content
        }
        own = [_fit(weights, one) for one in there if one.readings & number.readings]
        others = [_fit(weights, one) for one in there if not one.readings & every]
        if weights and own and others:
            gap = (max(others) - max(own)) / sum(weights.values())
            if gap > worst:
                worst, which = gap, number.text
    return worst, which


def _fit(weights: Mapping[str, float], number: _Number) -> float:
    total = 0.0
    for stem, weight in weights.items():
        distance = number.distances.get(stem)
        if distance is None:
            distance = next((d for o, d in number.distances.items() if alike(stem, o)), None)
        if distance is not None:
            total += weight / (1 + distance / _NEAR_IN_QUOTE)
    return total


@lru_cache(maxsize=256)
def _numbers(text: str) -> tuple[_Number, ...]:
    return tuple(_find_numbers(text))


def _find_numbers(text: str) -> Iterator[_Number]:
    every = words(text)
    edges = [match.start() for match in LINE.finditer(text)]
    lines = [bisect_right(edges, word.start) for word in every]
    columns = _columns(text, every)
    for start, end, fact in fact_spans(text):
        place = next((i for i, word in enumerate(every) if word.start >= start), None)
        if place is None or every[place].start >= end:
            continue
        distances: dict[str, int] = {}
        for i, word in enumerate(every):
            if lines[i] == lines[place] and not start <= word.start < end:
                distance = abs(i - place)
                distances[word.stem] = min(distance, distances.get(word.stem, distance))
        distances |= dict.fromkeys(columns.get(place, ()), 1)
        yield _Number(fact.text, fact.readings | fact.broader, distances)


def _columns(text: str, every: Sequence[Word]) -> dict[int, list[str]]:
    """For the place of each word in a table, the words of the name of its column."""
    found: dict[int, list[str]] = {}
    for row in rows(text):
        at = row.start
        for name, cell in row.cells:
            start = text.find(cell, at, row.end) if cell else -1
            if start < 0:
                continue
            at = start + len(cell)
            if name and not row.is_named:
                over = [word.stem for word in words(name) if word.is_content]
                found |= {i: over for i, word in enumerate(every) if start <= word.start < at}
    return found
