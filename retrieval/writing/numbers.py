"""The numbers and dates of a sentence, and whether they stand in a quote in any usual form.

1,500 and 1.5 thousand, 5 % and five percent, 14:30 and 2:30 pm, 3 March 2024 and 2024-03-03 are the
same. What a number measures is not compared: that is for the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pincite.retrieval.search import dates
from pincite.retrieval.writing.clock import times
from pincite.retrieval.writing.figures import key_of, readings_of, scaled
from pincite.retrieval.writing.fractions import fractions
from pincite.retrieval.writing.words import REMEMBERED

_UNITS_TEXT = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_UNITS = _UNITS_TEXT.split()
_TENS_TEXT = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = _TENS_TEXT.split()
_ORDINALS_TEXT = (
    "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS = _ORDINALS_TEXT.split()
_WORDS: dict[str, int | Decimal] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: value for value, word in enumerate(_ORDINALS, start=3)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
    **{"dozen": 12, "twice": 2, "once": 1, "half": Decimal("0.5"), "both": 2, "double": 2},
}
# Words that count nothing where a sentence has them: "one of them", "once it is open".
_LOOSE = frozenset(["one", "once", "both", "half", "double", "twice", "zero"])
_SCALES = {
    **dict.fromkeys(["hundred"], Decimal(100)),
    **dict.fromkeys(["thousand", "k"], Decimal(1000)),
    **dict.fromkeys(["million", "millions", "mn", "mio", "m"], Decimal(10**6)),
    **dict.fromkeys(["billion", "billions", "bn", "b"], Decimal(10**9)),
    **dict.fromkeys(["trillion", "trillions", "tn"], Decimal(10**12)),
}
_LETTERS = frozenset("kmb")  # a scale only where it is glued to the figure and money or a count
_WORD_NUMBER = "|".join(sorted(_WORDS, key=len, reverse=True))
_SCALE = "|".join(sorted((s for s in _SCALES if len(s) > 1), key=len, reverse=True))
_DATE = re.compile(rf"(?<![^\W_]){dates.PATTERN}")
_NUMBER = re.compile(
    r"(?<![^\W_])(?P<figure>[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?![0-9])"
    r"|[0-9]+(?:[.,'’][0-9]+)*)"
    rf"(?:(?:\s|-)?(?P<scale>{_SCALE})(?![^\W_])|(?P<letter>[kKmMbB])(?![^\W_]))?"
    rf"|(?<![^\W_])(?P<word>(?:{_WORD_NUMBER})(?:[- ](?:{_WORD_NUMBER}))?)"
    rf"(?:\s(?P<word_scale>{_SCALE}))?(?![^\W_])"
    rf"|(?<![^\W_])a (?P<alone>{_SCALE})(?![^\W_])",
    re.IGNORECASE,
)


_FIGURE = re.compile(r"(?<![^\W_])[0-9]+(?:[.,][0-9]+)*(?![^\W_])")
_SCALED_LINE = re.compile(rf"(?i)[0-9] ?(?P<scale>{_SCALE})(?![^\W_])[^\n]*")
_IN_SCALE = re.compile(r"(?i)\bin (?P<scale>thousand|million|billion)s\b")
_YEAR = re.compile(r"(?<![\w.,])(?:19|20)[0-9]{2}(?![\w])")
_ITEM_NUMBER = re.compile(r"(?m)^[ \t]*\(?([0-9]{1,2})[.)](?=[ \t])")
_DAY_ALONE = re.compile(r"(?<![^\W_])([0-9]{1,2})(?:st|nd|rd|th)\b")  # the 28th
_DAY_KEY = "o"
_DAY_OF_MONTH = re.compile(r"(?<![\w/.,-])([0-3]?[0-9])/([0-3]?[0-9])(?![\w/-])")
_DAYS = re.compile(rf"(?<![\w/.,])([0-9]{{1,2}})\s?[/–-]\s?([0-9]{{1,2}}) ({dates.MONTH})")
_ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]
_ROMAN_MONTH = re.compile(
    rf"(?<![\w/.,])(?:(?P<first>[0-9]{{1,2}})\s?[/–-]\s?)?(?P<day>[0-9]{{1,2}})\.\s?"
    rf"(?P<month>{'|'.join(reversed(_ROMAN))})\b",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?<![\w.,])([0-9]{1,6})\s?(?:[–-]|to)\s?([0-9]{1,6})(?![\w])")
_PHRASES = {
    "quarter of an hour": 15,
    "half an hour": 30,
    "three quarters of an hour": 45,
    "an hour and a half": 90,
    **{f"{tens[:-1]}ies": 1900 + 10 * value for value, tens in enumerate(_TENS, start=2)},
}
_IN_WORDS = re.compile(
    r"(?i)\b(?:" + "|".join(sorted(_PHRASES, key=len, reverse=True)).replace(" ", r"\s") + r")\b"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A number or date as it stands, and what it can be read as.

    Attributes:
        text: its words.
        readings: keys, any of which it can mean; equal keys are equal things.
        parts: for a date with a year, what together says the same where the year stands elsewhere.
        broader: what a quote that has it says as well: of a day, its month and year.
    """

    text: str
    readings: frozenset[str]
    parts: tuple[frozenset[str], ...] = ()
    broader: frozenset[str] = frozenset()


_Found = tuple[int, int, Fact]


def missing_numbers(sentence: str, quotes: Iterable[str]) -> list[str]:
    """The numbers and dates of ``sentence`` that stand in none of ``quotes``, as it writes them.

    >>> missing_numbers("It cost 1.5 million in May 2021.", ["On 3 May 2021: EUR 1,500,000"])
    []
    >>> missing_numbers("It took twelve days, 5% more.", ["It took 21 days, 5 percent more"])
    ['twelve']
    """
    there = frozenset(key for text in quotes for key in keys(text))
    sentence = _ITEM_NUMBER.sub(lambda match: " " * len(match[0]), sentence)
    return [
        fact.text
        for fact in facts(sentence)
        if fact.text.lower() not in _LOOSE
        and not fact.readings & there
        and not (fact.parts and all(part & there for part in fact.parts))
    ]


def without_dates(text: str) -> str:
    """``text`` with blanks for its dates."""
    return _DATE.sub(lambda match: " " * len(match[0]), text)


def number_spans(text: str) -> list[tuple[int, int]]:
    """Where the numbers, times and dates of ``text`` stand, as half-open ranges."""
    return [(start, end) for start, end, _ in _spans(text)]


def days_and_years(text: str) -> list[str]:
    """The dates of ``text``, and what can only be a year.

    >>> days_and_years("2 House prices 2024, of 3 March 2023")
    ['3 March 2023', '2024']
    """
    return [match[0] for match in _DATE.finditer(text)] + _YEAR.findall(without_dates(text))


def keys(text: str) -> Iterator[str]:
    """Everything that the numbers and dates of ``text`` say, also their parts."""
    text = _without_item_numbers(text)
    scale = _IN_SCALE.search(text)
    for fact in facts(text):
        if scale:  # a table whose head says "in millions"
            yield from scaled(set(fact.readings), _SCALES[scale["scale"].lower()])
        yield from fact.readings | fact.broader
    for match in _NUMBER.finditer(text):  # also inside dates and times, and without its scale
        if match["word"]:
            yield from _word_readings(match)
        figure = match["figure"]
        if figure:
            yield from readings_of(figure)
            if " " in figure:  # cells of a row: "6 340" may be two numbers
                yield from (key for piece in figure.split() for key in readings_of(piece))
    for match in _SCALED_LINE.finditer(text):  # repair 1.1 million, removal 0.7
        for figure in _FIGURE.findall(match[0]):
            yield from scaled(readings_of(figure), _SCALES[match["scale"].lower()])
    for match in _DAY_ALONE.finditer(text):
        yield f"{_DAY_KEY}{int(match[1])}"
    for match in _DAY_OF_MONTH.finditer(text):  # 30/11
        yield from (f"d{int(b):02}{int(a):02}" for a, b in (match.groups(), match.groups()[::-1]))
    for match in _DAYS.finditer(text):  # 4/5 Feb, 8–26 May
        for day in match.group(1, 2):
            if terms := dates.read(f"{day} {match[3]}"):
                yield from terms.wholes
    for match in _ROMAN_MONTH.finditer(text):  # 9.xi, 15–22.xii
        month = 1 + _ROMAN.index(match["month"].lower())
        for day in filter(None, match.group("first", "day")):
            yield f"d{month:02}{int(day):02}"


def asked_in_ranges(question: str, texts: Iterable[str]) -> list[str]:
    """The numbers of ``question`` that lie in a range of the texts, as it writes them.

    >>> asked_in_ranges("Who has water on day 8 or 12?", ["days 7–10: Casa Esteve"])
    ['8']
    """
    ranges = [(int(match[1]), int(match[2])) for text in texts for match in _RANGE.finditer(text)]
    return [
        figure
        for figure in _FIGURE.findall(question)
        if figure.isdecimal() and any(low < int(figure) < high for low, high in ranges)
    ]


def _without_item_numbers(text: str) -> str:
    """The text with blanks for the numbers of a list, which count nothing: 1. … 2. …"""
    found = list(_ITEM_NUMBER.finditer(text))
    if [int(match[1]) for match in found] != list(range(1, len(found) + 1)) or len(found) < 2:
        return text
    return _ITEM_NUMBER.sub(lambda match: " " * len(match[0]), text)


@lru_cache(REMEMBERED)
def fact_spans(text: str) -> tuple[_Found, ...]:
    """The numbers, times and dates of ``text`` with their places, in order, none overlapping."""
    return tuple(sorted(_spans(text), key=lambda one: one[:2]))


def facts(text: str) -> Iterator[Fact]:
    """The numbers, times and dates of ``text``, in order, none overlapping."""
    return (fact for _, _, fact in fact_spans(text))


def _spans(text: str) -> list[_Found]:
    spans = [*_date_facts(text)]
    for more in (_time_facts, _fraction_facts, _number_facts):
        for found in more(text):
            if not _covered(found, spans):
                spans.append(found)
    return spans


def _covered(found: _Found, others: list[_Found]) -> bool:
    return any(found[0] < end and start < found[1] for start, end, _ in others)


def _date_facts(text: str) -> Iterator[_Found]:
    for match in _DATE.finditer(text):
        terms = dates.read(match[0])
        if terms is None:
            continue
        every = (*terms.wholes, *terms.broader)
        days = frozenset(key for key in every if key[0] == "d" and len(key) == 5)
        months = frozenset(key for key in every if key[0] == "m")
        years = frozenset(f"n{key[1:5]}" for key in months)
        bare = frozenset(f"m{key[5:]}" for key in months) | {f"m{key[1:3]}" for key in days}
        parts = (days or bare, years) if years else _day_and_month(days)
        said = frozenset((*every, *bare, *years))
        yield (
            match.start(),
            match.end(),
            Fact(match[0].strip(), frozenset(terms.wholes), parts, said),
        )


def _day_and_month(days: frozenset[str]) -> tuple[frozenset[str], ...]:
    """What says the same as a day of no year where the month stands elsewhere: the 28th."""
    if not days:
        return ()
    return (
        frozenset(f"{_DAY_KEY}{int(key[3:5])}" for key in days),
        frozenset(f"m{key[1:3]}" for key in days),
    )


def _time_facts(text: str) -> Iterator[_Found]:
    for start, end, readings in times(text):
        yield start, end, Fact(text[start:end].strip(), readings)


def _fraction_facts(text: str) -> Iterator[_Found]:
    for match in _IN_WORDS.finditer(text):
        key = key_of(Decimal(_PHRASES[" ".join(match[0].lower().split())]))
        yield *match.span(), Fact(match[0], frozenset([key]))
    for start, end, share in fractions(text):
        percent = 100 * share
        readings = frozenset(map(key_of, (share, percent, Decimal(round(percent)))))
        yield start, end, Fact(text[start:end], readings)


def _number_facts(text: str) -> Iterator[_Found]:
    for match in _NUMBER.finditer(text):
        if match["figure"]:
            readings = readings_of(match["figure"])
            scale = (match["scale"] or "").lower()
            letter = (match["letter"] or "").lower()
            if scale:
                readings = scaled(readings, _SCALES[scale])
            elif letter:  # 5m may be five million or five metres
                readings |= scaled(readings, _SCALES[letter])
        elif match["word"]:
            readings = _word_readings(match)
        else:
            readings = {key_of(_SCALES[match["alone"].lower()])}
        if readings:
            yield match.start(), match.end(), Fact(match[0].strip(), frozenset(readings))


def _word_readings(match: re.Match[str]) -> set[str]:
    value = sum((Decimal(_WORDS[w]) for w in re.split("[- ]", match["word"].lower())), Decimal())
    scale = (match["word_scale"] or "").lower()
    return {key_of(value * _SCALES[scale] if scale else value)}
