from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import GoldSetError
from pincite.eval import importers
from pincite.eval.goldset import load, write
from tests.eval.conftest import OWL, documents, write_gold, write_lines

CONTEXT = "Nine barrels of oil stood below deck. Nine sailors slept there."


def answer(text: str, start: int) -> dict[str, Any]:
    return {"text": text, "answer_start": start}


SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Old_ships",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "q1",
                            "question": " What stood below deck? ",
                            "answers": [
                                answer("Nine barrels", 0),
                                answer("barrels of oil", 5),
                                answer("Nine barrels", 0),
                            ],
                            "is_impossible": False,
                        },
                        {
                            "id": "q2",
                            "question": "Who was the cook?",
                            "answers": [],
                            "plausible_answers": [answer("Nine sailors", 38)],
                            "is_impossible": True,
                        },
                    ],
                },
                {
                    "context": "A café stood in Bergen.",
                    "qas": [
                        {
                            "id": "q3",
                            "question": "Where was the café?",
                            "answers": [answer("Bergen", 16)],
                        }
                    ],
                },
            ],
        }
    ],
}
BEIR_CORPUS = [
    {"_id": "d1", "title": "Gulls", "text": "Gulls eat fish."},
    {"_id": "d2", "title": "", "text": "Owls eat mice."},
    {"_id": "d3", "title": "Only a title", "text": ""},
]
BEIR_QUERIES = [
    {"_id": "1", "text": "what do gulls eat"},
    {"_id": "2", "text": "never judged"},
    {"_id": "3", "text": "what do owls eat"},
]
QRELS = ["query-id\tcorpus-id\tscore", "1\td1\t2", "1\td2\t0", "3\td2\t1", "3\td3\t1"]


def squad_file(folder: Path, value: object = SQUAD) -> Path:
    file = folder / "squad.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return file


def beir_folder(
    folder: Path,
    corpus: list[Any] | None = None,
    queries: list[Any] | None = None,
    qrels: list[Any] | None = None,
) -> Path:
    write_lines(folder / "corpus.jsonl", BEIR_CORPUS if corpus is None else corpus)
    write_lines(folder / "queries.jsonl", BEIR_QUERIES if queries is None else queries)
    write_lines(folder / "qrels" / "test.tsv", QRELS if qrels is None else qrels)
    return folder


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_squad_file_becomes_a_gold_set(tmp_path: Path) -> None:
    write(tmp_path / "gold", *importers.squad(squad_file(tmp_path)))
    gold = load(tmp_path / "gold")
    first, _, third = gold.questions
    assert {id: d.text for id, d in gold.documents.items()} == {
        "Old_ships#0": CONTEXT,
        "Old_ships#1": "A café stood in Bergen.",
    }
    assert gold.documents["Old_ships#0"].title == "Old ships"
    assert (first.question, first.scope_doc) == ("What stood below deck?", "Old_ships#0")
    assert first.answers == ("Nine barrels", "barrels of oil")
    assert [(e.span.start, e.span.end) for e in first.evidence] == [(0, 12), (5, 19)]
    assert (third.answers, third.evidence[0].doc) == (("Bergen",), "Old_ships#1")


def test_an_impossible_question_of_squad_has_no_answer(tmp_path: Path) -> None:
    write(tmp_path / "gold", *importers.squad(squad_file(tmp_path)))
    impossible = load(tmp_path / "gold").questions[1]
    assert (impossible.id, impossible.answerable) == ("q2", False)
    assert (impossible.answers, impossible.evidence) == ((), ())


def test_a_beir_folder_becomes_a_gold_set(tmp_path: Path) -> None:
    write(tmp_path / "gold", *importers.beir(beir_folder(tmp_path / "beir")))
    gold = load(tmp_path / "gold")
    assert {id: (d.title, d.text) for id, d in gold.documents.items()} == {
        "d1": ("Gulls", "Gulls eat fish."),
        "d2": ("d2", "Owls eat mice."),
        "d3": ("Only a title", "Only a title"),
    }
    assert [(q.id, q.relevant_docs, q.split) for q in gold.questions] == [
        ("1", ("d1",), "test"),  # d2 is judged, and not relevant
        ("3", ("d2", "d3"), "test"),
    ]
    assert all(q.answerable and not q.evidence for q in gold.questions)


def test_qrels_do_not_need_a_heading(tmp_path: Path) -> None:
    _, questions = importers.beir(beir_folder(tmp_path / "beir", qrels=QRELS[1:]))
    assert [q["relevant_docs"] for q in questions] == [["d1"], ["d2", "d3"]]


def test_another_split_of_beir_has_its_own_qrels(tmp_path: Path) -> None:
    folder = beir_folder(tmp_path / "beir")
    write_lines(folder / "qrels" / "dev.tsv", ["2\td1\t1"])
    _, questions = importers.beir(folder, "dev")
    assert [(q["id"], q["split"]) for q in questions] == [("2", "dev")]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{oops", "is not JSON that can be read"),
        ([], "is not in SQuAD's form"),
        ({"articles": []}, "is not in SQuAD's form"),
        ({"data": 5}, "is not in SQuAD's form"),
        ({"data": {"title": "x"}}, "is not in SQuAD's form"),
        ({"data": [{"title": "x"}]}, "is not in SQuAD's form"),
        ({"data": [{"title": 5, "paragraphs": [{"context": "x", "qas": []}]}]}, "SQuAD's form"),
        ({"data": [{"title": "x", "paragraphs": [{"context": "x"}]}]}, "SQuAD's form"),
        (
            {"data": [{"title": "x", "paragraphs": [{"context": "x", "qas": [{"id": "q"}]}]}]},
            "is not in SQuAD's form",
        ),
    ],
)
def test_a_file_in_another_form_is_not_squad(tmp_path: Path, value: object, said: str) -> None:
    file = squad_file(tmp_path, value)
    with pytest.raises(GoldSetError) as refused:
        importers.squad(file)
    assert str(refused.value).startswith(str(file))
    assert said in str(refused.value)


def test_a_missing_squad_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldSetError, match=str(tmp_path / "none.json")):
        importers.squad(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("parts", "where", "said"),
    [
        ({"corpus": [BEIR_CORPUS[0], "{oops"]}, "corpus.jsonl:2", "not a JSON object"),
        ({"corpus": ["5"]}, "corpus.jsonl:1", "not a JSON object"),
        ({"corpus": [{"title": "x", "text": "y"}]}, "corpus.jsonl:1", "there is no '_id'"),
        ({"corpus": [{"_id": "d1"}]}, "corpus.jsonl:1", "neither title nor text"),
        ({"queries": [BEIR_QUERIES[0], {"text": "x"}]}, "queries.jsonl:2", "there is no '_id'"),
        ({"queries": ["oops"]}, "queries.jsonl:1", "not a JSON object"),
        ({"qrels": [*QRELS, "1\td9\t1"]}, "qrels/test.tsv:6", "'d9' is not in the corpus"),
        ({"qrels": [*QRELS, "1\td1"]}, "qrels/test.tsv:6", "['1', 'd1'] is not query"),
        ({"qrels": ["1\td1\tgood"]}, "qrels/test.tsv:1", "'good'"),
        ({"qrels": ["1 d1 1"]}, "qrels/test.tsv:1", "['1 d1 1']"),
    ],
)
def test_a_wrong_line_of_beir_is_named(
    tmp_path: Path, parts: dict[str, list[Any]], where: str, said: str
) -> None:
    folder = beir_folder(tmp_path / "beir", **parts)
    with pytest.raises(GoldSetError) as refused:
        importers.beir(folder)
    assert str(refused.value).startswith(f"{folder / where}: ")
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_of_beir_is_named(tmp_path: Path, name: str) -> None:
    file = beir_folder(tmp_path / "beir") / name
    file.unlink()
    with pytest.raises(GoldSetError) as refused:
        importers.beir(tmp_path / "beir")
    assert str(refused.value).startswith(f"{file} is missing; a BEIR folder has ")


@pytest.mark.parametrize("name", ["corpus.jsonl", "questions.jsonl"])
def test_a_folder_with_a_gold_set_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "gold"
    write_lines(folder / name, [OWL])
    before = everything_in(folder)
    with pytest.raises(GoldSetError, match=f"{folder / name} already exists"):
        write(folder, documents(), [OWL])
    assert everything_in(folder) == before


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "gold"
    write_lines(folder / "notes.txt", ["mine"])
    write(folder, documents(), [OWL])
    assert everything_in(folder) == {
        **everything_in(write_gold(tmp_path / "same", [OWL])),
        "notes.txt": b"mine\n",
    }


def test_an_answer_that_does_not_stand_in_its_paragraph_writes_nothing(tmp_path: Path) -> None:
    text = json.dumps(SQUAD).replace('"answer_start": 16', '"answer_start": 15')
    corpus, questions = importers.squad(squad_file(tmp_path, text))
    with pytest.raises(GoldSetError, match="'Bergen'"):
        write(tmp_path / "gold", corpus, questions)
    assert everything_in(tmp_path / "gold") == {}


def test_judgements_of_no_question_write_nothing(tmp_path: Path) -> None:
    corpus, questions = importers.beir(beir_folder(tmp_path / "beir", qrels=["9\td1\t1"]))
    with pytest.raises(GoldSetError, match="no question"):
        write(tmp_path / "gold", corpus, questions)
    assert everything_in(tmp_path / "gold") == {}
