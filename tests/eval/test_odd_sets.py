"""Gold sets and reports that nobody means to write, and somebody does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import GoldSetError, UsageError
from pincite.corpus.types import Span
from pincite.eval import importers
from pincite.eval.goldset import Evidence, Question, load, write
from pincite.eval.measure import judged
from pincite.eval.metrics.retrieval import document_scores
from pincite.eval.overlap import wording
from pincite.eval.report import compare, report
from pincite.eval.run import Outcome

TEXT = "The barn owl hunts mice at night."
EVIDENCE = {"doc": "d", "start": 0, "end": len(TEXT), "text": TEXT}


def question(**changed: Any) -> dict[str, Any]:
    whole = {"id": "q", "question": "When?", "answers": [], "evidence": [EVIDENCE]}
    return {**whole, "answerable": True, **changed}


def make(folder: Path, *questions: dict[str, Any], text: str = TEXT) -> Path:
    write(folder, [{"id": "d", "title": "D", "text": text}], questions)
    return folder


@pytest.mark.parametrize("id", ["s\ud800", "s\0", "two words", "é"])
def test_any_id_can_be_scored(id: str) -> None:
    found = document_scores({id: ["x", id]}, {id: [id]})
    assert found["doc_mrr@10"] == {id: 0.5}


def test_null_is_the_same_as_leaving_out(tmp_path: Path) -> None:
    gold = load(make(tmp_path / "g", question(scope_doc=None, kind=None, split=None)))
    assert gold.questions[0].scope_doc is None


@pytest.mark.parametrize("key", ["kind", "split"])
def test_a_kind_or_split_that_is_no_word_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(GoldSetError, match=f"questions.jsonl:1: '{key}'"):
        make(tmp_path / "g", question(**{key: ["x"]}))


def test_evidence_that_canonical_text_does_not_have_is_refused(tmp_path: Path) -> None:
    nothing = {"doc": "d", "start": 0, "end": 1, "text": "\ufeff"}
    with pytest.raises(GoldSetError, match="has no text to quote"):
        make(tmp_path / "g", question(evidence=[nothing]), text="\ufeff" + TEXT)


def test_a_refused_set_names_the_file_that_would_have_been_and_leaves_no_folder(
    tmp_path: Path,
) -> None:
    with pytest.raises(GoldSetError, match=r"g/questions\.jsonl:1: 'answerable'"):
        make(tmp_path / "g", question(answerable="yes"))
    assert not (tmp_path / "g").exists()


def test_a_question_without_words_shares_none(tmp_path: Path) -> None:
    assert wording(load(make(tmp_path / "g", question(question="???")))).shared == 0.0


def test_a_failed_question_has_the_worst_confidence_for_what_it_is() -> None:
    failed = [
        Outcome(Question("q", "When?", (), (Evidence("d", Span(0, 3)),) * kind, kind), error="x")
        for kind in (True, False)
    ]
    confidence, right, _ = judged(failed)
    assert (confidence.tolist(), right.tolist()) == ([0.0, 1.0], [False, False])


@pytest.mark.parametrize("text", ['{"format": 1}', "[]", '{"format": 1, "results": []}'])
def test_a_file_that_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(UsageError, match="is not a report"):
        report.read_json(tmp_path / "x.json")


def test_reports_without_a_judged_question_in_common_compare_what_they_can() -> None:
    result = {"id": "q", "question": "?", "scores": {"doc_mrr@10": 1.0}, "right": None}
    value = {"gold": "g", "metrics": {"aurc": {}}, "results": [result]}
    assert list(compare.compare(value, value)) == ["doc_mrr@10"]


def test_beir_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_bytes(b'{"_id": "d", "text": "caf\xe9"}\n')
    with pytest.raises(GoldSetError, match=r"corpus\.jsonl cannot be read"):
        importers.beir(tmp_path)


def test_null_titles_and_blank_lines_of_beir_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n")
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "owl?"}\n\n')
    document = json.dumps({"_id": "d", "title": None, "text": TEXT})
    (tmp_path / "corpus.jsonl").write_text(f"{document}\n\n")
    corpus, questions = importers.beir(tmp_path)
    assert corpus == [{"id": "d", "title": "d", "text": TEXT}]
    assert len(questions) == 1


@pytest.mark.parametrize("grade", ["--1", "²", "1.5", ""])
def test_a_grade_that_is_no_number_is_refused(tmp_path: Path, grade: str) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(f"q\td\t{grade}\n")
    (tmp_path / "corpus.jsonl").write_text(json.dumps({"_id": "d", "text": TEXT}))
    with pytest.raises(GoldSetError, match=r"test\.tsv:1"):
        importers.beir(tmp_path)
