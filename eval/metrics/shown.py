"""Does an answer string stand in what was shown? For gold sets without marked evidence.

Strings are compared by their words: case, punctuation, thin blanks and thousands separators do not
matter ("125,000" is "125000").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_THOUSANDS = re.compile(r"(?<=\d)[,.'\s](?=\d{3}\b)")
_WORD = re.compile(r"\w+")
_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "−": "-", "’": "'"})


def plain(text: str) -> str:
    """The words of a text with one blank between them and around them.

    >>> plain("The sum: 1,250 CHF")
    ' the sum 1250 chf '
    """
    joined = _THOUSANDS.sub("", text.casefold().translate(_PLAIN))
    return f" {' '.join(_WORD.findall(joined))} "


def stands_in(answer: str, texts: Sequence[str]) -> bool:
    """Whether the words of ``answer`` stand in a row in one of the texts."""
    words = plain(answer)
    return bool(words.strip()) and any(words in plain(text) for text in texts)


def shown_hit(shown: Sequence[str], answers: Sequence[str], k: int) -> float:
    """1.0 if any of the answers stands in one of the first ``k`` texts shown, else 0.0.

    >>> shown_hit(["Lunch: 28 CHF", "Dinner: 40 CHF"], ["40 CHF"], 1)
    0.0
    """
    return float(any(stands_in(answer, shown[:k]) for answer in answers))


def complete(shown: Sequence[str], all_of: Sequence[str]) -> float:
    """The share of ``all_of``, which is not empty, that stands in the texts shown."""
    return sum(stands_in(answer, shown) for answer in all_of) / len(all_of)
