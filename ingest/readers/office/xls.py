"""Excel workbooks in the formats that are no zip of XML: from before 2007, and binary ones."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import ole
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.headers import Row
from pincite.ingest.readers.office.merged_labels import Merge, spread
from pincite.ingest.readers.office.number_formats import general
from pincite.ingest.readers.office.spreadsheet_xml import (
    is_spreadsheet_xml,
    read_spreadsheet_xml,
)
from pincite.ingest.readers.plain.csv import TABLE
from pincite.ingest.readers.sheet import SheetLayout
from pincite.ingest.readers.warnings import hidden, too_long, unread
from pincite.ingest.readers.zip import open_archive

_BIFF = (b"\x09\x08\x10\0\0\x06\x05\0", b"\x09\x00\x04\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0")
_FILE_PASS = b"\x2f\0"  # the record of an encrypted workbook
_FIRST_RECORDS = 8  # among which it stands
# A file that has one of these holds a workbook at most as a part of itself.
_OTHERS = (ole.ENCRYPTED, "__substg1.0_", "WordDocument", "PowerPoint Document")
_MOST = 50_000_000  # characters taken from a workbook
_LONGEST_REASON = 200  # characters of what the library says
_CHART = "sheet of charts or macros"
_AS_STORED = (
    "numbers are read as they are stored, without their percent signs, currencies and decimal "
    "places; save it as .xlsx to have them read as displayed"
)


class XlsReader:
    """Reads ``.xls`` and ``.xlsb``; a ``.xls`` that is a table as text is read as one."""

    media_type = "application/vnd.ms-excel"
    suffixes = frozenset({".xls", ".xlt", ".xlsb"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Whether it is a workbook in an OLE2 file, in binary form in a zip file, or in XML."""
        if contents.lists(data, "xl/workbook.bin") or is_spreadsheet_xml(data):
            return True
        is_workbook = ole.is_ole(data) and ole.names(data, "Workbook", "Book")
        return is_workbook and not ole.names(data, *_OTHERS)

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`.

        Raises:
            UnsupportedSourceError: it is damaged, protected or made to fill memory.
            EncodingError: it is no workbook, and text in no encoding.
        """
        if is_spreadsheet_xml(data):
            return read_spreadsheet_xml(data, name)
        if not contents.is_zip(data) and not data.startswith((ole.SIGNATURE, *_BIFF)):
            return TABLE.read(data, name)
        if contents.is_zip(data):
            open_archive(data, name).close()  # refuses what is made to fill memory
        return _read(data, name)


def _read(data: bytes, name: str) -> Reading:
    import python_calamine as calamine

    if _is_encrypted(data):
        raise UnsupportedSourceError(
            f"{name} is protected by a password; save it without one and ingest it again"
        )
    built = Builder()
    warnings: list[str] = []
    unseen: list[str] = []  # names of sheets
    charts: list[str] = []
    left = _MOST
    with _of_the_library(name):
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    with book:
        for number, about in enumerate(book.sheets_metadata, 1):
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                charts.append(about.name)
                continue
            is_hidden = about.visible != calamine.SheetVisibleEnum.Visible
            if is_hidden:
                unseen.append(about.name)
            with _of_the_library(name):
                sheet = _Sheet(book.get_sheet_by_index(number - 1))
            with built.region("hidden") if is_hidden else nullcontext():
                built.page(number)
                built.heading(1, about.name)
                left = SheetLayout(built, left, seen=not is_hidden).add(sheet.rows())
            if sheet.has_decimals and _AS_STORED not in warnings:
                warnings.append(_AS_STORED)
            if left < 0:
                warnings.append(too_long(_MOST))
                break
    warnings += hidden(len(unseen), "sheet", unseen)
    warnings += unread({_CHART: len(charts)}, {_CHART: charts})
    return built.reading(warnings=warnings)


@contextmanager
def _of_the_library(name: str) -> Iterator[None]:
    """Whatever a broken workbook makes of the library means that it is damaged."""
    try:
        yield
    except MemoryError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise UnsupportedSourceError(
            f"{name} is damaged: its sheets cannot be read ({str(error)[:_LONGEST_REASON]}); save "
            "it anew as .xlsx and ingest it again"
        ) from error


class _Sheet:
    """The rows of a sheet; ``has_decimals`` once one held a number with decimal places."""

    def __init__(self, sheet: Any) -> None:
        self.has_decimals = False
        self._start = sheet.start
        self._merged = sheet.merged_cell_ranges or ()
        self._rows = [] if sheet.start is None else sheet.to_python(skip_empty_area=True)

    def rows(self) -> Iterator[Row]:
        """The filled rows; a label over several rows is said in each."""
        merges: dict[int, list[Merge]] = {}
        for (top, left), (bottom, right) in self._merged:
            merges.setdefault(top + 1, []).append((left + 1, right + 1, bottom + 1))
        return spread(self._own_rows(), merges)

    def _own_rows(self) -> Iterator[Row]:
        for number, values in enumerate(self._values(), 1):
            cells = {c: words for c, value in enumerate(values, 1) if (words := self._shown(value))}
            if cells:
                yield Row(number, cells)

    def _values(self) -> Iterator[list[Any]]:
        """The cells from A1 on, the rows above the first filled one empty."""
        above, beside = self._start or (0, 0)
        for _ in range(above):
            yield []
        before = [""] * beside
        for values in self._rows:
            yield [*before, *values]

    def _shown(self, value: Any) -> str:
        match value:
            case str():
                return " ".join(value.split())
            case bool():
                return "TRUE" if value else "FALSE"
            case int() | float():
                self.has_decimals |= value != int(value) if abs(value) < 1e15 else False
                return general(value)
            case dt.datetime() if value.time() == dt.time():
                return value.date().isoformat()
            case dt.datetime():
                return value.isoformat(" ", "seconds" if value.second else "minutes")
            case dt.time():
                return value.isoformat("seconds" if value.second else "minutes")
            case dt.timedelta():
                minutes, seconds = divmod(round(value.total_seconds()), 60)
                return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
            case None:
                return ""
            case _:
                return str(value)


def _is_encrypted(data: bytes) -> bool:
    """Whether a workbook's first records say so; the library only calls it no workbook."""
    at = data.find(_BIFF[0])
    for _ in range(_FIRST_RECORDS if at >= 0 else 0):
        kind, size = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "little")
        if kind == _FILE_PASS:
            return True
        at += 4 + size
    return False


XLS = XlsReader()
