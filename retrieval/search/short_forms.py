"""Short forms that the documents define: ``site acceptance test (SAT)`` and its like.

After Schwartz and Hearst (2003): a short form in brackets stands for the words before it of whose
letters it is made, in order. Here its first letter is that of the first word, and the words are at
most two more than its letters.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field

from pincite.retrieval.search.analysis import plain_terms, stop_terms, terms

_SHORT = r"[A-Z][A-Za-z0-9&.-]{1,9}"
_IN_BRACKETS = re.compile(rf"\((?P<short>{_SHORT})\)")
_DEFINED_AFTER = re.compile(
    rf"(?<![^\W_])(?P<short>{_SHORT})(?P<joint> ?\(| ?= ?| ?[:|–—] ?| - | stands for | means"
    r"| is short for )(?P<long>[^\n().;:|=]{4,120})"
)
_WORD = re.compile(r"[^\W_]+")
_REACH = 120  # code points before a bracket in which the words of a short form are looked for
_MOST = 20_000  # short forms of a library; the most frequent
_MEANINGS = 3  # of one short form
_LINKS = frozenset(
    ["a", "an", "and", "at", "by", "de", "for", "in", "of", "on", "or", "the", "to", "with"]
)


def _always(short: str, long: tuple[str, ...]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ShortForms:
    """Short forms and what they stand for, as terms.

    Attributes:
        long_forms: by the term of the short form, the terms of each of its meanings.
    """

    long_forms: Mapping[str, tuple[tuple[str, ...], ...]]
    _by_first: Mapping[str, list[tuple[tuple[str, ...], str]]] = field(init=False, repr=False)
    _holds: Callable[[str, tuple[str, ...]], bool] = field(
        default=_always, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for short, meanings in self.long_forms.items():
            for long in meanings:
                by_first[long[0]].append((long, short))
        object.__setattr__(self, "_by_first", dict(by_first))

    @classmethod
    def of(cls, texts: Iterable[str]) -> ShortForms:
        """The short forms that the texts define."""
        counts = FormCounts()
        for text in texts:
            counts.add(text)
        return counts.short_forms()

    def where(self, holds: Callable[[str, tuple[str, ...]], bool]) -> ShortForms:
        """The same, with only those meanings for which ``holds(short, long)`` is true."""
        some = copy(self)  # the maps are large, and both have them
        object.__setattr__(some, "_holds", holds)
        return some

    def meanings(self, short: str) -> Iterator[tuple[str, ...]]:
        """What the term of a short form stands for, the terms of each meaning."""
        return (long for long in self.long_forms.get(short, ()) if self._holds(short, long))

    def shortened(self, asked: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
        """The long forms that stand in a question's content terms, with their short forms."""
        for i, term in enumerate(asked):
            for long, short in self._by_first.get(term, ()):
                if tuple(asked[i : i + len(long)]) == long and self._holds(short, long):
                    yield long, short

    def to_json(self) -> dict[str, list[list[str]]]:
        """The short forms as JSON values."""
        return {short: [list(long) for long in longs] for short, longs in self.long_forms.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, list[list[str]]]) -> ShortForms:
        """Read what ``to_json`` wrote."""
        return cls({short: tuple(map(tuple, longs)) for short, longs in value.items()})


NO_SHORT_FORMS = ShortForms({})


@dataclass(slots=True)
class FormCounts:
    """How often each short form is defined as what."""

    counts: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        """Count the definitions in ``text``."""
        self.counts.update(defined_terms(text))

    def short_forms(self) -> ShortForms:
        """The most frequent of them."""
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
        meanings: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for (short, long), _ in ordered:
            if len(meanings[short]) < _MEANINGS:
                meanings[short].append(long)
        return ShortForms({short: tuple(longs) for short, longs in meanings.items()})


def defined_terms(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The short forms that ``text`` defines, as terms, each with the terms of its long form."""
    for short, long in definitions(text):
        long_terms = tuple(term for term in plain_terms(long) if term not in stop_terms())
        # "LLMs" is no English plural, so no stemmer makes it that of "LLM".
        for form in {tuple(terms(short)), tuple(terms(_singular(short)))}:
            if len(form) == 1 and len(long_terms) > 1:
                yield form[0], long_terms


def definitions(text: str) -> Iterator[tuple[str, str]]:
    """The short forms that ``text`` defines, each with the words that it stands for.

    >>> list(definitions("the site acceptance test (SAT) and RFC (request for comments)"))
    [('SAT', 'site acceptance test'), ('RFC', 'request for comments')]
    """
    for match in _IN_BRACKETS.finditer(text):
        before = text[max(0, match.start() - _REACH) : match.start()].rpartition("\n")[2]
        words = [(word.start(), word[0]) for word in _WORD.finditer(before)]
        for start in _starts(match["short"], [word for _, word in words]):
            yield match["short"], before[words[start][0] :].strip()
            break
    for match in _DEFINED_AFTER.finditer(text):
        found = list(_WORD.finditer(match["long"]))
        for end in range(2, len(found) + 1):
            if _spells(match["short"], [word[0] for word in found[:end]], strict=True):
                yield match["short"], match["long"][: found[end - 1].end()].strip()
                break


def _starts(short: str, words: list[str]) -> Iterator[int]:
    """From which words on they spell the short form; the fewest words first, strictly first."""
    letters = sum(sign.isalnum() for sign in short)
    ends = range(len(words) - 2, max(-1, len(words) - 1 - letters - 2), -1)
    for strict in (True, False):
        yield from (i for i in ends if _spells(short, words[i:], strict=strict))


def _singular(short: str) -> str:
    return short[:-1] if short.endswith("s") and short[-2].isupper() else short


def _spells(short: str, words: list[str], *, strict: bool) -> bool:
    """Whether words spell a short form by their first letters, or by letters in order."""
    letters = [sign.lower() for sign in _singular(short) if sign.isalnum()]
    if not letters or not words or words[0][0].lower() != letters[0]:
        return False
    initials = [word[0].lower() for word in words]
    if strict:
        named = [word[0].lower() for word in words if word.lower() not in _LINKS]
        return letters in (initials, named)
    heads = [word for word in words if word.lower() not in _LINKS]
    if len(heads) > len(letters) or len(letters) < 2:
        return False
    letter = iter(letters)
    wanted = next(letter, None)
    for word in words:
        for sign in word.lower():
            if sign == wanted:
                wanted = next(letter, None)
    return wanted is None and heads[-1][0].lower() in letters
