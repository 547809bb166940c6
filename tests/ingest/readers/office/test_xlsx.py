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
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read, sheet
from pincite.ingest.readers.office import xlsx
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
        (1e20, "1E+20"),
        (0.0000001, "0.0000001"),
        (True, "TRUE"),
        (dt.date(2024, 5, 1), "2024-05-01"),
        (dt.datetime(2024, 5, 1, 9, 30), "2024-05-01 9:30:00"),
        (dt.time(9, 30, 15), "9:30:15"),
        (dt.timedelta(hours=30), "30:00:00"),
        ("two\nlines | here", "two lines \\| here"),
        ("0012", "0012"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value: Any, shown: str) -> None:
    assert rows_of(["x", value])[0] == f"| x | {shown} |"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.255, "0.0%", "25.5%"),
        (7.5, '0.0"%"', "7.5%"),
        (42, "00000", "00042"),
        (-1234.5, '#,##0.00 "kg";(#,##0.00 "kg")', "(1,234.50 kg)"),
        (dt.date(2024, 3, 9), "dd.mm.yyyy", "09.03.2024"),
        (dt.date(2024, 3, 9), "m/d/yyyy", "3/9/2024"),
        (dt.timedelta(hours=30), "[h]:mm", "30:00"),
        ("text", '0;0;0;"<"@">"', "<text>"),
    ],
)
def test_a_cell_reads_as_it_is_displayed(value: Any, code: str, shown: str) -> None:
    book = workbook(S=[["Share", value]])
    book["S"]["B1"].number_format = code
    assert f"| Share | {shown} |" in said(book).text


def test_days_of_a_workbook_that_counts_from_1904_are_right() -> None:
    book = workbook(S=[["Day", dt.date(2024, 3, 9)]])
    book.epoch = CALENDAR_MAC_1904
    assert "| Day | 2024-03-09 |" in said(book).text


def test_a_value_that_its_format_hides_is_named_in_a_warning() -> None:
    book = workbook(S=[["a", 5], ["b", 6]])
    book["S"]["B2"].number_format = ";;;"
    assert said(book).warnings == (
        "1 cell on sheet 'S' shows nothing because of its number format or colour: B2",
    )


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


def test_a_line_above_a_table_is_its_heading_and_not_its_header() -> None:
    reading = said(workbook(S=[["Gulls by year"], ["Year", "Gulls"], [2020, 5]]))
    assert reading.text == "S\n\nGulls by year\n\n| Year | Gulls |\n| --- | --- |\n| 2020 | 5 |\n"
    assert reading.sections[-1].path == ("S", "Gulls by year")


def test_tables_parted_by_empty_rows_have_each_their_title_and_header() -> None:
    reading = said(
        workbook(
            S=[
                ["Gulls of the coast"],
                [],
                ["Year", "Gulls"],
                [2020, 5],
                ["* counted from the boat"],
                [],
                ["Terns of the coast"],
                ["Place", "Terns"],
                ["Leith", 7],
            ]
        )
    )
    assert [section.path[1:] for section in reading.sections[1:]] == [
        ("Gulls of the coast",),
        ("Terns of the coast",),
    ]
    assert "| 2020 | 5 |\n\n* counted from the boat\n" in reading.text
    assert reading.text.endswith("| Place | Terns |\n| --- | --- |\n| Leith | 7 |\n")


def test_a_part_after_an_empty_row_goes_on_with_the_table() -> None:
    rows = rows_of(
        ["Item", "Budget", "Who"],
        ["Fair", 5, "Ann"],
        [],
        ["SPENDING"],
        ["Books", 7, "Bo"],
        [],
        ["Sum", None, 12],
        ["Sum", 12],
    )
    assert rows[2:6] == [
        "| Fair | 5 | Ann |",
        "| SPENDING |  |  |",
        "| Books | 7 | Bo |",
        "| Sum |  | 12 |",
    ]


def test_names_and_values_beside_each_other_are_rows_without_a_header() -> None:
    rows = rows_of(["Highest share", "May (84.3%)"], ["Target", "72 % in all"])
    assert rows == ["| Highest share | May (84.3%) |", "| Target | 72 % in all |"]


def test_tables_side_by_side_are_read_one_after_the_other() -> None:
    rows = rows_of(
        ["Bird", "Eggs", None, "Bird", "Eggs"],
        ["Gull", 3, None, "Tern", 2],
        ["Auk", 1, None, "Skua", 4],
    )
    assert rows[2:5] == ["| Gull | 3 |", "| Auk | 1 |", ""]
    assert rows[-2:] == ["| Tern | 2 |", "| Skua | 4 |"]


def test_a_label_over_several_rows_is_said_in_each() -> None:
    book = workbook(S=[["Port", "Item", "Stock"], ["Leith", "rope", 12], [None, "anchor", 19]])
    book["S"].merge_cells("A2:A3")
    assert said(book).text.endswith("| Leith | rope | 12 |\n| Leith | anchor | 19 |\n")


def test_a_header_of_two_lines_is_joined() -> None:
    book = workbook(
        S=[
            ["Site", 2023, None, 2024, None],
            [None, "NOx (kg)", "SO2 (kg)", "NOx (kg)", "SO2 (kg)"],
            ["Leith", 5, 6, 7, 8],
        ]
    )
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        book["S"].merge_cells(merged)
    joined = "| Site | 2023 NOx (kg) | 2023 SO2 (kg) | 2024 NOx (kg) | 2024 SO2 (kg) |"
    assert said(book).text.splitlines()[2] == joined


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        (
            [["Site", "2023", None, "2024", None], [None, "NOx", "SO2", "NOx", "SO2"]],
            "| Site | 2023 NOx | 2023 SO2 | 2024 NOx | 2024 SO2 |",
        ),
        (
            [["Site", "NOx", "SO2", "CO", "Dust"], [None, "kg", "kg", "t", "kg"]],
            "| Site | NOx kg | SO2 kg | CO t | Dust kg |",
        ),
    ],
)
def test_a_header_of_two_lines_without_merged_cells_is_joined(
    rows: list[list[Any]], header: str
) -> None:
    values = [["Leith", 5, 6, 7, 8], ["Cork", 1, 2, 3, 4]]
    assert rows_of(*rows, *values)[0] == header


def test_a_first_row_of_missing_values_is_no_header() -> None:
    rows = rows_of(["Site", "NOx", "SO2"], ["Leith", "n/a", "n/a"], ["Cork", 1, 2], ["Ayr", 3, 4])
    assert rows[:3] == ["| Site | NOx | SO2 |", "| --- | --- | --- |", "| Leith | n/a | n/a |"]


def test_hidden_rows_and_sheets_are_marked_and_named() -> None:
    book = workbook(S=[["Bird", "Eggs"], ["Gull", 3], ["Tern", 2]], T=[["x", "y"], ["z", 1]])
    book["S"].row_dimensions[3].hidden = True
    book["T"].sheet_state = "hidden"
    reading = said(book)
    hidden = [reading.text[r.span.start : r.span.end] for r in reading.regions]
    assert hidden == ["| Tern | 2 |\n", "T\n\n| x | y |\n| --- | --- |\n| z | 1 |\n"]
    assert {region.kind for region in reading.regions} == {"hidden"}
    assert reading.warnings == (
        "1 sheet is hidden, and marked as hidden: T",
        "1 row on sheet 'S' is hidden, and marked as hidden",
    )


def test_hidden_columns_are_read_apart_with_the_label_of_their_row() -> None:
    book = workbook(S=[["Name", "Pay", "Desk"], ["Ann", 5, "left"], ["Bo", 7, "right"]])
    book["S"].column_dimensions["B"].hidden = True
    reading = said(book)
    assert "| Ann | left |" in reading.text
    (region,) = reading.regions
    assert region.kind == "hidden"
    assert "| Ann | 5 |\n| Bo | 7 |\n" in reading.text[region.span.start : region.span.end]
    assert reading.warnings == ("1 column on sheet 'S' is hidden, and marked as hidden: B",)


def test_a_column_that_is_filled_only_far_down_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_BUFFERED", 2)
    assert rows_of(["a", None, 1], ["b", None, 2], ["c", "late", 3])[-1] == "| c | late | 3 |"


def test_formulas_without_a_stored_value_are_named_in_a_warning() -> None:
    book = workbook(S=[["Sum", "Mean"], ["=1+1", 1], ["=2+2", "=3+3"]])
    reading = said(book)
    assert reading.warnings == (
        "3 formulas on sheet 'S' have no stored value: A2:A3, B3; open and save the file in a "
        "spreadsheet program",
    )
    assert "=" not in reading.text


def test_a_formula_is_read_as_its_saved_value() -> None:
    data = with_sheet('<row r="1"><c r="A1"><f>6*7</f><v>42</v></c></row>')
    reading = read(data, "a.xlsx")[1]
    assert (reading.text, reading.warnings) == ("S\n\n42\n", ())


def test_truth_values_errors_and_texts_inside_cells_are_shown() -> None:
    cells = (
        '<c r="A1" t="b"><v>0</v></c><c r="B1" t="e"><v>#DIV/0!</v></c>'
        '<c r="C1" t="inlineStr"><is><r><t>two </t></r><r><t>runs</t></r></is></c>'
        '<c r="D1" t="str"><f>A</f><v>said</v></c><c r="E1" t="d"><v>2024-05-01</v></c>'
    )
    text = read(with_sheet(f'<row r="1">{cells}</row>'), "a.xlsx")[1].text
    assert text == "S\n\n| FALSE | #DIV/0! | two runs | said | 2024-05-01 |\n"


def test_comments_are_notes_and_charts_are_named_in_a_warning() -> None:
    book = workbook(S=[["Year", "Gulls"], [2020, 5]])
    book["S"]["B2"].comment = Comment("Why so few?", "Ann")
    chart = BarChart()
    chart.title = "Gulls over time"
    chart.add_data(Reference(book["S"], min_col=2, min_row=1, max_row=2))
    book["S"].add_chart(chart)
    reading = said(book)
    (region,) = reading.regions
    assert region.kind == "note"
    assert reading.text[region.span.start : region.span.end] == (
        "Comment on B2 (5), Ann: Why so few?\n"
    )
    assert "\nGulls over time\n" in reading.text
    assert reading.warnings == ("1 chart on sheet 'S' is not read",)


def test_what_is_printed_on_each_page_is_named_in_a_warning() -> None:
    book = workbook(S=[["a", "b"]])
    book["S"].oddHeader.left.text = "Strictly for Ann"
    book["S"].oddFooter.center.text = "Page &P of &N"
    assert said(book).warnings == (
        "the head and foot that sheet 'S' prints are not read: Strictly for Ann",
    )


def test_the_title_is_the_workbooks_own() -> None:
    book = workbook(S=[["a"]])
    assert said(book).title is None
    book.properties.title = " Birds "
    assert said(book).title == "Birds"


def test_a_size_that_the_file_only_claims_costs_nothing() -> None:
    data = with_sheet('<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>')
    assert read(data, "a.xlsx")[1].text == "S\n\n7\n"


def test_merged_cells_that_claim_the_whole_sheet_cost_little() -> None:
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    xml = '<row r="1"><c r="A1"><v>7</v></c></row><row r="9"><c r="B9"><v>8</v></c></row>'
    data = with_sheet(f"{xml}</sheetData>{merged}<sheetData>")
    assert len(read(data, "a.xlsx")[1].text) < 50


def test_one_text_said_a_million_times_is_cut_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx, "_MOST", 10_000)
    row = "<row>" + '<c t="s"><v>0</v></c>' * 2 + "</row>"
    reading = read(with_sheet(row * 1000, "words " * 50), "a.xlsx")[1]
    assert len(reading.text) < 11_000
    assert "it holds over 10,000 characters; what follows is left out" in reading.warnings[0]


def test_a_row_far_beyond_a_sheet_is_not_waited_for() -> None:
    data = with_sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999999999"><c><v>2</v></c></row>'
    )
    assert read(data, "a.xlsx")[1].text == "S\n\n| 1 |\n| 2 |\n"


@pytest.mark.parametrize(
    "xml", [b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<not closed", b"", b"\xff\xfe\0"]
)
def test_a_workbook_whose_xml_is_hostile_or_broken_is_refused_by_name(xml: bytes) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"^a\.xlsx "):
        read(rezipped(saved(workbook(S=[["a"]])), {"xl/workbook.xml": xml}), "a.xlsx")


def test_a_part_that_is_named_as_many_sheets_is_read_once() -> None:
    data = saved(workbook(S=[["a"]]))
    xml = member_of(data, "xl/workbook.xml")
    sheet = xml[xml.index(b"<sheet ") : xml.index(b"</sheets>")]
    many = rezipped(data, {"xl/workbook.xml": xml.replace(sheet, sheet * 50)})
    assert read(many, "a.xlsx")[1].text == "S\n\na\n"


SAMPLE = saved(workbook(S=[["Bird", "Eggs", "Seen"], ["Gull", 3, dt.date(2024, 5, 1)]], T=[[1.5]]))


@bounded
@given(st.one_of(cut_or_flipped(SAMPLE), broken_inside(SAMPLE)))
def test_a_damaged_workbook_is_read_or_refused(data: bytes) -> None:
    assert read_or_refused(data, "a.xlsx")
