"""A misspelt word stands for the nearest word of the library, and for none that is far."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search import vocabulary as module
from pincite.retrieval.search.vocabulary import Vocabulary, edit_distance

bounded = settings(max_examples=100)
WORDS = st.text("abcd", min_size=0, max_size=7)


def reference(one: str, other: str) -> int:
    """Optimal string alignment, by its definition."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i, j in product(range(1, len(one) + 1), range(1, len(other) + 1)):
        table[i, j] = min(
            table[i - 1, j] + 1,
            table[i, j - 1] + 1,
            table[i - 1, j - 1] + (one[i - 1] != other[j - 1]),
        )
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]


@bounded
@given(WORDS, WORDS, st.integers(1, 3))
def test_the_distance_is_that_of_its_definition_up_to_the_limit(
    one: str, other: str, limit: int
) -> None:
    assert edit_distance(one, other, limit) == min(reference(one, other), limit + 1)


@bounded
@given(st.lists(st.text("abcdefg", min_size=3, max_size=10), max_size=30), st.data())
def test_the_nearest_is_the_best_of_all_words(words: list[str], data: st.DataObject) -> None:
    typed = data.draw(st.text("abcdefg", min_size=4, max_size=10))
    limit = 2 if len(typed) >= 8 else 1
    counts = {word: words.count(word) for word in words}
    same = [w for w in counts if w[0] == typed[0] and reference(typed, w) <= limit]
    near = same or [w for w in counts if reference(typed, w) <= 1]
    best = min(near, key=lambda w: (reference(typed, w), -counts[w], w), default=None)
    assert Vocabulary.of(words).nearest(typed) == best


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vacine", "vaccine"),
        ("frist", "first"),
        ("tempriture", "temperature"),
        ("Kohlbrandt".lower(), "köhlbrandt"),
        ("xyzzyx", None),
        ("cat", None),
    ],
)
def test_one_edit_or_two_in_a_long_word(typed: str, meant: str | None) -> None:
    library = "The vaccine was first kept at a temperature for Ms Köhlbrandt and her cats."
    assert Vocabulary.of([library]).nearest(typed) == meant


def test_the_more_frequent_word_is_meant() -> None:
    assert Vocabulary.of(["collar cooler", "cooler"]).nearest("coller") == "cooler"


def test_a_name_is_only_corrected_within_a_letter_and_not_its_first() -> None:
    vocabulary = Vocabulary.of(["Adeyemi Katarina"])
    assert vocabulary.nearest("adeyemy", careful=True) == "adeyemi"
    assert vocabulary.nearest("oatarina", careful=True) is None
    assert vocabulary.nearest("katerino", careful=True) is None


def test_an_empty_vocabulary_has_nothing_near() -> None:
    assert Vocabulary("").nearest("vacine") is None


def test_few_of_many_words_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = random.Random(1)
    words = ["".join(letters.choices("etaoinshrdlucmfw", k=9)) for _ in range(20_000)]
    measured = []

    def counted(one: str, other: str, limit: int) -> int:
        measured.append(other)
        return edit_distance(one, other, limit)

    monkeypatch.setattr(module, "edit_distance", counted)
    assert Vocabulary.of([*words, "temperature"]).nearest("tempriture") == "temperature"
    assert len(measured) < 200
