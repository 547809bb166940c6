"""Text formats whose headings are plain to see: reStructuredText, AsciiDoc, Org and LaTeX."""

from __future__ import annotations

import re
from itertools import pairwise

from pincite.corpus.types import Span
from pincite.ingest.readers.base import Heading, lines
from pincite.ingest.readers.plain.markdown import closed
from pincite.ingest.readers.plain.text import TextReader

_RST_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_])\1+[ \t]*")
_ADOC = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)")
_ADOC_FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|```).*")
_ADOC_VERBATIM = frozenset("-.+/`")
_ORG = re.compile(r"(\*+)[ \t]+(?:(?:TODO|DONE)[ \t]+)?(\S.*)")
_ORG_TAGS = re.compile(r":[\w@#%:]+:")
_ORG_BLOCK = re.compile(r"[ \t]*#\+(begin|end)_", re.IGNORECASE)
_TEX = re.compile(
    r"[ \t]*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?"
    r"(?:\[[^\]]*\])?\{(.+?)\}(?:[ \t]*\\label\{[^}]*\})?[ \t]*(?:%.*)?"
)
_TEX_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")


def rst_headings(text: str) -> list[Heading]:
    """Titles underlined, or under- and overlined, by one repeated mark.

    A mark's level is the order in which the marks are first used, as docutils has it.
    """
    styles: list[tuple[str, bool]] = []
    headings: list[Heading] = []
    above: tuple[Span, str] = (Span(0, 0), "")
    for (span, title), (below, underline) in pairwise(lines(text)):
        words = title.strip()
        fits = len(underline.rstrip()) >= len(title.rstrip()) > 0
        if (
            (mark := _RST_UNDERLINE.fullmatch(underline))
            and fits
            and any(map(str.isalnum, words))
            and (title == title.lstrip() or above[1].rstrip() == underline.rstrip())
        ):
            overlined = above[1].rstrip() == underline.rstrip()
            if overlined or not above[1].strip():
                style = (mark[1], overlined)
                if style not in styles:
                    styles.append(style)
                start = above[0].start if overlined else span.start
                headings.append(Heading(Span(start, below.end), styles.index(style) + 1, words))
        above = (span, title)
    return headings


def adoc_headings(text: str) -> list[Heading]:
    """Lines that begin with equal signs and a blank, outside of verbatim blocks."""
    headings: list[Heading] = []
    fence = ""
    for span, line in lines(text):
        opening = _ADOC_FENCE.fullmatch(line)
        if fence:
            fence = "" if line.rstrip() == fence else fence
        elif opening and opening[1][0] in _ADOC_VERBATIM:
            fence = opening[1]
        elif match := _ADOC.fullmatch(line):
            headings.append(Heading(span, len(match[1]), closed(match[2], match[1][0])))
    return [heading for heading in headings if heading.words]


def org_headings(text: str) -> list[Heading]:
    """Lines that begin with stars and a blank, outside of blocks."""
    headings: list[Heading] = []
    inside = False
    for span, line in lines(text):
        if block := _ORG_BLOCK.match(line):
            inside = block[1].lower() == "begin"
        elif not inside and (match := _ORG.fullmatch(line)):
            *words, last = match[2].split()
            tagged = words and _ORG_TAGS.fullmatch(last)
            headings.append(
                Heading(span, len(match[1]), " ".join(words if tagged else [*words, last]))
            )
    return headings


def tex_headings(text: str) -> list[Heading]:
    r"""Lines with ``\section{…}`` or one of its kin."""
    return [
        Heading(span, _TEX_LEVELS.index(match[1]) + 1, " ".join(match[2].split()))
        for span, line in lines(text)
        if (match := _TEX.fullmatch(line))
    ]


OUTLINED = (
    TextReader("text/x-rst", frozenset({".rst", ".rest"}), rst_headings, titled=True),
    TextReader(
        "text/asciidoc", frozenset({".adoc", ".asciidoc", ".asc"}), adoc_headings, titled=True
    ),
    TextReader("text/org", frozenset({".org"}), org_headings),
    TextReader("text/x-tex", frozenset({".tex", ".latex"}), tex_headings),
)
