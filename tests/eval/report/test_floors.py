"""The gate: no change makes the answers about the bundled article worse unnoticed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.goldset import bundled
from pincite.eval.measure import scores
from pincite.eval.report import floors, report
from pincite.eval.run import evaluate
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.settings import load_settings

FLOORS = Path(str(files("pincite.eval"))) / "gold" / "ai_safety" / "floors.json"


@pytest.mark.model
def test_the_dev_split_does_not_fall_under_its_floors() -> None:
    settings = load_settings()
    run = evaluate(bundled("dev"), settings, open_embedder(settings))
    value = report.report(run, scores(run))
    assert floors.under(value, floors.read(FLOORS), FLOORS) == []
    assert value["metrics"]["verbatim"]["value"] == 1.0


def value_of(**metrics: float) -> dict[str, Any]:
    found = {name: {"value": value, "n": 100} for name, value in metrics.items()}
    return {"gold": "g", "questions": 100, "metrics": found}


def fallen(floor: dict[str, Any], value: dict[str, Any]) -> list[str]:
    lowest = {"gold": "g", "questions": 100, "floors": floors.floors_of(floor)}
    return floors.under(value, lowest, Path("floors.json"))


@pytest.mark.parametrize(
    ("name", "floor", "value", "falls"),
    [
        ("quote_hit@1", 0.80, 0.78, False),
        ("quote_hit@1", 0.80, 0.77, True),
        ("quote_hit@1", 0.80, 0.95, False),
        ("aurc", 0.10, 0.12, False),
        ("aurc", 0.10, 0.13, True),
        ("aurc", 0.10, 0.01, False),
        ("ece", 0.10, 0.14, False),
        ("ece", 0.10, 0.15, True),
        ("verbatim", 1.0, 0.999, True),
    ],
)
def test_a_metric_may_fall_by_two_questions_and_one_in_bins_by_four(
    name: str, floor: float, value: float, falls: bool
) -> None:
    found = fallen(value_of(**{name: floor}), value_of(**{name: value}))
    assert [name in sentence for sentence in found] == [True] * falls


def test_a_metric_that_is_gone_has_fallen() -> None:
    assert fallen(value_of(ece=0.1), value_of()) == ["ece is missing; its floor is 0.1000"]


def test_speed_has_no_floor() -> None:
    assert floors.floors_of(value_of(ask_p50_ms=10.0)) == {}


def test_floors_of_other_questions_are_refused() -> None:
    with pytest.raises(UsageError, match="this run is of 100 of g"):
        floors.under(value_of(), {"gold": "h", "questions": 9, "floors": {}}, Path("floors.json"))


def test_a_file_that_has_no_floors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "floors.json").write_text("{}")
    with pytest.raises(UsageError, match="is not a floors file"):
        floors.read(tmp_path / "floors.json")
