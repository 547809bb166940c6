"""PDF: raised and lowered figures are written as such."""

from __future__ import annotations

import pytest

from pincite.corpus.types import Span
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import COURIER, Leaf, Text, pdf

WIDTH = 0.6  # of the size: a letter of Courier


def line(*parts: tuple[str, float, float], x: float = 72, y: float = 100) -> list[Text]:
    """A line of parts of a size, each raised by some points, one behind the other."""
    drawn = []
    for words, size, rise in parts:
        drawn.append(Text(x, y - rise, words, size, COURIER))
        x += WIDTH * size * len(words)
    return drawn


def text(*lines: list[Text]) -> str:
    return PDF.read(pdf([Leaf([part for drawn in lines for part in drawn])]), "a.pdf").text


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        ([("2 x 10", 10, 0), ("6", 7, 4), (" cells live.", 10, 0)], "2 x 10⁶ cells live."),
        ([("Some 10", 10, 0), ("-6", 6.5, 3.3), (" m.", 10, 0)], "Some 10⁻⁶ m."),
        ([("It is 120 m", 10, 0), ("2", 8.3, 3.3), (".", 10, 0)], "It is 120 m²."),
        ([("Of H", 10, 0), ("2", 7, -1.5), ("O and CO", 10, 0), ("2", 7, -1.5)], "Of H₂O and CO₂"),
        ([("Of SO", 10, 0), ("4", 7, -2.5), ("2-", 7, 3.6), (" ions", 10, 0)], "Of SO₄²⁻ ions"),
        ([("The x", 10, 0), ("n", 7, 3.6), (" and x", 10, 0), ("i", 7, -1.5)], "The xⁿ and xᵢ"),
        ([("In 1893", 10, 0), ("2", 7, 4), (" they", 10, 0)], "In 1893² they"),
        ([("Gulls", 10, 0), ("12,13", 6, 4), (" nest.", 10, 0)], "Gulls¹²,¹³ nest."),
        ([("1", 6, 4), (" As Darwin says.", 10, 0)], "¹ As Darwin says."),
        ([("At 10", 10, 0), ("6", 10, 4), (" cells.", 10, 0)], "At 10⁶ cells."),
    ],
)
def test_what_is_raised_or_lowered_is_written_so(
    parts: list[tuple[str, float, float]], written: str
) -> None:
    assert text(line(*parts)) == f"{written}\n"


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        ([("The 1", 10, 0), ("st", 6, 4), (" gull.", 10, 0)], "The 1st gull."),
        ([("Gull", 10, 0), ("TM", 6, 4), (" food.", 10, 0)], "GullTM food."),
        ([("1. ", 10, 0), ("Gulls nest.", 10, 0)], "1. Gulls nest."),
        (
            [("Of ", 10, 0), ("1", 6, 4), ("/", 10, 0), ("4", 6, -1), (" inch", 10, 0)],
            "Of 1/4 inch",
        ),
        ([("T", 30, 0), ("hey saw 12 gulls.", 10, 12)], "They saw 12 gulls."),
        ([("B", 10, 0), ("IRDS OF 1893", 8, 0)], "BIRDS OF 1893"),
        ([("Gulls ", 10, 0), ("12", 8, 0), (" nest.", 10, 0)], "Gulls 12 nest."),
    ],
)
def test_what_only_looks_so_is_written_as_it_is(
    parts: list[tuple[str, float, float]], written: str
) -> None:
    assert "".join(text(line(*parts)).split()) == "".join(written.split())


def test_a_mixed_number_is_no_other_number() -> None:
    said = text(line(("Up to 1", 10, 0), ("1", 6, 4), ("/", 10, 0), ("2", 6, -1), (" inch", 10, 0)))
    assert said == "Up to 1¹/₂ inch\n"


def test_a_raised_figure_in_words_that_run_upwards() -> None:
    drawn = [
        Text(100, 500, "120 m", 10, COURIER, upright=False),
        Text(96, 500 - 5 * 6, "2", 7, COURIER, upright=False),
    ]
    assert "".join(text(drawn).split()) == "120m²"


def test_the_box_of_a_word_goes_around_its_raised_figure() -> None:
    found = PDF.read(pdf([Leaf(line(("It is 120 m", 10, 0), ("2", 7, 4)))]), "a.pdf")
    assert found.layout is not None
    start = found.text.index("m²")
    (box,) = found.layout.boxes(Span(start, start + 2))
    assert box.right == pytest.approx(72 + 11 * 6 + 4.2, abs=0.5)


def test_a_sentence_ends_at_the_mark_of_a_note() -> None:
    short = line(("Gulls nest.", 10, 0), ("1", 6, 4))
    full = line(("They come back to the very same ledge in every spring.", 10, 0), y=112)
    assert text(short, full) == (
        "Gulls nest.¹\n\nThey come back to the very same ledge in every spring.\n"
    )
