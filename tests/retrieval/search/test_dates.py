"""A day has one term in any form; another day has another."""

from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search.analysis import terms

MONTHS = calendar.month_name[1:]
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
FORMS = [
    "{y}-{m:02}-{d:02}",
    "{y}/{m:02}/{d:02}",
    "{d:02}.{m:02}.{y}",
    "{d}.{m}.{y}",
    "{d}/{m}/{y}",
    "{m}/{d}/{y}",
    "{d} {name} {y}",
    "{d}. {name} {y}",
    "{d}th of {name} {y}",
    "{name} {d}, {y}",
    "{name} {d} {y}",
    "{short} {d}, {y}",
    "{d}-{short}-{y}",
    "{y}{m:02}{d:02}",
    "{y}-{m:02}-{d:02}T09:30",
]
bounded = settings(max_examples=60)


def written(day: date, form: str) -> str:
    name = MONTHS[day.month - 1]
    return form.format(y=day.year, m=day.month, d=day.day, name=name, short=name[:3])


@bounded
@given(DAYS, st.sampled_from(FORMS))
def test_a_day_has_its_term_in_every_form(day: date, form: str) -> None:
    assert f"d{day:%Y%m%d}" in terms(f"It was on {written(day, form)}, they say.")


@bounded
@given(DAYS, DAYS, st.sampled_from(FORMS))
def test_another_day_does_not_have_it(day: date, other: date, form: str) -> None:
    turned = day.day == other.month and day.month == other.day and day.year == other.year
    if day != other and not (turned and "/" in form):
        assert f"d{day:%Y%m%d}" not in terms(written(other, form))


@bounded
@given(DAYS, st.sampled_from(FORMS))
def test_a_day_is_also_of_its_month_and_of_every_year(day: date, form: str) -> None:
    there = terms(written(day, form))
    assert f"m{day:%Y%m}" in there
    assert terms(f"{day.day} {MONTHS[day.month - 1]}")[-1] in there
    assert terms(f"{MONTHS[day.month - 1]} {day.year}")[-1] in there


def test_a_date_that_may_be_two_has_both_terms() -> None:
    assert {"d20240304", "d20240403"} <= set(terms("3/4/2024"))


@pytest.mark.parametrize("said", ["31.2.2024", "2024-13-01", "0/0/2024", "45 March 2024"])
def test_what_is_no_day_has_no_term(said: str) -> None:
    assert not [term for term in terms(said) if term[0] == "d" and term[1:].isdigit()]


def test_the_words_of_a_date_stay_searchable() -> None:
    assert {"3", "march", "2024"} <= set(terms("3 March 2024"))
