"""Equal numbers share a term however they are written; other numbers do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search.analysis import terms

bounded = settings(max_examples=60)
NUMBERS = st.integers(1, 999_999_999)
MARKS = [",", ".", "'", "’", " ", "\u00a0", "\u202f"]


def grouped(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)


@bounded
@given(NUMBERS, st.sampled_from(MARKS))
def test_a_number_is_the_same_however_it_is_grouped(number: int, mark: str) -> None:
    assert str(number) in terms(f"It is {grouped(number, mark)} in all.")


@bounded
@given(st.integers(1000, 999_999_999), st.sampled_from([",.", ".,", "'.", " ,"]))
def test_noughts_behind_the_point_change_nothing(number: int, marks: str) -> None:
    said = grouped(number, marks[0]) + marks[1] + "00"
    assert str(number) in terms(said)


@bounded
@given(st.integers(0, 999), st.integers(0, 99))
def test_a_comma_and_a_point_make_the_same_decimal(whole: int, fraction: int) -> None:
    point, comma = (set(terms(f"{whole}{mark}{fraction}")) for mark in ".,")
    assert point & comma


@bounded
@given(NUMBERS, NUMBERS, st.sampled_from(MARKS), st.sampled_from(MARKS))
def test_different_numbers_share_no_whole(one: int, other: int, mark: str, another: str) -> None:
    if one != other and min(one, other) >= 1000:
        assert str(other) not in terms(grouped(one, mark))
        assert str(one) not in terms(grouped(other, another))


@bounded
@given(NUMBERS, st.sampled_from("-−–"), st.sampled_from(["", "at ", "(", "| ", "= "]))
def test_the_sign_matters(number: int, sign: str, before: str) -> None:
    signed, plain = terms(f"{before}{sign}{number}"), terms(f"{before}{number}")
    assert f"minus{number}" in signed
    assert str(number) not in signed
    assert str(number) in plain


@pytest.mark.parametrize(
    "said", ["10-20", "10–20", "10 -20", "pages 3-20", "20%-20%", "COVID-20", "A-20"]
)
def test_a_hyphen_of_a_range_or_a_code_is_no_sign(said: str) -> None:
    assert not [term for term in terms(said) if term.startswith("minus")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20°C", "20 °C"),
        ("5kg", "5 kg"),
        ("-20°C", "−20 °C"),
        ("minus 20 °C", "-20 °C"),
        ("7,5kg", "7,5 kg"),
        ("v2.1", "2.1"),
    ],
)
def test_what_is_glued_to_a_number_changes_nothing(one: str, other: str) -> None:
    assert set(terms(one)) >= set(terms(other)) - {"v"}


@pytest.mark.parametrize(
    ("one", "other"), [("2.1", "2.10"), ("2.1.3", "2.1.30"), ("1.0", "10"), ("7.5", "75")]
)
def test_versions_and_decimals_of_other_figures_are_others(one: str, other: str) -> None:
    assert set(terms(f"version {one}")).isdisjoint(set(terms(other)) - {terms(one)[-1]})


def test_a_version_is_found_by_the_one_above_it() -> None:
    assert terms("2.1")[0] in terms("Since 2.1.3 it is faster.")


@pytest.mark.parametrize("said", ["3rd", "1990s", "B12", "mp3"])
def test_figures_in_a_word_stay_in_it(said: str) -> None:
    assert said.lower().removesuffix("s") in {term.removesuffix("s") for term in terms(said)}
