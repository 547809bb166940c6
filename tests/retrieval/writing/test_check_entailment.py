"""The check with a network: what rules decide alone, and what it decides."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.retrieval.writing.check import check
from pincite.retrieval.writing.copied import is_copied
from pincite.retrieval.writing.entailment import OBJECTIONS, Objection
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.types import Draft, Sentence

QUESTION = "What do guests pay?"
QUOTES = (
    Evidence("Guests pay 5 € a night. Dogs are not allowed.", "Camp\nPrices"),
    Evidence("Ana Lima runs the kitchen. The kitchen opens at 8.", "Camp\nKitchen"),
)


class Fake:
    """A network that is as sure of every sentence, and remembers what it was asked."""

    def __init__(self, odds: float, **thresholds: float) -> None:
        self.odds = odds
        self.asked: list[tuple[str, tuple[Evidence, ...]]] = []
        self.thresholds: dict[Objection, float] = {
            one: thresholds.get(one, 0.0) for one in OBJECTIONS
        }

    def log_odds(self, text: str, quotes: Sequence[Evidence]) -> float:
        self.asked.append((text, tuple(quotes)))
        return self.odds


def said(text: str, network: Fake | None, *cites: int) -> Sentence:
    return check(Draft(text, cites or (1,)), QUOTES, QUESTION, entailment=network)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Guests pay 6 € a night.", "6"),
        ("Guests pay $5 a night.", "$5"),
        ("Guests pay 5 € at https://a.example.", "https://a.example"),
    ],
)
def test_a_number_a_unit_or_an_address_that_is_not_there_is_struck_however_sure_it_is(
    text: str, missing: str
) -> None:
    sure = Fake(99.0)
    found = said(text, sure)
    assert found == said(text, None)
    assert (found.verdict, found.missing) == ("unsupported", (missing,))
    assert not sure.asked


REWORDED = {
    "name": "Bruno asks guests for 5 €.",
    "denial": "Dogs are allowed.",
    "clause": "A night is 5 € that guests pay, with warm showers.",
    "thin": "Guests sleep soundly.",
    "nothing": "For a night, guests pay 5 €.",
}


@pytest.mark.parametrize("objection", OBJECTIONS)
def test_the_network_decides_by_the_threshold_of_what_the_rules_object_to(
    objection: Objection,
) -> None:
    text = REWORDED[objection]
    others = {one: 99.0 for one in OBJECTIONS if one != objection}
    assert said(text, Fake(1.0, **others, **{objection: 1.0})).verdict == "supported"
    below = said(text, Fake(-0.1))
    alone = said(text, None)
    if objection == "nothing":
        assert (below.verdict, below.missing, alone.verdict) == ("unsupported", (), "supported")
    else:
        assert below == alone
        assert below.verdict != "supported"


@pytest.mark.parametrize(
    "text",
    [
        # added to what stands there word after word
        "Gladly done, with pleasure: guests pay 5 € a night.",
        # four words of content in a row
        "Guests pay 5 € because showers, soap, towels and sheets cost money.",
    ],
)
def test_a_clause_that_is_no_other_words_is_struck_however_sure_it_is(text: str) -> None:
    sure = Fake(99.0)
    assert said(text, sure) == said(text, None)
    assert said(text, sure).verdict == "unsupported"
    assert not sure.asked


def test_a_sentence_of_the_quote_itself_needs_no_network() -> None:
    unsure = Fake(-99.0)
    for text in ("Guests pay 5 € a night.", "Dogs are not allowed.", "The dogs are not allowed"):
        assert said(text, unsure).verdict == "supported"
    assert not unsure.asked


def test_the_network_reads_the_quotes_that_are_cited_and_no_others() -> None:
    network = Fake(1.0)
    text = "The kitchen is run by Ana Lima."
    assert said(text, network, 2).verdict == "supported"
    assert network.asked == [(text, (QUOTES[1],))]


def test_a_marker_is_moved_to_a_quote_that_the_network_accepts_as_well() -> None:
    text = "The kitchen is run by Ana Lima."
    assert said(text, Fake(1.0, name=9.0), 1) == Sentence(text, (2,), "supported", moved=True)
    assert said(text, Fake(-1.0), 1).verdict == "unsupported"


def test_what_cites_nothing_is_left_out_without_a_look() -> None:
    sure = Fake(99.0)
    assert (
        check(Draft("Guests pay 5 €.", ()), QUOTES, QUESTION, entailment=sure).verdict == "uncited"
    )
    assert not sure.asked


@given(st.integers(0, 5), st.integers(1, 6))
def test_any_stretch_of_a_line_that_denies_nothing_is_copied(start: int, length: int) -> None:
    words = ["Ana", "Lima", "opens", "kitchens", "every", "winter", "morning", "early"]
    stretch = " ".join(words[start : start + length])
    assert is_copied(stretch, [Evidence(f"Rain fell. {' '.join(words)}. Snow fell.")])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Dogs swim.", "Dogs do not swim."),
        ("Dogs do not swim.", "Dogs swim."),
        ("Dogs swim fast.", "Fast dogs swim."),
        ("Dogs bark. Cats purr.", "Dogs bark. Loud cats purr."),
        ("It is.", "It was."),  # stop words alone say nothing
    ],
)
def test_what_is_denied_reordered_or_from_two_lines_is_not_copied(text: str, line: str) -> None:
    assert not is_copied(text, [Evidence(line)])
