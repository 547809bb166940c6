"""What the numbers of a sentence measure, and whether its quotes give them another unit.

Only units that are told beyond doubt are compared: 50 km and 50 miles differ, 50 and 50 km do not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pincite.retrieval.writing.numbers import facts

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
m² sqm square
m³ cbm cubic
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
_CURRENCIES = 5  # the first lines
_AFTER = re.compile(
    r"[ \u00a0\u202f-]?(per ?cent\b|°[ \u00a0]?[CF]\b|[%€$£¥]|[^\W\d_]+(?!\.m\b))",
    re.IGNORECASE,  # "£480 p.m." has no pence
)
_BEFORE = re.compile(r"(US\$|[€$£¥]|\b[A-Z]{3})\s?$")
_NO_WORD_BEFORE = re.compile(r"[A-Z]$")  # R$, A$: a dollar of another country


def wrong_units(sentence: str, quotes: Iterable[str]) -> list[str]:
    """The numbers of ``sentence`` that its quotes give only with other units, as it writes them.

    >>> wrong_units("It is 5 miles, for 3 euros.", ["5 km from here", "costs €3"])
    ['5 miles']
    >>> wrong_units("It takes 3 days and costs 40 euros.", ["3-day trip", "| Price | 40 |"])
    []
    """
    there: dict[str, list[frozenset[int]]] = defaultdict(list)
    for quote in quotes:
        for readings, _, meanings in _measures(quote):
            for reading in readings:
                there[reading].append(meanings)
    return [
        said
        for readings, said, meanings in _measures(sentence)
        if meanings
        and (others := [one for reading in readings for one in there[reading]])
        and not any(not other or other & meanings for other in others)
    ]


def unit_names(text: str) -> frozenset[str]:
    """All names of the units that a number of ``text`` has, where the unit is beyond doubt.

    >>> sorted(unit_names("up to 5 %"))
    ['%', 'pct', 'percent']
    """
    found = {meaning for _, _, meanings in _measures(text) if len(meanings) == 1 for meaning in meanings}
    return frozenset(name for meaning in found for name in _LINES[meaning])


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


def _measures(text: str) -> Iterator[tuple[frozenset[str], str, frozenset[int]]]:
    """Each number of a text: what it can be read as, its words, and what its unit can mean."""
    end = 0
    for fact in facts(text):
        start = text.find(fact.text, end)
        if start < 0:
            continue
        end = start + len(fact.text)
        if not any(reading.startswith("n") for reading in fact.readings):
            continue
        after = _AFTER.match(text, end)
        meanings = _meanings(after[1]) if after else frozenset()
        said = text[start : after.end()] if after and meanings else fact.text
        before = _BEFORE.search(text[:start])
        if not meanings and before and not _NO_WORD_BEFORE.search(text[: before.start()]):
            meanings, said = _meanings(before[1]), text[before.start() : end]
        yield fact.readings, said, meanings


def _meanings(name: str) -> frozenset[int]:
    return _MEANINGS.get(re.sub(r"\s", "", name.lower()), frozenset())
