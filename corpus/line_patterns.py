"""The shapes of lines that readers, segmentation and quoting all know: items, rulers, rows.

This is the one table of list marks; a new mark is an edit here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

# Signs that open an item wherever they begin a line with a blank behind them.
_SIGNS = "-*+•·∙‣⁃◦○●◯■□▪▫◆◇▶►▸➢➤➔→⇒✓✔✗✘✦☐☑☒–"
# A box to be ticked, as Markdown and mails write it.
_BOX = r"\[[ xX✓✔]\]"
# Not "i. e." and "z. B.", nor "3.5 GB" and "1.5 million": behind a single small letter there is no
# second one with its full stop, and behind a decimal a word that begins as a title does.
_NO_ABBREVIATION = r"(?![ \t]*[^\W\d_]\.)"
_TITLE_FOLLOWS = r"(?=[ \t]+[\"“„«'‘(]?[^\W\d_a-zß-öø-ÿ][^\W\d_A-Z])"
_DECIMAL = rf"(?:§[ \t]?)?\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}(?:[.)]|{_TITLE_FOLLOWS})"
_LETTER = r"[A-Za-z]\)|\((?:\d{1,3}|[A-Za-z]|[ivx]{1,5}|[IVX]{1,5})\)|[ivx]{2,5}[.)]|[IVX]{2,5}\)"

BULLET = re.compile(rf"[ \t]*(?:[{re.escape(_SIGNS)}](?:[ \t]+{_BOX})?|{_BOX})[ \t]")
"""A sign or a box that opens an item wherever it begins a line."""

NUMBERED = re.compile(r"[ \t]*\d{1,3}[.)][ \t]")
"""``1.`` and ``1)``."""

ITEM = re.compile(
    rf"{BULLET.pattern}|{NUMBERED.pattern}"
    rf"|[ \t]*(?:—|{_DECIMAL}|{_LETTER}|[a-z]\.{_NO_ABBREVIATION})[ \t]"
)
"""Any mark that opens an item by itself, with the blanks before it and one after it.

``a)``, ``(iv)``, ``1.1`` and ``—`` also stand where a wrapped line of prose happens to begin, so
they open an item only where a block begins or beside another item.
"""

LETTERED = re.compile(r"[ \t]*(?:([A-Z])|([IVX]{1,5}))\.[ \t]")
"""``A.`` and ``IV.``: an item only in a row of such, because "A. Smith" begins so too."""

_DRAWN = frozenset("|+-=: \t")
_BAR = re.compile(r"(?<!\\)\|")
_ROW_MARKS = ("|", "\t", "  ", "--", "==")  # a line without any of them is no part of a table
_INNER_BAR = re.compile(r"(?<=\s)\|(?=\s)")
_TABS = re.compile(r"\t+")
_BLANKS = re.compile(r" {2,}")

Style = Literal["bars", "inner bars", "tabs", "blanks", "ruler"]


class RowShape(NamedTuple):
    """How a row of a table is drawn, and where its cells stand in the line, half-open."""

    style: Style
    cells: tuple[tuple[int, int], ...]


def is_ruler(line: str) -> bool:
    """Whether a line only draws: ``| --- | --- |``, ``+----+----+``, ``----  ----``.

    >>> is_ruler("|---|:-:|"), is_ruler("====  ===="), is_ruler("----"), is_ruler("- - -")
    (True, True, False, False)
    """
    if not _DRAWN.issuperset(line) or not ("-" in line or "=" in line):
        return False
    if "|" in line or "+" in line:
        return True
    strokes = line.split()
    return len(strokes) > 1 and all(len(stroke) > 1 for stroke in strokes)


def row_shape(line: str) -> RowShape | None:
    """A row by bars (``| a | b |`` and ``a | b``), by tabs, or by blanks; None for other lines."""
    if not any(mark in line for mark in _ROW_MARKS):
        return None
    if is_ruler(line):
        return RowShape("ruler", ())
    stripped = line.strip()
    begin = len(line) - len(line.lstrip())
    end = begin + len(stripped)
    style: Style
    if stripped.startswith("|"):
        return RowShape("bars", _between(line, _BAR, begin + 1, _without_bar(line, begin + 1, end)))
    for style, separator in (("inner bars", _INNER_BAR), ("tabs", _TABS), ("blanks", _BLANKS)):
        last = _without_bar(line, begin, end) if style == "inner bars" else end
        cells = _between(line, separator, begin, last)
        # Two blanks after a full stop are how some people type.
        if len(cells) > 1 and not (style == "blanks" and _are_sentences(line, cells)):
            return RowShape(style, cells)
    return None


def row_cells(row: str) -> list[str]:
    """A row's cells, without the blanks around them; a line that is no row is one cell.

    >>> row_cells("| a | b \\\\| c |"), row_cells("b | c |")
    (['a', 'b \\\\| c'], ['b', 'c'])
    """
    shape = row_shape(row)
    if shape is None:
        end = _without_bar(row, 0, len(row))
        return [row[:end].strip()]
    return [row[start:end].strip() for start, end in shape.cells]


def named_cells(row: str, columns: Sequence[str]) -> str:
    """A row of a table with its columns' names; the header row and what is no row as they are.

    >>> named_cells("| Zurich | 28 CHF |", ("City", "Lunch")), named_cells("| a | b |", ())
    ('City: Zurich; Lunch: 28 CHF', '| a | b |')
    """
    named = _named(row, columns)
    if named is None:
        return row
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell, _ in named)


def names_columns(row: str, columns: Sequence[str]) -> bool:
    """Whether a row only names the columns of its table.

    >>> names_columns("| City | Lunch |", ("City", "Lunch")), names_columns("| a | b |", ())
    (True, False)
    """
    lines = [line for line in row.split("\n") if not is_ruler(line)]
    return bool(columns) and len(lines) == 1 and row_cells(lines[0]) == list(columns)


def cell_places(row: str, columns: Sequence[str]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where each cell stands in ``named_cells(row, columns)``, and where in the row.

    Half-open code points; nothing where ``named_cells`` gives the row as it is.

    >>> cell_places("| Zurich | 28 CHF |", ("City", "Lunch"))
    [((6, 12), (2, 8)), ((21, 27), (11, 17))]
    """
    found, at = [], 0
    for name, cell, start in _named(row, columns) or ():
        at += len(name) + 2 if name else 0
        found.append(((at, at + len(cell)), (start, start + len(cell))))
        at += len(cell) + 2
    return found


def _named(row: str, columns: Sequence[str]) -> list[tuple[str, str, int]] | None:
    """Of each filled cell the column's name, its words and its place in the row; None where the
    names do not fit the row."""
    lines, at = [], 0
    for line in row.split("\n"):
        if not is_ruler(line):
            lines.append((at, line))
        at += len(line) + 1
    if not columns or len(lines) != 1:
        return None
    [(at, line)] = lines
    cells = row_cells(line)
    # Only bars at both ends show an empty cell; of another row with too few, which is missing?
    fits = len(cells) == len(columns) or (row.startswith("|") and len(cells) < len(columns))
    if not fits or tuple(cells) == tuple(columns):
        return None
    shape = row_shape(line)
    bounds = shape.cells if shape else ((0, len(line)),)
    starts = [at + end - len(line[start:end].lstrip()) for start, end in bounds]
    return [one for one in zip(columns, cells, starts, strict=False) if one[1]]


def _without_bar(line: str, begin: int, end: int) -> int:
    """``end`` without the bar that closes a row."""
    closed = end - 1 >= begin and line[end - 1] == "|" and line[end - 2] != "\\"
    return end - 1 if closed else end


def _between(
    line: str, separator: re.Pattern[str], start: int, end: int
) -> tuple[tuple[int, int], ...]:
    marks = [(m.start(), m.end()) for m in separator.finditer(line, start, end)]
    bounds = [start, *(offset for mark in marks for offset in mark), end]
    return tuple(zip(bounds[::2], bounds[1::2], strict=True))


def _are_sentences(line: str, cells: tuple[tuple[int, int], ...]) -> bool:
    return any(line[end - 1] in ".!?:" for _, end in cells[:-1])
