"""Lessons for the cross-encoder: what the search brings, and which of it answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pincite.corpus.errors import GoldSetError, UsageError
from pincite.corpus.types import Span
from pincite.eval.fit.hard_negatives import FoundText, SearchResult, search_results
from pincite.eval.fit.leaks import without_leaks
from pincite.eval.fit.lessons import Lesson, lessons, write
from pincite.eval.fit.lessons import load as load_lessons
from pincite.eval.goldset import Question, load
from pincite.eval.hand_written import hand_written
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.settings import load_settings
from tests.eval.conftest import NOWHERE, OWL, SCOPED, SHIP, write_gold, write_lines

TEXT = "Ships\nThe schooner Aurora left Bergen in 1912. A storm broke its mainmast near Iceland."
OTHER = "Ships\nLamp oil is dear in Oslo."


def came_up(folder: Path, questions: list[dict[str, object]]) -> list[SearchResult]:
    gold = load(write_gold(folder, questions))
    return list(search_results(gold, load_settings(), HashingEmbedder(), lambda *_: None))


def passage(text: str, *, holds: bool = False, own: bool = True) -> FoundText:
    return FoundText(text, holds, own, Span(6, len(text)) if holds else None)


def asked(*passages: FoundText, answers: tuple[str, ...] = ("1912",)) -> SearchResult:
    question = Question("q", "When did the Aurora leave Bergen?", answers, (), bool(answers))
    return SearchResult(question, passages, "harbour", "ships")


def test_what_came_up_is_marked_where_it_holds_the_evidence(tmp_path: Path) -> None:
    found = {r.question.id: r for r in came_up(tmp_path / "gold", [OWL, SHIP, NOWHERE])}
    owl = found["owl"]
    [right] = [p for p in owl.passages if p.holds]
    assert right.evidence is not None
    assert "owl hunts mice" in right.text[right.evidence.start : right.evidence.end]
    assert right.text.startswith("Birds\n")  # as the network reads it
    assert right.own
    assert owl.topic == "birds"
    assert not any(p.holds for p in found["nowhere"].passages)


def test_a_document_that_a_question_is_about_is_read_even_where_others_are_nearer(
    tmp_path: Path,
) -> None:
    far = {**NOWHERE, "scope_doc": "ships", "question": "What does the gull eat in spring?"}
    [found] = came_up(tmp_path / "gold", [far, SCOPED])[:1]
    assert any(p.own and p.text.startswith("Ships\n") for p in found.passages)


def test_what_answers_comes_first_with_the_place_of_the_answer() -> None:
    [lesson] = lessons([asked(passage(OTHER), passage(TEXT, holds=True))])
    assert lesson.answers
    assert lesson.passages == (TEXT, OTHER)
    assert lesson.span is not None
    assert TEXT[slice(*lesson.span)] == "1912"
    assert (lesson.set, lesson.topic, lesson.own) == ("harbour", "ships", 2)


@pytest.mark.parametrize(
    ("said", "answer"), [("Hut 14 has 4 beds.", "4"), ("İzmir has 34 and 4.", "34"), ("14 €.", "€")]
)
def test_the_place_of_an_answer_is_not_inside_another_word(said: str, answer: str) -> None:
    [lesson] = lessons([asked(passage(f"Ships\n{said}", holds=True), answers=(answer,))])
    assert lesson.span is not None
    start, end = lesson.span
    text = lesson.passages[0]
    assert text[start:end] == answer
    assert not (text[start - 1].isalnum() and answer[0].isalnum())


def test_what_a_question_is_about_comes_before_what_is_only_near() -> None:
    [lesson] = lessons([asked(passage(OTHER, own=False), passage(TEXT), answers=())])
    assert not lesson.answers
    assert lesson.passages == (TEXT, OTHER)
    assert lesson.own == 1


def test_a_passage_that_has_the_answer_by_chance_is_not_taken_for_wrong() -> None:
    chance = passage("News\nThe war began in 1912.", own=False)
    [lesson] = lessons([asked(passage(TEXT, holds=True), chance)])
    assert lesson.passages == (TEXT,)


def test_a_question_whose_evidence_did_not_come_up_teaches_nothing() -> None:
    assert lessons([asked(passage(OTHER))]) == []


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    made = lessons([asked(passage(TEXT, holds=True)), asked(passage("“x”\u2028y"), answers=())])
    write(made, tmp_path / "lessons.jsonl")
    assert load_lessons(tmp_path / "lessons.jsonl") == made


@pytest.mark.parametrize("line", ["", "{}", "[1]", '{"question": "q"}', "not JSON"])
def test_a_file_without_lessons_is_refused_with_what_makes_them(tmp_path: Path, line: str) -> None:
    file = tmp_path / "lessons.jsonl"
    if line:
        file.write_text(line + "\n", "utf-8")
    with pytest.raises(UsageError, match="pincite eval lessons"):
        load_lessons(file)


def test_the_lessons_by_hand_are_whole() -> None:
    """Every answer stands in its passage (the loader checks it), and near misses are many."""
    single, siblings = hand_written()
    assert len(single.questions) > 5800
    assert len(siblings.questions) > 2100
    kinds = {q.kind for q in single.questions}
    assert {"list", "mail", "manual", "minutes", "policy", "prose", "report", "table"} == kinds
    missing = sum(not q.answerable for q in single.questions) / len(single.questions)
    assert 0.4 < missing < 0.5
    for gold in (single, siblings):
        assert len({q.id for q in gold.questions}) == len(gold.questions)
        for question in gold.questions:
            for evidence in question.evidence:
                said = gold.documents[evidence.doc].text[evidence.span.start : evidence.span.end]
                assert question.answers[0] in said


SINGLE = {
    "id": "x",
    "kind": "list",
    "title": "T",
    "path": ["P"],
    "text": "- one\n- two",
    "questions": [{"q": "a?", "answerable": True, "evidence": "- two", "answer": "two"}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"questions": [{"q": "a?", "answerable": True, "evidence": "- six", "answer": "six"}]},
        {"questions": [{"q": "a?", "answerable": True, "evidence": "- two", "answer": "one"}]},
        {"questions": [{"answerable": False}]},
        {"text": None},
    ],
)
def test_a_wrong_lesson_is_told_with_its_line(tmp_path: Path, change: dict[str, object]) -> None:
    write_lines(tmp_path / "siblings.jsonl", [])
    write_lines(tmp_path / "lessons.jsonl", [SINGLE])
    assert len(hand_written(tmp_path)[0].questions) == 1
    write_lines(tmp_path / "lessons.jsonl", [SINGLE, {**SINGLE, **change}])
    with pytest.raises(GoldSetError, match=r"lessons\.jsonl:2"):
        hand_written(tmp_path)


def test_a_passage_that_no_set_of_siblings_has_is_told(tmp_path: Path) -> None:
    one = {"title": "T", "path": ["P"], "text": "- one"}
    for number in (3, -1):
        asks = [{"q": "a?", "passage": number, "evidence": "- one", "answer": "one"}]
        wrong = {"id": "s", "kind": "k", "passages": [one], "questions": asks}
        write_lines(tmp_path / "siblings.jsonl", [wrong])
        with pytest.raises(GoldSetError, match=r"siblings\.jsonl:1"):
            hand_written(tmp_path)


def test_a_passage_that_stands_twice_is_told(tmp_path: Path) -> None:
    write_lines(tmp_path / "lessons.jsonl", [SINGLE])
    write_lines(tmp_path / "lessons-2.jsonl", [SINGLE])
    with pytest.raises(GoldSetError, match="occurs twice"):
        hand_written(tmp_path)


def test_what_measures_does_not_teach(tmp_path: Path) -> None:
    """Neither its questions, however they are spelt, nor a run of words of its documents."""
    gold = load(write_gold(tmp_path / "gold", [OWL, SHIP]))
    [fresh] = lessons([asked(passage(TEXT, holds=True))])
    said = gold.documents["birds"].text.replace(". ", " –\n")
    same_question = replace(fresh, question="what does the barn-owl hunt")
    same_text = replace(fresh, passages=(f"Other title\n{said}",))
    kept, shared = without_leaks([fresh, same_question, same_text], [gold])
    assert kept == [fresh]
    assert shared == [same_question, same_text]


def test_the_lessons_by_hand_share_nothing_with_the_bundled_gold_set() -> None:
    from pincite.eval.goldset import bundled

    made = [
        Lesson(q.question, (gold.documents[d].text,), q.answerable, 1, None, gold.name, "", d)
        for gold in hand_written()
        for q in gold.questions
        for d in q.relevant_docs[:1]
    ]
    assert without_leaks(made, [bundled()])[1] == []
