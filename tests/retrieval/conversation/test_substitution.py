"""A name that a follow-up puts in the place of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.retrieval.conversation.substitution import substituted, without

LUNCH = "What is the lunch allowance in Zurich?"


@pytest.mark.parametrize(
    ("before", "question", "gone", "now"),
    [
        (LUNCH, "and in Berlin?", "Zurich", "Berlin"),
        (LUNCH.lower(), "and in berlin", "zurich", "berlin"),
        (LUNCH, "what about Lisbon?", "Zurich", "Lisbon"),
        (LUNCH, "and the UK?", "Zurich", "UK"),
        ("Who led the council in 2015?", "and in 2016?", "2015", "2016"),
        ("Who led the council in 2015?", "how about 2016", "2015", "2016"),
        ("What is the price in winter for children?", "and for adults?", "children", "adults"),
        ("What does Mr Tully say about the road?", "and Mrs Roe?", "Mr Tully", "Mrs Roe"),
    ],
)
def test_a_name_takes_the_place_of_the_one_like_it(
    before: str, question: str, gone: str, now: str
) -> None:
    found = substituted(before, question)
    assert found.gone == gone
    assert found.text == before.replace(gone, now)


@pytest.mark.parametrize(
    ("before", "question"),
    [
        (LUNCH, "and in summer?"),  # looks otherwise
        (LUNCH, "and on Friday?"),  # after another word
        (LUNCH, "why?"),
        (LUNCH, "and who decided that?"),
        (LUNCH, "Berlin is large"),  # goes on with nothing
        (LUNCH, "and in Zurich?"),
        ("Does Ines Vogel pay in Zurich?", "and Berlin?"),  # which of the two?
        ("What is the fee for a dog?", "what about a cat?"),
        ("", "and in Berlin?"),
    ],
)
def test_where_it_cannot_be_told_all_stays_as_it_was_said(before: str, question: str) -> None:
    assert substituted(before, question).text == before
    assert substituted(before, question).gone == ""


def test_a_name_is_taken_out_as_a_whole_word_only() -> None:
    assert without("Bern and Berne, bern", ["Bern"]) == " and Berne, "


TEXT = st.text(st.sampled_from("abAB019 ?.-in"), max_size=40)


@given(before=TEXT, question=TEXT)
def test_only_the_name_that_is_gone_changes(before: str, question: str) -> None:
    found = substituted(before, question)
    if not found.gone:
        assert found.text == before
        return
    at = next(
        i
        for i in range(len(before))
        if found.text[:i] == before[:i]
        and before[i:].startswith(found.gone)
        and found.text.endswith(before[i + len(found.gone) :])
    )
    assert found.text[at : len(found.text) - len(before[at + len(found.gone) :])] in question
