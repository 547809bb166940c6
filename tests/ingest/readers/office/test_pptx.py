"""PowerPoint decks: slides as pages and sections."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read
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
        ("The gulls", "Notes"),
        ("Slide 2",),
    ]
    assert [page.number for page in reading.pages] == [1, 2]
    assert reading.text == (
        "The gulls\n\n- They nest on cliffs\n- They eat herring\n\nNotes\n\nShow the nest.\n\n"
        "Slide 2\n\n| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n"
    )
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
    assert said(deck).text.split() == ["Slide", "1", "one", "two", "three", "four"]


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
    assert said(deck).text.split()[2:] == ["first", "second", "last"]


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


def test_slides_of_pictures_alone_and_comments_are_named_in_warnings() -> None:
    deck = Presentation()
    for _ in range(2):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        slide.shapes.add_picture(io.BytesIO(PIXEL), 0, 0)
    data = rezipped(saved(deck), {"ppt/comments/comment1.xml": b"<c/>"})
    assert read(data, "a.pptx")[1].warnings == (
        "its comments were not read",
        "nothing was read on slides 1, 2: only pictures there",
    )


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
