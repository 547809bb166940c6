"""Which lines of a PDF are headings: what its outline names, else what is set clearly larger.

A wrong heading is worse than none: it parts a passage and names it wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pincite.ingest.readers.pdf.lines import Line, PageLines, body_size

_LETTERS = re.compile(r"[^\W\d_]")
_LARGER = 1.15  # of the size of the text: from here on a line is a heading
_LONGEST = 150
DEEPEST = 6
RARE = 0.15  # of all letters: more cannot be headings


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of a document's outline: its page and its level, both from 1, and its words."""

    page: int
    level: int
    words: str


def bare(words: str) -> str:
    """Words as headings are compared by: letters and digits, without a number before them.

    >>> bare("1.2 The Aim—and Scope"), bare("The aim and scope")
    ('theaimandscope', 'theaimandscope')
    """
    letters = re.sub(r"[\W_]+", "", re.sub(r"^[\d.\s]+(?=\D)", "", words)).casefold()
    return letters or re.sub(r"[\W_]+", "", words).casefold()


def of_outline(pages: Sequence[PageLines], outline: Sequence[Bookmark]) -> dict[int, int]:
    """The level of each line, by its id, that an entry of the outline stands for.

    Empty where most of the outline does not stand on its pages.
    """
    wanted: dict[tuple[int, str], int] = {}
    for i, bookmark in enumerate(outline):
        wanted.setdefault((bookmark.page, bare(bookmark.words)), i)
    lines: dict[int, list[Line]] = {}
    for page in pages:
        # The largest line first: a title also stands in running text and lists of contents.
        for i in sorted(range(len(page.lines)), key=lambda i: -page.lines[i].size):
            for run in (page.lines[i : i + 3], page.lines[i : i + 2], page.lines[i : i + 1]):
                title = bare(" ".join(line.text for line in run))
                if title and (entry := wanted.pop((page.number, title), None)) is not None:
                    lines[entry] = list(run)
                    break
    if 2 * len(lines) < len(outline):
        return {}  # it names the pages for people who leaf through them, not the headings
    levels: dict[int, int] = {}
    above: list[tuple[int, int]] = []  # the levels of the entries above, and those they count as
    for i, bookmark in enumerate(outline):
        above = [(level, counts) for level, counts in above if level < bookmark.level]
        # Without its own heading in the text, an entry must not leave what is under it to the
        # heading before: what is under it then stands in its place.
        level = above[-1][1] + 1 if above else 1
        above.append((bookmark.level, level if i in lines else level - 1))
        levels |= {id(line): level for line in lines.get(i, [])}
    return levels


def of_size(pages: Sequence[PageLines]) -> dict[int, int]:
    """The level of each line, by its id, that is set clearly larger than the text."""
    body = body_size(pages)
    larger = [
        line
        for page in pages
        for line in page.lines
        if line.size >= _LARGER * body and not line.cells and like_a_heading(line.text)
    ]
    letters = sum(len(line.text) for page in pages for line in page.lines)
    if sum(len(line.text) for line in larger) > RARE * letters:
        return {}
    sizes = sorted({round(line.size * 2) / 2 for line in larger}, reverse=True)
    levels = {size: min(level, DEEPEST) for level, size in enumerate(sizes, 1)}
    return {id(line): levels[round(line.size * 2) / 2] for line in larger}


def like_a_heading(text: str) -> bool:
    """Whether the words of a line could be a heading's: mostly letters, short, no sentence."""
    letters = len(_LETTERS.findall(text))
    named = text[0].isalnum() or text[0] in '"“‘(§'
    return (
        named
        and letters >= max(3, len(text) / 2)
        and len(text) <= _LONGEST
        and text[-1] not in ".,;"
    )
