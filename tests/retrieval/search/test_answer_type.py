from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search.answer_type import Asked

QUESTIONS = ["When was it?", "How many are there?", "Who said so?", "Why did it sink?", "Is it?"]


def said(question: str, sentence: str) -> float:
    return Asked.of(question).said_by(sentence)


@pytest.mark.parametrize(
    ("question", "answers", "does_not"),
    [
        ("When did it sink?", "It sank in 1912.", "It sank near the coast."),
        ("In what year was it built?", "Work began in March.", "Work began slowly."),
        ("How long did the voyage take?", "It took 12 days.", "It took very long."),
        ("How many sailors were there?", "There were forty-two, or 42.", "There were sailors."),
        ("How many barrels were below?", "Nine barrels were stored.", "Barrels were stored."),
        ("What percentage was lost?", "About 5% was lost.", "Some was lost."),
        ("Who steered?", "It was steered by Ada Berg.", "It was steered by the cook."),
        ("Where was it built?", "The yard stood in Bergen.", "The yard stood by the sea."),
        ("Why did it leak?", "It leaked because of the rust.", "It leaked at night."),
        ("What caused the fire?", "It was due to a lamp.", "It was bright."),
    ],
)
def test_a_sentence_with_what_is_asked_for_fits_and_one_without_does_not(
    question: str, answers: str, does_not: str
) -> None:
    assert said(question, answers) == 1
    assert said(question, does_not) == 0


@pytest.mark.parametrize("sentence", ["It was 1912.", "Because of Ada.", "", "Nothing at all."])
def test_a_question_of_no_such_kind_is_neutral_to_every_sentence(sentence: str) -> None:
    assert said("Is the rudder made of oak?", sentence) == 0.5


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When was the letter of 2015 signed?", "The letter of 2015 was signed."),
        ("Who wrote to Ada Berg?", "Somebody wrote to Ada Berg."),
        ("How many of the 42 sailors drowned?", "Of the 42 sailors, some drowned."),
    ],
)
def test_what_the_question_says_itself_is_not_new(question: str, sentence: str) -> None:
    assert said(question, sentence) == 0


def test_something_new_beside_what_the_question_says_fits() -> None:
    question = "When was the letter of 2015 signed?"
    assert said(question, "The letter of 2015 was signed in May 2016.") == 1


def test_the_first_word_of_a_sentence_is_no_name_for_its_capital() -> None:
    assert said("Who steered?", "Somebody did. Nobody knows.") == 0


def test_a_question_of_two_kinds_is_half_answered_by_one_of_them() -> None:
    assert said("Who built it, and when?", "They built it in 1912.") == 0.5
    assert said("Who built it, and when?", "The yard of Ada Berg built it in 1912.") == 1


@settings(max_examples=100)
@given(st.sampled_from(QUESTIONS) | st.text(max_size=40), st.text(max_size=80))
def test_the_share_is_between_0_and_1_for_any_text(question: str, sentence: str) -> None:
    assert 0 <= said(question, sentence) <= 1


WORDS = (
    "Ada the May 1912 2015 when 9 10 years in order to ensure due because nine of Who x-Y . ? - _"
    " É 5% ß İ"
)
PIECES = st.lists(st.sampled_from(WORDS.split()), max_size=8)


@settings(max_examples=300)
@given(PIECES, PIECES, st.sampled_from(["", " "]))
def test_a_sentence_says_what_it_says_with_the_words_of_the_question_hidden(
    words: list[str], pieces: list[str], between: str
) -> None:
    asked = Asked.of("Who, when, why and how many " + " ".join(words))
    sentence = between.join(pieces)
    hidden = re.sub(r"\w+", lambda m: "_" if m[0].lower() in asked.known else m[0], sentence)
    nothing_known = Asked(asked.kinds, frozenset())
    assert asked.said_by(sentence) == nothing_known.said_by(hidden)


@settings(max_examples=60)
@given(st.sampled_from(QUESTIONS[:4]))
def test_a_question_repeated_as_a_sentence_says_nothing_new(question: str) -> None:
    assert said(question, question) == 0
