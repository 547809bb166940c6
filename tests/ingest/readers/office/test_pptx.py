"""PowerPoint decks: slides as pages and sections."""

from __future__ import annotations

import io
from copy import deepcopy as copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.office.drawings import A
from tests.ingest.readers.damage import (
    broken_inside,
    cut_or_flipped,
    member_of,
    read_or_refused,
    rezipped,
)

bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
# The smallest picture there is: one grey pixel, as a GIF.
PIXEL = b"GIF89a\1\0\1\0\x80\0\0\xaa\xaa\xaa\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def saved(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def said(deck: Any, name: str = "a.pptx") -> Reading:
    return read(saved(deck), name)[1]


def box(slide: Any, text: str, left: float, top: float) -> Any:
    frame = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1))
    frame.text_frame.text = text
    return frame


def sample() -> Any:
    deck = Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "The gulls"
    first.placeholders[1].text_frame.text = "They nest on cliffs"
    first.placeholders[1].text_frame.add_paragraph().text = "They eat herring"
    first.notes_slide.notes_text_frame.text = "Show the nest."
    second = deck.slides.add_slide(deck.slide_layouts[6])
    table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for index, words in enumerate(["Bird", "Eggs", "Gull", "3"]):
        table.cell(index // 2, index % 2).text = words
    return deck


def test_each_slide_is_a_page_and_a_section_with_its_notes_under_it() -> None:
    reading = said(sample())
    assert [section.path for section in reading.sections] == [
        ("The gulls",),
        ("Slide 2",),
    ]
    assert [page.number for page in reading.pages] == [1, 2]
    assert reading.text == (
        "The gulls\n\n- They nest on cliffs\n- They eat herring\n\nShow the nest.\n\n"
        "Slide 2\n\n| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n"
    )
    assert regions(reading) == [("note", "Show the nest.\n")]
    starts = [reading.text[page.span.start :].strip()[:9] for page in reading.pages]
    assert starts == ["The gulls", "Slide 2\n\n"]


def test_the_title_is_the_decks_own_or_its_first_slides() -> None:
    deck = sample()
    assert said(deck).title == "The gulls"
    deck.core_properties.title = "Birds of  the harbour"
    assert said(deck).title == "Birds of the harbour"


def test_shapes_are_read_from_top_to_bottom_and_left_to_right() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, left, top in [("four", 5, 3.1), ("two", 5, 1.2), ("three", 1, 3), ("one", 1, 1.3)]:
        box(slide, text, left, top)
    assert said(deck).text.split() == ["one", "two", "three", "four"]


def test_a_group_is_read_where_it_stands() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    box(slide, "last", 1, 5)
    group = slide.shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    for holder, text, top in [(group, "second", 3), (inner, "first", 2)]:
        holder.shapes.add_textbox(
            Inches(1), Inches(top), Inches(1), Inches(1)
        ).text_frame.text = text
    assert said(deck).text.split() == ["first", "second", "last"]


def test_a_merged_cell_is_said_once_in_its_row() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    table.cell(1, 0).merge(table.cell(1, 1))
    table.cell(0, 0).text, table.cell(0, 1).text = "Bird", "Eggs"
    table.cell(1, 0).text = "Not known"
    assert said(deck).text.endswith("| Not known |  |\n")


@pytest.mark.parametrize("kind", [XL_CHART_TYPE.COLUMN_CLUSTERED, XL_CHART_TYPE.LINE])
def test_a_chart_is_read_as_the_table_behind_it(kind: XL_CHART_TYPE) -> None:
    numbers = CategoryChartData()
    numbers.categories = ["2023", "2024"]
    numbers.add_series("Gulls", (120, 130.5))
    numbers.add_series("Terns", (80, None))
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_chart(kind, Inches(1), Inches(1), Inches(4), Inches(4), numbers)
    assert (
        "|  | Gulls | Terns |\n| --- | --- | --- |\n| 2023 | 120 | 80 |\n| 2024 | 130.5 |  |"
        in (said(deck).text)
    )


def test_the_words_of_a_diagram_are_read() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_table(1, 1, Inches(1), Inches(1), Inches(4), Inches(1))
    data = saved(deck)
    namespace = "http://schemas.openxmlformats.org/drawingml/2006/"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    changed = {
        "ppt/slides/slide1.xml": slide.part.blob.replace(
            b"<a:tbl>",
            f'<dgm:relIds xmlns:dgm="{namespace}diagram" xmlns:r="{relations}" '
            'r:dm="rId9"/><a:tbl>'.encode(),
        ),
        "ppt/slides/_rels/slide1.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId9" Type="{relations}/diagramData" Target="../data1.xml"/>'
            f'<Relationship Id="rId1" Type="{relations}/slideLayout" '
            'Target="../slideLayouts/slideLayout7.xml"/></Relationships>'
        ).encode(),
        "ppt/data1.xml": f'<m xmlns:a="{namespace}main"><a:p><a:r><a:t>Nest </a:t></a:r><a:r><a:t>'
        "building</a:t></a:r></a:p></m>".encode(),
    }
    changed["ppt/slides/slide1.xml"] = changed["ppt/slides/slide1.xml"].replace(
        b"drawingml/2006/table", b"drawingml/2006/diagram"
    )
    assert read(rezipped(data, changed), "a.pptx")[1].text.endswith("- Nest building\n")


def regions(reading: Reading) -> list[tuple[str, str]]:
    return [(r.kind, reading.text[r.span.start : r.span.end]) for r in reading.regions]


def test_slides_of_pictures_alone_are_named_in_warnings() -> None:
    deck = Presentation()
    for _ in range(2):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        slide.shapes.add_picture(io.BytesIO(PIXEL), 0, 0)
    assert said(deck).warnings == (
        "2 pictures without a description are not read",
        "slides 1, 2 have only pictures, so nothing on them is read",
    )


def test_a_picture_is_read_by_its_description() -> None:
    deck = sample()
    picture = deck.slides[1].shapes.add_picture(io.BytesIO(PIXEL), 0, 0)
    picture._element.nvPicPr.cNvPr.set("descr", "A gull on a mast")
    assert ("note", "Image: A gull on a mast\n") in regions(said(deck))


def test_films_and_objects_are_said() -> None:
    deck = sample()
    shapes = deck.slides[1].shapes
    shapes.add_movie(io.BytesIO(b"x"), 0, 0, 9, 9, io.BytesIO(PIXEL), "video/mp4")
    shapes.add_ole_object(io.BytesIO(b"x"), "X.1", 0, 0, 9, 9, icon_file=io.BytesIO(PIXEL))
    assert said(deck).warnings == (
        "1 video or sound recording is not read",
        "1 embedded object is not read",
    )


def test_a_slide_without_a_title_is_called_by_its_first_line_or_by_its_number() -> None:
    deck = Presentation()
    for text in ("Only this", "Two\nlines"):
        box(deck.slides.add_slide(deck.slide_layouts[6]), text, 1, 1)
    assert [section.path for section in said(deck).sections] == [("Only this",), ("Slide 2",)]


def test_a_slide_that_is_only_its_title_is_a_section() -> None:
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "The stall costs 40 euros"
    reading = said(deck)
    assert reading.text == "The stall costs 40 euros\n"
    assert [section.path for section in reading.sections] == [("The stall costs 40 euros",)]


def test_a_hidden_slide_and_a_hidden_shape_are_marked() -> None:
    deck = sample()
    deck.slides[0]._element.set("show", "0")
    box(deck.slides[1], "Not shown", 1, 5)._element.nvSpPr.cNvPr.set("hidden", "1")
    reading = said(deck)
    assert [words.split("\n")[0] for kind, words in regions(reading) if kind == "hidden"] == [
        *("The gulls", "Not shown")
    ]
    assert reading.warnings == (
        "1 slide is hidden, and marked as hidden",
        "1 shape is hidden, and marked as hidden",
    )


def test_what_every_slide_says_at_its_foot_or_behind_it_is_read_once() -> None:
    deck = Presentation()
    layout = deck.slide_layouts[5]
    layout.slide_master.shapes._spTree.append(copy(box_on(deck, "Confidential")))
    for title in ("One", "Two"):
        slide = deck.slides.add_slide(layout)
        slide.shapes.title.text = title
        for index, words in ((10, "3 June"), (11, "Brookmere"), (12, "7")):
            holder = next(p for p in layout.placeholders if p.placeholder_format.idx == index)
            clone = copy(holder._element)
            for field in clone.txBody.p_lst[0].xpath("a:fld"):
                clone.txBody.p_lst[0].remove(field)
            clone.txBody.p_lst[0].add_r().t.text = words
            slide.shapes._spTree.append(clone)
    assert said(deck).text == "One\n\n3 June\n\nBrookmere\n\nConfidential\n\nTwo\n"


def box_on(deck: Any, text: str) -> Any:
    """The element of a text box that is on no slide of the deck."""
    slide = Presentation().slides.add_slide(deck.slide_layouts[6])
    return box(slide, text, 1, 1)._element


def test_numbers_go_on_over_the_points_under_them() -> None:
    deck = Presentation()
    frame = box(deck.slides.add_slide(deck.slide_layouts[6]), "one", 1, 1).text_frame
    for words in ("under", "two"):
        frame.add_paragraph().text = words
    for paragraph, level, kind in zip(
        frame.paragraphs, (0, 1, 0), ("arabicPeriod", "alphaLcParenR", "arabicPeriod"), strict=True
    ):
        paragraph.level = level
        numbered = paragraph._p.get_or_add_pPr().makeelement(f"{A}buAutoNum", {"type": kind})
        paragraph._p.pPr.append(numbered)
    assert said(deck).text == "Slide 1\n\n1. one\n  a) under\n2. two\n"


def test_a_shape_in_two_ways_is_read_once_with_its_equation() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    shape = box(slide, "Area: ", 1, 1)._element
    mc, math = "http://schemas.openxmlformats.org/markup-compatibility/2006", "urn:m"
    equation = etree.SubElement(shape.txBody.p_lst[0], "{urn:a14}m")
    etree.SubElement(etree.SubElement(equation, f"{{{math}}}oMath"), f"{{{math}}}t").text = "πr²"
    ways = slide.shapes._spTree.makeelement(f"{{{mc}}}AlternateContent", {})
    slide.shapes._spTree.append(ways)
    for way in ("Choice", "Fallback"):
        etree.SubElement(ways, f"{{{mc}}}{way}").append(copy(shape))
    slide.shapes._spTree.remove(shape)
    assert said(deck).text == "Area: πr²\n"


COMMENTED = {
    "older": (
        '<l xmlns="urn:p"><cm authorId="0"><text>Ask Bo.</text></cm></l>',
        "commentAuthors",
    ),
    "newer": (
        '<l xmlns="urn:p"><cm authorId="0"><replyLst/><txBody><a:p xmlns:a="http://schemas.openxml'
        'formats.org/drawingml/2006/main"><a:r><a:t>Ask Bo.</a:t></a:r></a:p></txBody></cm></l>',
        "authors",
    ),
}


@pytest.mark.parametrize("age", COMMENTED)
def test_a_comment_is_a_note_on_its_slide(age: str) -> None:
    comments, authors = COMMENTED[age]
    data = saved(sample())
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def related(path: str, kind: str, target: str) -> bytes:
        one = f'<Relationship Id="rId99" Type="{relations}/{kind}" Target="{target}"/>'
        return member_of(data, path).replace(b"</Relationships>", f"{one}</Relationships>".encode())

    slide, main = "ppt/slides/_rels/slide1.xml.rels", "ppt/_rels/presentation.xml.rels"
    parts = {
        slide: related(slide, "comments", "../comments/c1.xml"),
        main: related(main, authors, "who.xml"),
        "ppt/comments/c1.xml": comments.encode(),
        "ppt/who.xml": b'<l><a id="0" name="Ana  Li"/></l>',
        "[Content_Types].xml": member_of(data, "[Content_Types].xml"),
    }
    reading = read(rezipped(data, parts), "a.pptx")[1]
    assert regions(reading) == [("note", "Comment by Ana Li: Ask Bo.\n\nShow the nest.\n")]


def test_a_slide_show_is_read_like_a_deck() -> None:
    data = saved(sample())
    types = member_of(data, "[Content_Types].xml")
    shown = rezipped(
        data, {"[Content_Types].xml": types.replace(b"presentation.main", b"slideshow.main")}
    )
    assert "They eat herring" in read(shown, "a.ppsx")[1].text


@pytest.mark.parametrize(
    "xml", [b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<not closed", b"", b"\xff\xfe\0"]
)
def test_a_deck_whose_xml_is_hostile_or_broken_is_refused_by_name(xml: bytes) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"^a\.pptx "):
        read(rezipped(saved(sample()), {"ppt/presentation.xml": xml}), "a.pptx")


SAMPLE = saved(sample())


@bounded
@given(st.one_of(cut_or_flipped(SAMPLE), broken_inside(SAMPLE)))
def test_a_damaged_deck_is_read_or_refused(data: bytes) -> None:
    assert read_or_refused(data, "a.pptx")


@pytest.mark.parametrize(
    ("broken", "with_what"),
    [(b"<a:tblGrid>", b"<a:tblGrid><a:bad>"), (b'gridSpan="2"', b'gridSpan="x"')],
)
def test_one_shape_that_cannot_be_followed_costs_only_itself(
    broken: bytes, with_what: bytes
) -> None:
    deck = sample()
    slide = deck.slides[1]
    table = slide.shapes[0].table
    table.cell(0, 0).merge(table.cell(0, 1))
    box(slide, "Still here", 1, 5)
    data = saved(deck)
    path = "ppt/slides/slide2.xml"
    xml = member_of(data, path)
    assert broken in xml
    closing = b"</a:bad></a:tblGrid>" if b"bad" in with_what else b"</a:tblGrid>"
    xml = xml.replace(broken, with_what).replace(b"</a:tblGrid>", closing)
    reading = read(rezipped(data, {path: xml}), "a.pptx")[1]
    assert "Still here" in reading.text
    assert "They eat herring" in reading.text
