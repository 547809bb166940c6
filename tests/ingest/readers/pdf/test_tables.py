"""PDF: tables come out as rows with their cells and their header."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import BOLD, HELVETICA, Leaf, Text, pdf, width

PROSE = [
    Text(72, 60, "The boats were counted every week by the wardens of the harbour, who wrote down"),
    Text(72, 72, "what they saw from the pier, in wind and rain, and never missed a single day."),
]


def cell(x: float, y: float, words: str, font: str = HELVETICA, upright: bool = True) -> list[Text]:
    """The lines of a cell, parted by line ends."""
    return [
        Text(x, y + 11 * i, line, 10, font, upright) for i, line in enumerate(words.split("\n"))
    ]


def table(
    rows: Sequence[Sequence[str]],
    at: Sequence[float] = (72, 220, 330, 440),
    y: float = 120,
    header: str = HELVETICA,
) -> list[Text]:
    """Rows drawn cell by cell, with room between them."""
    lines: list[Text] = []
    for i, row in enumerate(rows):
        for x, words in zip(at, row, strict=False):
            lines += cell(x, y, words, HELVETICA if i else header)
        y += 11 * max(words.count("\n") + 1 for words in row) + 8
    return lines


def read(*lines: Text) -> str:
    return PDF.read(pdf([Leaf(lines)]), "a.pdf").text


FLEET = [
    ("Boat", "Length in m", "Berth", "Owner"),
    ("Aurora", "7.5", "12", "Kettel"),
    ("Heron", "11.2", "31", "Ravn"),
    ("Whimbrel", "6.0", "4", "Sallow"),
]
FLEET_TEXT = (
    "| Boat | Length in m | Berth | Owner |\n"
    "| --- | --- | --- | --- |\n"
    "| Aurora | 7.5 | 12 | Kettel |\n"
    "| Heron | 11.2 | 31 | Ravn |\n"
    "| Whimbrel | 6.0 | 4 | Sallow |\n"
)


def test_a_table_has_its_rows_and_its_header() -> None:
    assert read(*PROSE, *table(FLEET)).endswith(f"single day.\n\n{FLEET_TEXT}")


def test_labels_that_stand_close_together_stay_cells_of_their_own() -> None:
    labels = ("Item of the order", "Price per piece", "Pieces in stock", "Place")
    places = [72.0]
    for label in labels[:-1]:
        places.append(places[-1] + width(label) + 5)  # less than the gap between other cells
    rows = [labels, ("rope", "12.50", "3", "A1"), ("oar", "40.00", "8", "B2")]
    assert read(*table(rows, places)).startswith(
        "| Item of the order | Price per piece | Pieces in stock | Place |\n"
        "| --- | --- | --- | --- |\n| rope | 12.50 | 3 | A1 |\n"
    )


def test_a_bold_row_over_words_is_a_header_and_a_row_of_words_is_none() -> None:
    rows = [("Name", "Trade"), ("Ilkay", "cooper"), ("Noor", "apprentice")]
    assert "| Name | Trade |\n| --- | --- |\n| Ilkay | cooper |" in read(*table(rows, header=BOLD))
    assert "---" not in read(*table(rows))


@pytest.mark.parametrize("by_rows", [False, True])
def test_the_lines_of_a_cell_are_joined(by_rows: bool) -> None:
    rows = [
        ("Case", "What to do", "Due", "Who"),
        ("A1", "List all boats with\ntheir owner and berth,\nchecked weekly", "31.10.", "Adaeze"),
        ("A2", "Paint the pier", "2.11.", "Emre, with\nTomasz"),
        ("A3", "Count mussels\nat low tide", "4.11.", "Priyanka"),
    ]
    lines = table(rows, header=BOLD)
    if by_rows:
        lines = sorted(lines, key=lambda line: line.y)
    assert read(*lines) == (
        "| Case | What to do | Due | Who |\n"
        "| --- | --- | --- | --- |\n"
        "| A1 | List all boats with their owner and berth, checked weekly | 31.10. | Adaeze |\n"
        "| A2 | Paint the pier | 2.11. | Emre, with Tomasz |\n"
        "| A3 | Count mussels at low tide | 4.11. | Priyanka |\n"
    )


def test_an_empty_cell_keeps_its_place() -> None:
    rows = [FLEET[0], ("Aurora", "", "12", "Kettel"), FLEET[2], ("Total", "18.7", "", "")]
    lines = [line for line in table(rows) if line.words]
    text = read(*lines)
    assert "| Aurora | | 12 | Kettel |\n" in text
    assert "| Total | 18.7 | | |\n" in text


def test_a_label_over_rows_is_a_row_and_a_heading_between_tables_parts_them() -> None:
    upper = table(FLEET[:3])
    lower = table([("Item", "Fee"), ("Berth", "40.00"), ("Crane", "75.50")], (72, 220), 240)
    text = read(*upper, Text(72, 205, "What a berth costs", 13, BOLD), *lower)
    assert "| Heron | 11.2 | 31 | Ravn |\n\nWhat a berth costs\n\n| Item | Fee |\n| ---" in text
    labelled = read(*upper, Text(72, 177, "Boats of guests:"), *table([FLEET[3]], y=196))
    assert "| Boats of guests: | | | |\n| Whimbrel | 6.0 | 4 | Sallow |\n" in labelled


def test_an_amount_keeps_its_currency() -> None:
    rows = [
        ("Section", "Sum", "Excess", "Note"),
        ("House", "1.480,00 €", "100,00 €", "fire"),
        ("Boats", "$ 19", "$ 7", "hail"),
    ]
    text = read(*table(rows, (72, 220, 278, 330)))
    assert "| House | 1.480,00 € | 100,00 € | fire |\n| Boats | $ 19 | $ 7 | hail |\n" in text


@pytest.mark.parametrize("upwards", [True, False])
def test_a_table_on_its_side_keeps_its_rows_and_columns(upwards: bool) -> None:
    lines = []
    for i, row in enumerate(FLEET):
        for j, words in enumerate(row):
            lines.append(Text(200 + 19 * i, 600 - 110 * j, words, upright=False))
    found = PDF.read(pdf([Leaf([*PROSE, *lines])]), "a.pdf")
    assert found.text.endswith(f"single day.\n\n{FLEET_TEXT}")
    assert found.layout is not None
    start = found.text.index("Heron")
    (box,) = found.layout.boxes(Span(start, start + 5))
    assert box.right - box.left < 14 < box.bottom - box.top
    assert (box.right, box.bottom) == pytest.approx((240, 600), abs=4)


def test_short_cells_side_by_side_are_a_table_and_not_columns() -> None:
    rows = [
        ("Coach and ferry", "paid by the school in January, for all"),
        ("Insurance", "paid by the parents, who choose the firm"),
        ("Pocket money", "at most forty euros, in a named purse"),
        ("Meals", "two hot ones on the road, and fruit at all times"),
    ]
    text = read(*PROSE, *table(rows, (72, 220)))
    assert text.count("\n| ") == 4
    assert "| Meals | two hot ones on the road, and fruit at all times |" in text


def test_long_cells_that_each_begin_anew_are_a_table_and_not_columns() -> None:
    rows = [
        ("Monday", "Cheese and leek pie", "Bean chilli with rice", "Apple crumble"),
        ("Tuesday", "Chicken curry, naan", "Chickpea curry, naan", "Orange jelly"),
        ("Wednesday", "Roast pork, carrots", "Nut-free lentil loaf", "Rice pudding"),
        ("Thursday", "Beef lasagne, peas", "Spinach lasagne, peas", "Banana custard"),
    ]
    text = read(*PROSE, *table(rows, (72, 190, 310, 440)))
    assert text.endswith("".join(f"| {' | '.join(row)} |\n" for row in rows))


WORDS = st.text("abcdefgh", min_size=1, max_size=9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=2, max_size=8))
def test_each_cell_of_a_grid_is_a_cell_of_the_text(rows: list[list[str]]) -> None:
    found = PDF.read(pdf([Leaf(table(rows, (72, 220, 330)))]), "a.pdf")
    drawn = [f"| {' | '.join(row)} |" for row in rows]
    assert [line for line in found.text.splitlines() if "---" not in line] == drawn
    assert found.layout is not None
    spans = [found.text[a:b] for a, b, *_ in found.layout.words.tolist()]
    assert spans == [word for row in rows for word in row]
