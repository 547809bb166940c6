"""Word files: what is printed comes out, what is deleted or hidden does not."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import SourceError, UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.office.docx import DOCX
from tests.ingest.readers.damage import broken_inside, cut_or_flipped, rezipped
from tests.ingest.readers.test_zip import zipped

bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
NAMES = """xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:v"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"
xmlns:wp="urn:wp" xmlns:pic="urn:pic" xmlns:o="urn:o" """
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = """<w:style w:styleId="T"><w:name w:val="Title"/></w:style>
<w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>
<w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H2"/></w:style>
<w:style w:styleId="Deep"><w:name w:val="D"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:styleId="Loop"><w:name w:val="L"/><w:basedOn w:val="Loop"/></w:style>
<w:style w:styleId="Grid"><w:name w:val="G"/><w:tblStylePr w:type="firstRow"/></w:style>"""


def docx(body: str, **parts: str) -> bytes:
    """A Word file of a body and the insides of other parts, by their names."""
    parts = {"styles": STYLES, **parts}
    related = "".join(
        f'<R Id="{kind}" Type="{KINDS}/{kind}" Target="{kind}.xml"/>' for kind in parts
    )
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Rs><R Type="{KINDS}/officeDocument" Target="/word/document.xml"/></Rs>',
        "word/document.xml": f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f"<Rs>{related}</Rs>",
    } | {f"word/{kind}.xml": f"<w:{kind} {NAMES}>{xml}</w:{kind}>" for kind, xml in parts.items()}
    return zipped({path: xml.encode() for path, xml in members.items()})


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def par(text: str, style: str = "", properties: str = "") -> str:
    inside = text if text.startswith("<") else run(text)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inside}</w:p>'


def table(*rows: list[str], properties: str = "") -> str:
    cells = ["".join(f"<w:tc>{par(cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{properties}{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def said(body: str, **parts: str) -> Reading:
    reading: Reading = DOCX.read(docx(body, **parts), "a.docx")
    return reading


def text(body: str, **parts: str) -> str:
    return said(body, **parts).text


NOTES = {
    "footnotes": f'<w:footnote w:id="2">{par("See the atlas.")}</w:footnote>',
    "endnotes": f'<w:endnote w:id="2">{par("By ship.")}</w:endnote>',
}
NOTED = par(
    run("Gulls fly")
    + '<w:r><w:endnoteReference w:id="2"/></w:r>'
    + run(" far")
    + '<w:r><w:footnoteReference w:id="2"/><w:footnoteReference w:id="77"/></w:r>'
)
SAMPLE = docx(
    par("Gulls", "H1") + NOTED + table(["Bird", "Eggs"], ["Gull", "3"]) + par("End."), **NOTES
)


def test_styles_of_headings_open_sections_whatever_they_are_called() -> None:
    body = par("On gulls", "T") + par("A", "H1") + par("B", "Mine") + par("C", "Deep") + par("x")
    body += par("D", "Loop") + par("E", "", '<w:outlineLvl w:val="0"/>')
    reading = said(body)
    assert [s.path for s in reading.sections] == [
        *(("On gulls",), ("A",), ("A", "B"), ("A", "B", "C"), ("E",))
    ]
    assert reading.title == "On gulls"
    assert reading.text.endswith("x\n\nD\n\nE\n")


def test_the_title_is_that_of_the_files_properties() -> None:
    core = b'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title> My  gulls </dc:title></p>'
    data = rezipped(docx(par("On gulls", "T")), {"docProps/core.xml": core})
    assert DOCX.read(data, "a.docx").title == "My gulls"


def test_damaged_properties_cost_the_title_and_nothing_else() -> None:
    document = f"<w:document {NAMES}><w:body>{par('Gulls nest.')}</w:body></w:document>"
    members = {"word/document.xml": document.encode(), "docProps/core.xml": b"<broken"}
    reading = DOCX.read(zipped(members), "a.docx")

    assert (reading.text, reading.title) == ("Gulls nest.\n", None)


def test_it_is_known_by_what_is_in_it() -> None:
    reader, reading = read(SAMPLE, "a.bin")
    assert reader is DOCX
    assert reading.text.startswith("Gulls\n\nGulls fly[1] far[2]")


def test_notes_come_at_the_end_in_the_order_of_their_marks() -> None:
    reading = said(NOTED, **NOTES)
    assert reading.text == (
        "Gulls fly[1] far[2][3]\n\nFootnotes\n\n[1] By ship.\n[2] See the atlas.\n"
    )
    assert reading.sections[-1].path == ("Footnotes",)


def test_what_is_deleted_is_left_out_and_counted_and_what_was_moved_stands_once() -> None:
    body = par(
        run("Gulls")
        + f"<w:del>{run(' old')}<w:r><w:delText> older</w:delText></w:r></w:del>"
        + f"<w:moveFrom>{run(' gone')}</w:moveFrom><w:ins>{run(' new')}</w:ins>"
        + f"<w:moveTo>{run(' moved')}</w:moveTo>"
    )
    row = "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr>"
    reading = said(body + f"<w:tbl>{row}</w:tbl>")
    assert reading.text == "Gulls new moved\n"
    assert reading.warnings == ("2 tracked deletions are not read",)


def test_hidden_words_follow_their_paragraph_as_a_hidden_region() -> None:
    styles = f"""{STYLES}<w:style w:styleId="Secret"><w:name w:val="S"/>
    <w:rPr><w:vanish/></w:rPr></w:style>"""
    body = par(
        run("Gulls")
        + run(" hid", "<w:vanish/>")
        + run("den", '<w:rStyle w:val="Secret"/>')
        + run(" shown", '<w:vanish w:val="0"/>')
    )
    reading = said(body + par("Also hidden.", "Secret") + par("End."), styles=styles)
    assert reading.text == "Gulls shown\n\nhidden\n\nAlso hidden.\n\nEnd.\n"
    assert regions(reading) == [("hidden", "hidden\n"), ("hidden", "Also hidden.\n")]
    assert reading.warnings == ("2 passages of text are hidden, and marked as hidden",)


def regions(reading: Reading) -> list[tuple[str, str]]:
    return [(r.kind, reading.text[r.span.start : r.span.end]) for r in reading.regions]


def comment(number: int, words: str, author: str = "") -> str:
    return f'<w:comment w:id="{number}" w:author="{author}">{par(words)}</w:comment>'


def mark(number: int) -> str:
    return f'<w:r><w:commentReference w:id="{number}"/></w:r>'


def test_a_comment_is_a_note_after_the_paragraph_or_table_that_it_is_about() -> None:
    body = par(run("Gulls") + mark(1)) + table([run("a") + mark(2), "b"], ["c", "d"]) + par("End.")
    comments = comment(1, "Really?", "Ana Li") + comment(2, "No.") + comment(3, "Lost.", "Bo")
    reading = said(body, comments=comments)
    assert reading.text == (
        "Gulls\n\nComment by Ana Li: Really?\n\n| a | b |\n| c | d |\n\nComment: No.\n\nEnd.\n\n"
        "Comment by Bo: Lost.\n"
    )
    assert [kind for kind, _ in regions(reading)] == ["note"] * 3


def margin(kind: str, *lines: str) -> dict[str, str]:
    return {kind: "".join(map(par, lines))}


def field(code: str, result: str) -> str:
    marks = [
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ["begin", "separate", "end"]
    ]
    return (
        f"{marks[0]}<w:r><w:instrText> {code} </w:instrText></w:r>{marks[1]}{run(result)}{marks[2]}"
    )


REFERRED = (
    '<w:sectPr><w:headerReference r:id="header"/><w:footerReference r:id="footer"/></w:sectPr>'
)


def test_heads_and_feet_stand_once_before_and_after_without_the_numbers_of_pages() -> None:
    tab = "<w:r><w:tab/></w:r>"
    numbered = run("Quay 8") + tab + run("Page ") + field("PAGE", "3") + run(" of ")
    numbered += f'<w:fldSimple w:instr="NUMPAGES">{run("9")}</w:fldSimple>'
    parts = margin("header", "Lease 7", "Lease 7") | margin("footer", numbered)
    reading = said(par("One.") + REFERRED + par("Two.") + REFERRED, **parts)
    assert reading.text == "Lease 7\n\nOne.\n\nTwo.\n\nQuay 8\n"


def test_a_foot_does_not_belong_to_the_last_section() -> None:
    reading = said(par("Rent", "H1") + par("Due.") + REFERRED, **margin("footer", "Brookmere"))
    assert reading.text == "Rent\n\nDue.\n\nPage footer\n\nBrookmere\n"
    assert reading.sections[-1].path == ("Page footer",)


def test_a_field_shows_its_result_and_never_its_instruction() -> None:
    nested = field(
        "IF " + "</w:instrText></w:r>" + field("MERGEFIELD x", "7") + "<w:r><w:instrText>", "ok"
    )
    assert text(par(field("REF _a", "Part 2") + run(" ") + nested)) == "Part 2 ok\n"


def test_a_field_without_an_end_hides_nothing_after_its_paragraph() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>TOC</w:instrText></w:r>'
    assert text(par(begin + run("lost")) + par("Gulls.")) == "Gulls.\n"


def test_older_forms_show_their_boxes_and_choices() -> None:
    def form(inside: str) -> str:
        begin = f'<w:fldChar w:fldCharType="begin"><w:ffData>{inside}</w:ffData></w:fldChar>'
        return f'<w:r>{begin}</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'

    boxes = form("<w:checkBox><w:checked/></w:checkBox>") + form(
        '<w:checkBox><w:default w:val="0"/></w:checkBox>'
    )
    entries = '<w:listEntry w:val="red"/><w:listEntry w:val="blue"/>'
    chosen = form(f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList>')
    assert text(par(boxes + chosen)) == "☒☐blue\n"


def picture(description: str) -> str:
    about = f'<wp:docPr descr="{description}"/>'
    return f"<w:r><w:drawing><wp:inline>{about}<pic:pic/></wp:inline></w:drawing></w:r>"


def test_a_picture_is_read_by_its_description_or_counted() -> None:
    reading = said(par(run("Gulls.") + picture("A gull")) + par(picture("")) + par(picture("")))
    assert reading.text == "Gulls.\n\nImage: A gull\n"
    assert reading.warnings == ("2 pictures without a description are not read",)


def test_what_is_embedded_or_inserted_is_said() -> None:
    body = par('<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>')
    reading = said(par("Gulls.") + body + "<w:altChunk/>")
    assert reading.warnings == (
        "1 embedded object is not read: Excel.Sheet.12",
        "1 inserted file is not read",
    )


A = "http://schemas.openxmlformats.org/drawingml/2006"
CHART = f"""<c:chart xmlns:c="{A}/chart" xmlns:a="{A}/main"><c:title><c:tx><c:rich><a:p><a:r>
<a:t>Nests</a:t></a:r></a:p></c:rich></c:tx></c:title><c:ser><c:tx><c:pt idx="0"><c:v>Gulls</c:v>
</c:pt></c:tx><c:cat><c:pt idx="0"><c:v>2023</c:v></c:pt></c:cat><c:val><c:pt idx="0"><c:v>12.50
</c:v></c:pt></c:val></c:ser></c:chart>"""
DIAGRAM = f'<d xmlns:a="{A}/main"><a:p><a:r><a:t>Lay</a:t></a:r></a:p></d>'


def drawn(inside: str) -> str:
    return par(f"<w:r><w:drawing>{inside}</w:drawing></w:r>")


def test_charts_and_diagrams_are_read_and_what_is_none_is_said() -> None:
    chart = drawn(f'<c:chart xmlns:c="{A}/chart" r:id="chart"/>')
    body = par("Gulls.") + chart + drawn('<relIds r:dm="diagram"/>')
    reading = said(body + drawn('<chart r:id="gone"/>'), chart=CHART, diagram=DIAGRAM)
    assert reading.text == (
        "Gulls.\n\nNests\n\n|  | Gulls |\n| --- | --- |\n| 2023 | 12.5 |\n\n- Lay\n"
    )
    assert reading.warnings == ("1 chart is not read",)


def test_signs_of_picture_fonts_are_written_or_counted() -> None:
    signs = "".join(
        f'<w:sym w:font="{font}" w:char="{code}"/>'
        for font, code in (("Symbol", "F062"), ("Wingdings", "F0FC"), ("Webdings", "F001"))
    )
    reading = said(par(f"<w:r>{signs}</w:r>"))
    assert (reading.text, reading.warnings) == ("β✓\n", ("1 sign of a picture font is not read",))


def test_a_reading_above_a_word_follows_it() -> None:
    ruby = f"<w:ruby><w:rt>{run('kan')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby>"
    assert text(par(f"<w:r>{ruby}</w:r>")) == "漢(kan)\n"


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    body = par("They ", "", "<w:rPr><w:del/></w:rPr>") + par("fly.")
    assert text(body) == "They fly.\n"


def test_a_paragraph_whose_end_was_deleted_and_that_is_the_last_is_not_lost() -> None:
    box = f"<w:pict><w:txbxContent>{par('Boxed.')}</w:txbxContent></w:pict>"
    last = par(run("They ") + f"<w:r>{box}</w:r>", "", "<w:rPr><w:del/></w:rPr>")
    assert text(par("Gulls.") + last).split() == ["Gulls.", "They", "Boxed."]


def test_what_is_drawn_or_in_a_list_within_a_cell_is_on_its_line() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{par('boxed')}</w:txbxContent></w:pict></w:r>"
    assert text(table([run("Gull ") + box, "3"], ["Tern", "1"])).startswith("| Gull boxed | 3 |")


def test_content_controls_links_and_fields_are_read_through() -> None:
    inside = f"<w:hyperlink>{run('b')}</w:hyperlink><w:fldSimple>{run('c')}</w:fldSimple>"
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{par(run('a') + inside)}</w:sdtContent></w:sdt>"
    assert text(f"{control}<w:customXml>{par('d')}</w:customXml>") == "abc\n\nd\n"


def test_breaks_tabs_and_signs_are_written_as_they_look() -> None:
    signs = "<w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
    boxes = '<w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:char="00E9"/><w:sym w:char="F0EE"/>'
    above = run("2", '<w:vertAlign w:val="superscript"/>')
    assert text(par(f"<w:r>{signs}{boxes}</w:r>{above}")) == "a b c-d☒é²\n"


@pytest.mark.parametrize("drawn", ["drawing", "pict", "object"])
def test_a_text_box_follows_its_paragraph_once(drawn: str) -> None:
    inner = f"<w:r><w:{drawn}><w:txbxContent>{par('Inner.')}</w:txbxContent></w:{drawn}></w:r>"
    inside = f"<w:txbxContent>{par('In the box.')}{par(run('More.') + inner)}</w:txbxContent>"
    choice = f"<mc:Choice><w:{drawn}>{inside}</w:{drawn}></mc:Choice>"
    again = f"<mc:Fallback><w:pict><v:textbox>{inside}</v:textbox></w:pict></mc:Fallback>"
    box = f"<w:r><mc:AlternateContent>{choice}{again}</mc:AlternateContent></w:r>"
    body = par(box + run("Text.")) + par("After.")
    assert text(body) == "Text.\n\nIn the box.\n\nMore.\n\nInner.\n\nAfter.\n"


def test_a_sign_that_older_programs_write_otherwise_is_said_once() -> None:
    ways = "<mc:Choice><w:drawing/></mc:Choice><mc:Fallback><w:t>!</w:t></mc:Fallback>"
    assert text(par(f"<w:r><mc:AlternateContent>{ways}</mc:AlternateContent></w:r>")) == "!\n"


def test_equations_are_written_on_a_line() -> None:
    half = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:t>2</m:t></m:den></m:f>"
    power = "<m:sSup><m:e><m:t>r</m:t></m:e><m:sup><m:t>2</m:t></m:sup></m:sSup>"
    root = "<m:rad><m:e><m:d><m:e><m:t>x</m:t></m:e></m:d></m:e></m:rad>"
    body = par(
        f"<m:oMathPara><m:oMath>{half}<m:r><m:t>=</m:t></m:r>{power}</m:oMath></m:oMathPara>"
    )
    assert text(body + par(f"<m:oMath>{root}</m:oMath>")) == "(a+b)/2=r²\n\n√(x)\n"


def test_the_header_of_a_table_is_known_by_its_mark_its_style_or_its_bold() -> None:
    rows = (["Bird", "Eggs"], ["Gull", "3"])
    bold = [run("Bird", "<w:b/>"), run("Eggs", "<w:b/>")]
    styled = '<w:tblPr><w:tblStyle w:val="Grid"/><w:tblLook w:val="04A0"/></w:tblPr>'
    marked = table(*rows).replace("<w:tr>", "<w:tr><w:trPr><w:tblHeader/></w:trPr>", 1)
    headed = "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n"
    for with_header in (marked, table(*rows, properties=styled), table(bold, rows[1])):
        assert text(with_header) == headed
    assert text(table(*rows)) == headed.replace("| --- | --- |\n", "")


def test_cells_over_several_rows_or_columns_keep_the_others_in_place() -> None:
    body = table(["Gull", "1"], ["", "2"], ["x"])
    body = body.replace("<w:tc>", "<w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>", 1)
    second = body.index("<w:tr>", body.index("</w:tr>")) + len("<w:tr><w:tc>")
    body = f"{body[:second]}<w:tcPr><w:vMerge/></w:tcPr>{body[second:]}"
    body = body.replace(
        '<w:tr><w:tc><w:p><w:pPr><w:pStyle w:val=""/></w:pPr><w:r><w:rPr></w:rPr><w:t>x',
        "<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr><w:tc><w:p><w:r><w:t>x",
    )
    assert text(body) == "| Gull | 1 |\n| Gull | 2 |\n|  | x |\n"


@pytest.mark.parametrize(
    "body",
    [
        table(["One."], ["Two."]),
        f"<w:tbl><w:tr><w:tc>{par('One.')}</w:tc><w:tc>{table(['Two.'])}</w:tc></w:tr></w:tbl>",
        table(["One.", f"Two. {'x' * 1600}"]),
    ],
)
def test_a_table_that_only_arranges_the_page_is_no_table(body: str) -> None:
    assert text(body).startswith("One.\n\nTwo.")


def test_a_file_in_the_strict_form_is_read_alike() -> None:
    strict = docx(par("A", "H1") + par("Gulls."))
    for old, new in (
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/",
            b"http://purl.oclc.org/ooxml/officeDocument/",
        ),
        (
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
    ):
        strict = changed(strict, old, new)
    assert DOCX.read(strict, "a.docx") == said(par("A", "H1") + par("Gulls."))


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return zipped({path: whole.read(path).replace(old, new) for path in whole.namelist()})


def test_a_file_without_its_document_is_named_incomplete() -> None:
    with pytest.raises(
        UnsupportedSourceError, match=r"'word/document\.xml' with its text is missing"
    ):
        DOCX.read(zipped({"[Content_Types].xml": b"<Types/>"}), "a.docx")


@pytest.mark.parametrize("path", ["word/document.xml", "word/styles.xml", "_rels/.rels"])
def test_entities_are_refused_in_every_part(path: str) -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha">]><a>&a;</a>'
    with pytest.raises(UnsupportedSourceError, match="declaration"):
        DOCX.read(rezipped(SAMPLE, {path: laughs}), "a.docx")


def test_nesting_without_end_is_refused_and_nesting_within_reason_is_read() -> None:
    deep = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    assert text(deep[0] * 60 + par("x") + deep[1] * 60) == "x\n"
    with pytest.raises(UnsupportedSourceError, match="not valid XML"):
        said(deep[0] * 200 + par("x") + deep[1] * 200)


@bounded
@given(st.one_of(cut_or_flipped(SAMPLE), broken_inside(SAMPLE)))
def test_a_damaged_file_is_read_or_refused(data: bytes) -> None:
    try:
        reading = DOCX.read(data, "a.docx")
    except SourceError:
        return
    assert reading.sections[-1].span.end == len(reading.text)
