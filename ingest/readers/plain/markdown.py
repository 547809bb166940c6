"""Markdown, with ATX (``# Heading``) and Setext (underlined) headings.

The text stays as it is written: a quote from it is a quote of the file. Only the headings are
understood, by CommonMark's rules, so that ``#`` in a code block opens no section.
"""

from __future__ import annotations

import re

from pincite.corpus.types import Span
from pincite.ingest.readers.base import Heading, lines
from pincite.ingest.readers.plain.text import TextReader

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_NOT_PARAGRAPH = re.compile(r" {0,3}(?:[-*+>|]|\d+[.)][ \t])|(?: {4}|\t)")
_MARKUP = re.compile(r"[*_`]+|!?\[([^\[\]]*)\]\([^()]*\)")


def markdown_headings(text: str) -> list[Heading]:
    """The headings of a Markdown text, with the marks of Markdown taken off their words."""
    headings: list[Heading] = []
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
            headings.append(Heading(span, len(atx[1]), _words(closed(atx[2] or "", "#"))))
            paragraph = []
        elif paragraph and (underline := _SETEXT.fullmatch(line)):
            title = " ".join(text_line.strip() for _, text_line in paragraph)
            level = 1 if underline[1][0] == "=" else 2
            headings.append(Heading(Span(paragraph[0][0].start, span.end), level, _words(title)))
            paragraph = []
        elif not line.strip() or (_NOT_PARAGRAPH.match(line) and not paragraph):
            paragraph = []
        else:
            paragraph.append((span, line))
    return [heading for heading in headings if heading.words]


def closed(heading: str, mark: str) -> str:
    """A heading's words without the run of marks that may close it.

    >>> closed("C# and F# ##  ", "#"), closed("C#", "#"), closed("##", "#")
    ('C# and F#', 'C#', '')
    """
    heading = heading.strip(" \t")
    words = heading.rstrip(mark)
    return words.rstrip() if not words or words[-1] in " \t" else heading


def _words(heading: str) -> str:
    return " ".join(_MARKUP.sub(lambda match: match[1] or "", heading).split())


MARKDOWN = TextReader(
    "text/markdown", frozenset({".md", ".markdown"}), markdown_headings, titled=True
)
