"""What every reader gives back, and what the readers of text share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from pincite.corpus.types import Layout, Page, Region, Section, Span


@dataclass(frozen=True, slots=True)
class Reading:
    """A source's canonical text, its sections (which tile it), its pages and its own title.

    ``warnings`` say what of the source could not be read, a sentence each ("pages 3–5 have no
    text layer"); ``layout`` is where the words stand on the pages; ``regions`` are what is quoted,
    beside the text, or hidden.
    """

    text: str
    sections: tuple[Section, ...]
    pages: tuple[Page, ...] = ()
    title: str | None = None
    warnings: tuple[str, ...] = ()
    layout: Layout | None = None
    regions: tuple[Region, ...] = ()


class Reader(Protocol):
    """Turns the bytes of one format into canonical text.

    ``version`` is raised whenever the same bytes would give another text: files that an older
    version read are then read anew.
    """

    media_type: str
    suffixes: frozenset[str]
    version: int

    def recognises(self, data: bytes) -> bool:
        """Whether the bytes themselves say that they are of this format."""

    def read(self, data: bytes, name: str) -> Reading:
        """Read ``data``; ``name`` is for messages.

        Raises:
            SourceError: the bytes cannot be read as this format.
        """


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the text: its line or lines, its level from 1, its words."""

    span: Span
    level: int
    words: str


def sections(text: str, headings: Iterable[Heading]) -> tuple[Section, ...]:
    """Tile ``text`` with sections; each heading opens one, under the headings above it.

    >>> found = sections("a\\n# B\\nc", [Heading(Span(2, 6), 1, "B")])
    >>> [(s.span.start, s.body, s.path) for s in found]
    [(0, 0, ()), (2, 6, ('B',))]
    """
    opened: list[tuple[Span, tuple[str, ...], int]] = []
    stack: list[tuple[int, str]] = []
    for heading in headings:
        stack = [(level, words) for level, words in stack if level < heading.level]
        stack.append((heading.level, heading.words))
        opened.append((heading.span, tuple(words for _, words in stack), heading.span.end))
    if not opened or opened[0][0].start > 0:
        opened.insert(0, (Span(0, 0), (), 0))
    ends = [span.start for span, _, _ in opened[1:]] + [len(text)]
    return tuple(
        Section(Span(span.start, end), path, body)
        for (span, path, body), end in zip(opened, ends, strict=True)
    )


def lines(text: str) -> Iterable[tuple[Span, str]]:
    """Each line's span, its line end included, with the line without it."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield Span(start, end + 1), text[start:end]
        start = end + 1
    yield Span(start, len(text)), text[start:]


def title_from(name: str) -> str:
    """A readable title from a file's name.

    >>> title_from("notes/ai_safety.txt")
    'ai safety'
    """
    return " ".join(PurePath(name).stem.replace("_", " ").split()) or name
