"""The names of a sentence, and whether they stand in its quotes or are those of its subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pincite.retrieval.writing.numbers import without_dates
from pincite.retrieval.writing.units import is_currency
from pincite.retrieval.writing.words import Word, alike, is_name, stems, words

_LONGEST_SHORT_FORM = 5
_SHORTEST = 4  # letters that the names of a place and its people share
_PEOPLE_TEXT = "a ain an ard e ean ese i ia iad ian iard ic in ish land n o s y"
_PEOPLE = frozenset(["", *_PEOPLE_TEXT.split()])
_GAP = re.compile(r"(?<=[A-Z]) (?=[0-9])")  # IC 50


def missing_names(text: str, quotes: Sequence[str], title: str, around: str) -> list[str]:
    """The names of ``text`` that stand neither in a quote nor in ``title``.

    A short form stands there if the words that it shortens do, and the reverse. Months of dates are
    left to `pincite.retrieval.writing.numbers`.

    Args:
        text: a sentence.
        quotes: those that it cites.
        title: title and headings of the quotes, whose names are those of the subject.
        around: further text in which a name may stand: the words that question and neighbours
            share.

    >>> missing_names("WHO met in Bern.", ["The World Health Organization met."], "", "")
    ['Bern']
    """
    there = stems([*quotes, title, around, *(_GAP.sub("", quote) for quote in quotes)])
    small = frozenset(w.text for quote in quotes for w in words(quote) if w.text.islower())
    initials = _initials(" ".join(quotes))
    text = without_dates(text)
    names = [word for word in words(text) if is_name(word, text, small)]
    spelled = _initials_of(names)
    return [
        name.text
        for name in names
        if not (
            name.stem in there
            or name.text in initials
            or any(name in run and letters in there for run, letters in spelled)
            or any(alike(name.stem, stem) or _is_of(name.stem, stem) for stem in there)
            or is_currency(name.text, " ".join([*quotes, title]))
        )
    ]


def _is_of(name: str, other: str) -> bool:
    """Whether two stems are of one place or people: Spain, Spanish, Spaniard.

    >>> _is_of("castil", "castilian"), _is_of("kenya", "kenyan"), _is_of("peter", "petra")
    (True, True, False)
    """
    return any(
        name[:cut] == other[:cut] and name[cut:] in _PEOPLE and other[cut:] in _PEOPLE
        for cut in range(_SHORTEST, min(len(name), len(other)) + 1)
    )


def _initials(text: str) -> frozenset[str]:
    """What the words in capitals of a text are shortened to: WHO, of World Health Organization."""
    joined = "".join(w.text[0] if w.text[0].isupper() else " " for w in words(text))
    return frozenset(
        joined[i : i + n]
        for n in range(2, _LONGEST_SHORT_FORM + 1)
        for i in range(len(joined) - n + 1)
        if " " not in joined[i : i + n]
    )


def _initials_of(names: Sequence[Word]) -> Iterable[tuple[Sequence[Word], str]]:
    """Runs of names with the short form that they would have, in small letters."""
    return [
        (names[i:j], "".join(name.text[0] for name in names[i:j]).lower())
        for i in range(len(names))
        for j in range(i + 2, min(i + _LONGEST_SHORT_FORM, len(names)) + 1)
    ]
