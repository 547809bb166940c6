"""The cells of a sheet as tables: what stands apart is told apart, and what is empty left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.plain.csv import is_header

Rows = Iterator[list[str]]

_BUFFERED = 1000  # rows of a table from which its empty columns are told


def add_tables(built: Builder, rows: Rows, most: int) -> int:
    """Add the tables of a sheet, which empty rows set apart, without their empty columns.

    Args:
        built: takes them.
        rows: the sheet's cells, row by row; they are not all held at once.
        most: how many characters may be taken.

    Returns:
        How many are left of them; below 0 if the sheet holds more, which is left out.
    """
    for block in _blocks(rows):
        for kind, cells in _shaped(block):
            most -= sum(map(len, cells)) + len(cells)
            if most < 0:
                return most
            if kind == "title":
                built.paragraph(" ".join(cells))
            else:
                built.row(cells, header=kind == "header")
        built.end_table()
    return most


def _blocks(rows: Rows) -> Iterator[Rows]:
    for first in rows:
        if any(first):
            block = _until_empty(chain([first], rows))
            buffered = list(islice(block, _BUFFERED))
            used = sorted({i for row in buffered for i, cell in enumerate(row) if cell})
            yield _filled(chain(buffered, block), used)


def _until_empty(rows: Rows) -> Rows:
    for row in rows:
        if not any(row):
            return
        yield row


def _filled(rows: Rows, used: list[int]) -> Rows:
    for row in rows:
        beyond = {i for i, cell in enumerate(row) if cell}.difference(used)
        used = sorted({*used, *beyond}) if beyond else used
        yield [row[i] if i < len(row) else "" for i in used]


def _shaped(rows: Rows) -> Iterator[tuple[str, list[str]]]:
    """Each row with what it is: a ``title`` above a table, its ``header``, or a ``row``."""
    first, second = next(rows, None), next(rows, None)
    while first and second and len(first) > 1 and sum(map(bool, first)) == 1:
        yield "title", [cell for cell in first if cell]
        first, second = second, next(rows, None)
    if first:
        yield ("header" if second and is_header(first) else "row"), first
    for row in chain([second] if second else [], rows):
        yield "row", row
