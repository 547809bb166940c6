"""Lines to blocks: which lines are one paragraph, an item, a row of a table or a heading.

Geometry and punctuation decide; in doubt a line goes on with the sentence before it, because a
sentence in two pieces is lost, and one in too long a paragraph is not.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from pincite.corpus.line_patterns import BULLET, ITEM, LETTERED
from pincite.corpus.types import RegionKind
from pincite.ingest.readers.pdf.columns import FOOTNOTE, Region, regions
from pincite.ingest.readers.pdf.headings import (
    DEEPEST,
    RARE,
    Bookmark,
    like_a_heading,
    of_outline,
    of_size,
)
from pincite.ingest.readers.pdf.lines import TERMINAL, Line, PageLines
from pincite.ingest.readers.pdf.setting import Setting, below, same_size, setting_of
from pincite.ingest.readers.pdf.tables import with_rows

_MOST_ASIDES = 6  # blocks: captions and footnotes between two parts of one sentence
_SHORTEST_BELOW = 60  # letters of the text below a bold heading


class Kind(Enum):
    """What a block is."""

    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    HEADING = "heading"


@dataclass(slots=True)
class Block:
    """Lines that belong together; ``goes_on`` says that it continues the block before it.

    ``region`` is what the lines are where they are no running text of the page.
    """

    kind: Kind
    lines: list[Line]
    level: int = 0
    goes_on: bool = False
    region: RegionKind | None = None


def blocks(pages: Sequence[PageLines], outline: Sequence[Bookmark]) -> list[Block]:
    """The blocks of all pages in reading order.

    Headings are what ``outline`` names; where it names nothing that stands on the pages, what is
    set clearly larger, or bold on a line of its own.
    """
    parted = [_with_tables(regions(page.lines)) for page in pages]
    pages = [
        replace(page, lines=tuple(line for region in some for line in region.lines))
        for page, some in zip(pages, parted, strict=True)
    ]
    outlined = of_outline(pages, outline)
    levels = outlined or of_size(pages)
    found: list[Block] = []
    for page, some in zip(pages, parted, strict=True):
        setting = setting_of(page.lines, some)
        new = _over_asides(list(_page_blocks(page.lines, setting, levels)), setting)
        if found and new:
            _carry_over(found, new)
        found += new
    if not outlined:
        _bold_headings(found, 1 + max(levels.values(), default=0))
    return found


def _with_tables(parted: Sequence[Region]) -> list[Region]:
    return [replace(region, lines=tuple(with_rows(region.lines))) for region in parted]


def _page_blocks(
    lines: Sequence[Line], setting: Setting, levels: Mapping[int, int]
) -> Iterator[Block]:
    current: Block | None = None
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else None
        level = levels.get(id(line), 0)
        if current and _goes_on(current, line, following, setting, level):
            current.lines.append(line)
            continue
        if current:
            yield current
        if level:
            current = Block(Kind.HEADING, [line], level)
        elif line.row:
            current = Block(Kind.ROW, [line])
        else:
            current = Block(Kind.ITEM if _opens_item(line.text) else Kind.PROSE, [line])
    if current:
        yield current


def _goes_on(
    block: Block, line: Line, following: Line | None, setting: Setting, level: int
) -> bool:
    """Whether ``line`` belongs to ``block``, the one just before it."""
    last = block.lines[-1]
    if line.row or block.kind is Kind.ROW or last.turn != line.turn or not same_size(last, line):
        return False
    step = (line.bottom - last.bottom) / last.size
    if level or block.kind is Kind.HEADING:
        return level == block.level and 0 < step <= max(1.6, setting.step * 1.1)
    if _jumps(last, line):
        return _carries(block, line, setting)
    next_line = 0.3 < step <= 1.3 * setting.step and below(last, line)
    if last.cells or line.cells or not next_line:
        return False
    return not _opens(block, line, following, setting)


def _opens(block: Block, line: Line, following: Line | None, setting: Setting) -> bool:
    """Whether the line just below the block's last one opens a paragraph or an item."""
    first, last = block.lines[0], block.lines[-1]
    ended = bool(TERMINAL.search(last.text))
    if BULLET.match(line.text) or (_opens_item(line.text) and (ended or block.kind is Kind.ITEM)):
        return True
    if last.text[-1] == "-" and line.text[0].islower():
        return False  # a word goes on
    if unicodedata.bidirectional(line.text[0]) in ("R", "AL"):
        return False  # what follows knows lines from left to right
    right = setting.rights[id(last)]
    next_word = float(line.boxes[0, 2] - line.boxes[0, 0])
    spare = right - last.right - next_word - 0.5 * last.size
    if spare > 0 and (ended or spare > 0.25 * (right - last.left) or last.bold != line.bold):
        return True
    notch = 0.6 * last.size
    if ended and following and line.left > last.left + notch and line.left > following.left + notch:
        return True  # the first line is indented
    if block.kind is Kind.ITEM and line.left < first.left - notch:
        return True
    hanging = len(block.lines) > 1 and last.left > first.left + notch
    return hanging and line.left < last.left - notch


def _jumps(a: Line, b: Line) -> bool:
    """Whether the text goes from ``a`` to ``b`` over the end of a column or a page."""
    return a.page != b.page or b.bottom < a.top


def _carries(block: Block, line: Line, setting: Setting | None = None) -> bool:
    """Whether the block's last sentence goes on in ``line``, in another column or overleaf."""
    last = block.lines[-1]
    if block.kind in (Kind.ROW, Kind.HEADING) or last.cells or line.cells:
        return False
    if not same_size(last, line) or BULLET.match(line.text) or TERMINAL.search(last.text):
        return False
    if last.bold != line.bold:
        return False
    first = line.text.lstrip("\"'“‘(")[:1]
    full = setting is None or setting.rights[id(last)] - last.right < 4 * last.size
    return first.islower() or last.text.endswith("-") or (full and len(last.text) > 30)


def _carry_over(found: list[Block], new: list[Block]) -> None:
    """Let the last paragraph of a page go on in the first of the next.

    Footnotes that stand between them go before that paragraph.
    """
    page = found[-1].lines[-1].page
    last = len(found) - 1
    while (
        last > 0
        and found[last].lines[-1].page == page
        and found[last].lines[0].size < FOOTNOTE * new[0].lines[0].size
        and found[last].kind in (Kind.PROSE, Kind.ITEM)
    ):
        last -= 1
    if found[last].lines[-1].page == page and _carries(found[last], new[0].lines[0]):
        if new[0].kind is not Kind.PROSE:
            return
        found.append(found.pop(last))
        new[0].goes_on = True


def _over_asides(found: list[Block], setting: Setting) -> list[Block]:
    """The blocks of a page, in which a sentence goes on behind captions and footnotes.

    Those go before the paragraph that they stand in.
    """
    ordered: list[Block] = []
    asides = 0  # at the end of what is ordered
    for block in found:
        before = ordered[-1 - asides] if asides < len(ordered) else None
        first = block.lines[0]
        goes_on = (
            before is not None
            and 0 < asides <= _MOST_ASIDES
            and block.kind is Kind.PROSE
            and before.kind in (Kind.PROSE, Kind.ITEM)
            and (first.text[0].islower() or before.lines[-1].text[-1] == "-")
            and _carries(before, first, setting)
        )
        if before and goes_on:
            ordered.append(ordered.pop(-1 - asides))
            block.goes_on = True
        aside = block.kind in (Kind.PROSE, Kind.ROW) and id(first) in setting.asides
        asides = asides + 1 if aside else 0
        ordered.append(block)
    return ordered


def _bold_headings(found: list[Block], level: int) -> None:
    """Make headings of the bold lines that stand alone above text that is not bold."""
    bold = [
        block
        for block, after in pairwise(found)
        if block.kind is Kind.PROSE
        and not block.goes_on
        and len(block.lines) <= 2
        and all(line.bold and not line.cells for line in block.lines)
        and like_a_heading(block.lines[-1].text)
        and block.lines[-1].text[-1] != ":"
        and after.kind is Kind.PROSE
        and not after.goes_on
        and not after.lines[0].bold
        and sum(len(line.text) for line in after.lines) > _SHORTEST_BELOW
        and block.lines[0].left <= after.lines[0].left + 2 * block.lines[0].size
    ]
    letters = Counter[bool]()
    for block in found:
        for line in block.lines:
            letters[line.bold] += len(line.text)
    if letters[True] <= RARE * letters.total():
        for block in bold:
            block.kind, block.level = Kind.HEADING, min(level, DEEPEST)


def _opens_item(line: str) -> bool:
    return bool(ITEM.match(line) or LETTERED.match(line))
