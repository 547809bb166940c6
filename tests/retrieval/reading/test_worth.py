"""What puts one passage before another of the same rank."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pincite.retrieval.reading.choose import choose
from pincite.retrieval.reading.definitions import defined_term, defines
from pincite.retrieval.search.answer_type import Asked
from tests.retrieval.conftest import make_document
from tests.retrieval.reading.helpers import query, reading_of

PIER = make_document(
    "# Pier\n\nThe crane was bought by the town and painted green by its friends.\n\n"
    "The crane was bought for 9,400 euro and painted twice.\n\n"
    "The crane came to the pier on 4 May and stays.\n\n"
    "The SAT is run by the crew.\n\nSAT: site acceptance test, run by the crew.\n\n"
    "The small plan has a fee.\n\nThe large plan has no fee.\n",
    "pier.md",
)
EQUAL = {"crane": 0.8, "SAT": 0.8, "plan": 0.8}


def first(question: str, *keys: str) -> str:
    """The first quote where the passages with these words rank the same."""
    reading = reading_of(PIER, {}, {key: EQUAL[key] for key in keys}, tokens=16)
    quotes = choose(
        replace(query(question), asked=Asked.of(question)),
        reading,
        {PIER.id: PIER}.__getitem__,
        1,
    )
    return quotes[0].text


@pytest.mark.parametrize(
    ("question", "key", "words"),
    [
        ("how much was the crane", "crane", "9,400 euro"),
        ("crane price", "crane", "9,400 euro"),
        ("when did the crane come", "crane", "4 May"),
        ("what does SAT mean", "SAT", "site acceptance test"),
        ("what is SAT", "SAT", "site acceptance test"),
        ("which plan has no fee", "plan", "no fee"),
        ("which plan is without a fee", "plan", "no fee"),
    ],
)
def test_of_equal_passages_that_with_the_thing_asked_for_is_first(
    question: str, key: str, words: str
) -> None:
    assert words in first(question, key)


@pytest.mark.parametrize(
    ("question", "key", "words"),
    [
        ("who bought the crane", "crane", "by the town"),
        ("which plan has a fee", "plan", "small plan"),
        ("who runs the SAT", "SAT", "The SAT is run"),
    ],
)
def test_otherwise_equal_passages_keep_their_order(question: str, key: str, words: str) -> None:
    assert words in first(question, key)


def test_a_heading_leads_to_the_best_passage_under_it() -> None:
    budget = make_document(
        "# Budget 2026\n\nThe year was dull and long.\n\nSail: 1,850 euro for the playground.\n\n"
        "# Talk\n\nNobody said much.\n",
        "budget.md",
    )
    reading = reading_of(budget, {}, {"Budget": 0.9, "Sail": 0.8, "dull": 0.5}, tokens=12)
    headed = [
        replace(h, stored=replace(h.stored, passage=replace(h.stored.passage, kind="heading")))
        if "Budget" in budget.text[h.stored.passage.span.start : h.stored.passage.span.end]
        else h
        for h in reading.hits
    ]
    quotes = choose(
        query("sail budget 2026"), replace(reading, hits=headed), {budget.id: budget}.__getitem__, 1
    )
    assert quotes[0].text.startswith("Sail: 1,850")


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What does LS mean on the tanks?", "LS"),
        ("what is a berth", "berth"),
        ("whats the SAT?", "SAT"),
        ("define demurrage", "demurrage"),
        ("what is the price of a berth", None),
        ("what is the best way to get from the pier to town", None),
        ("who is Ana", None),
    ],
)
def test_the_term_whose_meaning_is_asked_is_told(question: str, term: str | None) -> None:
    assert defined_term(question) == term


@pytest.mark.parametrize(
    "text",
    [
        "LS = Langer Stich",
        "LS: Langer Stich",
        "| LS | Langer Stich |",
        "Langer Stich (LS) is steep.",
        "LS stands for Langer Stich",
        "An LS is a steep plot.",
    ],
)
def test_a_meaning_is_told_by_what_stands_beside_the_term(text: str) -> None:
    assert defines("LS", text)


@pytest.mark.parametrize("text", ["We mowed LS in May.", "The ALS: a boat.", "LSD = a drug"])
def test_a_mention_is_no_meaning(text: str) -> None:
    assert not defines("LS", text)


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("guest wifi password", ("amount",)),
        ("fire drill date", ("time",)),
        ("red lanyard", ()),
        ("what do I bring when I come", ()),
        ("how fast must they react", ("time",)),
        ("what did the roof cost", ("amount",)),
    ],
)
def test_the_thing_asked_for_is_named_in_words_without_a_verb(
    question: str, kinds: tuple[str, ...]
) -> None:
    assert Asked.of(question).kinds == kinds
