"""Evaluations as a page asks for them: by name, with progress, stoppable, comparable."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from pincite.corpus.errors import EvaluationStoppedError, GoldSetError, UsageError
from pincite.eval.evaluations import Evaluated, Evaluations
from pincite.eval.measure import GROUPS
from pincite.eval.report.html_report import page
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.settings import load_settings
from tests.eval.conftest import OWL, report_of, run_of, write_gold

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def evaluations(*folders: Path) -> Evaluations:
    return Evaluations(load_settings(embedder="hashing"), HashingEmbedder(), folders)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Evaluations:
    return evaluations(write_gold(tmp_path_factory.mktemp("gold") / "small"))


@pytest.fixture(scope="module")
def evaluated(small: Evaluations) -> Evaluated:
    return small.run("small")


def test_they_are_found_by_the_entry_point_that_the_project_declares() -> None:
    declared = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["entry-points"]
    (value,) = declared["pincite.evaluations"].values()
    assert EntryPoint("eval", value, "pincite.evaluations").load() is Evaluations


def test_the_bundled_set_is_offered_with_its_splits() -> None:
    assert evaluations().names() == ["ai_safety"]
    assert evaluations().splits("ai_safety") == ["dev", "test"]


def test_the_sets_in_a_folder_are_offered_and_each_name_stands_once(tmp_path: Path) -> None:
    for name in ("b", "a", "ai_safety"):
        write_gold(tmp_path / "sets" / name)
    (tmp_path / "sets" / "notes").mkdir()
    found = evaluations(tmp_path / "sets", tmp_path / "sets" / "a")
    assert found.names() == ["ai_safety", "a", "ai_safety (2)", "b", "a (2)"]


def test_a_folder_without_gold_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldSetError, match=r"has no gold set; a gold set is a folder with"):
        evaluations(tmp_path)


def test_an_unknown_name_is_refused_with_those_that_are_known(small: Evaluations) -> None:
    with pytest.raises(UsageError, match="no gold set 'large'; there are ai_safety, small"):
        small.run("large")


def test_it_gives_what_the_command_line_writes(evaluated: Evaluated, tmp_path: Path) -> None:
    run = run_of(tmp_path / "small")
    value = report_of(run)
    quality = [name for group, names in GROUPS.items() if group != "speed" for name in names]
    assert not (evaluated.report["metrics"].keys() ^ value["metrics"].keys()) & set(quality)
    for name in set(quality) & value["metrics"].keys():
        assert evaluated.report["metrics"][name] == value["metrics"][name]
    assert evaluated.html == page(evaluated.report, run.gold)


def test_its_rows_are_the_metrics_rounded(evaluated: Evaluated) -> None:
    metrics = evaluated.report["metrics"]
    assert [row[0] for row in evaluated.rows] == list(metrics)
    for name, value, low, high, n in evaluated.rows:
        assert value == pytest.approx(metrics[name]["value"], abs=0.051)
        assert (low is None) == (high is None) == (metrics[name]["low"] is None)
        assert n == metrics[name]["n"]


def test_split_limit_and_overrides_are_kept_and_named(small: Evaluations) -> None:
    done = small.run("small", "dev", 2, overrides=["quotes=1"])
    assert done.label == "small, dev, first 2, quotes=1"
    assert [q.id for q in done.gold.questions] == ["owl", "ship"]
    assert all(len(result["quotes"]) == 1 for result in done.report["results"])
    assert done.report["settings"]["embedder"] == "hashing"


def test_no_question_at_all_is_refused(small: Evaluations) -> None:
    with pytest.raises(UsageError, match="0 questions are too few"):
        small.run("small", limit=0)


def test_progress_is_told_to_the_last_question(small: Evaluations) -> None:
    told: list[tuple[str, int, int]] = []
    small.run("small", limit=2, progress=lambda *step: told.append(step))
    assert {doing for doing, _, _ in told} == {"ingesting", "asking"}
    assert told[-1] == ("asking", 2, 2)


@pytest.mark.parametrize("when", ["ingesting", "asking"])
def test_a_cancelled_run_stops_where_it_is(small: Evaluations, when: str) -> None:
    told: list[str] = []
    with pytest.raises(EvaluationStoppedError, match=f"small was stopped while {when}"):
        small.run(
            "small",
            progress=lambda doing, done, total: told.append(doing),
            cancelled=lambda: when == "ingesting" or "asking" in told,
        )
    assert told.count("asking") == (when == "asking")


def test_a_long_document_can_be_stopped_before_it_is_taken_in(tmp_path: Path) -> None:
    long = "The barn owl hunts mice at night. " + "A gull eats fish. " * 300
    question = {**OWL, "evidence": [], "answerable": True, "relevant_docs": ["birds"]}
    gold = write_gold(
        tmp_path / "long", [question], [{"id": "birds", "title": "Birds", "text": long}]
    )
    told: list[tuple[str, int, int]] = []
    with pytest.raises(EvaluationStoppedError):
        evaluations(gold).run(
            "long", progress=lambda *step: told.append(step), cancelled=lambda: len(told) == 1
        )
    assert told == [("ingesting", 0, 1)]


def test_two_runs_are_compared_with_intervals(small: Evaluations, evaluated: Evaluated) -> None:
    other = small.run("small", overrides=["quotes=1"])
    found = small.compare(evaluated, other)
    by_name = {name: rest for name, *rest in found.rows}
    this, there, difference, low, high, p, n = by_name["quote_precision"]
    assert difference == pytest.approx(this - there, abs=0.002)
    assert low <= difference <= high
    assert p is not None
    assert n == 4
    assert by_name["aurc"][5] is None
    assert found.report["compared"]["quote_precision"]["n"] == 4
    assert "<h2>Compared</h2>" in found.html
    assert "<h2>Compared</h2>" not in evaluated.html


def test_runs_over_different_questions_are_not_compared(small: Evaluations) -> None:
    with pytest.raises(UsageError, match="share no question"):
        small.compare(small.run("small", "dev", 1), small.run("small", "test", 1))
