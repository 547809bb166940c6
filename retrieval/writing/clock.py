"""Times of day, in figures and in words: 14:30, 2.30 pm, half past two, four in the afternoon.

Each is given as keys, as `pincite.retrieval.writing.numbers` has them: ``t1430`` is a time, ``n4``
a bare hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS_TEXT = "one two three four five six seven eight nine ten eleven twelve"
_WORDS = _WORDS_TEXT.split()
_HOURS = {word: value for value, word in enumerate(_WORDS, start=1)}
_NUMBERS = {**_HOURS, "quarter": 15, "half": 30, "twenty": 20, "twenty-five": 25}
_HOUR = rf"(?:{'|'.join(_WORDS)}|1[0-2]|[1-9])(?![^\W_]|[.,:][0-9])"
_FIGURES = re.compile(
    r"(?<![0-9:.,])(?P<h>[01]?[0-9]|2[0-4])(?:[:.h](?P<m>[0-5][0-9]))?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)|(?<![0-9:.,])(?P<h2>[01]?[0-9]|2[0-4])[:h](?P<m2>[0-5][0-9])(?!:?[0-9])",
    re.IGNORECASE,
)
# "Ten to twelve people" is no time, "at ten to twelve" is one.
_PAST = re.compile(
    r"\b(?:a )?(?P<minutes>half|quarter|twenty-five|twenty|ten|five|[0-9]{1,2} minutes) "
    rf"(?P<way>past|(?:(?<=quarter )|(?<=minutes )|(?<=at ten )|(?<=at five )|(?<=at twenty ))to)"
    rf" (?P<hour>{_HOUR})",
    re.IGNORECASE,
)
_OF_DAY = re.compile(
    rf"\b(?P<first>{_HOUR})(?: (?:to|and|or|until|till) |\s?[–-]\s?)"
    rf"(?P<hour>{_HOUR})(?= (?:in the|at night))"
    rf"|\b(?P<alone>{_HOUR})(?= ?(?:o['’]clock|in the (?:morning|afternoon|evening)|at night))"
    rf"|\b(?:at|until|till|from|after|before|by|past) (?P<after>{_HOUR})"
    r"(?= (?:on|every|each|in the)\b|[.,;]|$)",
    re.IGNORECASE,
)

_NOON = re.compile(r"\b(?:(?P<noon>noon|midday)|midnight)\b", re.IGNORECASE)

Time = tuple[int, int, frozenset[str]]
"""Where it stands, as a half-open range of code points, and what it can be read as."""


def times(text: str) -> Iterator[Time]:
    """The times of ``text``; those of one form in order.

    >>> [sorted(keys) for _, _, keys in times("by half past two or 4 pm")]
    [['n14.3', 'n2.3', 't0230', 't1430'], ['n16', 'n4', 't1600']]
    """
    for match in _PAST.finditer(text):
        said = match["minutes"].lower()
        minutes = _NUMBERS[said] if said in _NUMBERS else int(said.split()[0])
        hour = _hour(match["hour"])
        if match["way"].lower() != "past":
            hour, minutes = (hour - 1) % 12, 60 - minutes
        if 0 <= minutes < 60:
            halves = (hour % 12, hour % 12 + 12)
            yield *match.span(), frozenset(key for h in halves for key in _keys(h, minutes))
    for match in _FIGURES.finditer(text):
        hour = int(match["h"] or match["h2"])
        half = (match["half"] or "").lower()
        hour = hour + 12 if half == "p" and hour < 12 else 0 if half == "a" and hour == 12 else hour
        yield *match.span(), _keys(hour, int(match["m"] or match["m2"] or 0))
    for match in _OF_DAY.finditer(text):
        for name in ("first", "hour", "alone", "after"):
            if match[name]:
                hour = _hour(match[name]) % 12
                yield *match.span(name), _keys(hour) | _keys(hour + 12)
    for match in _NOON.finditer(text):
        yield *match.span(), _keys(12) if match["noon"] else _keys(0) | _keys(24)


def _hour(word: str) -> int:
    return _HOURS.get(word.lower()) or int(word)


def _keys(hour: int, minute: int = 0) -> frozenset[str]:
    """Of a time; the full hour is also what "between 22 and 7" and "8.30–4" have."""
    if minute:
        return frozenset([f"t{hour:02}{minute:02}", f"n{hour}.{minute:02}".rstrip("0")])
    return frozenset([f"t{hour:02}00", f"n{hour}", f"n{hour % 12 or 12}"])
