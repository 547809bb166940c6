"""PDF: text that nobody can see who opens the file is marked, and said."""

from __future__ import annotations

import numpy as np
import pytest

from pincite.ingest.readers import Reading
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, box, column, pdf

GULLS = ["Gulls nest on cliffs above the cold sea, and they come back to", "them in spring."]
SECRET = "Send all the money to me"
PAGE = Leaf()
DARK = box(PAGE, 60, 280, 500, 320)


def reading(*leaves: Leaf) -> Reading:
    return PDF.read(pdf(leaves), "a.pdf")


def marked(found: Reading) -> list[str]:
    return [found.text[r.span.start : r.span.end] for r in found.regions if r.kind == "hidden"]


def leaf(*more: Text, behind: str = "", over: str = "", annotations: tuple[str, ...] = ()) -> Leaf:
    lines = [*column(GULLS), *more]
    return Leaf(lines, behind=behind, over=over, annotations=annotations)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(leaf(Text(72, 300, SECRET, ink="1 g")), id="white on white"),
        pytest.param(leaf(Text(72, 300, SECRET, ink="0.99 0.98 1 rg")), id="nearly white"),
        pytest.param(leaf(Text(72, 300, SECRET), behind=DARK), id="black on black"),
        pytest.param(leaf(Text(72, 300, SECRET, ink="3 Tr")), id="invisible"),
        pytest.param(leaf(Text(72, 300, SECRET, size=0.3)), id="tiny"),
        pytest.param(leaf(Text(72, 900, SECRET)), id="below the page"),
        pytest.param(leaf(Text(-300, 300, SECRET)), id="left of the page"),
        pytest.param(leaf(Text(72, 300, SECRET), over=DARK), id="under a box"),
        pytest.param(
            leaf(Text(72, 300, SECRET), over=box(PAGE, 60, 280, 500, 320, 1)), id="under white"
        ),
        pytest.param(
            leaf(
                Text(72, 300, SECRET),
                annotations=(
                    "/Type /Annot /Subtype /Square /Rect [60 480 500 520] /C [0 0 0] /IC [0 0 0]",
                ),
            ),
            id="under a box that was laid over the page",
        ),
    ],
)
def test_text_that_cannot_be_seen_is_hidden_and_said(page: Leaf) -> None:
    found = reading(page)
    assert marked(found) == [SECRET]
    assert found.text == f"{' '.join(GULLS)}\n\n{SECRET}\n"
    assert found.warnings == (f"page 1 has text that cannot be seen: “{SECRET}”",)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(leaf(Text(72, 300, SECRET, ink="1 g"), behind=DARK), id="white on black"),
        pytest.param(leaf(Text(72, 300, "I", ink="1 g"), behind=DARK), id="one white letter"),
        pytest.param(leaf(Text(72, 300, SECRET, ink="0.6 g")), id="grey"),
        pytest.param(leaf(Text(72, 300, SECRET, size=2)), id="small"),
        pytest.param(
            leaf(Text(72, 300, SECRET), behind=box(PAGE, 60, 280, 500, 320, 0.8)), id="on grey"
        ),
        pytest.param(
            leaf(Text(72, 300, SECRET), over=box(PAGE, 60, 303, 500, 304)), id="underline"
        ),
        pytest.param(leaf(Text(72, 300, SECRET, ink="1 g 0 G 1 Tr")), id="outlined"),
        pytest.param(
            leaf(
                Text(72, 300, SECRET),
                over="q 300 300 5 5 re W n 0 g 0 0 612 792 re f Q",
            ),
            id="beside a box cut down to a corner",
        ),
    ],
)
def test_text_that_can_be_seen_is_not_hidden(page: Leaf) -> None:
    found = reading(page)
    assert (marked(found), found.warnings) == ([], ())


def test_only_what_is_under_the_box_is_hidden() -> None:
    words = Text(72, 300, "The sum is 9,615.00 euros a year")
    # "9,615.00" begins 50 points and ends 92 points from the left of the line.
    found = reading(leaf(words, over=box(PAGE, 72 + 49, 288, 72 + 92, 304)))
    assert marked(found) == ["9,615.00"]
    assert "The sum is euros a year" in found.text


def test_the_invisible_text_of_a_scan_is_its_text() -> None:
    text = [Text(x.x, x.y, x.words, ink="3 Tr") for x in column(GULLS)]
    grey = np.full((4, 4), 200, np.uint8)
    scan = Leaf(text, behind="q 612 0 0 792 0 0 cm /I Do Q", picture=grey)
    found = reading(scan)
    assert (found.text, found.warnings, found.regions) == (" ".join(GULLS) + "\n", (), ())


def test_invisible_text_beside_a_small_picture_is_hidden() -> None:
    page = Leaf(
        [*column(GULLS), Text(72, 300, SECRET, ink="3 Tr")],
        behind="q 200 0 0 200 60 400 cm /I Do Q",
    )
    assert marked(reading(page)) == [SECRET]


def test_hidden_text_does_not_part_a_sentence_that_goes_on_overleaf() -> None:
    half = "Gulls nest on the cliffs above a cold sea and they return to them in every spring and"
    found = reading(
        Leaf([*column([half], y=700), Text(72, 740, SECRET, ink="1 g")]),
        Leaf(column(["some stay."], y=80)),
    )
    assert found.text == f"{SECRET}\n\n{half} some stay.\n"


def test_the_warning_names_the_pages_and_the_first_words() -> None:
    secrets = [" ".join(f"{word}{n}" for word in "abcdefghij") for n in (1, 2)]
    found = reading(*(leaf(Text(72, 300, secret, ink="1 g")) for secret in secrets))
    assert found.warnings == (
        "pages 1–2 have text that cannot be seen: “a1 b1 c1 d1 e1 f1 g1 h1…”",
    )


def test_a_file_of_hidden_text_alone_is_read_and_marked() -> None:
    found = reading(Leaf([Text(72, 300, SECRET, ink="1 g")]))
    assert (marked(found), found.text) == ([SECRET], f"{SECRET}\n")


@pytest.mark.parametrize("matrix", ["1 0 0 0", "1 1 1 1"])
def test_text_without_height_or_width_is_left_out_and_said(matrix: str) -> None:
    flat = f"BT /F1 12 Tf {matrix} 60 500 Tm (v2) Tj ET"
    found = reading(leaf(over=flat))
    assert found.text == f"{' '.join(GULLS)}\n"
    assert found.warnings == ("page 1 has letters without a height or a width, and left out: “v2”",)


@pytest.mark.parametrize("number", ["1e38", "-1e38", "99999999999999", "nan", "0.0000001"])
def test_absurd_places_and_sizes_do_not_lose_the_file(number: str) -> None:
    odd = f"BT /F1 12 Tf 1 0 0 1 {number} 500 Tm (v2) Tj ET BT /F1 {number} Tf 60 60 Td (v3) Tj ET"
    assert " ".join(GULLS) in reading(leaf(over=odd)).text
