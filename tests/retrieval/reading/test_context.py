"""What stands beside a quote: what a row, an item or a sentence that points back needs."""

from __future__ import annotations

import pytest

from pincite.retrieval.reading.context import points_back
from tests.retrieval.conftest import make_document
from tests.retrieval.reading.helpers import chosen, reading_of

LISTED = make_document(
    "# Nests\n\nThe gulls eat:\n\n" + "".join(f"- fish number {n}\n" for n in range(60)), "nests.md"
)
TABLE = make_document(
    "# Nests\n\n| Bird | Eggs |\n| --- | --- |\n"
    + "".join(f"| Gull {n} | {n} |\n" for n in range(60)),
    "table.md",
)


def test_a_row_of_a_long_table_brings_the_row_that_names_the_columns() -> None:
    (quote,) = chosen(TABLE, "| Gull 41 | 41 |", limit=1)
    assert "| Gull 41 | 41 |" in quote.text
    assert "Bird" not in quote.text
    (piece,) = quote.context
    assert (piece.role, piece.text.splitlines()[0]) == ("columns", "| Bird | Eggs |")


def test_an_item_of_a_long_list_brings_what_announces_the_list() -> None:
    from pincite.retrieval.reading.whole import LONGEST_LIST

    long = make_document(
        "# Nests\n\nThe gulls eat:\n\n"
        + "".join(
            f"- fish number {n} of the {n} that there are\n" for n in range(LONGEST_LIST // 20)
        ),
        "long.md",
    )
    (quote,) = chosen(long, "- fish number 41 of the 41 that there are", limit=1)
    (piece,) = quote.context
    assert (piece.role, piece.text) == ("lead-in", "The gulls eat:")


def test_a_list_that_fits_is_quoted_whole_with_what_announces_it_beside() -> None:
    (quote,) = chosen(LISTED, "- fish number 41", limit=1)
    assert quote.text.startswith("- fish number 0\n")
    assert quote.text.endswith("- fish number 59")
    assert [piece.text for piece in quote.context] == ["The gulls eat:"]


def test_a_passage_that_points_back_brings_the_sentence_before_it() -> None:
    story = make_document(
        "The mast broke near Iceland.\n\nThis frightened the crew.\n", "storm.txt"
    )
    reading = reading_of(story, {"This frightened the crew.": 0.9}, tokens=8)
    (quote,) = chosen(story, "", limit=1, reading=reading)
    assert quote.text == "This frightened the crew."
    assert [piece.text for piece in quote.context] == ["The mast broke near Iceland."]


@pytest.mark.parametrize(
    "sentence",
    [
        "This could help.",
        "These are rare.",
        "They prayed.",
        "It was built by hand.",
        "Its roof leaks.",
        "Such ships sink.",
        "However, they left.",
        "For example, this mast broke.",
        "“He left,” said the cook.",
        "(That was in 1912.)",
        "In the same year the war began.",
        "The latter won.",
    ],
)
def test_a_sentence_that_only_the_one_before_explains_points_back(sentence: str) -> None:
    assert points_back(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The mast broke.",
        "It is often important to rest.",
        "It was clear that nobody slept.",
        "However, the crew left.",
        "Thistles grow here.",
        "Italy is a country.",
        "Shells lay there.",
        "In 1912 they left.",
        "",
    ],
)
def test_a_sentence_that_explains_itself_does_not_point_back(sentence: str) -> None:
    assert not points_back(sentence)
