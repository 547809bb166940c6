from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.metrics.answers import contained, exact_match, f1, normalised
from tests.eval.conftest import bounded

TEXT = st.lists(
    st.sampled_from(["the", "a", "An", "cat", "Cat,", "can", "x-ray", "1997.", "(he)", "!", ""]),
    max_size=7,
).map(" ".join)
ANSWERS = st.lists(TEXT, max_size=3)


def own_words(text: str) -> list[str]:
    """SQuAD's normalisation without regular expressions; right for texts of ASCII."""
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return [word for word in kept.split() if word not in {"a", "an", "the"}]


def own_f1(prediction: str, answer: str) -> float:
    """The harmonic mean of precision and recall of words, each word used once."""
    said, left = own_words(prediction), own_words(answer)
    if not said or not left:
        return 1.0 if said == left else 0.0
    wanted, same = len(left), 0
    for word in said:
        if word in left:
            left.remove(word)
            same += 1
    if same == 0:
        return 0.0
    precision, recall = same / len(said), same / wanted
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Cat", ["cat"]),
        ("an  apple\ta\nday", ["apple", "day"]),
        ("there than ant", ["there", "than", "ant"]),  # articles only as whole words
        ("x-ray, U.S.!", ["xray", "us"]),
        ("O'Brien's $5.00", ["obriens", "500"]),
        ("the-cat", ["thecat"]),  # punctuation goes first
        ("café Ärger", ["café", "ärger"]),
        ("... the !", []),
    ],
)
def test_case_punctuation_articles_and_blanks_do_not_count(text: str, words: list[str]) -> None:
    assert normalised(text) == words


@bounded
@given(st.text(string.ascii_letters + string.punctuation + " \t\n", max_size=60))
def test_normalisation_equals_an_own_one(text: str) -> None:
    assert normalised(text) == own_words(text)


@pytest.mark.parametrize(
    ("prediction", "answers", "match"),
    [
        ("The cat.", ["dog", "cat"], 1.0),
        ("cat dog", ["dog cat"], 0.0),
        ("cats", ["cat"], 0.0),
        ("", ["cat"], 0.0),
        ("cat", [], 0.0),
        ("", [], 0.0),
    ],
)
def test_exact_match_is_with_one_of_the_answers(
    prediction: str, answers: list[str], match: float
) -> None:
    assert exact_match(prediction, answers) == match


@pytest.mark.parametrize(
    ("prediction", "answers", "score"),
    [
        # same: cat, sat; precision 2/4, recall 2/3: 2 * 2 / (4 + 3)
        ("The black cat sat down", ["cat sat still"], 4 / 7),
        ("the black cat", ["white dog", "a cat"], 2 / 3),  # the better answer; 2 * 1 / (2 + 1)
        ("cat cat cat", ["cat"], 2 / 4),  # the answer's one cat is used once
        ("cat", ["dog"], 0.0),
        ("", ["cat"], 0.0),
        ("cat", [""], 0.0),
        ("the", ["an"], 1.0),  # nothing against nothing
        ("cat", [], 0.0),
    ],
)
def test_f1_by_hand(prediction: str, answers: list[str], score: float) -> None:
    assert f1(prediction, answers) == pytest.approx(score)


@bounded
@given(TEXT, ANSWERS)
def test_f1_equals_the_best_harmonic_mean(prediction: str, answers: list[str]) -> None:
    expected = max([own_f1(prediction, answer) for answer in answers], default=0.0)
    assert f1(prediction, answers) == pytest.approx(expected)


@bounded
@given(TEXT, ANSWERS)
def test_exact_match_equals_equal_words(prediction: str, answers: list[str]) -> None:
    same = own_words(prediction) in [own_words(answer) for answer in answers]
    assert exact_match(prediction, answers) == (1.0 if same else 0.0)


@pytest.mark.parametrize(
    ("quotes", "answers", "there"),
    [
        (["Nine barrels of oil."], ["nine barrels"], 1.0),
        (["Nine barrels of oil."], ["line", "barrel"], 0.0),  # inside of words
        (["Nine barrels of oil."], ["nine oil"], 0.0),  # not in a row
        (["barrels, nine"], ["the barrels nine!"], 1.0),
        (["Nine", "barrels"], ["nine barrels"], 0.0),  # not across quotes
        (["It was empty.", "Nine of them."], ["nine"], 1.0),
        (["Nine barrels"], ["", "the"], 0.0),  # answers without words
        (["Nine barrels"], [], 0.0),
        ([], ["nine"], 0.0),
        ([""], ["nine"], 0.0),
    ],
)
def test_an_answer_stands_in_a_quote_as_whole_words(
    quotes: list[str], answers: list[str], there: float
) -> None:
    assert contained(quotes, answers) == there


@bounded
@given(st.lists(TEXT, max_size=3), ANSWERS)
def test_contained_equals_a_search_word_by_word(quotes: list[str], answers: list[str]) -> None:
    rows = [own_words(quote) for quote in quotes]
    found = any(
        row[start : start + len(words)] == words
        for words in map(own_words, answers)
        if words
        for row in rows
        for start in range(len(row))
    )
    assert contained(quotes, answers) == (1.0 if found else 0.0)
