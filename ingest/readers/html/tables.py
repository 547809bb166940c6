"""Tables of HTML: which arrange a page, and the cells of those that do not."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from pincite.ingest.readers.grid import Cell, Grid
from pincite.ingest.readers.html.elements import HEADINGS, shows, words
from pincite.ingest.readers.html.visibility import Visibility

Element = Any  # lxml has no types of its own

_LONGEST_CELL = 1500  # characters; beyond, the table only arranges the page


def arranging_tables(root: Element) -> set[Element]:
    """The tables that arrange a page: they have headings or tables in them."""
    tables = {
        table for table in root.iter("table") if table.get("role") in ("presentation", "none")
    }
    for inner in root.iter("table", *HEADINGS):
        tables.update(islice(inner.iterancestors("table"), 1))
    return tables


class Table:
    """A table that holds data.

    Attributes:
        titles: what stands above its columns, from its caption and from first rows of one cell.
        grid: its rows.
        unseen: texts in it that cannot be seen.
        has_header: whether a row of it names the columns.
    """

    def __init__(self, table: Element, visibility: Visibility | None) -> None:
        self.unseen: list[str] = []
        self.grid = Grid()
        self.has_header = False
        self.titles = [words(each, visibility, self.unseen) for each in table.iter("caption")]
        hidden = visibility.hidden if visibility else {}
        rows: list[tuple[Element, list[Element], list[str]]] = []
        for row in table.iter("tr"):
            if not shows(row) or row in hidden:
                if row in hidden:
                    self.unseen.append(words(row))
                continue
            cells = [cell for cell in row.iter("td", "th") if shows(cell)]
            self.unseen += [words(cell) for cell in cells if cell in hidden]
            cells = [cell for cell in cells if cell not in hidden]
            rows.append((row, cells, [words(cell, visibility, self.unseen) for cell in cells]))
        first = 0
        while first < len(rows) - 1 and _is_title(rows[first][1]) and len(rows[first + 1][1]) > 1:
            self.titles += rows[first][2]
            first += 1
        bold = _bold_first_row([cells for _, cells, _ in rows[first : first + 2]])
        above: list[Cell] = []  # cells of a row that has nothing else than cells for those below
        for number, (row, cells, texts) in enumerate(rows[first:]):
            spread = [_cell(cell, text) for cell, text in zip(cells, texts, strict=True)]
            if number and spread and _only_reaches_down(spread, self.grid.columns):
                above += [(text, across, down - 1) for text, across, down in spread]
                continue
            head = _is_head(row, cells, texts) or (bold and number == 0)
            self.has_header = self.has_header or head
            self.grid.row([*above, *spread], header=head)
            above = []
        if above:
            self.grid.row(above)

    @property
    def holds_data(self) -> bool:
        """Whether it has columns, and cells as short as those of data."""
        return self.grid.columns > 1 and self.grid.longest <= _LONGEST_CELL


def whole_number(written: str | None, otherwise: int) -> int:
    """The number that an attribute holds, or ``otherwise``."""
    return int(written) if written and re.fullmatch(r"\s*-?[0-9]{1,6}\s*", written) else otherwise


def _cell(cell: Element, text: str) -> Cell:
    return text, whole_number(cell.get("colspan"), 1), whole_number(cell.get("rowspan"), 1)


def _only_reaches_down(cells: list[Cell], columns: int) -> bool:
    """Whether a row names the rows below it, as in pivot tables, and has no values."""
    return all(down > 1 for _, _, down in cells) and sum(cell[1] for cell in cells) < columns


def _is_head(row: Element, cells: list[Element], texts: list[str]) -> bool:
    """Whether a row names the columns; the corner above the rows' own names may be any cell."""
    if row.getparent().tag == "thead":
        return True
    named = [cell for cell, text in zip(cells, texts, strict=True) if text]
    if not named:
        return not cells or all(cell.tag == "th" for cell in cells)
    of_columns = all(cell.get("scope", "col") in ("col", "colgroup") for cell in named)
    return of_columns and all(cell.tag == "th" for cell in named)


def _is_title(cells: list[Element]) -> bool:
    """Whether a row is one cell over several columns."""
    return len(cells) == 1 and whole_number(cells[0].get("colspan"), 1) > 1


def _bold_first_row(rows: list[list[Element]]) -> bool:
    """Whether the first row is all bold and the second is not, as where nobody wrote ``th``."""
    return len(rows) == 2 and len(rows[0]) > 1 and _bold(rows[0]) and not _bold(rows[1])


def _bold(cells: list[Element]) -> bool:
    texts = [(cell, "".join(cell.itertext()).strip()) for cell in cells]
    return any(text for _, text in texts) and all(
        text == "".join("".join(b.itertext()) for b in islice(cell.iter("b", "strong"), 1)).strip()
        for cell, text in texts
        if text
    )
