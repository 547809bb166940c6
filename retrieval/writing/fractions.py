"""Fractions in words: two thirds, a tenth, one sample in five."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_PARTS = {
    "half": 2,
    "halves": 2,
    **{"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10},
}
_COUNTS_TEXT = "one two three four five six seven eight nine ten"
_COUNTS = {"a": 1, **{word: n for n, word in enumerate(_COUNTS_TEXT.split(), start=1)}}
_COUNT = "|".join(_COUNTS)
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_FRACTION = re.compile(
    rf"\b(?P<count>{_COUNT})[ -](?P<part>(?:{_PART})s?)"
    r"(?= (?:of|less|more|cheaper|dearer|the|at|in|by|and|to|are|is|was|were)\b|[.,;:]|$)",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"\b(?P<count>{_COUNT}) (?:\w+ )?(?:in|out of) (?P<all>{_COUNT})\b", re.IGNORECASE
)
_AND_A_HALF = re.compile(rf"\b(?P<count>{_COUNT}) and a half\b", re.IGNORECASE)


def fractions(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """Where each fraction stands, as a half-open range, and what it is.

    >>> [(str(share)[:5]) for _, _, share in fractions("two thirds of them, one sample in five")]
    ['0.666', '0.2']
    """
    for match in _FRACTION.finditer(text):
        part = match["part"].lower()
        whole = _PARTS.get(part) or _PARTS[part.removesuffix("s")]
        if (count := _COUNTS[match["count"].lower()]) < whole:
            yield *match.span(), Decimal(count) / whole
    for match in _AND_A_HALF.finditer(text):
        yield *match.span(), _COUNTS[match["count"].lower()] + Decimal("0.5")
    for match in _ONE_IN.finditer(text):
        count, every = _COUNTS[match["count"].lower()], _COUNTS[match["all"].lower()]
        if count < every:
            yield *match.span(), Decimal(count) / every
