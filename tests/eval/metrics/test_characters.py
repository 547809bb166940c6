from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.metrics.characters import Place, first, shared, size, union
from tests.eval.conftest import bounded, characters, place, places


@bounded
@given(places())
def test_a_union_has_the_same_characters_as_its_places(given_places: list[Place]) -> None:
    assert characters(union(given_places)) == characters(given_places)


@bounded
@given(places())
def test_a_union_is_in_order_and_its_places_do_not_touch(given_places: list[Place]) -> None:
    for (doc, span), (next_doc, next_span) in pairwise(union(given_places)):
        assert (doc, span.end) < (next_doc, next_span.start)


@bounded
@given(places())
def test_the_size_counts_each_character_once(given_places: list[Place]) -> None:
    assert size(given_places) == len(characters(given_places))


@bounded
@given(places(), places())
def test_shared_characters_are_those_of_both_sides(left: list[Place], right: list[Place]) -> None:
    assert shared(left, right) == len(characters(left) & characters(right))


@bounded
@given(places(), st.integers(0, 60))
def test_the_first_characters_are_those_within_the_budget(
    given_places: list[Place], budget: int
) -> None:
    row = [(doc, at) for doc, span in given_places for at in range(span.start, span.end)]
    kept = first(given_places, budget)
    assert [(doc, at) for doc, span in kept for at in range(span.start, span.end)] == row[:budget]


def test_the_same_offsets_in_two_documents_share_nothing() -> None:
    assert shared([place("a", 0, 10)], [place("b", 0, 10)]) == 0


def test_places_that_touch_become_one() -> None:
    assert union([place("a", 5, 9), place("a", 0, 5)]) == [place("a", 0, 9)]
