"""Lessons for the checker: what comes up for a gold set's questions, and what they make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.fit.hard_negatives import Retrieved, retrieved
from pincite.eval.fit.lessons import KINDS, lessons, write
from pincite.eval.fit.lessons import load as load_lessons
from pincite.eval.goldset import Question, load
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.settings import load_settings
from tests.eval.conftest import NOWHERE, OWL, SCOPED, SHIP, TEXTS, documents, write_gold

TEXT = "The schooner Aurora left Bergen in 1912. A storm broke its mainmast near Iceland."


def came_up(folder: Path, questions: list[dict[str, object]]) -> list[Retrieved]:
    gold = load(write_gold(folder, questions))
    return list(retrieved(gold, load_settings(), HashingEmbedder(), lambda *_: None))


def asked(
    question: str = "When did the Aurora leave Bergen?",
    *,
    answers: tuple[str, ...] = ("1912",),
    answerable: bool = True,
    everywhere: bool = False,
    scope: str | None = None,
    texts: tuple[tuple[str, bool], ...] = ((TEXT, True), ("Lamp oil is dear in Oslo.", False)),
) -> Retrieved:
    found = Question("q", question, answers, (), answerable, scope_doc=scope)
    evidence = next((text for text, holds in texts if holds), None)
    return Retrieved(found, everywhere, texts, evidence, "harbour", "Ships")


def test_what_came_up_is_marked_where_it_holds_the_evidence(tmp_path: Path) -> None:
    found = came_up(tmp_path / "gold", [OWL, SHIP, NOWHERE])
    owl = [r for r in found if r.question.id == "owl"]
    assert [r.everywhere for r in owl] == [False, True]  # of its document, then of all
    for r in owl:
        assert r.evidence is not None
        assert "hunts mice at night" in r.evidence
        assert all(holds == ("hunts mice at night" in text) for text, holds in r.texts)
    [nowhere] = [r for r in found if r.question.id == "nowhere"]
    assert nowhere.everywhere
    assert nowhere.evidence is None
    assert not any(holds for _, holds in nowhere.texts)


def test_a_question_asked_of_one_document_brings_up_only_that_document(tmp_path: Path) -> None:
    of_one, of_all = came_up(tmp_path / "gold", [SCOPED, OWL])[:2]
    assert not of_one.everywhere
    assert of_all.everywhere
    words = {word.strip(".") for text, _ in of_one.texts for word in text.split()}
    assert words <= {word.strip(".") for word in TEXTS["ships"].split()}


def test_a_single_document_is_not_asked_twice(tmp_path: Path) -> None:
    folder = write_gold(tmp_path / "gold", [OWL, NOWHERE], documents({"birds": TEXTS["birds"]}))
    found = retrieved(load(folder), load_settings(), HashingEmbedder(), lambda *_: None)
    assert [(r.question.id, r.everywhere) for r in found] == [("owl", False), ("nowhere", True)]


def test_a_text_that_answers_is_a_lesson_with_the_place_of_the_answer() -> None:
    [answer] = [x for x in lessons([asked()]) if x.kind == "answer"]
    assert answer.says
    assert answer.answer is not None
    assert answer.text[slice(*answer.answer)] == "1912"
    assert (answer.set, answer.topic) == ("harbour", "Ships")


def test_only_the_kind_answer_says_it_and_every_kind_has_a_weight() -> None:
    found = lessons([asked(), asked(everywhere=True), asked("Who built it?", answerable=False)])
    assert all(x.says == (x.kind == "answer") for x in found)
    assert {x.kind for x in found} == set(KINDS)


def test_a_question_without_an_answer_weighs_less_where_it_was_not_meant_to_be_asked() -> None:
    def kinds(**how: object) -> set[str]:
        return {x.kind for x in lessons([asked(answerable=False, **how)])}  # type: ignore[arg-type]

    assert kinds(scope="ships") == kinds(everywhere=True) == {"unanswerable"}
    assert kinds(scope="ships", everywhere=True) == {"elsewhere"}


def test_an_exchanged_name_is_another_of_its_topic_that_the_question_had_not() -> None:
    others = asked("Who ate?", answerable=False, texts=(("Then Fulmar and Petrel ate.", False),))
    [swapped] = [x for x in lessons([asked(), others]) if x.kind == "swapped"]
    before, after = asked().question.question.split(), swapped.question.split()
    [(gone, come)] = [(b, a) for b, a in zip(before, after, strict=True) if a != b]
    assert gone.strip("?") in ("Aurora", "Bergen")
    assert come.strip("?") in ("Fulmar", "Petrel", "Iceland", "Oslo")
    assert swapped.text == TEXT


def test_a_text_that_holds_the_answer_by_chance_teaches_nothing() -> None:
    by_chance = ((TEXT, True), ("The war began in 1912.", False))
    assert {x.text for x in lessons([asked(texts=by_chance)])} == {TEXT}


def test_a_question_whose_evidence_did_not_come_up_has_no_answer_to_learn() -> None:
    found = lessons([asked(texts=(("Lamp oil is dear in Oslo.", False),))])
    assert [x.kind for x in found] == ["beside"]


def test_the_same_questions_make_the_same_lessons() -> None:
    assert lessons([asked(), asked(everywhere=True)]) == lessons([asked(), asked(everywhere=True)])


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    made = lessons([asked(), asked("Who – “it”?\u2028", answerable=False)])
    write(made, tmp_path / "lessons.jsonl")
    assert load_lessons(tmp_path / "lessons.jsonl") == made


@pytest.mark.parametrize("line", ["", "{}", "[1]", '{"question": "q"}', "not JSON"])
def test_a_file_without_lessons_is_refused_with_what_makes_them(tmp_path: Path, line: str) -> None:
    file = tmp_path / "lessons.jsonl"
    if line:
        file.write_text(line + "\n", "utf-8")
    with pytest.raises(UsageError, match="pincite eval lessons GOLD_DIR --out FILE"):
        load_lessons(file)
