"""The rows of OpenDocument tables: those of texts with their spans, those of sheets as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat

from pincite.ingest.readers.grid import Grid
from pincite.ingest.readers.headers import is_header
from pincite.ingest.readers.office.odf_styles import OFFICE, TABLE, Element, number

_AROUND = frozenset(
    f"{TABLE}{name}" for name in ("table-header-rows", "table-rows", "table-row-group")
)
_CELL, _COVERED = f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
_WIDEST = 1000  # times that a cell may be repeated in its row
_TALLEST = 1000  # times that a row with words may be repeated

Words = Callable[[Element], str]  # what a cell says


def rows(table: Element) -> Iterator[tuple[Element, bool]]:
    """The rows of a table, and whether each stands among the heads; not those of inner tables."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child, table.tag == f"{TABLE}table-header-rows"
        elif child.tag in _AROUND:
            yield from rows(child)


def cells(row: Element) -> list[Element]:
    """The cells of a row but those that another covers."""
    return [cell for cell in row if cell.tag == _CELL]


def arranges(table: Element) -> bool:
    """Whether a table only arranges the page: of one column, or with tables in its cells."""
    if next(table.iterdescendants(f"{TABLE}table"), None) is not None:
        return True
    return all(len(cells(row)) < 2 for row, _ in rows(table))


def text_table(table: Element, words: Words) -> Grid:
    """A table of a text or a slide."""
    grid = Grid()
    listed = list(rows(table))
    is_marked = any(heads for _, heads in listed)
    for position, (row, heads) in enumerate(listed):
        spread = []
        for cell in cells(row):
            across = number(cell, f"{TABLE}number-columns-spanned", 1)
            down = number(cell, f"{TABLE}number-rows-spanned", 1)
            times = min(number(cell, f"{TABLE}number-columns-repeated", 1), _WIDEST)
            spread += [(words(cell), across, down)] * times
        if not is_marked and position == 0 and len(listed) > 1:
            heads = is_header([text for text, _, _ in spread])
        grid.row(spread, header=heads)
    return grid


def shown_rows(table: Element, words: Words, unseen: list[list[str]]) -> Iterator[list[str]]:
    """The rows of a sheet that are shown; those that are not are added to ``unseen``.

    A merged label holds for all its rows.
    """
    above: dict[int, tuple[str, int]] = {}  # by column: what holds, and in how many more rows
    for row, _ in rows(table):
        line: list[str] = []
        for cell in row:
            if cell.tag not in (_CELL, _COVERED):
                continue
            text = words(cell) or _value(cell)
            column = len(line)
            if cell.tag == _COVERED and column in above:
                label, left = above.pop(column)
                text = text or label
                if left > 1:
                    above[column] = label, left - 1
            elif (down := number(cell, f"{TABLE}number-rows-spanned", 1)) > 1 and text:
                above[column] = text, down - 1
            times = number(cell, f"{TABLE}number-columns-repeated", 1)
            line += [text] * min(times, _WIDEST)
        times = min(number(row, f"{TABLE}number-rows-repeated", 1), _TALLEST) if any(line) else 1
        is_hidden = row.get(f"{TABLE}visibility") in ("collapse", "filter")
        if not is_hidden:
            yield from repeat(line, times)
        elif any(line):
            unseen += repeat(line, times)


def _value(cell: Element) -> str:
    """What a cell holds that shows nothing of its own."""
    return next(
        (
            value
            for kind in ("value", "date-value", "string-value")
            if (value := cell.get(f"{OFFICE}{kind}"))
        ),
        "",
    )
