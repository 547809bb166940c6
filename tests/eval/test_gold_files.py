"""Gold sets over files: read by the product's readers, found by words, judged by what was shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from pincite.corpus.errors import GoldSetError
from pincite.eval.gold_files import locate
from pincite.eval.goldset import load
from pincite.eval.join import joined
from pincite.eval.measure import measure, scores
from pincite.eval.run import Run, evaluate
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.settings import load_settings
from tests.conftest import Pincite
from tests.eval.conftest import bounded, write_gold

RATES = "city,lunch\nZurich,28 CHF\nBergen,210 NOK\n"
NOTES = "# Boats\n\nThe ferry leaves at ten past seven.\n\nBring a coat, a lamp and a rope.\n"
CORPUS: list[Any] = [{"id": "rates", "path": "files/rates.csv"}, {"id": "n", "path": "files/n.md"}]


def line(id: str, question: str, *answers: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "question": question,
        "answers": list(answers),
        "evidence": [],
        "answerable": bool(answers),
        **more,
    }


QUESTIONS = [
    line("lunch", "lunch Zurich", "28 CHF", relevant_docs=["rates"], kind="table"),
    line("ferry", "When does the ferry leave?", "ten past seven", relevant_docs=["n"]),
    line("bring", "What to bring, a coat?", "lamp", all_of=["coat", "lamp", "piano"]),
    line("parrot", "What colour is the parrot?", kind="off"),
]


def gold_over_files(
    folder: Path, questions: list[Any] | None = None, corpus: list[Any] | None = None
) -> Path:
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "rates.csv").write_text(RATES, "utf-8")
    (folder / "files" / "n.md").write_text(NOTES, "utf-8")
    return write_gold(folder, questions or QUESTIONS, corpus or CORPUS)


def asked(folder: Path) -> Run:
    settings = load_settings(embedder="hashing", threshold=0.0)
    return evaluate(load(folder), settings, HashingEmbedder())


def test_files_are_read_by_the_readers_and_keep_their_sections(tmp_path: Path) -> None:
    gold = load(gold_over_files(tmp_path / "g"))
    assert "| Zurich | 28 CHF |" in gold.documents["rates"].text
    document = gold.documents["n"].document
    assert document is not None
    assert document.sections[-1].path == ("Boats",)


def test_evidence_without_offsets_is_found_in_what_was_read(tmp_path: Path) -> None:
    evidence = [{"doc": "rates", "text": "Zurich: 28 CHF"}]
    question = line("lunch", "lunch Zurich", "28 CHF") | {"evidence": evidence}
    gold = load(gold_over_files(tmp_path / "g", [question]))
    span = gold.questions[0].evidence[0].span
    assert gold.documents["rates"].text[span.start : span.end] == "Zurich | 28 CHF"


@bounded
@given(
    st.lists(st.text("abé1", min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from([" ", "\n", " | ", ", ", "\n- "]),
)
def test_words_are_found_whatever_stands_between_them(words: list[str], between: str) -> None:
    text = f"Zz. {between.join(words)} zz"
    span = locate(text, " ".join(words))
    assert span is not None
    assert text[span.start : span.end] == between.join(words)
    assert locate(text, "elsewhere") is None


def test_what_was_shown_is_measured_by_answer_strings(tmp_path: Path) -> None:
    run = asked(gold_over_files(tmp_path / "g"))
    values = measure(run, scores(run))
    assert values["shown_hit@3"].value == 1.0
    assert values["complete"].value == pytest.approx(2 / 3)
    assert (values["claimed"].value, values["refused"].value) == (1.0, 0.0)
    assert values["right"].n == 4, "the parrot was claimed too, and is wrong"
    assert values["right"].value == pytest.approx(3 / 4)


def test_sets_side_by_side_become_one_run(tmp_path: Path) -> None:
    one, two = (gold_over_files(tmp_path / name) for name in ("one", "two"))
    run = joined("both", [asked(one), asked(two)])
    assert [o.question.id for o in run.outcomes][::4] == ["one/lunch", "two/lunch"]
    assert set(run.gold.documents) == {"one/rates", "one/n", "two/rates", "two/n"}
    assert measure(run, scores(run))["doc_recall@10"].value == 1.0


def test_a_folder_of_sets_is_asked_set_by_set(tmp_path: Path, pincite: Pincite) -> None:
    for name in ("one", "two"):
        gold_over_files(tmp_path / "sets" / name)
    run = pincite("eval", tmp_path / "sets", "--json", tmp_path / "run.json")
    assert run.code == 0
    value = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert (value["gold"], value["questions"]) == ("sets", 8)
    low, high = value["kinds"]["table"]["intervals"]["shown_hit@1"]
    assert low <= value["kinds"]["table"]["shown_hit@1"] <= high


@pytest.mark.parametrize(
    ("corpus", "said"),
    [
        ([{"id": "n", "path": "files/gone.md"}], "corpus.jsonl:1: the file"),
        ([{"id": "n", "path": 5}], "corpus.jsonl:1: 'path' is 5"),
        ([{"id": "n", "path": "files"}], "corpus.jsonl:1: the file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, corpus: list[Any], said: str
) -> None:
    folder = gold_over_files(tmp_path / "g", [line("q", "Why?", "x")], corpus)
    with pytest.raises(GoldSetError) as refused:
        load(folder)
    assert said in str(refused.value)


def test_evidence_that_stands_nowhere_is_named(tmp_path: Path) -> None:
    question = line("q", "Why?", "x") | {"evidence": [{"doc": "n", "text": "no such words"}]}
    with pytest.raises(GoldSetError, match=r"questions.jsonl:1: the evidence 'no such words'"):
        load(gold_over_files(tmp_path / "g", [question]))


def test_an_answer_that_stands_in_none_of_its_files_is_noted(tmp_path: Path) -> None:
    question = line("q", "When?", "half past nine", relevant_docs=["n"])
    gold = load(gold_over_files(tmp_path / "g", [question]))
    (note,) = gold.notes
    assert "questions.jsonl:1: 'half past nine' is not in n" in note


SHEET = [
    ["Question", "Answer", "File", "Kind"],
    ["lunch Zurich", "28 CHF", "files/rates.csv", "table"],
    ["When does the ferry leave?", "ten past seven\n7:10", "files/n.md", ""],
    ["What colour is the parrot?", "", "", ""],
]


def sheet_of(folder: Path, rows: list[list[str]], name: str) -> Path:
    file = folder / name
    if file.suffix == ".xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(file)
    else:
        quoted = (";".join(f'"{cell}"' for cell in row) for row in rows)
        file.write_text("\n".join(quoted), "utf-8")
    return file


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.xlsx"])
def test_a_sheet_becomes_a_gold_set(tmp_path: Path, pincite: Pincite, name: str) -> None:
    gold_over_files(tmp_path / "g")
    sheet = sheet_of(tmp_path / "g", SHEET, name)
    assert pincite("eval", "import", "table", sheet, tmp_path / "new").code == 0
    gold = load(tmp_path / "new")
    assert [q.answerable for q in gold.questions] == [True, True, False]
    assert gold.questions[1].answers == ("ten past seven", "7:10")
    assert "Zurich" in gold.documents["files/rates.csv"].text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["lunch", "99 CHF", "files/rates.csv", ""], "row 2: the answer '99 CHF' is not in"),
        (["lunch", "28 CHF", "files/gone.csv", ""], "row 2: the file"),
        (["lunch", "28 CHF", "", ""], "row 2: the answer has no file"),
        (["", "28 CHF", "files/rates.csv", ""], "row 2: the question is empty"),
    ],
)
def test_a_row_that_is_wrong_is_refused_by_its_number(
    tmp_path: Path, pincite: Pincite, row: list[str], said: str
) -> None:
    gold_over_files(tmp_path / "g")
    sheet = sheet_of(tmp_path / "g", [SHEET[0], row], "sheet.csv")
    run = pincite("eval", "import", "table", sheet, tmp_path / "new")
    assert run.code == 2
    assert said in run.stderr.replace("\n", " ")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (["Question", "Answer", "File", "Colour"], "column 4 is called 'colour'"),
        (["Question", "Answer", "Kind", ""], "there is no column 'file'"),
    ],
)
def test_columns_are_checked_by_name(
    tmp_path: Path, pincite: Pincite, head: list[str], said: str
) -> None:
    run = pincite(
        "eval", "import", "table", sheet_of(tmp_path, [head], "sheet.csv"), tmp_path / "new"
    )
    assert run.code == 2
    assert said in run.stderr.replace("\n", " ")
