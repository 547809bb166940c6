"""What the numbers of a sentence measure, and whether its quotes give them another unit.

Only units that are told beyond doubt are compared: 50 km and 50 miles differ, 50 and 50 km do not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pincite.retrieval.writing.numbers import facts
from pincite.retrieval.writing.words import REMEMBERED

Size = tuple[str, float]
"""What is measured, and how much of it, in the same unit for all."""

# Each line is one unit in its ways of writing. One that stands in several lines may mean any.
_UNITS = """
€ eur euro euros
$ us$ usd dollar dollars
£ gbp pound pounds
¥ jpy yen
chf franc francs sfr
p pence penny
c ct cent cents
% percent pct
km kilometre kilometres kilometer kilometers
m metre metres meter meters
cm centimetre centimetres centimeter centimeters
mm millimetre millimetres millimeter millimeters
m² sqm squaremetre squaremetres squaremeter squaremeters
m³ cbm cubicmetre cubicmetres cubicmeter cubicmeters
mile miles mi
foot feet ft
inch inches
kg kilo kilos kilogram kilograms
g gram grams gramme grammes
mg milligram milligrams
pound pounds lb lbs
t tonne tonnes ton tons
l litre litres liter liters
ml millilitre millilitres milliliter milliliters
°c degree degrees degc
°f degree degrees degf
second seconds sec s
minute minutes min m
hour hours h hr hrs
day days
night nights
week weeks wk wks
month months
year years yr yrs
m million
"""
_LINES = [line.split() for line in _UNITS.split("\n") if line]
_MEANINGS: dict[str, frozenset[int]] = {
    name: frozenset(i for i, line in enumerate(_LINES) if name in line)
    for line in _LINES
    for name in line
}
# By the first name of its line: what it measures, and how much of that. A month has 30.4 days.
_SIZES: dict[str, tuple[Size, ...]] = {
    **{"second": (("time", 1 / 60),), "minute": (("time", 1),), "hour": (("time", 60),)},
    **{"day": (("time", 1440),), "week": (("time", 7 * 1440),)},
    **{"month": (("time", 365 * 1440 / 12),), "year": (("time", 365 * 1440),)},
    **{"mm": (("length", 0.001),), "cm": (("length", 0.01),)},
    **{"m": (("length", 1),), "km": (("length", 1000),)},
    **{"mg": (("mass", 0.001),), "g": (("mass", 1),), "kg": (("mass", 1000),)},
    **{"t": (("mass", 10**6),), "ml": (("volume", 0.001),), "l": (("volume", 1),)},
    **{"€": (("€", 1),), "$": (("$", 1),), "£": (("£", 1),), "chf": (("chf", 1),)},
    **{"p": (("£", 0.01),), "c": (("€", 0.01), ("$", 0.01))},
}
_SAME = 0.02  # of the larger time: three months are 90 days, half a year is six months
_ROUNDING = 1e-9
_TO = re.compile(r"\s?(?:to|or|and|[–-])\s?")
_CURRENCIES = 5  # the first lines
_AFTER = re.compile(
    r"[ \u00a0\u202f-]?(per ?cent\b|(?:square|cubic) [^\W\d_]+|"
    r"°[ \u00a0]?[CF]\b|[%€$£¥]|[^\W\d_]+(?!\.m\b))",
    re.IGNORECASE,  # "£480 p.m." has no pence
)
_HALF_A = re.compile(r" an?(?= )")  # half a year
_BEFORE = re.compile(r"(US\$|[€$£¥]|\b[A-Z]{3})\s?$")
_NO_WORD_BEFORE = re.compile(r"[A-Z]$")  # R$, A$: a dollar of another country


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a text with its unit.

    Attributes:
        number: its words.
        text: its words with those of the unit.
        readings: what it can be read as, as in `pincite.retrieval.writing.numbers`.
        meanings: the lines of units that may be meant; empty where no unit stands there.
        start, end: where it stands with its unit, in code points.
        sizes: what it may measure, and how much of it.
    """

    number: str
    text: str
    readings: frozenset[str]
    meanings: frozenset[int]
    start: int
    end: int
    sizes: frozenset[Size] = frozenset()


def wrong_units(sentence: str, quotes: Sequence[str]) -> list[str]:
    """The numbers of ``sentence`` that its quotes give only with other units, as it writes them.

    >>> wrong_units("It is 5 miles, for 3 euros.", ["5 km from here", "costs €3"])
    ['5 miles']
    >>> wrong_units("It is $3.", ["costs €3"])
    ['$3']
    >>> wrong_units("It takes 3 days and costs 40 euros.", ["3-day trip", "| Price | 40 |"])
    []
    """
    there: dict[str, list[frozenset[int]]] = defaultdict(list)
    for quote in quotes:
        for measure in measures(quote):
            for reading in measure.readings:
                there[reading].append(measure.meanings)
    sizes = _sizes(quotes)
    return [
        said.text
        for said in measures(sentence)
        if said.meanings
        and not _same(said.sizes, sizes)
        and (others := [one for reading in said.readings for one in there[reading]])
        and not any(not other or other & said.meanings for other in others)
    ]


def without_conversions(missing: Sequence[str], sentence: str, quotes: Sequence[str]) -> list[str]:
    """Those of the ``missing`` numbers that are not what the quotes have in another unit.

    >>> without_conversions(["two", "5", "38"], "Two weeks, 5 days, 38 cents.", ["14 days, 0.38 €"])
    ['5']
    """
    there = _sizes(quotes)
    said = {m.number.lower() for m in measures(sentence) if _same(m.sizes, there)}
    return [one for one in missing if one.lower() not in said]


def _sizes(quotes: Sequence[str]) -> frozenset[Size]:
    return frozenset(size for quote in quotes for one in measures(quote) for size in one.sizes)


def _same(some: Iterable[Size], others: Iterable[Size]) -> bool:
    return any(
        kind == other_kind
        and abs(size - other) <= (_SAME if kind == "time" else _ROUNDING) * max(size, other)
        for kind, size in some
        for other_kind, other in others
    )


def is_currency(word: str, text: str) -> bool:
    """Whether ``word`` is a currency that ``text`` has, in any way of writing: EUR where it has €.

    >>> is_currency("EUR", "for €3"), is_currency("EUR", "for $3")
    (True, False)
    """
    meanings = _MEANINGS.get(word.lower(), frozenset())
    if not any(meaning < _CURRENCIES for meaning in meanings):
        return False
    return any(
        _MEANINGS.get(found.lower(), frozenset()) & meanings
        for found in re.findall(r"[€$£¥]|[^\W\d_]+", text)
    )


@lru_cache(REMEMBERED)
def measures(text: str) -> tuple[Measure, ...]:
    """The numbers of a text, in order; a range has its unit at both ends: 60 to 90 days."""
    found: list[Measure] = []
    last = 0  # where the number before ends
    end = 0
    for fact in facts(text):
        start = text.find(fact.text, end)
        if start < 0:
            continue
        end = start + len(fact.text)
        if not any(reading.startswith("n") for reading in fact.readings):
            continue
        half = _HALF_A.match(text, end) if fact.text.lower() == "half" else None
        after = _AFTER.match(text, half.end() if half else end)
        meanings = _meanings(after[1]) if after else frozenset()
        first, past = start, after.end() if after and meanings else end
        before = _BEFORE.search(text[:start])
        if not meanings and before and not _NO_WORD_BEFORE.search(text[: before.start()]):
            meanings, first = _meanings(before[1]), before.start()
        sizes = _size(fact.readings, meanings)
        if sizes and found and _TO.fullmatch(text[last:start]):
            found[-1] = replace(found[-1], sizes=_size(found[-1].readings, meanings))
        said = text[first:past]
        found.append(Measure(fact.text, said, fact.readings, meanings, first, past, sizes))
        last = end
    return tuple(found)


def _size(readings: frozenset[str], meanings: frozenset[int]) -> frozenset[Size]:
    return frozenset(
        (kind, float(reading[1:]) * much)
        for reading in readings
        if reading[0] == "n"
        for meaning in meanings
        if _LINES[meaning][0] in _SIZES
        for kind, much in _SIZES[_LINES[meaning][0]]
    )


def _meanings(name: str) -> frozenset[int]:
    return _MEANINGS.get(re.sub(r"\s", "", name.lower()), frozenset())
