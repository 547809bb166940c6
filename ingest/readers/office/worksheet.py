"""The filled rows of one sheet of an Excel file, read one by one, and what is odd about them."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree

from pincite.ingest.readers.headers import Row
from pincite.ingest.readers.office.merged_labels import Merge, spread
from pincite.ingest.readers.office.number_formats import display, display_text
from pincite.ingest.readers.office.workbook import Workbook, plain, rich_text

Element = Any  # lxml has no types of its own

_COLUMNS = 16_384  # that a sheet can have
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,9})")
# What gives cells colours that stand in no style of theirs: words that look white may be readable.
_COLOURS = re.compile(rb"<(?:\w+:)?(?:conditionalFormatting|tableParts|picture)\b")
_MERGES = 100_000  # merged ranges that are heeded; a damaged or hostile sheet may have more
_EPOCH = dt.datetime(1899, 12, 30)


@dataclass(slots=True)
class Facts:
    """What a sheet holds beside its rows; filled while they are read.

    ``uncalculated`` and ``unseen`` are the cells without a stored value and those whose format or
    colour shows nothing, by row and column; ``values`` is what the cells with a comment show, by
    name.
    """

    hidden_columns: set[int] = field(default_factory=set)
    hidden_rows: int = 0
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    unseen: list[tuple[int, int]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


class Worksheet:
    """A sheet's XML, read in one pass; ``facts`` are whole when its rows are."""

    def __init__(self, xml: bytes, book: Workbook, commented: frozenset[str] = frozenset()) -> None:
        self._xml = xml
        self._book = book
        self._commented = commented
        self._white = frozenset[int]() if _COLOURS.search(xml) else book.white
        self.facts = Facts()

    def rows(self) -> Iterator[Row]:
        """The rows with words in them; a label over several rows is said in each.

        Raises:
            XMLSyntaxError: the sheet is no sound XML.
        """
        return spread(self._own_rows(), _merges(self._xml))

    def _own_rows(self) -> Iterator[Row]:
        row = Row(0)
        of_row: Element = None  # the element that ``row`` is read from
        column = cells = 0
        for element in _elements(self._xml):
            tag = element.tag
            if tag.endswith("row"):
                if of_row is element and row.cells:
                    self.facts.hidden_rows += row.hidden
                    yield row
                elif of_row is not element:
                    row = Row(_integer(element.get("r"), row.number + 1))
                _drop(element)
            elif tag.endswith("col"):
                self._note_hidden(element)
                _drop(element)
            else:
                parent = element.getparent()
                if parent is not of_row:
                    of_row, column, cells = parent, 0, 0
                    number = _integer(parent.get("r"), row.number + 1)
                    row = Row(number, hidden=_is_hidden(parent))
                column = _column(element.get("r"), column + 1)
                if len(element) and (words := self._shown(element, row.number, column)):
                    row.cells[column] = words
                cells += 1
                if cells > _COLUMNS:
                    _drop(element)  # no sound row has so many

    def _note_hidden(self, columns: Element) -> None:
        if _is_hidden(columns) and len(self.facts.hidden_columns) < _COLUMNS:
            first = _integer(columns.get("min"), 1)
            last = min(_integer(columns.get("max"), first), _COLUMNS)
            self.facts.hidden_columns.update(range(first, last + 1))

    def _shown(self, cell: Element, row: int, column: int) -> str:
        """What a cell shows."""
        kind = cell.get("t", "n")
        value, formula = "", False
        for part in cell:
            if part.tag.endswith("v"):
                value = part.text or ""
            elif part.tag.endswith("f"):
                formula = True
        if formula and not value and kind != "str":
            self.facts.uncalculated.append((row, column))
            return ""
        style = _integer(cell.get("s"), 0)
        code = self._book.formats[style] if style < len(self._book.formats) else "General"
        match kind:
            case "inlineStr":
                words = display_text(plain(rich_text(cell)), code)
            case "s":
                at = _integer(value, -1)
                known = 0 <= at < len(self._book.strings)
                words = display_text(self._book.strings[at], code) if known else ""
            case "str":
                words = display_text(plain(value), code)
            case "b":
                words = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}.get(value, "")
            case "e":
                words = value
            case "d":
                words = self._day(value, code)
            case _:
                words = self._number(value, code, (row, column)) if value else ""
        words = " ".join(words.split())
        if words and style in self._white:
            self.facts.unseen.append((row, column))
            words = ""
        if self._commented and (name := cell_name(column, row)) in self._commented:
            self.facts.values[name] = words
        return words

    def _number(self, value: str, code: str, at: tuple[int, int]) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        shown = display(number, code, from_1904=self._book.from_1904)
        if not shown and number:
            self.facts.unseen.append(at)
        return shown

    def _day(self, value: str, code: str) -> str:
        """A day that is stored as ISO has it."""
        try:
            day = dt.datetime.fromisoformat(value.removesuffix("Z"))
        except ValueError:
            return value
        if code == "General":
            return value
        return display((day - _EPOCH) / dt.timedelta(days=1), code)


def _elements(xml: bytes) -> Iterator[Element]:
    """The columns, cells and rows of a sheet, each when it is whole."""
    events = etree.iterparse(
        io.BytesIO(xml),
        events=("end",),
        tag=("{*}row", "{*}c", "{*}col"),
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    return (element for _, element in events)


def _drop(element: Element) -> None:
    """Free an element that was read, and those before it."""
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]


def _merges(xml: bytes) -> dict[int, list[Merge]]:
    """The merged ranges by their first row; they stand after the rows, so they are sought first."""
    merges: dict[int, list[Merge]] = {}
    for match in islice(_MERGED.finditer(xml), _MERGES):
        left, top, right, bottom = (part.decode("ascii") for part in match.groups())
        columns, last = (_column(left + "1", 1), _column(right + "1", 1)), int(bottom[:9])
        merges.setdefault(int(top[:9]), []).append((*columns, last))
    return merges


def _is_hidden(element: Element) -> bool:
    """Whether a row or columns are hidden, or have no height or width."""
    size = element.get("ht") or element.get("width") or ""
    return element.get("hidden") in ("1", "true") or (bool(size) and not size.strip("0."))


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _column(reference: str | None, otherwise: int) -> int:
    """The number of a cell's column, from 1."""
    match = _REFERENCE.fullmatch(reference or "")
    if not match:
        return otherwise
    number = 0
    for letter in match[1].upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(column: int, row: int | None = None) -> str:
    """The name of a cell, or of a column.

    >>> cell_name(28, 4), cell_name(1)
    ('AB4', 'A')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters if row is None else f"{letters}{row}"
