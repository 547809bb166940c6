"""Excel workbooks: each sheet a page and a section, its filled rows as tables."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings as python_warnings
import zipfile
from decimal import Decimal
from typing import Any

from pincite.corpus.errors import SourceError, UnsupportedSourceError
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.sheet import Rows, add_tables
from pincite.ingest.readers.zip import member, open_archive, refuse_entities

_ROWS = 1_048_576  # that a sheet can have; a damaged one may claim more
_MOST = 50_000_000  # characters taken from a workbook, which can say one text a million times
_LEFT_OUT = {"comments": ("xl/comments", "xl/threadedComments/"), "charts": ("xl/charts/chart",)}
_LONGEST_INTEGER = 10**15  # above it, Excel itself has no exact numbers
# A formula whose cell holds no value: the program that wrote the file never calculated it.
_NOT_CALCULATED = re.compile(
    rb"<c\b(?![^<>]*t=\"str\")[^<>]*>\s*<f\b[^<>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


class XlsxReader:
    """Reads ``.xlsx`` and ``.xlsm``."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffixes = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with a workbook in it."""
        return contents.lists(data, "xl/workbook.xml")

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; formulas are read as the values that were saved with them.

        Raises:
            UnsupportedSourceError: it is damaged, protected or made to fill memory.
        """
        import openpyxl  # takes a third of a second, for those who need it

        archive = open_archive(data, name)
        refuse_entities(archive, name)
        built = Builder()
        warnings: list[str] = []
        left = _MOST
        try:
            with python_warnings.catch_warnings():
                python_warnings.simplefilter("ignore")  # about styles and pictures, not about text
                book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
                for number, sheet in enumerate(book.worksheets, 1):
                    built.page(number)
                    built.heading(1, sheet.title)
                    left = add_tables(built, _rows(sheet), left)
                    warnings += _not_calculated(archive, sheet, name)
                    if left < 0:
                        warnings.append(
                            f"it holds over {_MOST:,} characters; what follows in the sheet "
                            f"{sheet.title} and after it was left out"
                        )
                        break
                title = (book.properties.title or "").strip() or None
        except SourceError:
            raise
        except Exception as error:  # whatever a broken workbook makes of openpyxl
            raise UnsupportedSourceError(
                f"{name} is damaged: its sheets cannot be read ({type(error).__name__}); save it "
                "anew as .xlsx and ingest it again"
            ) from error
        for what, paths in _LEFT_OUT.items():
            if any(path.startswith(paths) for path in archive.namelist()):
                warnings.append(f"its {what} were not read, only its cells")
        return built.reading(title, warnings)


def _rows(sheet: Any) -> Rows:
    sheet.reset_dimensions()  # what a file says of its size need not be so
    for row in sheet.iter_rows(max_row=_ROWS):
        yield [shown(cell.value, cell) if cell.value is not None else "" for cell in row]


def shown(value: Any, cell: Any = None) -> str:
    """A cell's value as a person reads it.

    >>> [shown(v) for v in (0.1 + 0.2, 1.0, True, dt.datetime(2024, 5, 1), dt.time(9, 30))]
    ['0.3', '1', 'TRUE', '2024-05-01', '09:30']
    """
    match value:
        case str():
            return " ".join(value.split())
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            percent = cell is not None and "%" in str(cell.number_format)
            return _number(value * 100) + "%" if percent else _number(value)
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(" ", "seconds" if value.second else "minutes")
        case dt.time():
            return value.isoformat("seconds" if value.second else "minutes")
        case _:
            return str(value)


def _number(value: float) -> str:
    if isinstance(value, int) and abs(value) < _LONGEST_INTEGER:
        return str(value)
    short = f"{value:.15g}"  # as many digits as a spreadsheet keeps
    if "e" not in short or not 1e-12 < abs(value) < 1e21:
        return short
    return f"{Decimal(short):f}"


def _not_calculated(archive: zipfile.ZipFile, sheet: Any, name: str) -> list[str]:
    path = str(sheet._worksheet_path).lstrip("/")
    count = len(_NOT_CALCULATED.findall(member(archive, path, name)))
    if not count:
        return []
    return [
        f"{count:,} formulas in the sheet {sheet.title} have no saved value; open the file in a "
        "spreadsheet program, save it and ingest it again"
    ]


XLSX = XlsxReader()
