"""Foreign questions: what one set asks, put to the documents of another, has no answer there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pincite.eval.fit.foreign import answered, foreign
from pincite.eval.goldset import GoldSet, Question, load
from pincite.eval.run import Outcome, Run
from pincite.retrieval.conversation.turns import Turn
from tests.eval.conftest import Ask, write_gold


@pytest.fixture
def gold(tmp_path: Path) -> GoldSet:
    return load(write_gold(tmp_path / "small"))


def other(number: int, *history: Turn, name: str = "other") -> GoldSet:
    """A set of so many questions, each after these turns."""
    questions = tuple(
        Question(f"q{n}", f"What of {n}?", ("it",), (), True, scope_doc="d", history=history)
        for n in range(number)
    )
    return GoldSet(name, {}, questions)


def test_the_documents_stay_and_none_of_the_questions_has_an_answer(gold: GoldSet) -> None:
    put = foreign(gold, [other(3), other(2, name="third")])
    assert put.documents == gold.documents
    assert {q.id for q in put.questions} == {
        *(f"other/q{n}" for n in range(3)),
        "third/q0",
        "third/q1",
    }
    assert {(q.answerable, q.scope_doc, q.evidence, q.answers) for q in put.questions} == {
        (False, None, (), ())
    }


def test_of_many_questions_the_same_ones_are_taken_each_time(gold: GoldSet) -> None:
    put = foreign(gold, [other(100)], sample=7)
    assert len({q.id for q in put.questions}) == 7
    assert put == foreign(gold, [other(100)], sample=7)


def test_questions_of_a_conversation_are_left_out(gold: GoldSet) -> None:
    assert foreign(gold, [other(3, Turn("user", "Why?"))]).questions == ()


def test_what_is_answered_or_failed_counts_against_its_set(ask: Ask) -> None:
    run: Run = ask()
    one, two = (Question(n, "Why?", (), (), False, kind=n) for n in ("a", "b"))
    outcomes = (
        Outcome(one, answered=True, confidence=0.9),
        Outcome(one, confidence=0.1),
        Outcome(one, error="it broke"),
        Outcome(two, confidence=0.2),
    )
    found = answered(replace(run, outcomes=outcomes))
    assert [(a.of, a.share.n, round(a.share.value, 3)) for a in found] == [
        ("a", 3, 0.667),
        ("b", 1, 0.0),
    ]
    assert (found[0].share.low, found[0].share.high) == (0.0, 1.0)
    assert [a.confidence for a in found] == [0.1, 0.2]
