"""A quote as the check of written answers reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pincite.retrieval.writing.clauses import LINE
from pincite.retrieval.writing.words import Word, alike, stems, words


@dataclass(frozen=True)
class Evidence:
    """A quote with what stands over it and beside it.

    Attributes:
        text: the quote with its context.
        title: title and headings, a line each: what the quote is about.
        around: its neighbours, where a name of the question may stand.
    """

    text: str
    title: str = ""
    around: str = ""

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words of the quote, its title and its headings."""
        return stems([self.text, self.title])

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines and sentences of the quote that have a word."""
        return tuple(line for line in LINE.split(self.text) if words(line))

    @cached_property
    def words_of_lines(self) -> tuple[tuple[Word, ...], ...]:
        """The words of each of the ``lines``."""
        return tuple(tuple(words(line)) for line in self.lines)


def stands(stem: str, there: frozenset[str]) -> bool:
    """Whether a stem, or one of its root, is among these."""
    return stem in there or any(alike(stem, one) for one in there)
