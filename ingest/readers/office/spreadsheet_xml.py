"""Excel workbooks as one XML file (2003), which many programs export under the name ``.xls``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.headers import Row
from pincite.ingest.readers.office.merged_labels import Merge, spread
from pincite.ingest.readers.office.number_formats import display, display_text
from pincite.ingest.readers.sheet import SheetLayout
from pincite.ingest.readers.warnings import hidden, too_long
from pincite.ingest.readers.xml import parsed, refuse_entities_in

Element = Any  # lxml has no types of its own

_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{{{_NAMESPACE}}}"
_MARK = re.compile(rb"<(?:\w+:)?Workbook\b[^>]{0,2000}urn:schemas-microsoft-com:office:spreadsheet")
_LOOKED_AT = 4096  # bytes in which a workbook begins
_MOST = 50_000_000  # characters taken from a workbook
_EPOCH = dt.datetime(1899, 12, 30)
_NAMED = {  # formats that have a name instead of a code
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Percent": "0.00%",
    "Scientific": "0.00E+00",
    "Currency": "$#,##0.00",
    "General Number": "General",
    "General Date": "yyyy-mm-dd hh:mm",
    "Short Date": "yyyy-mm-dd",
    "Medium Date": "d-mmm-yy",
    "Long Date": "dddd, d mmmm yyyy",
    "Short Time": "h:mm",
    "Medium Time": "h:mm AM/PM",
    "Long Time": "h:mm:ss",
}


def is_spreadsheet_xml(data: bytes) -> bool:
    """Whether the bytes begin as a workbook in one XML file does."""
    return bool(_MARK.search(data[:_LOOKED_AT]))


def read_spreadsheet_xml(data: bytes, name: str) -> Reading:
    """Read such a workbook: each sheet a page and a section.

    Raises:
        UnsupportedSourceError: it is no sound XML, or made to fill memory.
    """
    refuse_entities_in(data, name, name)
    built = Builder()
    warnings: list[str] = []
    unseen: list[str] = []  # names of sheets
    left = _MOST
    root = parsed(data, name)
    formats = _formats(root)
    for number, sheet in enumerate(root.iter(f"{_SS}Worksheet"), 1):
        title = sheet.get(f"{_SS}Name", "")
        is_hidden = any("Hidden" in (node.text or "") for node in sheet.iter("{*}Visible"))
        if is_hidden:
            unseen.append(title)
        with built.region("hidden") if is_hidden else nullcontext():
            built.page(number)
            built.heading(1, title)
            merges: dict[int, list[Merge]] = {}
            rows = spread(_rows(sheet, formats, merges), merges)
            left = SheetLayout(built, left, seen=not is_hidden).add(rows)
        if left < 0:
            warnings.append(too_long(_MOST))
            break
    return built.reading(warnings=[*hidden(len(unseen), "sheet", unseen), *warnings])


def _formats(root: Element) -> dict[str, str]:
    """The format codes by the name of their style."""
    formats = {}
    for style in root.iter(f"{_SS}Style"):
        code = next((n.get(f"{_SS}Format") for n in style.iter(f"{_SS}NumberFormat")), None)
        if code:
            formats[style.get(f"{_SS}ID", "")] = _NAMED.get(code, code)
    return formats


def _rows(sheet: Element, formats: dict[str, str], merges: dict[int, list[Merge]]) -> Iterator[Row]:
    """The filled rows; the merged cells are added to ``merges`` before their row is given."""
    number = 0
    for element in sheet.iter(f"{_SS}Row"):
        number = _integer(element.get(f"{_SS}Index"), number + 1)
        row = Row(number, hidden=element.get(f"{_SS}Hidden") == "1")
        column = 0
        for cell in element.iter(f"{_SS}Cell"):
            column = _integer(cell.get(f"{_SS}Index"), column + 1)
            style = cell.get(f"{_SS}StyleID") or element.get(f"{_SS}StyleID") or ""
            if words := _shown(cell, formats.get(style, "General")):
                row.cells[column] = words
            across = _integer(cell.get(f"{_SS}MergeAcross"), 0)
            down = _integer(cell.get(f"{_SS}MergeDown"), 0)
            if across or down:
                merges.setdefault(number, []).append((column, column + across, number + down))
            column += across
        number += _integer(element.get(f"{_SS}Span"), 0)
        if row.cells:
            yield row


def _shown(cell: Element, code: str) -> str:
    data = next(cell.iter(f"{_SS}Data"), None)
    if data is None:
        return ""
    words = " ".join("".join(data.itertext()).split())
    match data.get(f"{_SS}Type"):
        case "Number":
            try:
                return display(float(words), code)
            except ValueError:
                return words
        case "DateTime":
            try:
                day = dt.datetime.fromisoformat(words)
            except ValueError:
                return words
            shown = "yyyy-mm-dd" if code == "General" else code
            return display((day.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1), shown)
        case "Boolean":
            return {"1": "TRUE", "0": "FALSE"}.get(words, words)
        case _:
            return display_text(words, code)


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else otherwise
