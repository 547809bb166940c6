"""PDF: what is read, and where each word stands on its page."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.types import Box, Region, Span
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import BOLD, Entry, Leaf, Text, column, pdf

GULLS = [
    "Gulls nest on cliffs above the cold sea, and they come back to the very same ledge",
    "every spring. They feed their young on fish that they catch far out. When winter",
    "comes they leave.",
]
WORDS = st.text("abcdefghijklmnopqrstuvwxyzäéß,.()\\", min_size=1, max_size=12)
PAGES = st.lists(st.lists(st.lists(WORDS, min_size=1, max_size=8), max_size=6), max_size=4)


def reading(*leaves: Leaf, title: str = "", outline: tuple[Entry, ...] = ()) -> Reading:
    return PDF.read(pdf(leaves, title, outline), "a.pdf")


def boxes(found: Reading, words: str) -> list[Box]:
    assert found.layout is not None
    start = found.text.index(words)
    return found.layout.boxes(Span(start, start + len(words)))


def words(found: Reading) -> list[str]:
    """Every word of the layout, as the text has it."""
    assert found.layout is not None
    rows = found.layout.words
    return [
        found.text[a:b] for a, b in zip(rows["start"].tolist(), rows["end"].tolist(), strict=True)
    ]


def test_a_pdf_is_known_by_its_first_bytes_whatever_its_name() -> None:
    reader, found = read(b"\n" + pdf([Leaf(column(GULLS))]), "gulls.txt")
    assert reader.media_type == "application/pdf"
    assert found.text == " ".join(GULLS) + "\n"


@settings(max_examples=40)
@given(PAGES)
def test_each_word_of_the_layout_is_the_words_text_on_its_page(
    pages: list[list[list[str]]],
) -> None:
    # A letter of the page's own keeps the lines from being running heads.
    leaves = [
        Leaf(column([" ".join(line) for line in lines] + ["Ende."], y=300)) for lines in pages
    ]
    found = reading(*leaves, Leaf(column(["Finis."], y=200)))
    assert found.text == canonical(found.text)
    assert found.layout is not None
    drawn = [w for lines in pages for w in [*(w for line in lines for w in line), "Ende."]]
    assert words(found) == [*drawn, "Finis."]
    assert "".join(found.text.replace("|", "").split()) == "".join([*drawn, "Finis."])
    numbers = [found.layout.words["page"].tolist()]
    assert numbers[0] == sorted(numbers[0])
    for row in found.layout.words.tolist():
        start, _, page, left, top, right, bottom = row
        assert found.pages[page - 1].span.contains(Span(start, start + 1))
        assert 0 < left < right < 612
        assert 0 < top < bottom < 792


@pytest.mark.parametrize("leaves", [1, 3])
def test_pages_and_sections_tile_the_text(leaves: int) -> None:
    found = reading(*[Leaf(column([f"{n} {line}" for line in GULLS])) for n in range(leaves)])
    for spans in ([p.span for p in found.pages], [s.span for s in found.sections]):
        assert (spans[0].start, spans[-1].end) == (0, len(found.text))
        assert all(a.end == b.start for a, b in pairwise(spans))
    assert [page.number for page in found.pages] == list(range(1, leaves + 1))


def test_a_page_without_text_between_others_keeps_its_number_and_holds_nothing() -> None:
    found = reading(Leaf(column(["One."])), Leaf(), Leaf(column(["Three."])), Leaf())
    assert [found.text[p.span.start : p.span.end].strip() for p in found.pages] == [
        *("One.", "", "Three.", "")
    ]


def test_a_blank_page_is_nothing_to_warn_of() -> None:
    assert reading(Leaf(column(["One."])), Leaf(blank=True)).warnings == ()


def test_the_box_of_a_quote_lies_around_its_letters() -> None:
    found = reading(Leaf([Text(100, 200, "Gulls nest here.", size=20)]))
    (box,) = boxes(found, "Gulls nest here.")
    assert box.page == 1
    # 7.003 is the sum of the letters' widths in Adobe's metrics of Helvetica.
    assert (box.left, box.right) == pytest.approx((100, 100 + 20 * 7.003), abs=0.5)
    assert box.top == pytest.approx(200 - 15, abs=4)  # the baseline less the capitals' height
    assert box.bottom == pytest.approx(200 + 4, abs=4)


def test_a_quote_over_a_line_end_has_a_box_on_each_line() -> None:
    found = reading(Leaf(column(GULLS)))
    first, second = boxes(found, "same ledge every spring.")
    assert first.left > second.left
    assert second.top - first.top == pytest.approx(12, abs=0.5)


@pytest.mark.parametrize(
    ("rotate", "where"),
    [(0, (100, 200)), (90, (792 - 200, 100)), (180, (512, 592)), (270, (200, 512))],
)
def test_boxes_are_where_the_turned_page_shows_the_words(
    rotate: int, where: tuple[float, float]
) -> None:
    """``where`` is the point (100, 200) of the upright page after it was turned clockwise."""
    found = reading(Leaf([Text(100, 200, "Here", size=20)], rotate=rotate))
    (box,) = boxes(found, "Here")
    assert box.left - 6 <= where[0] <= box.right + 6
    assert box.top - 6 <= where[1] <= box.bottom + 6


def test_boxes_count_from_the_corner_of_a_cropped_page_and_what_is_cut_off_is_hidden() -> None:
    lines = [Text(100, 200, "Inside."), Text(100, 20, "Outside.")]
    found = reading(Leaf(lines, crop=(50, 100, 500, 700)))
    assert found.text == "Inside.\n\nOutside.\n"
    assert found.regions == (Region(Span(9, 17), "hidden"),)
    (box,) = boxes(found, "Inside.")
    assert box.left == pytest.approx(50, abs=2)
    assert box.bottom == pytest.approx(200 - 92, abs=4)


def test_words_that_run_upwards_are_read_and_boxed() -> None:
    found = reading(Leaf([Text(30, 500, "Sideways stamp", upright=False), *column(GULLS)]))
    assert "Sideways stamp\n\nGulls nest" in found.text
    (box, *_) = boxes(found, "Sideways")
    assert box.bottom - box.top > 3 * (box.right - box.left)


def test_the_outline_makes_sections_of_the_lines_it_names() -> None:
    lines = [*column(["Of gulls"], y=80), *column(GULLS, y=100)]
    more = [*column(["2.1 Their nests"], y=80), *column(GULLS, y=100)]
    found = reading(
        *(Leaf(lines), Leaf(more)),
        outline=(Entry("Of Gulls", 1, (Entry("Their nests", 2),)),),
    )
    assert [s.path for s in found.sections] == [
        ("Of gulls",),
        ("Of gulls", "2.1 Their nests"),
    ]
    assert found.text[found.sections[1].body :].strip() == " ".join(GULLS)


def test_what_is_under_an_entry_that_stands_nowhere_is_not_left_to_the_one_before() -> None:
    lines = [*column(["Of gulls"], y=80), *column(GULLS, y=100), *column(["Of nests"], y=300)]
    found = reading(
        Leaf([*lines, *column(GULLS, y=320)]),
        outline=(Entry("Of gulls", 1), Entry("Cover", 1, (Entry("Of nests", 1),))),
    )
    assert [s.path for s in found.sections] == [("Of gulls",), ("Of nests",)]


def test_larger_lines_are_headings_where_there_is_no_outline() -> None:
    body = [*GULLS, "", *GULLS, "", *GULLS]
    found = reading(
        Leaf(
            [
                Text(72, 60, "Birds of the sea", 18),
                Text(72, 90, "Of gulls", 14),
                *column(body, y=120),
            ]
        )
    )
    assert [s.path for s in found.sections] == [
        ("Birds of the sea",),
        ("Birds of the sea", "Of gulls"),
    ]


def test_a_bold_line_alone_above_text_is_a_heading_and_a_bold_word_in_it_is_not() -> None:
    body = [*GULLS, "", *GULLS, "", *GULLS]
    lines = [Text(72, 70, "Of gulls", font=BOLD), *column(body), Text(72, 300, "Gulls", font=BOLD)]
    found = reading(Leaf([*lines, Text(102, 300, "nest on cliffs.")]))
    assert [s.path for s in found.sections] == [("Of gulls",)]
    assert found.text.endswith("Gulls nest on cliffs.\n")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("Gulls of the North  Sea", "Gulls of the North Sea"),
        ("Microsoft Word - gulls.doc", None),
        ("gulls.indd", None),
        ("A", None),
        ("untitled", None),
        ("0001-22-7", None),
        ("", None),
    ],
)
def test_the_title_is_the_files_own_when_a_person_gave_it(given: str, taken: str | None) -> None:
    assert reading(Leaf(column(GULLS)), title=given).title == taken
