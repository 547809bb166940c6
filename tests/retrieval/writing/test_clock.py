"""Times of day in words are those in figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.retrieval.writing.numbers import missing_numbers

WORDS = (
    "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)


@given(
    st.integers(1, 12), st.booleans(), st.sampled_from([("half past", 30), ("quarter past", 15)])
)
def test_a_time_in_words_stands_in_its_figures_in_either_half_of_the_day(
    hour: int, later: bool, said: tuple[str, int]
) -> None:
    figures = f"at {hour % 12 + 12 * later}:{said[1]:02}"
    assert missing_numbers(f"It starts at {said[0]} {WORDS[hour - 1]}.", [figures]) == []
    assert missing_numbers(f"It starts at {said[0]} {WORDS[hour % 12]}.", [figures])


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("On Sundays from four to seven in the afternoon.", "between 16:00 and 19:00"),
        ("The last train leaves at a quarter to eleven.", "the last at 22:45"),
        ("Until eight o'clock on Thursday evening.", "until Thursday 20:00"),
        ("The café closes at 15:00.", "the café closes at three"),
        ("It opens at noon.", "open from 12:00"),
    ],
)
def test_a_time_stands_there_in_another_form(sentence: str, quote: str) -> None:
    assert missing_numbers(sentence, [quote]) == []


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("Ten to twelve people came.", "10-12 people"),
        ("It rose from ten to twelve percent.", "10 %, 12 %"),
    ],
)
def test_a_range_is_no_time(sentence: str, quote: str) -> None:
    assert missing_numbers(sentence, [quote]) == []


def test_a_vote_of_five_to_three_is_no_time() -> None:
    assert missing_numbers("It was voted down 5 to 3.", ["rejected by five to three"]) == []
