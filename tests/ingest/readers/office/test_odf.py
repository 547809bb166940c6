"""OpenDocument texts, decks and sheets."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.office import odf
from tests.ingest.readers.damage import broken_inside, cut_or_flipped, read_or_refused, rezipped

bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
KINDS = {"odt": "text", "odp": "presentation", "ods": "spreadsheet"}
SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
    }.items()
)


def packed(suffix: str, body: str, title: str = "") -> bytes:
    """An OpenDocument file as the standard lays it out, with ``body`` as its content."""
    kind = KINDS[suffix]
    content = (
        f"<office:document-content {SPACES}><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    meta = (
        f'<office:document-meta {SPACES}><office:meta><title xmlns="http://purl.org/dc/elements/'
        f'1.1/">{title}</title></office:meta></office:document-meta>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(
            "mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED
        )
        written.writestr("content.xml", content)
        if title:
            written.writestr("meta.xml", meta)
    return out.getvalue()


def said(suffix: str, body: str, title: str = "") -> Reading:
    return read(packed(suffix, body, title), f"a.{suffix}")[1]


TEXT = (
    '<text:h text:outline-level="1">The gulls</text:h>'
    "<text:p>They nest<text:s/>on <text:span>cliffs</text:span>.<text:note><text:note-citation>1"
    "</text:note-citation><text:note-body><text:p>Or on roofs.</text:p></text:note-body>"
    "</text:note></text:p>"
    '<text:h text:outline-level="2">Food</text:h>'
    "<text:list><text:list-item><text:p>herring</text:p><text:list><text:list-item>"
    "<text:p>fresh</text:p></text:list-item></text:list></text:list-item>"
    "<text:list-item><text:p>crabs</text:p></text:list-item></text:list>"
    "<table:table><table:table-row><table:table-cell><text:p>Bird</text:p></table:table-cell>"
    "<table:table-cell><text:p>Eggs</text:p></table:table-cell></table:table-row>"
    "<table:table-row><table:table-cell><text:p>Gull</text:p></table:table-cell>"
    "<table:table-cell><text:p>3</text:p></table:table-cell></table:table-row></table:table>"
    "<text:p>The end.</text:p>"
)


def test_a_text_has_its_headings_lists_tables_and_notes() -> None:
    reading = said("odt", TEXT, "Birds of the harbour")
    assert reading.title == "Birds of the harbour"
    assert [section.path for section in reading.sections] == [
        ("The gulls",),
        ("The gulls", "Food"),
    ]
    assert reading.text == (
        "The gulls\n\nThey nest on cliffs.[1]\n\n[1] Or on roofs.\n\nFood\n\n- herring\n  - fresh\n"
        "- crabs\n\n| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n\nThe end.\n"
    )


def test_what_was_deleted_under_tracked_changes_is_not_read() -> None:
    deleted = "<text:tracked-changes><text:p>Secret.</text:p></text:tracked-changes>"
    body = f"{deleted}<text:p>Kept.</text:p>"
    assert said("odt", body).text == "Kept.\n"


def test_each_slide_is_a_page_and_a_section_named_by_its_title() -> None:
    body = (
        '<draw:page draw:name="page1"><draw:frame><draw:text-box><text:p>Body words.</text:p>'
        '</draw:text-box></draw:frame><draw:frame presentation:class="title"><draw:text-box>'
        "<text:p>The gulls</text:p></draw:text-box></draw:frame><presentation:notes><text:p>"
        'Say hello.</text:p></presentation:notes></draw:page><draw:page draw:name="page2">'
        "<text:p>More.</text:p></draw:page>"
    )
    reading = said("odp", body)
    assert reading.text == ("The gulls\n\nBody words.\n\nNotes\n\nSay hello.\n\nSlide 2\n\nMore.\n")
    assert [section.path for section in reading.sections] == [
        ("The gulls",),
        ("The gulls", "Notes"),
        ("Slide 2",),
    ]
    assert [page.number for page in reading.pages] == [1, 2]


def cell(words: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{words}</text:p></table:table-cell>"


def sheet(*rows: str) -> str:
    inside = "".join(
        row if "table-row" in row else f"<table:table-row>{row}</table:table-row>" for row in rows
    )
    return f'<table:table table:name="Birds">{inside}</table:table>'


def test_each_sheet_is_a_page_and_a_section_with_its_rows() -> None:
    reading = said("ods", sheet(cell("Bird") + cell("Eggs"), cell("Gull") + cell("3")))
    assert reading.text == "Birds\n\n| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n"
    assert [page.number for page in reading.pages] == [1]


def test_repeated_cells_and_rows_are_repeated_and_empty_ones_dropped() -> None:
    repeated = '<table:table-row table:number-rows-repeated="2">' + cell("a") + "</table:table-row>"
    wide = cell("x", 'table:number-columns-repeated="2"') + (
        '<table:table-cell table:number-columns-repeated="16000"/>'
    )
    empty = repeated.replace('"2"', '"1000000"').replace(cell("a"), "<table:table-cell/>")
    text = said("ods", sheet(wide, repeated, empty)).text
    assert text.splitlines()[2:] == ["| x | x |", "| a |  |", "| a |  |"]


def test_a_cell_that_shows_nothing_gives_its_value() -> None:
    empty = '<table:table-cell office:value="7"/>'
    assert "| Gull | 7 |" in said("ods", sheet(cell("Gull") + empty)).text


def test_cells_repeated_without_end_are_cut_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odf, "_MOST", 10_000)
    row = (
        '<table:table-row table:number-rows-repeated="999999">'
        + cell("words " * 10, 'table:number-columns-repeated="999999"')
        + "</table:table-row>"
    )
    reading = said("ods", sheet(row * 5))
    assert len(reading.text) < 200_000
    assert "it holds over 10,000 characters; the rest was left out" in reading.warnings


def test_lists_nested_very_deep_are_refused_or_read() -> None:
    deep = "<text:list><text:list-item>" * 120 + "<text:p>x</text:p>"
    body = deep + "</text:list-item></text:list>" * 120
    assert said("odt", body).text.endswith("- x\n")
    with pytest.raises(UnsupportedSourceError, match="its content is not sound XML"):
        said("odt", body.replace("<text:p>", "<text:span>" * 9999).replace("</text:p>", ""))


@pytest.mark.parametrize(
    "xml", [b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<not closed", b"", b"\xff\xfe\0"]
)
def test_content_that_is_hostile_or_broken_is_refused_by_name(xml: bytes) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"^a\.odt "):
        read(rezipped(packed("odt", TEXT), {"content.xml": xml}), "a.odt")


SAMPLE = packed("odt", TEXT, "Birds")


@bounded
@given(st.one_of(cut_or_flipped(SAMPLE), broken_inside(SAMPLE)))
def test_a_damaged_document_is_read_or_refused(data: bytes) -> None:
    assert read_or_refused(data, "a.odt")
