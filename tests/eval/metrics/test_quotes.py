from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.metrics.characters import Place
from pincite.eval.metrics.quotes import hits, overlap, quote_hit
from tests.eval.conftest import a_place, bounded, characters, place, places

EVIDENCE = place("a", 100, 140)


@pytest.mark.parametrize(
    ("quote", "hit"),
    [
        (place("a", 100, 140), True),
        (place("a", 0, 500), True),  # all of the shorter one, the evidence
        (place("a", 120, 160), True),  # 20 of 40 is half
        (place("a", 121, 161), False),  # 19 of 40
        (place("a", 98, 102), True),  # 2 of the 4 of the quote
        (place("a", 97, 101), False),  # 1 of 4
        (place("a", 140, 150), False),  # next to it
        (place("b", 100, 140), False),  # another document
        (place("a", 110, 110), False),  # no characters
    ],
)
def test_a_quote_hits_with_half_of_the_shorter_one(quote: Place, hit: bool) -> None:
    assert hits(quote, EVIDENCE) is hit
    assert hits(EVIDENCE, quote) is hit


@bounded
@given(a_place(), a_place())
def test_a_hit_is_half_of_the_characters_of_the_smaller_set(quote: Place, gold: Place) -> None:
    mine, theirs = characters([quote]), characters([gold])
    least = min(len(mine), len(theirs))
    assert hits(quote, gold) == (least > 0 and len(mine & theirs) / least >= 0.5)


def test_a_hit_counts_from_its_rank_on() -> None:
    quotes = [place("b", 0, 9), place("a", 0, 9), EVIDENCE]
    found = [quote_hit(quotes, [EVIDENCE], k) for k in (1, 2, 3, 10)]
    assert found == [0.0, 0.0, 1.0, 1.0]


def test_any_of_several_evidences_will_do() -> None:
    assert quote_hit([EVIDENCE], [place("b", 0, 9), EVIDENCE], 1) == 1.0


@bounded
@given(places(), places(smallest=1, least=1), st.integers(1, 4))
def test_quote_hit_looks_at_the_first_k_quotes(
    quotes: list[Place], evidence: list[Place], k: int
) -> None:
    pairs = [(quote, gold) for rank, quote in enumerate(quotes) if rank < k for gold in evidence]
    assert quote_hit(quotes, evidence, k) == (1.0 if any(hits(*pair) for pair in pairs) else 0.0)


def test_overlap_by_hand() -> None:
    # Quotes: [0, 10) and [5, 15), so 15 characters. Evidence: [10, 30) in a and [0, 5) in b, so
    # 25. Shared: [10, 15), so 5. Precision 5/15, recall 5/25, union 15 + 25 - 5 = 35.
    quotes = [place("a", 0, 10), place("a", 5, 15)]
    evidence = [place("a", 10, 30), place("b", 0, 5)]
    assert overlap(quotes, evidence) == (5 / 15, 5 / 25, 5 / 35)


def test_the_evidence_itself_is_perfect() -> None:
    assert overlap([EVIDENCE], [EVIDENCE]) == (1.0, 1.0, 1.0)


def test_without_quotes_everything_is_zero() -> None:
    assert overlap([], [EVIDENCE]) == (0.0, 0.0, 0.0)
    assert quote_hit([], [EVIDENCE], 3) == 0.0


@bounded
@given(places(), places(smallest=1, least=1))
def test_overlap_equals_set_arithmetic_on_characters(
    quotes: list[Place], evidence: list[Place]
) -> None:
    shown, wanted = characters(quotes), characters(evidence)
    both = len(shown & wanted)
    precision = both / len(shown) if shown else 0.0
    assert overlap(quotes, evidence) == (precision, both / len(wanted), both / len(shown | wanted))
