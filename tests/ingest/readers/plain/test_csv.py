"""CSV and TSV: each record a row."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.headers import is_header

bounded = settings(max_examples=100)

CELLS = st.text(alphabet='abcé ",;\t|\n1.', max_size=8)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)


def table(text: str, name: str = "a.csv") -> Reading:
    return read(text.encode(), name)[1]


def test_each_record_is_a_row_under_its_header() -> None:
    reading = table("Bird,Eggs\nGull,3\nTern,2\n")
    assert reading.text == "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n| Tern | 2 |\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_whatever_the_other_marks_in_the_cells(delimiter: str) -> None:
    kept = [["Bird", "Note"], ["Gull", "big, loud; white"], ["Tern", "small, quick; grey"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(kept)
    rows = table(out.getvalue()).text.splitlines()
    assert rows[2:] == ["| Gull | big, loud; white |", "| Tern | small, quick; grey |"]


def test_tabs_are_tried_first_in_a_tsv_file() -> None:
    assert table("a,b\tc,d\n", "a.tsv").text.startswith("| a,b | c,d |")


def test_the_delimiter_that_a_first_line_names_is_taken() -> None:
    assert table("sep=;\nBird;Eggs, laid\nGull;3,5\n").text.endswith("| Gull | 3,5 |\n")


def test_a_quoted_cell_may_hold_delimiters_and_line_ends() -> None:
    reading = table('Bird,Note\nGull,"It nests\non cliffs, says ""Ann"""\n')
    assert reading.text.endswith('| Gull | It nests on cliffs, says "Ann" |\n')
    assert reading.warnings == ()


def test_a_quotation_mark_that_is_never_closed_swallows_no_row() -> None:
    reading = table('Bird,Note\nGull,"big\nTern,small\nSkua,long\n' + "Auk,x\n" * 9)
    assert "| Tern | small |" in reading.text.splitlines()
    assert "quotation mark in it is never closed" in reading.warnings[0]


def test_rows_of_other_lengths_than_the_header_keep_all_their_cells() -> None:
    rows = table("A,B\n1\n1,2,3\n1,2\n").text.splitlines()
    assert rows[2:] == ["| 1 |  |  |", "| 1 | 2 | 3 |", "| 1 | 2 |  |"]


def test_a_single_column_is_a_table_of_one_column() -> None:
    assert table("Industry\nFishing\nFarming\n").text.splitlines()[2:] == [
        "| Fishing |",
        "| Farming |",
    ]


def test_empty_records_are_passed_over() -> None:
    assert table("A,B\n\n,\n1,2\n").text == "| A | B |\n| --- | --- |\n| 1 | 2 |\n"


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        (["Bird", "Eggs"], True),
        (["Region", "2019", "2020"], True),
        (["", "2019", "Total"], True),
        (["2019", "2020"], False),
        (["Gull", "3"], False),
        (["Gull", "$1,200.50"], False),
        (["Gull", "12 %"], False),
        (["Gull", "2024-05-01"], False),
        (["a", "a"], False),
        (["", "", "Gull"], False),
        (["x" * 101, "b"], False),
        ([], False),
    ],
)
def test_a_header_has_short_different_words_and_no_values(cells: list[str], header: bool) -> None:
    assert is_header(cells) == header


def test_a_field_beyond_the_csv_modules_limit_is_read_and_the_limit_kept() -> None:
    limit = csv.field_size_limit()
    reading = table(f"Bird,Note\nGull,{'word ' * 40_000}\n")
    assert len(reading.text) > 190_000
    assert csv.field_size_limit() == limit


def test_a_hundred_thousand_columns_are_read() -> None:
    row = ",".join(f"c{i}" for i in range(100_000))
    assert table(f"{row}\n{row}\n").text.count("c99999") == 2


@bounded
@given(TABLES)
def test_every_cell_of_a_written_table_comes_out(rows: list[list[str]]) -> None:
    out = io.StringIO()
    out.write("sep=,\n")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    if not any(cell.strip() for row in rows for cell in row):
        return
    words = Counter(table(out.getvalue()).text.replace("\\|", "|").split())
    wanted = Counter(word for row in rows for cell in row for word in cell.split())
    assert wanted - words - Counter({"|": wanted["|"]}) == Counter()


def test_the_lines_that_an_export_writes_above_its_table_are_title_and_text() -> None:
    reading = table("Export of 2026-05-01\nall prices with VAT.\n\nBird;Price\nGull;3,50\n")
    assert reading.text == (
        "Export of 2026-05-01\n\nall prices with VAT.\n\n"
        "| Bird | Price |\n| --- | --- |\n| Gull | 3,50 |\n"
    )
    assert reading.sections[-1].path == ("Export of 2026-05-01",)


def test_a_line_below_the_table_is_a_note() -> None:
    text = table("Bird;Eggs\nGull;3\nTern;2\n\nTotal: 2 birds\n").text
    assert text.endswith("| Tern | 2 |\n\nTotal: 2 birds\n")


def test_a_table_goes_on_after_an_empty_line() -> None:
    text = table("Bird;Eggs\nGull;3\n\nTern;2\nAll;5\n").text
    assert text.splitlines()[2:] == ["| Gull | 3 |", "| Tern | 2 |", "| All | 5 |"]


def test_a_total_apart_from_its_table_stays_under_its_columns() -> None:
    text = table("Day;Who;Sum\n2024-03-01;Ann;5\n2024-03-02;Bo;7\n\nTotal;;12\n").text
    assert text.endswith("| 2024-03-02 | Bo | 7 |\n| Total |  | 12 |\n")


def test_two_tables_in_one_file_have_each_their_header() -> None:
    text = table("Bird;Eggs\nGull;3\nTern;2\n\nShip;Port\nAnn;Leith\nBo;Cork\n").text
    assert "| Ship | Port |\n| --- | --- |\n| Ann | Leith |" in text


def test_few_rows_under_many_lines_of_text_are_cut_by_their_delimiter() -> None:
    above = "".join(f"remark {i}\n" for i in range(5))
    text = table(f"{above}\nBird;Eggs;Price\nGull;3;1,5\nTern;2;2,5\n").text
    assert text.endswith("| Gull | 3 | 1,5 |\n| Tern | 2 | 2,5 |\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_exports_in_other_encodings_are_read(encoding: str) -> None:
    data = "Vogel;Größe\nMöwe;60\nKüken;9\n".encode(encoding)
    assert read(data, "a.csv")[1].text.startswith("| Vogel | Größe |")


def test_two_thousand_columns_are_named() -> None:
    names = ";".join(f"n{i}" for i in range(2000))
    values = ";".join(f"{i},5" for i in range(2000))
    text = table(f"{names}\n{values}\n{values}\n").text
    assert text.startswith("| n0 | n1 |")
    assert text.count("\n| ---") == 1
