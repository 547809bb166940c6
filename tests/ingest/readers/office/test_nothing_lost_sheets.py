"""Every word that a workbook or a table as text shows is in the text, or a warning covers it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from pincite.ingest.readers import Reading, read

bounded = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORD = re.compile(r"w\d+q")  # each is known and stands once

Range = tuple[int, int, int, int]
Kinds = list[str | None]

# What a row of a sheet is: filled in some columns, a line of one cell, or empty.
ROWS: st.SearchStrategy[list[Kinds]] = st.lists(
    st.one_of(
        st.lists(st.sampled_from(["word", "number", "day", "sentence", None]), max_size=6),
        st.just(["line"]),
        st.just([]),
    ),
    max_size=12,
)
EXTRAS = st.fixed_dictionaries(
    {
        "merged": st.lists(
            st.tuples(st.integers(1, 10), st.integers(1, 5), st.integers(0, 3), st.integers(0, 3)),
            max_size=3,
        ),
        "hidden_rows": st.sets(st.integers(1, 10), max_size=3),
        "hidden_columns": st.sets(st.sampled_from("ABCDEF"), max_size=2),
        "hidden": st.booleans(),
        "comment": st.booleans(),
        "printed": st.booleans(),
        "formula": st.booleans(),
    }
)


def words() -> Iterator[str]:
    return (f"w{number}q" for number in range(10_000))


def value(kind: str | None, new: Iterator[str]) -> Any:
    match kind:
        case "word":
            return next(new)
        case "line":
            return f"{next(new)} over all"
        case "sentence":
            return f"It is said of {next(new)} that it is {next(new)}, and this is long."
        case "number":
            return 12.5
        case "day":
            return "2024-03-03"
        case _:
            return None


def without_overlaps(
    ranges: list[tuple[int, int, int, int]],
) -> Iterator[tuple[int, int, int, int]]:
    covered: set[tuple[int, int]] = set()
    for row, column, down, right in ranges:
        cells = {
            (r, c) for r in range(row, row + down + 1) for c in range(column, column + right + 1)
        }
        if len(cells) > 1 and not cells & covered:
            covered |= cells
            yield row, column, row + down, column + right


def filled(sheet: Any, rows: list[Kinds], extras: dict[str, Any], new: Iterator[str]) -> None:
    """Fill a sheet with rows, and with what else sheets hold."""
    for number, row in enumerate(rows, 1):
        for column, kind in enumerate(row, 1):
            sheet.cell(number, column, value(kind, new))
    for top, left, bottom, right in without_overlaps(extras["merged"]):
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    for number in extras["hidden_rows"]:
        sheet.row_dimensions[number].hidden = True
    for letter in extras["hidden_columns"]:
        sheet.column_dimensions[letter].hidden = True
    if extras["comment"]:
        sheet["J2"].comment = Comment(f"why {next(new)}", "Ann")
    if extras["printed"]:
        sheet.oddHeader.left.text = f"print {next(new)}"
    if extras["formula"]:
        sheet["K2"] = "=1+1"


def shown(sheets: list[Any]) -> set[str]:
    """The words that stand in the cells, comments and printed heads of sheets."""
    texts = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row]
    texts += [
        cell.comment.text
        for sheet in sheets
        for row in sheet.iter_rows()
        for cell in row
        if getattr(cell, "comment", None)
    ]
    texts += [str(sheet.oddHeader.left.text) for sheet in sheets]
    return set(WORD.findall(" ".join(texts)))


def told(reading: Reading) -> set[str]:
    return set(WORD.findall(" ".join([reading.text, *reading.warnings])))


@bounded
@given(st.lists(st.tuples(ROWS, EXTRAS), min_size=1, max_size=3))
def test_every_word_of_a_workbook_is_read_or_warned_of(
    parts: list[tuple[list[Kinds], dict[str, Any]]],
) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.append(["always", "here"])
    new = words()
    for rows, extras in parts:
        sheet = book.create_sheet()
        filled(sheet, rows, extras, new)
        sheet.sheet_state = "hidden" if extras["hidden"] else "visible"
    out = io.BytesIO()
    book.save(out)
    reading = read(out.getvalue(), "a.xlsx")[1]
    assert shown(book.worksheets) - told(reading) == set()
    if any(extras["formula"] for _, extras in parts):
        assert any("no stored value" in warning for warning in reading.warnings)
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "hidden"]
    assert all(any(title in warning for warning in reading.warnings) for title in hidden)


@bounded
@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_every_word_of_a_table_as_text_is_read(
    rows: list[Kinds], delimiter: str, encoding: str
) -> None:
    new = words()
    table = [[value(kind, new) or "" for kind in row] for row in [*rows, ["word", "word"]]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    reading = read(out.getvalue().encode(encoding), "a.csv")[1]
    assert set(WORD.findall(out.getvalue())) - told(reading) == set()
