"""What stands on a page beside its running text, and where it goes among the blocks of the text.

Asides are the one copy of each running head and foot, comments, and text that cannot be seen. None
parts a paragraph that goes on overleaf.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.canonical import canonical
from pincite.corpus.types import RegionKind
from pincite.ingest.readers.pdf.blocks import Block, Kind, blocks
from pincite.ingest.readers.pdf.glyphs import PageGlyphs
from pincite.ingest.readers.pdf.lines import Boxes, Glyphs, Line, PageLines, lines

Flags = NDArray[np.bool_]

_SIZE = 10.0  # points: what a comment's letters are taken for


@dataclass(frozen=True, slots=True)
class Aside:
    """Lines of page ``page`` that go to its start or its end."""

    page: int
    lines: tuple[Line, ...]
    region: RegionKind | None = None
    at_top: bool = False


def with_asides(text: Sequence[Block], asides: Sequence[Aside]) -> list[Block]:
    """The blocks of all pages with the asides in their places."""
    pages = [block.lines[0].page for block in text]
    at: dict[int, list[Block]] = {}
    for aside in asides:
        i = (bisect_left if aside.at_top else bisect_right)(pages, aside.page)
        at.setdefault(_between(text, i, pages, aside), []).extend(_blocks(aside))
    found: list[Block] = []
    for i in range(len(text) + 1):
        found += at.get(i, [])
        found += text[i : i + 1]
    return found


def _between(text: Sequence[Block], i: int, pages: Sequence[int], aside: Aside) -> int:
    """The place nearest to ``i`` that is not inside a paragraph."""
    if i < len(text) and text[i].goes_on:
        if not aside.at_top and pages[i - 1] == aside.page and not text[i - 1].goes_on:
            return i - 1
        while i < len(text) and text[i].goes_on:
            i += 1
    return i


def _blocks(aside: Aside) -> list[Block]:
    if not aside.region:
        return [Block(Kind.PROSE, list(aside.lines))]
    found = blocks([PageLines(aside.page, 0.0, aside.lines)], [])
    for block in found:
        block.kind = Kind.PROSE if block.kind is Kind.HEADING else block.kind
        block.goes_on, block.region = False, aside.region
    return found


def unseen(glyphs: PageGlyphs, hidden: Flags, page: int, width: float, height: float) -> list[Line]:
    """The lines of those glyphs of a page that are ``hidden``, ``(n,)``; their boxes end with the
    page, which is ``width`` by ``height`` points."""
    codes = np.where(hidden, glyphs.codes, _blanked(glyphs.codes))
    boxes = np.nan_to_num(glyphs.boxes, nan=0.0, posinf=0.0, neginf=0.0)
    beyond = np.minimum(boxes[hidden].min(axis=0)[[0, 1, 0, 1]], 0)

    def style(i: int) -> tuple[float, bool]:
        return max(glyphs.style(i)[0], 1.0), False

    found = lines(Glyphs(codes, boxes - beyond), page, np.inf, np.inf, style)
    edges = np.array([width, height, width, height])
    return [
        replace(line, boxes=np.clip(line.boxes + beyond, 0, edges).astype(np.float32))
        for line in found
    ]


def seen(glyphs: PageGlyphs, hidden: Flags) -> Glyphs:
    """The glyphs of a page with blanks in place of those that are ``hidden``, ``(n,)``."""
    return Glyphs(np.where(hidden, _blanked(glyphs.codes), glyphs.codes), glyphs.boxes)


def _blanked(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Blanks, but for the line ends."""
    return np.where(codes == ord("\n"), codes, ord(" "))


def note(text: str, box: Boxes, page: int) -> list[Line]:
    """The lines of a comment, whose mark stands in ``box``: left, top, right, bottom."""
    found = []
    left, top, right, bottom = map(float, box)
    for words in (" ".join(row.split()) for row in canonical(text).split("\n")):
        if words:
            boxes = np.tile(np.asarray(box, np.float32), (words.count(" ") + 1, 1))
            found.append(Line(page, words, boxes, (), True, _SIZE, False, left, top, right, bottom))
    return found
