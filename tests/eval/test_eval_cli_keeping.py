"""What is kept of runs, by command: floors, the page of numbers, a calibration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Pincite
from tests.eval.conftest import NEVER, OWL, write_gold


def owls_and_nevers() -> list[Any]:
    """Six questions that go right, and six that have no answer."""
    return [
        {**question, "id": f"{question['id']}{number}", "split": "dev"}
        for question in (OWL, NEVER)
        for number in range(6)
    ]


def elsewhere(number: int) -> tuple[list[Any], list[Any]]:
    """Questions on a document about engines, and that document."""
    text = "The crankshaft turns the flywheel."
    stands = {"doc": "engine", "start": 0, "end": len(text), "text": text}
    asked = {"question": "What turns the flywheel?", "answers": ["crankshaft"], "answerable": True}
    questions = [{"id": f"e{n}", **asked, "evidence": [stands]} for n in range(number)]
    return questions, [{"id": "engine", "title": "Engines", "text": text}]


@pytest.fixture
def report(tmp_path: Path, pincite: Pincite) -> Path:
    """A run of the small gold set."""
    gold = write_gold(tmp_path / "small")
    assert pincite("eval", gold, "--json", "run.json").code == 0
    return Path("run.json").resolve()


def test_a_run_holds_its_own_floors(report: Path, pincite: Pincite) -> None:
    assert pincite("eval", "floors", report, "floors.json").code == 0
    assert pincite("eval", "small", "--floors", "floors.json").code == 0


def test_a_run_under_its_floors_fails_and_names_what_fell(report: Path, pincite: Pincite) -> None:
    pincite("eval", "floors", report, "floors.json")
    floors = json.loads(Path("floors.json").read_text())
    floors["floors"]["quote_hit@1"] = 2.0
    Path("floors.json").write_text(json.dumps(floors))
    run = pincite("eval", "small", "--floors", "floors.json")
    assert run.code == 1
    assert "pincite: quote_hit@1 is " in run.stderr
    assert "its floor is 2.0000" in run.stderr


def test_floors_that_are_none_are_refused_before_anything_is_asked(
    report: Path, pincite: Pincite
) -> None:
    run = pincite("eval", "small", "--floors", report)
    assert (run.code, run.stdout) == (2, "")
    assert "is not a floors file" in run.stderr


def test_the_page_of_numbers_is_made_from_runs(report: Path, pincite: Pincite) -> None:
    assert pincite("eval", "overview", "numbers.json", f"mine={report}").code == 0
    assert list(json.loads(Path("numbers.json").read_text())["sets"]) == ["mine"]
    assert "`quote_hit@1`" in Path("numbers.md").read_text("utf-8")


def test_a_run_without_a_name_is_refused(report: Path, pincite: Pincite) -> None:
    run = pincite("eval", "overview", "numbers.json", report)
    assert run.code == 2
    assert "is not NAME=FILE" in run.stderr
    assert not Path("numbers.json").exists()


def test_a_calibration_is_fitted_and_written_where_it_is_told_to(
    tmp_path: Path, pincite: Pincite
) -> None:
    gold = write_gold(tmp_path / "many", owls_and_nevers())
    run = pincite("eval", "calibrate", gold, "--out", "fitted.json", "--risk", "0.5")
    assert run.code == 0
    [fitted] = json.loads(Path("fitted.json").read_text())["calibrations"]
    assert fitted["embedder"].startswith("hashing@")
    counts = fitted["about"]["sets"]["many"]
    assert (counts["own"], counts["answerable"], counts["right"]) == (12, 6, 6)
    assert fitted["topic"] is None  # there is no other set whose questions are about something else


def test_with_two_sets_each_is_asked_the_others_questions_too(
    tmp_path: Path, pincite: Pincite
) -> None:
    gold = write_gold(tmp_path / "many", owls_and_nevers())
    other = write_gold(tmp_path / "other", *elsewhere(30))
    run = pincite("eval", "calibrate", gold, other, "--out", "fitted.json", "--risk", "0.5")
    assert run.code == 0, run.stderr
    about = json.loads(Path("fitted.json").read_text())["calibrations"][0]["about"]
    assert (about["sets"]["many"]["own"], about["sets"]["many"]["foreign"]) == (12, 30)
    assert (about["sets"]["other"]["own"], about["sets"]["other"]["foreign"]) == (30, 12)


def test_what_another_set_asks_is_put_to_documents_and_what_is_answered_is_shown(
    tmp_path: Path, pincite: Pincite
) -> None:
    gold = write_gold(tmp_path / "small")
    other = write_gold(tmp_path / "other", *elsewhere(30))
    run = pincite("eval", "foreign", gold, other, "--limit", 20)
    assert run.code == 0, run.stderr
    assert "put to small; threshold" in run.stdout
    assert run.stdout.splitlines()[-1].split()[:3] == ["other", "20", "0.000"]


def test_a_set_that_asks_only_in_conversations_has_no_foreign_questions(
    tmp_path: Path, pincite: Pincite
) -> None:
    questions, corpus = elsewhere(3)
    turns = [{"role": "user", "text": "What is that?"}]
    talks = write_gold(tmp_path / "talks", [{**q, "history": turns} for q in questions], corpus)
    run = pincite("eval", "foreign", write_gold(tmp_path / "small"), talks)
    assert run.code == 2
    assert "only questions of conversations; name others" in run.stderr


@pytest.mark.usefixtures("report")
def test_too_few_questions_to_fit_on_are_refused_and_nothing_is_written(pincite: Pincite) -> None:
    run = pincite("eval", "calibrate", "small", "--out", "fitted.json")
    assert run.code == 2
    assert "at least 5 questions that go right and 5 that go wrong" in run.stderr
    assert not Path("fitted.json").exists()


def test_an_unknown_form_of_import_is_refused(pincite: Pincite) -> None:
    run = pincite("eval", "import", "trec", "a.json", "gold")
    assert run.code == 2
    assert (
        "'trec' is not a format that can be imported; name squad, beir, table or feedback"
        in run.stderr
    )
