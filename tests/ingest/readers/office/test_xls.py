"""Old and binary Excel workbooks, and what else goes by the name .xls."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.office import xls
from tests.ingest.readers.damage import cut_or_flipped, read_or_refused
from tests.ingest.readers.office.xls_maker import workbook

SS = "urn:schemas-microsoft-com:office:spreadsheet"


def said(data: bytes | str, name: str = "a.xls") -> Reading:
    return read(data if isinstance(data, bytes) else data.encode(), name)[1]


def spreadsheet_xml(rows: str, styles: str = "") -> str:
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{SS}" '
        f'xmlns:ss="{SS}"><Styles>{styles}</Styles><Worksheet ss:Name="Birds"><Table>{rows}'
        "</Table></Worksheet></Workbook>"
    )


def test_each_sheet_of_an_old_workbook_is_a_page_with_its_rows() -> None:
    reading = said(workbook({"Birds": [["Bird", "Eggs"], ["Gull", 3]], "Ships": [["Ann", "Bo"]]}))
    assert reading.text == (
        "Birds\n\n| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n\nShips\n\n| Ann | Bo |\n"
    )
    assert [page.number for page in reading.pages] == [1, 2]
    assert reading.warnings == ()


def test_a_day_in_an_old_workbook_is_read_as_iso_has_it() -> None:
    data = workbook({"S": [["Seen", "Bird"], [45354.0, "Gull"]]}, days=[(1, 0)])
    assert "| 2024-03-03 | Gull |" in said(data).text


def test_numbers_are_said_to_be_read_without_their_formats() -> None:
    (warning,) = said(workbook({"S": [["Share", 0.075]]})).warnings
    assert warning.startswith("numbers are read as they are stored")


def test_a_merged_label_holds_for_each_of_its_rows_in_an_old_workbook() -> None:
    rows = [["Port", "Item", "Stock"], ["Leith", "rope", 12], ["", "anchor", 19]]
    assert "| Leith | anchor | 19 |" in said(workbook({"S": rows}, merged=[(1, 2, 0, 0)])).text


def test_a_hidden_sheet_of_an_old_workbook_is_marked() -> None:
    reading = said(workbook({"S": [["a", "b"]], "T": [["c", "d"]]}, hidden=["T"]))
    (region,) = reading.regions
    assert reading.text[region.span.start : region.span.end] == "T\n\n| c | d |\n"
    assert reading.warnings == ("1 sheet is hidden, and marked as hidden: T",)


def test_an_old_workbook_with_a_password_is_refused_as_such() -> None:
    with pytest.raises(UnsupportedSourceError, match="protected by a password"):
        said(workbook({"S": [["a"]]}, password=True))


@pytest.mark.parametrize(
    "data",
    [
        "Bird\tEggs\nGull\t3\nTern\t2\n",
        "Bird;Eggs\nGull;3\nTern;2\n",
        "<html><body><table><tr><th>Bird</th><th>Eggs</th></tr><tr><td>Gull</td><td>3</td></tr>"
        "</table></body></html>",
        spreadsheet_xml(
            '<Row><Cell><Data ss:Type="String">Bird</Data></Cell>'
            '<Cell><Data ss:Type="String">Eggs</Data></Cell></Row>'
            '<Row><Cell><Data ss:Type="String">Gull</Data></Cell>'
            '<Cell><Data ss:Type="Number">3</Data></Cell></Row>'
        ),
    ],
)
def test_what_is_only_named_xls_is_read_as_what_it_is(data: str) -> None:
    assert "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |" in said(data).text


def test_cells_of_a_workbook_in_xml_read_as_they_are_displayed() -> None:
    styles = (
        '<Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style>'
        '<Style ss:ID="d"><NumberFormat ss:Format="dd.mm.yyyy"/></Style>'
    )
    rows = (
        '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">Gull</Data></Cell>'
        '<Cell ss:StyleID="p"><Data ss:Type="Number">0.075</Data></Cell></Row>'
        '<Row><Cell ss:Index="2" ss:StyleID="d">'
        '<Data ss:Type="DateTime">2024-03-03T00:00:00.000</Data></Cell></Row>'
    )
    assert "| Gull | 7.5% |\n| Gull | 03.03.2024 |" in said(spreadsheet_xml(rows, styles)).text


def test_a_workbook_in_xml_that_declares_entities_is_refused() -> None:
    with pytest.raises(UnsupportedSourceError, match="ENTITY"):
        said('<!DOCTYPE a [<!ENTITY b "c">]>' + spreadsheet_xml(""))


SAMPLE = workbook({"S": [["Bird", "Eggs"], ["Gull", 3.5], ["Tern", 2]]}, merged=[(1, 2, 0, 0)])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(cut_or_flipped(SAMPLE))
def test_a_damaged_old_workbook_is_read_or_refused(data: bytes) -> None:
    assert read_or_refused(data, "a.xls")


def test_a_fault_of_our_own_is_not_called_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("our own fault")

    monkeypatch.setattr(xls.SheetLayout, "add", fail)
    with pytest.raises(RuntimeError, match="our own fault"):
        xls.XLS.read(workbook({"S": [["Gull"]]}), "a.xls")
