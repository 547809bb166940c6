"""Excel workbooks: sheets as pages and sections, their cells as a person reads them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.office import sheet, xlsx
from tests.ingest.readers.damage import (
    broken_inside,
    cut_or_flipped,
    member_of,
    read_or_refused,
    rezipped,
)

bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(**sheets: list[list[Any]]) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        made = book.create_sheet(title)
        for row in rows:
            made.append(row)
    return book


def said(book: Any) -> Reading:
    return read(saved(book), "a.xlsx")[1]


def rows_of(*rows: list[Any]) -> list[str]:
    return said(workbook(S=list(rows))).text.splitlines()[2:]


def with_sheet(xml: str, strings: str = "") -> bytes:
    """A workbook whose only sheet, and whose shared strings, are written by hand."""
    data = saved(workbook(S=[["a"]]))
    shared = f'<sst xmlns="{MAIN}"><si><t>{strings}</t></si></sst>'
    written = f'<worksheet xmlns="{MAIN}"><sheetData>{xml}</sheetData></worksheet>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    listed = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    changed = {
        "xl/worksheets/sheet1.xml": written.encode(),
        "xl/sharedStrings.xml": shared.encode(),
        "[Content_Types].xml": member_of(data, "[Content_Types].xml").replace(
            b"</Types>", listed.encode()
        ),
    }
    return rezipped(data, changed)


def test_each_sheet_is_a_page_and_a_section_with_its_rows() -> None:
    reading = said(workbook(Birds=[["Bird", "Eggs"], ["Gull", 3]], Ships=[["Name"], ["Bergen"]]))
    assert [section.path for section in reading.sections] == [("Birds",), ("Ships",)]
    assert [page.number for page in reading.pages] == [1, 2]
    assert reading.text == (
        "Birds\n\n| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n\n"
        "Ships\n\n| Name |\n| --- |\n| Bergen |\n"
    )
    assert reading.warnings == ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1 + 0.2, "0.3"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (1e20, "100000000000000000000"),
        (0.0000001, "0.0000001"),
        (True, "TRUE"),
        (dt.date(2024, 5, 1), "2024-05-01"),
        (dt.datetime(2024, 5, 1, 9, 30), "2024-05-01 09:30"),
        (dt.time(9, 30, 15), "09:30:15"),
        (dt.timedelta(hours=30), "1 day, 6:00:00"),
        ("two\nlines | here", "two lines \\| here"),
        ("0012", "0012"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value: Any, shown: str) -> None:
    assert rows_of(["x", value])[0] == f"| x | {shown} |"


def test_a_percentage_is_shown_as_one() -> None:
    book = workbook(S=[["Share", 0.255]])
    book["S"]["B1"].number_format = "0.0%"
    assert "| Share | 25.5% |" in said(book).text


def test_empty_rows_and_columns_are_dropped_and_part_tables() -> None:
    rows = rows_of(
        [None, "Bird", None, "Eggs"],
        [None, "Gull", None, 3],
        [],
        [],
        ["Ship", "Port"],
        ["Ann", "B"],
    )
    assert rows == [
        *("| Bird | Eggs |", "| --- | --- |", "| Gull | 3 |", ""),
        *("| Ship | Port |", "| --- | --- |", "| Ann | B |"),
    ]


def test_a_line_above_a_table_is_its_title_and_not_a_row() -> None:
    assert rows_of(["Gulls by year"], ["Year", "Gulls"], [2020, 5]) == [
        *("Gulls by year", "", "| Year | Gulls |", "| --- | --- |", "| 2020 | 5 |"),
    ]


def test_merged_cells_are_said_once() -> None:
    book = workbook(S=[["Bird", "Eggs"], ["Gull", 3], [None, 2]])
    book["S"].merge_cells("A2:A3")
    assert said(book).text.count("Gull") == 1


def test_a_column_that_is_filled_only_far_down_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_BUFFERED", 2)
    assert rows_of(["a", None, 1], ["b", None, 2], ["c", "late", 3])[-1] == "| c | late | 3 |"


def test_formulas_without_values_are_counted_in_a_warning() -> None:
    book = workbook(S=[["Sum"], ["=1+1"], ["=2+2"]])
    (warning,) = said(book).warnings
    assert warning.startswith("2 formulas in the sheet S have no saved value")


def test_a_formula_is_read_as_its_saved_value() -> None:
    data = with_sheet('<row r="1"><c r="A1"><f>6*7</f><v>42</v></c></row>')
    reading = read(data, "a.xlsx")[1]
    assert (reading.text, reading.warnings) == ("S\n\n| 42 |\n", ())


def test_comments_and_charts_are_named_in_warnings() -> None:
    book = workbook(S=[["Year", "Gulls"], [2020, 5]])
    book["S"]["A1"].comment = Comment("Why?", "Ann")
    chart = BarChart()
    chart.add_data(Reference(book["S"], min_col=2, min_row=1, max_row=2))
    book["S"].add_chart(chart)
    assert said(book).warnings == (
        "its comments were not read, only its cells",
        "its charts were not read, only its cells",
    )


def test_the_title_is_the_workbooks_own() -> None:
    book = workbook(S=[["a"]])
    assert said(book).title is None
    book.properties.title = " Birds "
    assert said(book).title == "Birds"


def test_a_size_that_the_file_only_claims_costs_nothing() -> None:
    data = with_sheet('<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>')
    assert read(data, "a.xlsx")[1].text == "S\n\n| 7 |\n"


def test_one_text_said_a_million_times_is_cut_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx, "_MOST", 10_000)
    row = "<row>" + '<c t="s"><v>0</v></c>' * 2 + "</row>"
    reading = read(with_sheet(row * 1000, "words " * 50), "a.xlsx")[1]
    assert len(reading.text) < 11_000
    assert "it holds over 10,000 characters; what follows in the sheet S" in reading.warnings[0]


def test_a_row_far_beyond_a_sheet_is_not_waited_for() -> None:
    data = with_sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999999999"><c><v>2</v></c></row>'
    )
    assert "| 1 |" in read(data, "a.xlsx")[1].text


@pytest.mark.parametrize(
    "xml", [b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<not closed", b"", b"\xff\xfe\0"]
)
def test_a_workbook_whose_xml_is_hostile_or_broken_is_refused_by_name(xml: bytes) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"^a\.xlsx "):
        read(rezipped(saved(workbook(S=[["a"]])), {"xl/workbook.xml": xml}), "a.xlsx")


SAMPLE = saved(workbook(S=[["Bird", "Eggs", "Seen"], ["Gull", 3, dt.date(2024, 5, 1)]], T=[[1.5]]))


@bounded
@given(st.one_of(cut_or_flipped(SAMPLE), broken_inside(SAMPLE)))
def test_a_damaged_workbook_is_read_or_refused(data: bytes) -> None:
    assert read_or_refused(data, "a.xlsx")
