"""The path to a place in a document: its title, then its headings."""

from __future__ import annotations

from collections.abc import Sequence


def place_path(title: str, section: Sequence[str]) -> tuple[str, ...]:
    """The title and the headings below it; a first heading that repeats the title is left out.

    >>> place_path("Minutes of 3 March", ("Minutes of 3 March", "Budget"))
    ('Minutes of 3 March', 'Budget')
    """
    return (title, *headings_below(title, section))


def headings_below(title: str, section: Sequence[str]) -> tuple[str, ...]:
    """The headings without a first one that repeats the title, blanks and capitals aside.

    >>> headings_below("AI safety", ("History",)), headings_below("AI safety", ("AI Safety",))
    (('History',), ())
    """
    repeats = bool(section) and _words(section[0]) == _words(title)
    return tuple(section[1:] if repeats else section)


def _words(text: str) -> list[str]:
    return text.casefold().split()
