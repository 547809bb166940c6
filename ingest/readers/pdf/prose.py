"""Whether lines that stand side by side are columns of running prose, or cells of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from pincite.ingest.readers.pdf.lines import TERMINAL, Line

SHORT = 12  # letters: the cells of a row in a table have fewer on average
_PROSE = 15  # letters: lines of a column of prose have more on average
_SMALL = 0.2  # of the lines: where letters have case, so many of a column of prose begin small
_FLOWING = 0.4  # of the lines: so many of a column of prose go on in the next
_FILLED = 0.75  # of the column's width: a line that could be one in the middle of a paragraph
_PITCH = 1.35  # of the step between two lines: from here on something parts them
_ROW = 5  # lines: on average, the rows of a table of prose have no more
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")
_LETTER = re.compile(r"[^\W\d_]")


def row_of_a_table(line: Line) -> bool:
    """Whether a line's cells are short."""
    return bool(line.cells) and len(line.text) < SHORT * (len(line.cells) + 1)


def letters(text: str) -> int:
    """How many letters a text has; those of the Far East count twice."""
    return len(_LETTER.findall(text)) + len(_WIDE.findall(text))


def prose(lines: Sequence[Line]) -> bool:
    """Whether lines below each other are running prose."""
    if not lines or np.mean([letters(line.text) for line in lines]) < _PROSE:
        return False
    small = sum(b.text[0].islower() for b in lines[1:])
    cased = any(map(str.islower, "".join(line.text for line in lines)))
    if cased and small < _SMALL * (len(lines) - 1):
        return False
    begins, ends = min(line.left for line in lines), max(line.right for line in lines)
    flowing = sum(_flows(a, b, _FILLED * (ends - begins)) for a, b in pairwise(lines))
    return flowing >= max(1, _FLOWING * (len(lines) - 1)) or len(lines) == 1


def _flows(a: Line, b: Line, filled: float) -> bool:
    """Whether a sentence seems to go on from a line to the one below."""
    if TERMINAL.search(a.text) or not _LETTER.search(a.text):
        return False
    return b.text[0].islower() or a.text[-1] in "-," or a.right - a.left >= filled


def row_by_row(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether what parts the lines on one side parts them on the other too, row by row."""
    gaps = [_gaps(lines) for lines in (left, right)]
    if not (gaps[0] and gaps[1]):
        return False
    size = left[0].size
    near = [_near(gaps[0], gaps[1], size), _near(gaps[1], gaps[0], size)]
    rows = min(len(left), len(right)) / (1 + min(near))
    alike = min(near) >= 0.7 * max(len(gaps[0]), len(gaps[1]))
    return alike and rows <= _ROW


def _near(places: Sequence[float], others: Sequence[float], size: float) -> int:
    """How many places have another one near, both going downwards."""
    ranked = np.sort(others)
    low = np.searchsorted(ranked, np.array(places) - size)
    high = np.searchsorted(ranked, np.array(places) + size, side="right")
    return int(np.count_nonzero(high > low))


def _gaps(lines: Sequence[Line]) -> list[float]:
    """How far down lines begin that more than a step parts from the one above."""
    steps = [b.bottom - a.bottom for a, b in pairwise(lines)]
    if not steps:
        return []
    usual = float(np.quantile(steps, 0.3))  # the smaller ones are those inside a paragraph
    return [line.top for line, step in zip(lines[1:], steps, strict=True) if step > _PITCH * usual]


def headings_across(left: Sequence[Line], right: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The lines on the left that stand over both columns, and how many on the right are above."""
    j = 0
    for i, (last, line) in enumerate(pairwise(left), 1):
        while j < len(right) and right[j].bottom < line.top + 0.1 * line.size:
            j += 1
        heading = line.size > 1.1 * last.size or line.bold > last.bold
        if not heading or not 0 < j < len(right) or i + 1 == len(left):
            continue
        above, below = right[j - 1], right[j]
        clear = below.top > line.bottom - 0.1 * line.size
        if clear and below.bottom - above.bottom > 2 * line.size + above.size:
            yield i, j


def beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether the lower of two columns stands beside the other for the most part."""
    tops = [min(line.top for line in side) for side in (left, right)]
    bottoms = [max(line.bottom for line in side) for side in (left, right)]
    lower = min(bottom - top for top, bottom in zip(tops, bottoms, strict=True))
    return min(bottoms) - max(tops) >= 0.5 * lower
