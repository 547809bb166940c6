"""Follow-ups: how a question that leans on others is told, and what it takes from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.errors import QuestionError
from pincite.retrieval.conversation.follow_up import FollowUp, leans_on_others
from pincite.retrieval.conversation.turns import ROLES, Turn, with_words
from tests.retrieval.conftest import TEXTS

LUNCH = Turn("user", "What is the lunch allowance in Hamburg?")
SAID = st.sampled_from(["and", "it", "lunch", "Berlin", "-", "?", "’", "汉字", "x.y", "\u200b", ""])
ODD = st.lists(SAID, max_size=8).map(" ".join) | st.text(max_size=80)
HISTORY = st.lists(st.builds(Turn, st.sampled_from(ROLES), ODD), max_size=12)


@pytest.mark.parametrize(
    "question",
    [
        "and in Berlin?",
        "what about the UK",
        "how about last year?",
        "why?",
        "why did that go up?",
        "in november?",
        "the secondary",
        "who decided that?",
        "what's her number?",
        "…and for the little ones",
        "which one did they go for?",
    ],
)
def test_what_goes_on_names_nothing_or_says_little_leans_on_others(question: str) -> None:
    assert leans_on_others(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who coined the phrase AI safety engineering?",
        "how much is a bouncy castle for one afternoon",
        "When does the autumn term begin at the music school?",
        "Where does the herring gull nest, and what does it eat on the cliffs?",
    ],
)
def test_what_names_its_subject_stands_alone(question: str) -> None:
    assert not leans_on_others(question)


@pytest.mark.parametrize(
    "history", [[], [Turn("assistant", "Hello.")], [Turn("user", " ")], [Turn("user", "?!")]]
)
def test_without_a_question_before_it_nothing_is_taken_along(history: list[Turn]) -> None:
    assert FollowUp.of("and in Berlin?", history) is None


def test_the_newest_turn_weighs_most_and_the_last_answer_stands_beside_it() -> None:
    history = [
        Turn("user", "Who runs the office?"),
        Turn("assistant", "Mara Lind."),
        LUNCH,
        Turn("assistant", "14 euros a day."),
    ]
    follow_up = FollowUp.of("and for how long?", history)
    assert follow_up is not None
    assert follow_up.leans
    assert follow_up.before == LUNCH.text
    texts = [one.text for one in follow_up.said]
    assert texts == [LUNCH.text, "14 euros a day.", "Who runs the office?"]
    newest, answer, oldest = (one.share for one in follow_up.said)
    assert newest == 1 > oldest > 0
    assert 1 > answer > 0
    assert follow_up.text == " ".join(texts)


def test_an_answer_that_another_question_followed_is_not_taken_along() -> None:
    history = [Turn("user", "Who runs it?"), Turn("assistant", "Mara Lind."), LUNCH]
    follow_up = FollowUp.of("and in Berlin?", history)
    assert follow_up is not None
    assert "Mara" not in follow_up.text


def test_a_chain_of_follow_ups_keeps_the_subject_that_it_began_with() -> None:
    history = [Turn("user", "Who runs the office?"), LUNCH, Turn("user", "why?")]
    follow_up = FollowUp.of("and then?", history)
    assert follow_up is not None
    assert follow_up.before == f"{LUNCH.text} why?"
    assert follow_up.subject("and then?") == ("lunch allowance", "Hamburg")


def test_where_all_turns_lean_on_others_the_first_is_the_subject() -> None:
    follow_up = FollowUp.of("and then?", [Turn("user", "the lunch?"), Turn("user", "why?")])
    assert follow_up is not None
    assert follow_up.before == "the lunch? why?"


def test_what_a_question_leans_on_leaves_room_for_the_question() -> None:
    told = "We have moved to the old mill by the river, where there is room for forty people. "
    follow_up = FollowUp.of("and in Berlin?", [Turn("user", f"{told * 4}What is the rent?")])
    assert follow_up is not None
    assert len(follow_up.before) <= 160
    assert (told * 4).startswith(f"{follow_up.before} ")


def test_a_long_conversation_is_cut_to_its_last_turns() -> None:
    history = [Turn("user", f"What is number {n}? {'word ' * 4000}") for n in range(500)]
    follow_up = FollowUp.of("why?", history)
    assert follow_up is not None
    assert follow_up.before.startswith("What is number 499?")
    assert len(follow_up.text) < 10_000
    assert "number 400" not in follow_up.text


def test_the_subject_is_what_was_asked_before_and_then_what_is_asked_now() -> None:
    follow_up = FollowUp.of("and in Berlin?", [LUNCH])
    assert follow_up is not None
    assert follow_up.subject("and in Berlin?") == ("lunch allowance", "Berlin")
    follow_up = FollowUp.of("why?", [LUNCH])
    assert follow_up is not None
    assert follow_up.subject("why?") == ("lunch allowance", "Hamburg")
    assert follow_up.subject("and the lunch?") == ("allowance", "Hamburg", "lunch")


def test_a_name_takes_the_place_of_another_turn_after_turn() -> None:
    follow_up = FollowUp.of("what about Lisbon?", [LUNCH, Turn("user", "and in Berlin?")])
    assert follow_up is not None
    assert follow_up.before == LUNCH.text.replace("Hamburg", "Lisbon")
    assert "Hamburg" not in follow_up.text
    assert "Berlin" not in follow_up.text
    assert follow_up.subject("what about Lisbon?") == ("lunch allowance", "Lisbon")


@given(question=ODD, history=HISTORY)
def test_whatever_was_said_shares_are_shares_and_the_subject_is_verbatim(
    question: str, history: list[Turn]
) -> None:
    follow_up = FollowUp.of(question, history)
    asked = [turn for turn in with_words(history) if turn.role == "user"]
    assert (follow_up is None) == (not asked)
    if follow_up is None:
        return
    assert len(follow_up.before) <= 160
    said = " ".join([*(turn.text for turn in asked), question])
    assert all(letter in said for letter in follow_up.before)
    assert all(0 < one.share <= 1 for one in follow_up.said)
    for piece in follow_up.subject(question):
        for word in piece.split(" "):
            assert word in follow_up.before or word in question


@given(history=HISTORY)
def test_turns_with_words_are_kept_in_order(history: list[Turn]) -> None:
    kept = with_words(history)
    assert kept == [one for one in history if any(map(str.isalnum, one.text))]


def test_text_that_cannot_be_encoded_is_left_out() -> None:
    [turn] = with_words([Turn("user", "lunch \ud800 allowance"), Turn("user", "\ud800")])
    assert turn.text == "lunch  allowance"


def test_another_role_is_refused_by_its_name() -> None:
    with pytest.raises(QuestionError, match="'system'"):
        Turn("system", TEXTS["birds.txt"])  # type: ignore[arg-type]
