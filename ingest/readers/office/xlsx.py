"""Excel workbooks: each sheet a page and a section, its filled rows as tables."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import nullcontext
from itertools import groupby

from lxml import etree

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.sheet_drawings import (
    Comment,
    comments,
    drawings,
    print_lines,
)
from pincite.ingest.readers.office.workbook import SheetPart, Workbook, open_workbook
from pincite.ingest.readers.office.worksheet import Facts, Worksheet, cell_name
from pincite.ingest.readers.sheet import SheetLayout
from pincite.ingest.readers.warnings import counted, hidden, listed, too_long, unread
from pincite.ingest.readers.zip import member, open_archive, refuse_entities

_MOST = 50_000_000  # characters taken from a workbook, which can say one text a million times


class XlsxReader:
    """Reads ``.xlsx`` and ``.xlsm``."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffixes = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
    version = 4

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with a workbook in it."""
        return contents.lists(data, "xl/workbook.xml")

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; cells read as they are displayed, formulas by their stored values.

        Raises:
            UnsupportedSourceError: it is damaged, protected or made to fill memory.
        """
        with open_archive(data, name) as archive:
            refuse_entities(archive, name)
            book = open_workbook(archive, name)
            if not book.sheets:
                raise UnsupportedSourceError(
                    f"{name} is damaged: it names no sheets; get a complete copy and "
                    "ingest it again"
                )
            built = Builder()
            warnings: list[str] = []
            left = _MOST
            for number, sheet in enumerate(book.sheets, 1):
                with built.region("hidden") if sheet.hidden else nullcontext():
                    built.page(number)
                    built.heading(1, sheet.name)
                    left = _add_sheet(built, archive, book, sheet, left, warnings, name)
                if left < 0:
                    warnings.append(too_long(_MOST))
                    break
        unseen = [sheet.name for sheet in book.sheets if sheet.hidden]
        return built.reading(book.title, [*hidden(len(unseen), "sheet", unseen), *warnings])


def _add_sheet(
    built: Builder,
    archive: zipfile.ZipFile,
    book: Workbook,
    part: SheetPart,
    left: int,
    warnings: list[str],
    name: str,
) -> int:
    """Add a sheet's cells, text boxes and comments; returns how many characters are left."""
    xml = member(archive, part.path, name)
    notes = comments(archive, part.path, book.people, name)
    sheet = Worksheet(xml, book, frozenset(note.cell for note in notes))
    try:
        layout = SheetLayout(built, left, sheet.facts.hidden_columns, seen=not part.hidden)
        left = layout.add(sheet.rows())
    except etree.XMLSyntaxError as error:
        raise UnsupportedSourceError(
            f"{name} is damaged: its sheet {part.name!r} is not valid XML ({error.msg}); open and "
            "save it in its own program, then ingest it again"
        ) from error
    boxes, counts = drawings(archive, part.path, name)
    for paragraph in boxes:
        built.paragraph(paragraph)
    _add_comments(built, notes, sheet.facts)
    warnings += _warnings(part.name, sheet.facts, layout.hidden_columns)
    warnings += unread({f"{kind} on sheet {part.name!r}": n for kind, n in counts.items()})
    if lines := print_lines(xml):
        warnings.append(
            f"the head and foot that sheet {part.name!r} prints are not read: {listed(lines)}"
        )
    return left - sum(map(len, boxes)) - sum(len(note.words) for note in notes)


def _add_comments(built: Builder, notes: Sequence[Comment], facts: Facts) -> None:
    if notes:
        with built.region("note"):
            for note in notes:
                value = facts.values.get(note.cell)
                where = f"{note.cell} ({value})" if value else note.cell
                author = f", {note.author}" if note.author else ""
                built.paragraph(f"Comment on {where}{author}: {note.words}")


def _warnings(sheet: str, facts: Facts, hidden_columns: Sequence[int]) -> list[str]:
    """What of a sheet could not be read or cannot be seen, a sentence each."""
    warnings = []
    if cells := facts.uncalculated:
        has = "has" if len(cells) == 1 else "have"
        warnings.append(
            f"{counted(len(cells), f'formula on sheet {sheet!r}')} {has} no stored value: "
            f"{_runs(cells)}; open and save the file in a spreadsheet program"
        )
    warnings += hidden(facts.hidden_rows, f"row on sheet {sheet!r}")
    columns = [cell_name(column) for column in hidden_columns]
    warnings += hidden(len(columns), f"column on sheet {sheet!r}", columns)
    if cells := facts.unseen:
        shows = "shows" if len(cells) == 1 else "show"
        warnings.append(
            f"{counted(len(cells), f'cell on sheet {sheet!r}')} {shows} nothing because of "
            f"{'its' if len(cells) == 1 else 'their'} number format or colour: {_runs(cells)}"
        )
    return warnings


def _runs(cells: Sequence[tuple[int, int]]) -> str:
    """The names of cells (row, column), those below one another as a range.

    >>> _runs([(4, 2), (5, 2), (9, 3)])
    'B4:B5, C9'
    """
    ordered = sorted((column, row) for row, column in cells)
    runs = []
    for _, group in groupby(enumerate(ordered), lambda item: (item[1][0], item[1][1] - item[0])):
        run = [cell for _, cell in group]
        (column, first), (_, last) = run[0], run[-1]
        start = cell_name(column, first)
        runs.append(start if first == last else f"{start}:{cell_name(column, last)}")
    return listed(runs)


XLSX = XlsxReader()
