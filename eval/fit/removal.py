"""A passage from which the words that answer were taken: the nearest of all near misses.

Of a table's row, which is read as ``Column: cell; Column: cell``, it is the cell, in this row or,
as where the table has no such column, in every row; else it is the sentence, or the item of a list.
"""

from __future__ import annotations

import itertools
import random
import re

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)")
_CELL_BREAK = "; "
_NAMED_CELL = re.compile(r"[^:;]{1,40}: ")
_FEWEST_CELLS = 3  # of a line that is taken for a row
_FEWEST_LETTERS = 40  # of a passage that is left


def without_answer(text: str, span: tuple[int, int], chance: random.Random) -> str | None:
    """The passage without the cell, sentence or item that holds ``text[span[0]:span[1]]``.

    Returns:
        None where the words cross a line or little would be left, and where those of a sentence
        stand elsewhere too. (A cell of another row has another meaning.)
    """
    start, end = span
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    stop = len(text) if stop < 0 else stop
    if end > stop:
        return None
    line = text[begin:stop]
    cells = line.split(_CELL_BREAK)
    if len(cells) >= _FEWEST_CELLS and all(_NAMED_CELL.match(cell) for cell in cells):
        left = _without_cell(text, begin, stop, start, everywhere=chance.random() < 1 / 2)
        return left if len(left) >= _FEWEST_LETTERS else None
    kept = _without_sentences(line, start - begin, end - begin)
    left = text[:begin] + kept + text[stop + (not kept) :]
    words = text[start:end].casefold()
    return None if words in left.casefold() or len(left) < _FEWEST_LETTERS else left


def _without_cell(text: str, begin: int, stop: int, at: int, *, everywhere: bool) -> str:
    """The text without the cell at ``at`` of the row ``text[begin:stop]``, or its column."""
    cells = text[begin:stop].split(_CELL_BREAK)
    number = text.count(_CELL_BREAK, begin, at)
    name = cells[number].partition(": ")[0] + ": "
    row = _CELL_BREAK.join(cells[:number] + cells[number + 1 :])
    if not everywhere:
        return text[:begin] + row + text[stop:]
    rows = (line.split(_CELL_BREAK) for line in text.split("\n"))
    return "\n".join(
        _CELL_BREAK.join(cell for cell in row if len(row) == 1 or not cell.startswith(name))
        for row in rows
    )


def _without_sentences(line: str, start: int, end: int) -> str:
    """The line without the sentences that the span touches."""
    breaks = [0, *(m.end() for m in _SENTENCE_END.finditer(line)), len(line)]
    bounds = itertools.pairwise(breaks)
    return "".join(line[a:b] for a, b in bounds if b <= start or a >= end).rstrip()
