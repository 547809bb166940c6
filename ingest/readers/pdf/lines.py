"""A page's characters to its words and lines.

All of it is geometry on plain arrays; nothing here knows PDFium. Boxes are rows of left, top,
right, bottom, in points from the page's upper left corner.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pincite.ingest.readers.numerals import raised
from pincite.ingest.readers.pdf.bidi import reading_order
from pincite.ingest.readers.pdf.characters import WRAP, clean
from pincite.ingest.readers.pdf.superscripts import in_place
from pincite.ingest.readers.pdf.turned import Turn, turns

Boxes = NDArray[np.float32]

_WORD = re.compile(rf"[^\s{WRAP}]+{WRAP}?|{WRAP}")
TERMINAL = re.compile(
    r"[.!?:;…。！？؟۔][\"'”’»)\]]*[\d¹²³⁰-⁹]{0,2}$"
)  # ends a sentence, or a part of it
_MARK = re.compile(r"[•▪◦‣·–*-]|\(?(?:\d{1,3}|[A-Za-z]|[ivxlIVXL]{1,5})[.)]|\d+(?:\.\d+)+\.?")
_FIGURE = re.compile(r"[$€£¥—–(-]*[\d.,]*[%)]*[$€£¥]?")
_CURRENCY, _UNIT = frozenset("$€£¥"), frozenset(["%", ")", ")%"])
_WIDE = 1.5  # line heights: a gap between words of one line that sets cells of a table apart
AFTER_MARK = 4  # line heights: the text of an item begins no farther behind its mark
_TOUCHING = 0.1  # line heights: a gap that is none
_BETWEEN_FIGURES = 0.5  # line heights: as `_WIDE`, between figures in a line that has such a gap


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of words on page ``page``; ``text`` has one blank between them, ``boxes`` a row each.

    ``cells`` are the indices of the words that open a cell after the first one; ``spaced`` says
    that a blank stands at its end; ``size`` is the letters' in points. ``left`` to ``bottom`` go
    around the line without what sticks out of it.
    """

    page: int
    text: str
    boxes: Boxes
    cells: tuple[int, ...]
    spaced: bool
    size: float
    bold: bool
    left: float
    top: float
    right: float
    bottom: float
    row: int = 0  # which row of a table it is, from 1; `cells` then counts empty ones too
    header: bool = False  # whether that row names the columns
    turn: Turn | None = None  # how it stands where it is not level; its boxes are as if it were


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page in reading order; the height is in points."""

    number: int
    height: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """A page's characters in reading order: code points ``(n,)`` and boxes ``(n, 4)``."""

    codes: NDArray[np.uint32]
    boxes: Boxes


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    texts: list[str]
    boxes: Boxes
    first: list[int]  # the index of each one's first glyph
    broken: NDArray[np.bool_]  # whether a line ends before it
    spaced: list[bool]  # whether a blank stands after it
    turns: list[Turn | None]


def lines(
    glyphs: Glyphs,
    page: int,
    width: float,
    height: float,
    style: Callable[[int], tuple[float, bool]],
) -> list[Line]:
    """The lines of a page of ``width`` by ``height`` points, without what lies outside of it.

    ``style`` gives the size and the boldness of a glyph.
    """
    if turned := reading_order(glyphs.codes, glyphs.boxes):
        codes, boxes, source = turned
        glyphs, drawn = Glyphs(codes, boxes), style

        def style(i: int) -> tuple[float, bool]:
            return drawn(int(source[i]))

    words = _words(glyphs, width, height)
    if not words.texts:
        return []
    words = _with_notes(words, lambda i: style(words.first[i])[0])
    together, gaps = _neighbours(words)
    found, start = [], 0
    for end in [*(np.flatnonzero(~together) + 1).tolist(), len(words.texts)]:
        found.append(_line(words, start, end, gaps, page, style))
        start = end
    return found


def _words(glyphs: Glyphs, width: float, height: float) -> _Words:
    codes = np.where(glyphs.codes > 0x10FFFF, 0xFFFD, glyphs.codes).astype("<u4")
    text = codes.tobytes().decode("utf-32-le", "surrogatepass")
    matches = list(_WORD.finditer(text))
    texts = [clean(match[0]) for match in matches]
    if not matches:
        return _Words([], np.empty((0, 4), np.float32), [], np.empty(0, np.bool_), [], [])
    bounds = np.array([match.span() for match in matches])
    boxes = _around(glyphs.boxes, bounds)
    ends = [0, *(match.end() for match in matches)]
    broken = np.array(
        [
            "\n" in text[end : match.start()] or text[end - 1 : end] == WRAP
            for end, match in zip(ends, matches, strict=False)
        ]
    )
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    seen = ((centre >= 0) & (centre <= (width, height))).all(1)
    kept = np.flatnonzero(seen & np.array([bool(word) for word in texts]))
    breaks = np.cumsum(broken)[kept]
    stand = turns(glyphs.boxes, bounds[kept], width, height)
    for turn in filter(None, set(stand)):
        at = kept[[one == turn for one in stand]]
        boxes[at] = turn.level(boxes[at])
    return _Words(
        [texts[i] for i in kept.tolist()],
        boxes[kept],
        bounds[kept, 0].tolist(),
        np.diff(breaks, prepend=0) > 0,
        [text[matches[i].end() : matches[i].end() + 1] == " " for i in kept.tolist()],
        stand,
    )


def _with_notes(words: _Words, size: Callable[[int], float]) -> _Words:
    """The words with superscripts behind the words that they belong to."""
    order, notes = in_place(words.texts, words.boxes, words.broken, size)
    moved = np.diff(order, prepend=-1) != 1
    if not moved.any():
        return words
    return _Words(
        [raised(words.texts[i]) if i in notes else words.texts[i] for i in order],
        words.boxes[order],
        [words.first[i] for i in order],
        words.broken[order] | moved,  # so that it is joined to a word only where it touches it
        [words.spaced[i] for i in order],
        [words.turns[i] for i in order],
    )


def _around(boxes: Boxes, bounds: NDArray[np.int64]) -> Boxes:
    """The box around each run of glyphs; glyphs without an area count where there is no other."""
    flat = np.vstack([boxes, np.zeros((1, 4), np.float32)])  # a run may end with the last glyph
    empty = (flat[:, 2] <= flat[:, 0]) | (flat[:, 3] <= flat[:, 1])
    at = bounds.ravel()
    low = np.minimum.reduceat(np.where(empty[:, None], np.inf, flat[:, :2]), at)[::2]
    high = np.maximum.reduceat(np.where(empty[:, None], -np.inf, flat[:, 2:]), at)[::2]
    around = np.hstack([low, high])
    return np.where(np.isfinite(around), around, boxes[bounds[:, 0]]).astype(np.float32)


def _neighbours(words: _Words) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """For each word but the first: is it on the line of the one before, and how far from it, in
    heights of the lower one."""
    a, b = words.boxes[:-1], words.boxes[1:]
    low = np.maximum(np.minimum(a[:, 3] - a[:, 1], b[:, 3] - b[:, 1]), 0.01)
    level = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1]) >= 0.5 * low
    gap = np.maximum(b[:, 0] - a[:, 2], a[:, 0] - b[:, 2]) / low
    # PDFium breaks lines at superscripts and between the cells of some tables.
    onward = level & (b[:, 0] >= a[:, 2] - 0.3 * low)
    alike = np.array([one == after for one, after in pairwise(words.turns)], np.bool_)
    # Of text on its side it knows no line ends.
    unbroken = ~words.broken[1:] & np.array([turn is None for turn in words.turns[1:]], np.bool_)
    # Nor does it see the end of a very short line.
    fell = (b[:, 1] >= a[:, 3] - 0.1 * low) & (b[:, 0] < a[:, 0])
    return ((unbroken & ~fell) | onward) & alike, np.where(level, gap, 0.0)


def _line(
    words: _Words,
    start: int,
    end: int,
    gaps: NDArray[np.float32],
    page: int,
    style: Callable[[int], tuple[float, bool]],
) -> Line:
    inside = gaps[start : end - 1]
    cells: list[int] = []
    texts, rows = words.texts[start:end], list(range(start, end))
    boxes = words.boxes[start:end]
    if words.broken[start + 1 : end].any() or (inside > _WIDE).any():
        texts, rows, cells = _cells(words, start, inside.tolist())
        boxes = _around(words.boxes[start:end], _runs(rows, start, end))
    middle = np.sort(boxes, axis=0)[len(rows) // 2]
    longest = max(range(len(rows)), key=lambda i: len(texts[i]))
    size, bold = style(words.first[rows[longest]])
    bold = bold and all(style(words.first[rows[i]])[1] for i in (0, -1))
    left, right = float(boxes[:, 0].min()), float(boxes[:, 2].max())
    top, bottom = float(middle[1]), float(middle[3])
    text, spaced = " ".join(texts), words.spaced[end - 1]
    return Line(
        *(page, text, boxes, tuple(cells), spaced, size, bold, left, top, right, bottom),
        turn=words.turns[start],
    )


def _cells(
    words: _Words, start: int, gaps: Sequence[float]
) -> tuple[list[str], list[int], list[int]]:
    """A line's words, those that touch made one; where each starts; which of them open a cell."""
    texts, rows, cells = [words.texts[start]], [start], []
    wide = max(gaps) > _WIDE
    for i, gap in enumerate(gaps, start + 1):
        before, word = texts[-1], words.texts[i]
        if words.broken[i] and gap < _TOUCHING and before[-1] != "-":
            texts[-1] = unicodedata.normalize("NFC", before + word)
            continue
        figures = _FIGURE.fullmatch(before) and _FIGURE.fullmatch(word)
        opens = gap > (_BETWEEN_FIGURES if wide and figures else _WIDE)
        mark = len(texts) == 1 and gap < AFTER_MARK and _MARK.fullmatch(before)
        if opens and not (mark or of_one_amount(texts[-2:], word)):
            cells.append(len(texts))
        texts.append(word)
        rows.append(i)
    return texts, rows, cells


def of_one_amount(before: Sequence[str], word: str) -> bool:
    """Whether a word belongs to the ones before it, as the figures behind a currency's sign do.

    >>> of_one_amount(["Rent", "$"], "120"), of_one_amount(["120", "€"], "80")
    (True, False)
    """
    prefix = before[-1] in _CURRENCY and not any(map(str.isdigit, "".join(before[:-1])))
    return prefix or word in _UNIT


def _runs(rows: Sequence[int], start: int, end: int) -> NDArray[np.int64]:
    """Where each run of words starts and ends, counted from ``start``."""
    bounds = np.array([*rows, end]) - start
    return np.stack([bounds[:-1], bounds[1:]], axis=1)


def part(line: Line, start: int, end: int) -> Line:
    """The words of a line from ``start`` to ``end`` as a line of their own."""
    boxes = line.boxes[start:end]
    return replace(
        line,
        text=" ".join(line.text.split(" ")[start:end]),
        boxes=boxes,
        cells=tuple(cell - start for cell in line.cells if start < cell < end),
        left=float(boxes[:, 0].min()),
        right=float(boxes[:, 2].max()),
    )


def body_size(pages: Sequence[PageLines]) -> float:
    """The size that most of the letters have, in points; 0 without a letter."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 0.0
