"""Plain text, with wiki headings (``== Heading ==``) where it has them."""

from __future__ import annotations

import re

from ingest.readers.base import Heading, Reading, decode, lines, sections

_WIKI_HEADING = re.compile(r"(={1,6})[ \t]*([^=\s](?:.*[^=\s])?)[ \t]*\1[ \t]*")


class TextReader:
    """Reads ``.txt`` and whatever else decodes as text."""

    media_type = "text/plain"
    suffixes = frozenset({".txt", ".text", ".wiki"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Never: it is text like any other."""
        return False

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`."""
        text = decode(data, name)
        headings = [
            Heading(span, len(match[1]), match[2])
            for span, line in lines(text)
            if (match := _WIKI_HEADING.fullmatch(line))
        ]
        return Reading(text, sections(text, headings))


TEXT = TextReader()
