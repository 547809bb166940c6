"""The words that answer, taken out of their passage."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.fit.removal import without_answer

TABLE = """Allotments
Plot: N1; Rent: 41; Tenant: Oduya; Remark: water butt
Plot: N2; Rent: 76; Tenant: Pickersgill
Over-65s pay half. Rents fall due on Lady Day."""


def left(text: str, answer: str) -> set[str | None]:
    """What can be left of the text, over several throws."""
    span = text.index(answer), text.index(answer) + len(answer)
    return {without_answer(text, span, random.Random(seed)) for seed in range(12)}


def test_a_cell_goes_from_its_row_or_from_every_row() -> None:
    assert left(TABLE, "76") == {
        TABLE.replace("Rent: 76; ", ""),
        TABLE.replace("Rent: 76; ", "").replace("Rent: 41; ", ""),
    }


def test_the_first_and_the_last_cell_of_a_row_leave_no_mark_behind() -> None:
    assert TABLE.replace("Plot: N2; ", "") in left(TABLE, "N2")
    assert TABLE.replace("; Tenant: Pickersgill", "") in left(TABLE, "Pickersgill")


def test_of_prose_the_sentence_goes() -> None:
    assert left(TABLE, "half") == {TABLE.replace("Over-65s pay half. ", "")}
    assert left(TABLE, "Lady Day") == {TABLE.replace(" Rents fall due on Lady Day.", "")}


def test_of_a_list_the_item_goes_with_its_line() -> None:
    items = "What to bring on the day:\n- two lamps\n- a rope of twenty metres\n- a bell"
    assert left(items, "a rope") == {items.replace("- a rope of twenty metres\n", "")}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The lamp was lit in 1811. It burns oil. The keeper of 1811 wrote so.", "1811"),
        ("Only the lamp was lit.", "lamp"),
        ("The lamp\nwas lit by the keeper of the rock every evening at six.", "lamp\nwas"),
    ],
)
def test_nothing_is_taken_where_the_words_stand_twice_or_cross_a_line_or_are_nearly_all(
    text: str, answer: str
) -> None:
    assert left(text, answer) == {None}


TEXTS = st.text(st.sampled_from(string.ascii_lowercase[:5] + " .:;|\n"), min_size=1, max_size=160)


@given(TEXTS, st.data())
def test_what_is_left_is_the_text_with_pieces_taken_out(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    kept = without_answer(text, (start, end), random.Random(0))
    if kept is not None:
        letters = iter(text)
        assert all(letter in letters for letter in kept)  # in their order, none added
        assert len(kept) < len(text)
