"""Markdown, with ATX (``# Heading``) and Setext (underlined) headings.

The text stays as it is written: a quote from it is a quote of the file. Only the headings are
understood, by CommonMark's rules, so that ``#`` in a code block opens no section.
"""

from __future__ import annotations

import re

from corpus.types import Span
from ingest.readers.base import Heading, Reading, decode, lines, sections

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_NOT_PARAGRAPH = re.compile(r" {0,3}(?:[-*+>|]|\d+[.)][ \t])|(?: {4}|\t)")
_MARKUP = re.compile(r"[*_`]+|!?\[([^\]]*)\]\([^)]*\)")


class MarkdownReader:
    """Reads ``.md`` and ``.markdown``."""

    media_type = "text/markdown"
    suffixes = frozenset({".md", ".markdown"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Never: it is text like any other."""
        return False

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; the title is the first heading of level 1."""
        text = decode(data, name)
        headings = list(_headings(text))
        title = next((h.words for h in headings if h.level == 1), None)
        return Reading(text, sections(text, headings), title=title)


def _headings(text: str) -> list[Heading]:
    found: list[Heading] = []
    fence = ""
    paragraph: list[tuple[Span, str]] = []  # the lines that an underline would make a heading
    for span, line in lines(text):
        opening = _FENCE.fullmatch(line)
        if fence:
            closes = opening and opening[1].startswith(fence) and not opening[2].strip()
            fence, paragraph = ("" if closes else fence), []
        elif opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence, paragraph = opening[1], []
        elif atx := _ATX.fullmatch(line):
            found.append(Heading(span, len(atx[1]), _words(atx[2] or "")))
            paragraph = []
        elif paragraph and (underline := _SETEXT.fullmatch(line)):
            title = " ".join(text_line.strip() for _, text_line in paragraph)
            level = 1 if underline[1][0] == "=" else 2
            found.append(Heading(Span(paragraph[0][0].start, span.end), level, _words(title)))
            paragraph = []
        elif not line.strip() or (_NOT_PARAGRAPH.match(line) and not paragraph):
            paragraph = []
        else:
            paragraph.append((span, line))
    return [heading for heading in found if heading.words]


def _words(heading: str) -> str:
    return " ".join(_MARKUP.sub(lambda match: match[1] or "", heading).split())


MARKDOWN = MarkdownReader()
