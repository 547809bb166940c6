"""What a sentence works out from the numbers of its quotes, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.retrieval.writing.arithmetic import not_worked_out

# A sentence, the number in it that stands in no quote, and a quote that it follows from.
FOLLOWS = [
    ("In A6 you pay four euros more than in 2023.", "four", "2025: 36 €. 2023: 32 €."),
    ("The train was 85 minutes late.", "85", "due at 11:40, came at 13:05"),
    ("The shop is open three hours longer.", "three", "until 16:00 instead of 13:00"),
    ("For six years, since 2019, there had been no rise.", "six", "1 October 2025; 2019 the last"),
    ("Juniors pay 12.50 €.", "12.50", "Entry fee 25 €. Juniors pay half."),
    ("There are three reasons: illness, leave, or a request.", "three", "illness; leave; request"),
    ("Among the three sizes A6 is the cheapest.", "three", "A6, A5, DIN long"),
    ("Together they are 12.", "12", "five cups and 7 plates"),
]


@pytest.mark.parametrize(("sentence", "number", "quote"), FOLLOWS)
def test_a_number_that_follows_from_the_quotes_is_not_missing(
    sentence: str, number: str, quote: str
) -> None:
    assert not_worked_out([number], sentence, [quote]) == []


@given(st.integers(200, 500), st.integers(1, 90))
def test_a_difference_needs_a_word_that_says_so(a: int, b: int) -> None:
    number = str(abs(a - b))
    quote = f"First {a} lamps, then {b}."
    assert not_worked_out([number], f"They sold {number} lamps.", [quote]) == [number]
    assert not_worked_out([number], f"They sold {number} lamps more.", [quote]) == []


def test_a_list_of_another_length_does_not_count() -> None:
    sentence = "There are four sizes: A5, A6 and long."
    assert not_worked_out(["four"], sentence, ["A5, A6, long"]) == ["four"]


def test_an_ordinal_counts_nothing() -> None:
    sentence = "Repayment begins in the fourth January after you leave."
    assert not_worked_out(["fourth"], sentence, ["in the third January"]) == ["fourth"]
