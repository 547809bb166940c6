"""A quote as the check of written answers reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pincite.retrieval.search.analysis import stop_terms
from pincite.retrieval.writing.clauses import LINE
from pincite.retrieval.writing.words import Word, alike, stems, words


@dataclass(frozen=True)
class Evidence:
    """A quote as the check reads it.

    Attributes:
        text: the quote with its context.
        title: title and headings: what the quote is about.
        around: its neighbours, where a name of the question may stand.
    """

    text: str
    title: str = ""
    around: str = ""

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the quote's words."""
        return stems([self.text])

    @cached_property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """The stems of each line or sentence of the quote, in order and without stop words."""
        return tuple(tuple(w.stem for w in without_stops(line)) for line in LINE.split(self.text))

    @cached_property
    def stems_of_title(self) -> frozenset[str]:
        """The stems of the words of title and headings."""
        return stems([self.title])


def without_stops(text: str) -> list[Word]:
    """The words of a text that are no stop words."""
    return [word for word in words(text) if word.stem not in stop_terms()]


def stands(stem: str, there: frozenset[str]) -> bool:
    """Whether a stem, or one of the same root, is among others."""
    return stem in there or any(alike(stem, one) for one in there)
