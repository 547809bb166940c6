"""Whatever is wrong with a gold set is said with its file, its line and the value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import GoldSetError
from pincite.eval.goldset import load, write
from tests.eval.conftest import NEVER, NOWHERE, OWL, SHIP, documents, write_gold

SAID = OWL["evidence"][0]


def without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name != key}


def with_evidence(**changes: Any) -> dict[str, Any]:
    return {**OWL, "evidence": [{**SAID, **changes}]}


def message(folder: Path, **options: Any) -> str:
    with pytest.raises(GoldSetError) as refused:
        load(folder, **options)
    return str(refused.value)


@pytest.mark.parametrize("name", ["corpus.jsonl", "questions.jsonl"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    file = write_gold(tmp_path) / name
    file.unlink()
    assert message(tmp_path).startswith(f"{file} is missing; a gold set is a folder with")


@pytest.mark.parametrize("name", ["corpus.jsonl", "questions.jsonl"])
def test_a_file_that_is_not_text_is_named(tmp_path: Path, name: str) -> None:
    file = write_gold(tmp_path) / name
    file.write_bytes(b'{"id": "caf\xe9"}\n')
    assert message(tmp_path).startswith(f"{file} cannot be read: ")


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    file = write_gold(tmp_path) / "questions.jsonl"
    file.unlink()
    file.mkdir()
    assert message(tmp_path).startswith(f"{file} cannot be read: ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "x",', "not a JSON object ("),
        ("What?", "not a JSON object ("),
        ("[1, 2]", "not a JSON object, but a list"),
        ('"text"', "not a JSON object, but a str"),
        ("null", "not a JSON object, but a NoneType"),
        ("7", "not a JSON object, but a int"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str, said: str) -> None:
    asked = write_gold(tmp_path / "asked", [OWL, line])
    assert message(asked).startswith(f"{asked / 'questions.jsonl'}:2: {said}")
    held = write_gold(tmp_path / "held", corpus=[*documents(), line])
    assert message(held).startswith(f"{held / 'corpus.jsonl'}:4: {said}")


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    folder = write_gold(tmp_path, [OWL, "", "", "oops"])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:4: ")


@pytest.mark.parametrize("key", ["id", "question", "answerable"])
def test_a_missing_key_of_a_question_is_named(tmp_path: Path, key: str) -> None:
    folder = write_gold(tmp_path, [SHIP, without(OWL, key)])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:2: {key!r} is missing")


@pytest.mark.parametrize("key", ["id", "text"])
def test_a_missing_key_of_a_document_is_named(tmp_path: Path, key: str) -> None:
    first, second, *others = documents()
    folder = write_gold(tmp_path, corpus=[first, without(second, key), *others])
    assert message(folder).startswith(f"{folder / 'corpus.jsonl'}:2: {key!r} is missing")


@pytest.mark.parametrize("key", ["doc", "start", "end", "text"])
def test_a_missing_key_of_evidence_is_named(tmp_path: Path, key: str) -> None:
    folder = write_gold(tmp_path, [{**OWL, "evidence": [without(SAID, key)]}])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:1: {key!r} is missing")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", 5),
        ("question", ["Who?"]),
        ("answers", "mice"),
        ("evidence", {"doc": "birds"}),
        ("answerable", "yes"),
        ("answerable", 1),
        ("scope_doc", 7),
        ("relevant_docs", "birds"),
        ("history", "Hello."),
    ],
)
def test_a_wrong_type_in_a_question_is_named_with_its_value(
    tmp_path: Path, key: str, value: object
) -> None:
    folder = write_gold(tmp_path, [SHIP, {**OWL, key: value}])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:2: {key!r} is {value!r}")


@pytest.mark.parametrize("role", ["system", "tool", "User", ""])
def test_another_role_in_the_history_is_named(tmp_path: Path, role: str) -> None:
    turns = [{"role": "user", "text": "What is so?"}, {"role": role, "text": "It is."}]
    folder = write_gold(tmp_path, [SHIP, {**OWL, "history": turns}])
    assert message(folder) == (
        f"{folder / 'questions.jsonl'}:2: a turn of the history has the role {role!r}; a role is "
        "user or assistant"
    )


@pytest.mark.parametrize("turn", ["Hello.", 7, None, ["user", "Hello."]])
def test_a_history_has_to_hold_objects(tmp_path: Path, turn: object) -> None:
    folder = write_gold(tmp_path, [SHIP, {**OWL, "history": [turn]}])
    said = f"{folder / 'questions.jsonl'}:2: history should be objects with role and text"
    assert message(folder) == said


@pytest.mark.parametrize("key", ["role", "text"])
def test_a_missing_key_of_a_turn_is_named(tmp_path: Path, key: str) -> None:
    turn = without({"role": "user", "text": "What is so?"}, key)
    folder = write_gold(tmp_path, [SHIP, {**OWL, "history": [turn]}])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:2: {key!r} is missing")


@pytest.mark.parametrize(("key", "value"), [("role", 7), ("role", ["user"]), ("text", 5.5)])
def test_a_wrong_type_in_a_turn_is_named_with_its_value(
    tmp_path: Path, key: str, value: object
) -> None:
    turn = {"role": "user", "text": "What is so?", key: value}
    folder = write_gold(tmp_path, [SHIP, {**OWL, "history": [turn]}])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:2: {key!r} is {value!r}")


@pytest.mark.parametrize("key", ["answers", "relevant_docs"])
def test_a_list_has_to_hold_strings(tmp_path: Path, key: str) -> None:
    folder = write_gold(tmp_path, [{**OWL, key: ["mice", 5]}])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:1: {key!r} should hold")


@pytest.mark.parametrize(("key", "value"), [("id", 5), ("title", ["x"]), ("text", 5.5)])
def test_a_wrong_type_in_a_document_is_named_with_its_value(
    tmp_path: Path, key: str, value: object
) -> None:
    first, *others = documents()
    folder = write_gold(tmp_path, corpus=[{**first, key: value}, *others])
    assert message(folder).startswith(f"{folder / 'corpus.jsonl'}:1: {key!r} is {value!r}")


@pytest.mark.parametrize(
    ("key", "value"), [("doc", 1), ("start", "0"), ("end", 3.5), ("start", True), ("text", 5)]
)
def test_a_wrong_type_in_evidence_is_named_with_its_value(
    tmp_path: Path, key: str, value: object
) -> None:
    folder = write_gold(tmp_path, [with_evidence(**{key: value})])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:1: {key!r} is {value!r}")


def test_evidence_has_to_be_objects(tmp_path: Path) -> None:
    folder = write_gold(tmp_path, [{**OWL, "evidence": ["birds"]}])
    assert message(folder).startswith(f"{folder / 'questions.jsonl'}:1: evidence should be objects")


def test_evidence_that_is_not_there_is_shown_with_what_is(tmp_path: Path) -> None:
    said = message(write_gold(tmp_path, [with_evidence(text="The barn owl hunts rats at night.")]))
    assert f"{tmp_path / 'questions.jsonl'}:1: " in said
    assert "'The barn owl hunts mice at night.'" in said
    assert "'The barn owl hunts rats at night.'" in said


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (-3, 5, ""),
        (90, 9_999, "mice"),
        (9_000, 9_005, ""),
        (5, 5, ""),
        (9, 5, ""),
    ],
)
def test_evidence_out_of_range_is_named_with_its_offsets(
    tmp_path: Path, start: int, end: int, text: str
) -> None:
    folder = write_gold(tmp_path, [SHIP, with_evidence(start=start, end=end, text=text)])
    said = message(folder)
    assert said.startswith(f"{folder / 'questions.jsonl'}:2: the evidence [{start}:{end}] of 'bir")


@pytest.mark.parametrize(
    "asked",
    [
        with_evidence(doc="moon"),
        {**OWL, "scope_doc": "moon"},
        {**OWL, "relevant_docs": ["birds", "moon"]},
    ],
    ids=["evidence", "scope_doc", "relevant_docs"],
)
def test_an_unknown_document_is_named(tmp_path: Path, asked: dict[str, Any]) -> None:
    said = message(write_gold(tmp_path, [SHIP, asked]))
    assert said.startswith(f"{tmp_path / 'questions.jsonl'}:2: ")
    assert "'moon'" in said


def test_a_document_id_that_stands_twice_is_named(tmp_path: Path) -> None:
    folder = write_gold(tmp_path, corpus=[*documents(), documents()[0]])
    said = message(folder)
    assert said == f"{folder / 'corpus.jsonl'}:4: the document id 'birds' occurs twice"


def test_a_question_id_that_stands_twice_is_named(tmp_path: Path) -> None:
    folder = write_gold(tmp_path, [OWL, SHIP, OWL])
    said = message(folder)
    assert said == f"{folder / 'questions.jsonl'}:3: the question id 'owl' occurs twice"


@pytest.mark.parametrize("text", ["", " \t\n"])
def test_an_empty_question_is_named(tmp_path: Path, text: str) -> None:
    folder = write_gold(tmp_path, [SHIP, {**OWL, "question": text}])
    assert message(folder) == f"{folder / 'questions.jsonl'}:2: the question is empty"


@pytest.mark.parametrize("text", ["", " \r\n", "\ufeff"])
def test_a_document_without_text_is_named(tmp_path: Path, text: str) -> None:
    folder = write_gold(tmp_path, corpus=[{"id": "void", "title": "Void", "text": text}])
    assert message(folder) == f"{folder / 'corpus.jsonl'}:1: the document has no text"


def test_an_unanswerable_question_has_no_evidence(tmp_path: Path) -> None:
    folder = write_gold(tmp_path, [SHIP, {**OWL, "answerable": False}])
    said = message(folder)
    assert said.startswith(f"{folder / 'questions.jsonl'}:2: the question has evidence, but is")


def test_without_an_answerable_question_there_is_nothing_to_find(tmp_path: Path) -> None:
    folder = write_gold(tmp_path, [NOWHERE, NEVER])
    said = message(folder)
    assert said.startswith(f"{folder / 'questions.jsonl'}: none of the 2 questions is answerable")


def test_an_unknown_split_is_answered_with_those_there_are(tmp_path: Path) -> None:
    said = message(write_gold(tmp_path), split="train")
    assert said.endswith("has no question of the split 'train'; its splits: dev, test")


def test_a_set_without_splits_says_so(tmp_path: Path) -> None:
    folder = write_gold(tmp_path, [without(OWL, "split")])
    assert message(folder, split="dev").endswith("of the split 'dev'; its splits: none")


@pytest.mark.parametrize("split", [None, "dev"])
def test_a_file_without_questions_is_named(tmp_path: Path, split: str | None) -> None:
    folder = write_gold(tmp_path, [])
    assert message(folder, split=split) == f"{folder / 'questions.jsonl'} has no question"


def test_a_file_without_documents_has_no_place_for_evidence(tmp_path: Path) -> None:
    said = message(write_gold(tmp_path, corpus=[]))
    assert said.startswith(f"{tmp_path / 'questions.jsonl'}:1: evidence in the document 'birds'")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(GoldSetError, match=f"the folder {tmp_path / 'file' / 'gold'} cannot be"):
        write(tmp_path / "file" / "gold", documents(), [OWL])
