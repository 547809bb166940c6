"""Short forms are found where documents define them, and nowhere else."""

from __future__ import annotations

import pytest

from pincite.retrieval.search.short_forms import ShortForms, definitions


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("The site acceptance test (SAT) follows.", "SAT", "site acceptance test"),
        ("The SAT (site acceptance test) follows.", "SAT", "site acceptance test"),
        ("| SAT | site acceptance test |", "SAT", "site acceptance test"),
        ("SAT: site acceptance test", "SAT", "site acceptance test"),
        ("SAT stands for site acceptance test.", "SAT", "site acceptance test"),
        ("United States of America (USA)", "USA", "United States of America"),
        ("all key performance indicators (KPIs)", "KPIs", "key performance indicators"),
        ("a hypertext markup language (HTML)", "HTML", "hypertext markup language"),
    ],
)
def test_a_short_form_is_read_with_its_words(text: str, short: str, long: str) -> None:
    assert list(definitions(text)) == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "See the figure below (Figure) for this.",
        "It opened in the year (USA).",
        "The manager (Anna) said so.",
        "SAT: the exam is on Monday",
        "(SAT)",
        "()",
        "site\nacceptance\ntest (SAT)",
    ],
)
def test_words_that_do_not_spell_it_are_not_its_own(text: str) -> None:
    assert list(definitions(text)) == []


def test_the_most_frequent_meanings_are_known() -> None:
    forms = ShortForms.of(["site acceptance test (SAT)"] * 2 + ["Saturday and tides (SAT)"])
    assert forms.long_forms["sat"][0] == ("site", "accept", "test")


def test_a_long_form_in_a_question_is_told_with_its_short_form() -> None:
    forms = ShortForms.of(["site acceptance test (SAT)"])
    assert list(forms.shortened(["budget", "site", "accept", "test"])) == [
        (("site", "accept", "test"), "sat")
    ]
    assert list(forms.shortened(["site", "budget", "test"])) == []


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Large language models (LLMs)", {"llm", "llms"}),
        ("World Health Organization (WHO)", {"xwho"}),
        ("research and development (R&D)", set()),
    ],
)
def test_a_short_form_is_known_by_the_term_that_a_text_has_for_it(
    text: str, known: set[str]
) -> None:
    assert set(ShortForms.of([text]).long_forms) == known


def test_what_is_written_is_read_again() -> None:
    forms = ShortForms.of(["site acceptance test (SAT)", "World Health Organization (WHO)"])
    assert ShortForms.from_json(forms.to_json()) == forms
