"""The rows of tables in a quote, each cell with the name of its column.

A row is a line of three cells or more, parted by ``|``, ``;``, tabs or `` / ``, beside another of
as many cells; or a line of ``name: value`` pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_PARTED = (re.compile(r"\s*\|\s*"), re.compile(r"\s*;\s*"), re.compile(r"\t"), re.compile(r" / "))
_PAIR = re.compile(r"([^:]{1,40}):\s*(.*)")
_LEAST = 3  # cells


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        start, end: where its line stands, in code points.
        cells: for each the name of its column, empty where it is unknown, and what stands there.
        is_named: whether the names stand in the row itself.
    """

    start: int
    end: int
    cells: tuple[tuple[str, str], ...]
    is_named: bool = False


def rows(text: str) -> Iterator[Row]:
    """The rows of the tables of ``text``, in order, with the row that names the columns first.

    >>> [row.cells for row in rows("Item; Price; Left\\nsamovar; 40; none")][1]
    (('Item', 'samovar'), ('Price', '40'), ('Left', 'none'))
    """
    lines = [(match.start(), match[0]) for match in re.finditer(r"[^\n]+", text)]
    parted = [(start, line, *_cells(line)) for start, line in lines]
    for (mark, _), run in groupby(parted, key=lambda one: (one[2], len(one[3]))):
        found = list(run)
        if mark < 0:
            continue
        names: list[str] = []
        for start, line, _, cells in found:
            pairs = [_PAIR.fullmatch(cell) for cell in cells]
            is_named = sum(pair is not None for pair in pairs) >= _LEAST
            if is_named:
                named = [(p[1], p[2]) if p else ("", c) for p, c in zip(pairs, cells, strict=True)]
            elif len(found) == 1:
                break
            elif not names:
                names = cells
                named = [("", cell) for cell in cells]
            else:
                named = list(zip(names, cells, strict=True))
            yield Row(start, start + len(line), tuple(named), is_named)


def _cells(line: str) -> tuple[int, list[str]]:
    """Which mark parts the line, -1 if none does, and its cells."""
    for mark, pattern in enumerate(_PARTED):
        inside = line.removeprefix("|").rstrip().removesuffix("|") if line[0] == "|" else line
        cells = [cell.strip() for cell in pattern.split(inside)]
        if len(cells) >= _LEAST:
            return mark, cells
    return -1, []
