"""The page on how well it does is made from its numbers, and from nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.report import docs_page as overview
from pincite.eval.run import Run
from tests.eval.conftest import report_of

DAY, LATER = date(2026, 11, 24), date(2026, 11, 26)
DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_page_has_not_drifted_from_its_numbers_or_the_calibration() -> None:
    results = overview.read(DOCS / "evaluation.json")
    assert "ai_safety:test" in results["sets"]
    assert (DOCS / "evaluation.md").read_text("utf-8") == overview.page(results)


def test_a_run_is_taken_in_with_its_intervals(small_run: Run, tmp_path: Path) -> None:
    value = report_of(small_run)
    results = overview.take_in({}, [("small", value)], DAY)
    overview.write(results, tmp_path / "evaluation.json")
    assert overview.read(tmp_path / "evaluation.json") == results
    page = (tmp_path / "evaluation.md").read_text("utf-8")
    hit = value["metrics"]["quote_hit@1"]
    assert f"{hit['value']:.3f} ({hit['low']:.3f}–{hit['high']:.3f})" in page
    assert "| small |" in page


def test_a_later_run_takes_the_place_of_an_earlier_one_and_leaves_the_others(
    small_run: Run,
) -> None:
    value = report_of(small_run)
    results = overview.take_in({}, [("a", value), ("b", value)], DAY)
    results = overview.take_in(results, [("a", {**value, "questions": 77})], LATER)
    assert [results["sets"][name]["questions"] for name in "ab"] == [77, value["questions"]]
    assert [results["sets"][name]["measured"] for name in "ab"] == ["2026-11-26", "2026-11-24"]


def test_damaged_numbers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        overview.read(tmp_path / "evaluation.json")
