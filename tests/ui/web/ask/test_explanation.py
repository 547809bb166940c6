"""How an answer was found, in words: no Gradio, no model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pincite.retrieval.answer import Answer
from pincite.retrieval.confidence.confidence import Level
from pincite.retrieval.trace import Trace
from pincite.ui.web.ask.explanation import explanation
from pincite.ui.web.ask.trace_view import trace_view

GOOD = {"answer_logit": 2.0, "words": 0.7, "numbers": 1.0, "known": 1.0}
POOR = {"answer_logit": -2.0, "words": 0.2, "numbers": 0.0, "known": 1.0}


def explained(
    status: Level = "ANSWERED", features: dict[str, float] | None = None, **trace: Any
) -> list[str]:
    """The sentences for an answer with these features, and these values in its trace."""
    return explanation(given(status, GOOD if features is None else features, **trace))


def given(status: Level, features: dict[str, float], **trace: Any) -> Answer:
    scores = {"passages": [], "sentences": [], "features": features}
    plain = Trace(1, "hashing", "score", 0.3, scores, {"embed": 2.0})
    return Answer("Q?", status, 0.5, (), (), replace(plain, **trace))


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        ({"documents": 1234}, "I searched all 1,234 documents by meaning and by words."),
        ({"documents": 1}, "I searched the only document by meaning and by words."),
        ({}, "I searched all documents by meaning and by words."),
        ({"asked": 2, "left_out": 8}, "I searched 2 of 10 documents by meaning and by words."),
        (
            {"documents": 3, "corrected": {"saftey": "safety", "trian": "train"}},
            "I searched all 3 documents by meaning and by words, and read “saftey” as “safety” and "
            "“trian” as “train”.",
        ),
    ],
)
def test_it_begins_with_what_was_searched_and_which_words_were_read_otherwise(
    trace: dict[str, Any], said: str
) -> None:
    assert explained(**trace)[0] == said


def test_a_follow_up_says_what_was_looked_for() -> None:
    said = "The question leans on what was said before it, so I looked for: term · year."
    assert said in explained(carried=("term", "year"))
    assert len(explained()) == 2


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        ({"reranked": 10}, "Then I read the best 10 passages together with the question."),
        ({"reranked": 1}, "Then I read the best passage together with the question."),
        (
            {"milliseconds": {"rerank": 9.0}},  # of a version that did not count them
            "Then I read the best passages together with the question.",
        ),
    ],
)
def test_it_says_how_many_passages_were_read_with_the_question(
    trace: dict[str, Any], said: str
) -> None:
    assert said in explained(**trace)


@pytest.mark.parametrize(
    ("status", "features", "said"),
    [
        (
            "ANSWERED",
            GOOD,
            "The first quote reads like an answer and has most of the words that matter in the "
            "question.",
        ),
        (
            "ANSWERED",
            {**GOOD, "words": 0.5},
            "The first quote reads like an answer, but has about half of the words that matter in "
            "the question.",
        ),
        (
            "UNSURE",
            {**GOOD, "answer_logit": -1.0, "words": 1.0},
            "The first quote does not read like an answer, but has all of the words that matter in "
            "the question.",
        ),
        (
            "NOT_FOUND",
            POOR,
            "The closest passage does not read like an answer and has few of the words that matter "
            "in the question and lacks a number that the question has.",
        ),
        ("NOT_FOUND", {}, "Nothing in them has to do with the question."),
        (
            "ANSWERED",
            {**POOR, "overview": 1.0},
            "You ask about a document as a whole, so I show how it begins.",
        ),
        (
            "UNSURE",
            {**POOR, "known": 0.0},
            "The question or the text is in a language that the models were not trained on, so "
            "only the words that both have count.",
        ),
    ],
)
def test_it_ends_with_what_makes_it_sure_or_unsure(
    status: Level, features: dict[str, float], said: str
) -> None:
    assert explained(status, features)[-1] == said


@pytest.mark.parametrize("status", ["ANSWERED", "UNSURE", "NOT_FOUND"])
@pytest.mark.parametrize("features", [GOOD, POOR, {"score": 0.5}])
def test_it_is_two_to_four_sentences_whatever_happened(
    status: Level, features: dict[str, float]
) -> None:
    assert len(explained(status, features)) == 2
    full = explained(status, features, carried=("a",), reranked=3, corrected={"b": "c"})
    assert len(full) == 4
    assert all(sentence.endswith(".") for sentence in full)


def test_the_figures_stand_behind_a_fold_of_their_own_and_nothing_is_markup() -> None:
    drawn = trace_view(given("ANSWERED", GOOD, carried=("<b>",), corrected={"<i>": "<u>"}))
    words, figures = drawn.split('<details class="figures">')
    assert "<table" not in words
    assert "&lt;b&gt;" in words
    assert "“&lt;i&gt;” as “&lt;u&gt;”" in words
    assert figures.startswith("<summary>All figures · 2 ms</summary><table>")
