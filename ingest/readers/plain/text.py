"""Plain text, with its headings, and the reader of all that is like it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pincite.ingest.readers.base import Heading, Reading, lines, sections
from pincite.ingest.readers.encodings import decoded
from pincite.ingest.readers.plain.headings import bare_headings

_WIKI_HEADING = re.compile(r"(={1,6})[ \t]*([^=\s](?:.*[^=\s])?)[ \t]*\1[ \t]*")


def wiki_headings(text: str) -> list[Heading]:
    """The lines between equal signs; their number is the level."""
    return [
        Heading(span, len(match[1]), match[2])
        for span, line in lines(text)
        if (match := _WIKI_HEADING.fullmatch(line))
    ]


def text_headings(text: str) -> list[Heading]:
    """The headings of a plain text: those of a wiki, or where it has none, the bare ones."""
    return wiki_headings(text) or bare_headings(text)


@dataclass(slots=True)
class TextReader:
    """Reads text that stays as it is written: a quote from it is a quote of the file.

    ``headings`` finds the headings; ``titled`` says whether the first of level 1 is the title.
    """

    media_type: str
    suffixes: frozenset[str]
    headings: Callable[[str], Sequence[Heading]]
    titled: bool = False
    version: int = 1

    def recognises(self, data: bytes) -> bool:
        """Never: it is text like any other."""
        return False

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`."""
        text, warnings = decoded(data, name)
        headings = self.headings(text)
        first = next((heading.words for heading in headings if heading.level == 1), None)
        return Reading(
            text, sections(text, headings), title=first if self.titled else None, warnings=warnings
        )


TEXT = TextReader(
    "text/plain", frozenset({".txt", ".text", ".wiki", ".log"}), text_headings, version=2
)
