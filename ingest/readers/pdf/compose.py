"""Blocks to the canonical text, with each word's place in it and on its page.

A word that is hyphenated at the end of a line is one word in the text and has two boxes. Whether
its hyphen is its own is decided by how the document writes the word elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.types import WORD, Layout, Page, Region, RegionKind, Span
from pincite.ingest.readers.base import Heading, Reading, sections
from pincite.ingest.readers.pdf.blocks import Block, Kind
from pincite.ingest.readers.pdf.lines import Line

_HYPHENATING = 0.02  # of the lines: so many end with a hyphen where words are divided at all
_OWN = frozenset({"self", "well", "mid", "half", "cross", "ex", "all"})  # keep their hyphen
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_FIRST = re.compile(r"[^\W\d_]+")
_DASH = re.compile(r"\w[—/]$")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_FULL = 1.5  # of the letters' size: a line that ends so near to where others do has no more room
_UNSPACED = re.compile(r"[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60]")  # Chinese and Japanese


def compose(blocks: Sequence[Block], pages: int) -> Reading:
    """The reading of blocks that stand on pages 1 to ``pages``, which tile its text."""
    writer = _Writer(_joined(blocks), _spaces_kept(blocks))
    for block in blocks:
        writer.write(block)
    return writer.reading(pages)


class _Writer:
    def __init__(self, joined: set[tuple[str, str]], spaces_kept: bool) -> None:
        self._joined = joined
        self._spaces_kept = spaces_kept
        self._parts: list[str] = []
        self._length = 0
        self._words: list[NDArray[np.void]] = []
        self._headings: list[Heading] = []
        self._regions: list[Region] = []
        self._region: RegionKind | None = None  # of the last block
        self._starts: dict[int, int] = {}  # by page, where its first word stands
        self._kind: Kind | None = None
        self._last: Line | None = None
        self._is_full = True  # whether the last line goes as far as its column does

    def write(self, block: Block) -> None:
        """Add a block below the others, or to the end of the last one when it goes on there."""
        if not block.goes_on and self._kind:
            row = block.lines[0].row
            in_run = block.kind is self._kind and (block.kind is Kind.ITEM or row > 1)
            self._add("\n" if in_run else "\n\n")
            if row > 1 and self._last and self._last.header and not block.lines[0].header:
                self._add(f"|{' --- |' * (len(self._last.cells) + 1)}\n")
            self._last = None
        start = self._length
        for line, is_full in zip(block.lines, _full(block.lines), strict=True):
            if block.kind is Kind.ROW:
                self._row(line)
            else:
                self._line(line)
            self._is_full = is_full
        if block.kind is Kind.HEADING:
            words = " ".join(line.text for line in block.lines)
            self._headings.append(Heading(Span(start, self._length), block.level, words))
        self._mark(block, start)
        self._kind = block.kind

    def _mark(self, block: Block, start: int) -> None:
        """Note what region a block is, or goes on with."""
        if block.region:
            if self._regions and self._region == block.region:
                start = self._regions.pop().span.start
            self._regions.append(Region(Span(start, self._length), block.region))
        self._region = block.region

    def reading(self, pages: int) -> Reading:
        """What has been written."""
        if self._length:
            self._add("\n")
        text = "".join(self._parts)
        words = np.concatenate(self._words) if self._words else np.empty(0, WORD)
        # The parts of a word that goes over several lines begin at one place, and end at one.
        last = np.flatnonzero(np.diff(words["start"], append=-1))
        words["end"] = np.repeat(words["end"][last], np.diff(last, prepend=-1))
        # A page without words is an empty span, where the next one with words starts.
        starts, at = [0] * pages, len(text)
        for number in range(pages, 1, -1):
            starts[number - 1] = at = min(at, self._starts.get(number, at))
        spans = zip(starts, [*starts[1:], len(text)], strict=True)
        tiled = tuple(Page(Span(a, b), number) for number, (a, b) in enumerate(spans, 1))
        tree, regions = sections(text, self._headings), tuple(self._regions)
        return Reading(text, tree, tiled, layout=Layout(words), regions=regions)

    def _line(self, line: Line) -> None:
        """A line of prose, after a blank or as the rest of a hyphenated word."""
        last, self._last = self._last, line
        glued = last is not None and _hyphenated(last, line)
        if last and glued:
            if (_last_word(last), _first_word(line)) in self._joined:
                self._parts[-1] = self._parts[-1][:-1]
                self._length -= 1
        elif last and not self._unspaced(last, line):
            self._add(" ")
        lengths = np.array([len(word) for word in line.text.split(" ")])
        starts = np.cumsum(lengths + 1) - lengths - 1
        self._place(line, starts, starts + lengths, line.text)
        if glued:
            self._words[-1]["start"][0] = self._words[-2]["start"][-1]

    def _unspaced(self, last: Line, line: Line) -> bool:
        """Whether no blank stands between the words around a line end."""
        if _DASH.search(last.text) or (
            _UNSPACED.match(last.text[-1]) and _UNSPACED.match(line.text)
        ):
            return True
        hangul = _HANGUL.match(last.text[-1]) and _HANGUL.match(line.text)
        return bool(hangul) and self._spaces_kept and self._is_full and not last.spaced

    def _row(self, line: Line) -> None:
        """A row of a table, as ``| cell | cell |``."""
        parts, length = ["|"], 1
        starts, ends = [], []
        before = Counter(line.cells)
        for i, word in enumerate(line.text.split(" ")):
            parts += [" |"] * before[i] + [" ", written := word.replace("|", "\\|")]
            length += 2 * before[i] + 1 + len(written)
            starts.append(length - len(written))
            ends.append(length)
        parts += [" |"] * before[len(starts)]
        self._last = line
        self._place(line, np.array(starts), np.array(ends), "".join(parts) + " |")

    def _place(
        self, line: Line, starts: NDArray[np.int_], ends: NDArray[np.int_], text: str
    ) -> None:
        words = np.empty(len(starts), WORD)
        words["start"], words["end"] = starts + self._length, ends + self._length
        words["page"] = line.page
        boxes = line.turn.on_page(line.boxes) if line.turn else line.boxes
        for column, name in enumerate(("left", "top", "right", "bottom")):
            words[name] = boxes[:, column]
        self._words.append(words)
        self._starts.setdefault(line.page, self._length)
        self._add(text)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _full(lines: Sequence[Line]) -> Iterator[bool]:
    """Whether each line of a block goes as far as those above and below it, so that a word may
    be broken at its end."""
    jumps = [i for i, (a, b) in enumerate(pairwise(lines), 1) if b.top < a.top or a.page != b.page]
    for start, end in pairwise([0, *jumps, len(lines)]):
        edge = max(line.right for line in lines[start:end])
        yield from (edge - line.right <= _FULL * line.size for line in lines[start:end])


def _spaces_kept(blocks: Sequence[Block]) -> bool:
    """Whether blanks stand at the ends of some of the Korean lines, so that their lack tells
    that a word goes on in the next line."""
    ends = [line.spaced for block in blocks for line in block.lines if _HANGUL.match(line.text[-1])]
    return 0.1 * len(ends) < sum(ends) < 0.9 * len(ends)


def _last_word(line: Line) -> str:
    """The letters before the hyphen at the end of a line, with the hyphens in them."""
    match = _LAST.search(line.text)
    return match[1].casefold() if match else ""


def _first_word(line: Line) -> str:
    """The letters that a line begins with."""
    match = _FIRST.match(line.text)
    return match[0].casefold() if match else ""


def _hyphenated(line: Line, following: Line) -> bool:
    """Whether a line ends with a hyphen, and a word goes on in the next."""
    text = line.text
    return text[-1] in "-‐" and text[-2:-1].isalnum() and following.text[0].isalnum()


def _joined(blocks: Sequence[Block]) -> set[tuple[str, str]]:
    """The words hyphenated at line ends whose hyphen is not their own, in their two parts.

    The document itself is asked first: does it write the word elsewhere, with or without the
    hyphen? Where it does not say, what it does with most words is done, and a hyphen between
    small letters falls, if it divides words at all.
    """
    wraps = {
        (_last_word(a), _first_word(b)): a.text[-2].islower() and b.text[0].islower()
        for a, b in _line_ends(blocks)
        if _last_word(a) and _first_word(b)
    }
    wanted = {form for a, b in wraps for form in (a + b, f"{a}-{b}")}
    seen: Counter[str] = Counter()
    if wanted:
        for line in chain.from_iterable(block.lines for block in blocks):
            seen.update(w for w in _TOKEN.findall(line.text.casefold()) if w in wanted)
    known = {
        (a, b): seen[a + b] - seen[f"{a}-{b}"] for a, b in wraps if seen[a + b] != seen[f"{a}-{b}"]
    }
    kept = sum(count < 0 for count in known.values())
    lines = sum(len(block.lines) for block in blocks if block.kind is not Kind.ROW)
    by_default = 2 * kept <= len(known) and len(wraps) >= _HYPHENATING * lines
    return {
        (a, b)
        for (a, b), small in wraps.items()
        if small
        and (known[a, b] > 0 if (a, b) in known else by_default and "-" not in a and a not in _OWN)
    }


def _line_ends(blocks: Sequence[Block]) -> Iterator[tuple[Line, Line]]:
    """The lines that end with a hyphen, each with the line that goes on."""
    last: Line | None = None
    for block in blocks:
        if not block.goes_on:
            last = None
        if block.kind is Kind.ROW:
            last = None
            continue
        for line in block.lines:
            if last and _hyphenated(last, line):
                yield last, line
            last = line
