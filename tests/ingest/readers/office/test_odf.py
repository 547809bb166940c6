"""OpenDocument texts, decks and sheets."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.office import odf
from tests.ingest.readers.damage import (
    broken_inside,
    cut_or_flipped,
    member_of,
    read_or_refused,
    rezipped,
)

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
        "style": "style",
    }.items()
)


def packed(suffix: str, body: str, title: str = "", styles: str = "") -> bytes:
    """An OpenDocument file as the standard lays it out, with ``body`` as its content."""
    kind = KINDS[suffix]
    content = (
        f"<office:document-content {SPACES}>{styles}<office:body><office:{kind}>{body}"
        f"</office:{kind}></office:body></office:document-content>"
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


def said(suffix: str, body: str, title: str = "", styles: str = "") -> Reading:
    return read(packed(suffix, body, title, styles), f"a.{suffix}")[1]


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
        "<draw:frame><draw:text-box><text:p>More.</text:p><text:p>And more.</text:p>"
        "</draw:text-box></draw:frame></draw:page>"
    )
    reading = said("odp", body)
    assert reading.text == (
        "The gulls\n\nBody words.\n\nSay hello.\n\nSlide 2\n\nMore.\n\nAnd more.\n"
    )
    assert [section.path for section in reading.sections] == [
        ("The gulls",),
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
    assert "it holds over 10,000 characters; what follows is left out" in reading.warnings


def test_lists_nested_very_deep_are_refused_or_read() -> None:
    deep = "<text:list><text:list-item>" * 120 + "<text:p>x</text:p>"
    body = deep + "</text:list-item></text:list>" * 120
    assert said("odt", body).text.endswith("- x\n")
    with pytest.raises(UnsupportedSourceError, match="its content is not valid XML"):
        said("odt", body.replace("<text:p>", "<text:span>" * 9999).replace("</text:p>", ""))


@pytest.mark.parametrize(
    "xml", [b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<not closed", b"", b"\xff\xfe\0"]
)
def test_content_that_is_hostile_or_broken_is_refused_by_name(xml: bytes) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"^a\.odt "):
        read(rezipped(packed("odt", TEXT), {"content.xml": xml}), "a.odt")


def regions(reading: Reading) -> list[tuple[str, str]]:
    return [(r.kind, reading.text[r.span.start : r.span.end]) for r in reading.regions]


STYLED = """<office:automatic-styles>
<style:style style:name="Gone" style:family="text"><style:text-properties text:display="none"/>
</style:style>
<style:style style:name="Away" style:family="paragraph"><style:text-properties text:display="none"/>
</style:style>
<style:style style:name="Off" style:family="drawing-page">
<style:drawing-page-properties presentation:visibility="hidden"/></style:style>
<style:style style:name="Shut" style:family="table"><style:table-properties table:display="false"/>
</style:style>
<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"
style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a"
style:num-suffix=")" text:display-levels="2"/></text:list-style>
<text:outline-style><text:outline-level-style text:level="1" style:num-format="1"/>
<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>
</text:outline-style></office:automatic-styles>"""


def test_tracked_deletions_are_counted() -> None:
    deleted = "<text:changed-region><text:deletion><text:p>Old.</text:p></text:deletion>"
    body = f"<text:tracked-changes>{deleted}</text:changed-region></text:tracked-changes>"
    reading = said("odt", f"{body}<text:p>New.</text:p>")
    assert (reading.text, reading.warnings) == ("New.\n", ("1 tracked deletion is not read",))


def test_an_annotation_is_a_note_after_its_paragraph_with_its_author() -> None:
    by = '<creator xmlns="http://purl.org/dc/elements/1.1/">Ana Li</creator>'
    note = f"<office:annotation>{by}<text:p>Really?</text:p></office:annotation>"
    reading = said("odt", f"<text:p>They {note}fly.</text:p><text:p>End.</text:p>")
    assert reading.text == "They fly.\n\nComment by Ana Li: Really?\n\nEnd.\n"
    assert regions(reading) == [("note", "Comment by Ana Li: Really?\n")]


def test_hidden_words_paragraphs_and_sections_are_marked() -> None:
    body = (
        '<text:p>Seen<text:span text:style-name="Gone"> unseen</text:span>.</text:p>'
        '<text:p text:style-name="Away">Away.</text:p>'
        '<text:section text:display="none"><text:p>Inside.</text:p></text:section>'
    )
    reading = said("odt", body, styles=STYLED)
    assert reading.text == "Seen.\n\nunseen\n\nAway.\n\nInside.\n"
    assert [words.strip() for _, words in regions(reading)] == ["unseen", "Away.", "Inside."]
    assert reading.warnings == ("3 passages of text are hidden, and marked as hidden",)


def test_a_box_follows_its_paragraph_and_a_picture_is_read_by_its_description() -> None:
    box = "<draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>"
    svg = 'xmlns="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    pictures = (
        f"<draw:frame><draw:image/><desc {svg}>A gull</desc></draw:frame>"
        "<draw:frame><draw:image/></draw:frame>"
    )
    reading = said("odt", f"<text:p>They {box}fly.{pictures}</text:p>")
    assert reading.text == "They fly.\n\nBoxed.\n\nImage: A gull\n"
    assert reading.warnings == ("1 picture without a description is not read",)


def test_lists_and_headings_have_the_numbers_of_their_styles() -> None:
    inner = "<text:list><text:list-item><text:p>b</text:p></text:list-item></text:list>"
    item = f"<text:list-item><text:p>a</text:p>{inner}</text:list-item>"
    first = f'<text:list text:style-name="L">{item}{item}</text:list>'
    more = first.replace("<text:list ", '<text:list text:continue-numbering="true" ', 1)
    heads = "".join(f'<text:h text:outline-level="{n}">H</text:h>' for n in (1, 2, 2))
    text = said("odt", f"{first}<text:p>Between.</text:p>{more}{heads}", styles=STYLED).text
    assert [line for line in text.splitlines() if line] == [
        *("1. a", "  1.a) b", "2. a", "  2.a) b", "Between.", "3. a", "  3.a) b"),
        *("4. a", "  4.a) b", "1 H", "1.1 H", "1.2 H"),
    ]


def test_a_table_of_a_text_has_its_heads_and_its_merged_cells() -> None:
    over = cell("Gull", 'table:number-rows-spanned="2"')
    body = (
        f"<table:table><table:table-header-rows><table:table-row>{cell('Bird')}{cell('Eggs')}"
        f"</table:table-row></table:table-header-rows><table:table-row>{over}{cell('3')}"
        f"</table:table-row><table:table-row><table:covered-table-cell/>{cell('2')}"
        "</table:table-row></table:table>"
    )
    assert said("odt", body).text == "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n| Gull | 2 |\n"


def test_the_notes_of_a_cell_follow_the_table() -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Or four."
        "</text:p></text:note-body></text:note>"
    )
    body = f"<table:table><table:table-row>{cell('Gull')}{cell('3' + note)}</table:table-row>"
    assert said("odt", f"{body}</table:table>").text.endswith("3[1] |\n\n[1] Or four.\n")


MASTERS = """<office:master-styles><style:master-page style:name="Standard"><style:header>
<text:p>Lease 7</text:p><text:p>Page <text:page-number>1</text:page-number></text:p></style:header>
<style:header-left><text:p>Lease 7</text:p></style:header-left>
<style:footer><text:p>Quay 8<text:tab/><text:page-number>1</text:page-number></text:p>
</style:footer></style:master-page><style:master-page style:name="Unused"><style:header>
<text:p>Other</text:p></style:header></style:master-page></office:master-styles>"""


def test_heads_and_feet_stand_once_without_the_numbers_of_pages() -> None:
    reading = said("odt", "<text:h>Rent</text:h><text:p>Due.</text:p>", styles=MASTERS)
    assert reading.text == "Lease 7\n\nRent\n\nDue.\n\nPage footer\n\nQuay 8\n"


def test_a_hidden_slide_its_notes_and_what_all_slides_say() -> None:
    foot = (
        '<draw:frame presentation:class="footer"><draw:text-box><text:p>Foot</text:p>'
        "</draw:text-box></draw:frame>"
    )
    line = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    notes = "<presentation:notes><text:p>Say.</text:p></presentation:notes>"
    body = (
        '<presentation:footer-decl presentation:name="f">Said once</presentation:footer-decl>'
        f"<draw:page presentation:use-footer-name='f'>{line.format('One')}{foot}{notes}</draw:page>"
        f"<draw:page draw:style-name='Off' presentation:use-footer-name='f'>{line.format('Two')}"
        f"{foot}</draw:page>"
    )
    reading = said("odp", body, styles=STYLED)
    assert reading.text == "One\n\nFoot\n\nSay.\n\nSaid once\n\nTwo\n"
    assert regions(reading) == [("note", "Say.\n"), ("hidden", "Two\n")]
    assert [section.path for section in reading.sections] == [("One",), ("Two",)]


def test_hidden_sheets_and_rows_are_marked() -> None:
    head = cell("Bird") + cell("Eggs")
    unseen = f"{cell('Tern')}{cell('2')}"
    hidden_row = f'<table:table-row table:visibility="collapse">{unseen}</table:table-row>'
    shut = sheet(head, cell("Owl") + cell("5"))
    shut = shut.replace("<table:table ", '<table:table table:style-name="Shut" ')
    body = sheet(head, cell("Gull") + cell("3"), hidden_row) + shut
    reading = said("ods", body, styles=STYLED)
    assert [re.findall("Gull|Tern|Owl", words) for _, words in regions(reading)] == [
        *(["Tern"], ["Owl"])
    ]
    assert {kind for kind, _ in regions(reading)} == {"hidden"}
    assert reading.warnings == (
        "1 row is hidden, and marked as hidden",
        "1 sheet is hidden, and marked as hidden",
    )


def test_a_merged_label_of_a_sheet_holds_for_all_its_rows() -> None:
    over = cell("Gull", 'table:number-rows-spanned="2"')
    text = said("ods", sheet(over + cell("3"), "<table:covered-table-cell/>" + cell("2"))).text
    assert text.endswith("| Gull | 3 |\n| Gull | 2 |\n")


def test_a_chart_or_an_equation_inside_is_read_and_other_objects_are_said() -> None:
    names = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    frames = "".join(
        f'<draw:frame><draw:object {names} xlink:href="./Object {n}"/><draw:image/></draw:frame>'
        for n in (1, 2, 3)
    )
    chart = (
        f"<office:document-content {SPACES}><office:body><office:chart>"
        f"{sheet(cell('Bird') + cell('Eggs'), cell('Gull') + cell('3'))}"
        "</office:chart></office:body></office:document-content>"
    )
    math = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>a</mi><mo>=</mo><mn>1</mn>'
        "<annotation>a eq 1</annotation></math>"
    )
    data = rezipped(
        packed("odt", f"<text:p>{frames}</text:p>"),
        {"Object 1/content.xml": chart.encode(), "Object 2/content.xml": math.encode()},
    )
    reading = read(data, "a.odt")[1]
    assert reading.text == "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n\na = 1\n"
    assert reading.warnings == ("1 embedded object is not read",)


@pytest.mark.parametrize("order", [("content.xml", "mimetype"), ("mimetype", "content.xml")])
@pytest.mark.parametrize("suffix", KINDS)
def test_a_file_that_was_unpacked_and_zipped_again_is_known(
    suffix: str, order: tuple[str, str]
) -> None:
    data = packed(suffix, "<text:p>Gulls.</text:p>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for path in order:
            again.writestr(path, member_of(data, path))
    reader, reading = read(out.getvalue(), "a.bin")
    assert reader.suffixes >= {f".{suffix}"}
    assert reading.text == "Gulls.\n"


def test_a_file_that_lost_its_mimetype_is_known_by_its_manifest() -> None:
    entry = '<f full-path="/" version="1.2" media-type="application/vnd.oasis.opendocument.text"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        again.writestr("META-INF/manifest.xml", f"<m>{entry}</m>")
        again.writestr(
            "content.xml", member_of(packed("odt", "<text:p>Hi.</text:p>"), "content.xml")
        )
    assert read(out.getvalue(), "a.odt")[1].text == "Hi.\n"


def test_a_flat_file_is_read_alike() -> None:
    flat = (
        f'<?xml version="1.0"?><office:document {SPACES} office:mimetype="application/vnd.oasis.'
        f'opendocument.text">{STYLED}<office:body><office:text>{TEXT}</office:text></office:body>'
        "</office:document>"
    )
    reader, reading = read(flat.encode(), "a.fodt")
    assert reader is odf.ODF[0]
    assert reading.text == said("odt", TEXT, styles=STYLED).text


def test_a_file_with_a_password_is_refused_for_it() -> None:
    manifest = b"<m><encryption-data/></m>"
    data = rezipped(packed("odt", TEXT), {"META-INF/manifest.xml": manifest})
    with pytest.raises(UnsupportedSourceError, match="protected by a password"):
        read(data, "a.odt")


SAMPLE = packed("odt", TEXT, "Birds")


@bounded
@given(st.one_of(cut_or_flipped(SAMPLE), broken_inside(SAMPLE)))
def test_a_damaged_document_is_read_or_refused(data: bytes) -> None:
    assert read_or_refused(data, "a.odt")
