from __future__ import annotations

import io
import json
from copy import deepcopy
from typing import Any

import pytest
from rich.console import Console

from pincite.corpus.errors import UsageError
from pincite.eval.measure import GROUPS
from pincite.eval.report.compare import Difference, compare, show, to_json
from pincite.eval.report.report import Report
from pincite.eval.run import Run
from tests.eval.conftest import NEVER, OWL, SHIP, TALK, Ask, report_of

SPEED = set(GROUPS["speed"])


@pytest.fixture(scope="module")
def value(small_run: Run) -> Report:
    return report_of(small_run)


@pytest.fixture(scope="module")
def same(value: Report) -> dict[str, Difference]:
    """A run against itself."""
    return compare(value, deepcopy(value))


def worse(value: Report, name: str, *ids: str) -> Report:
    """The same report, but with zero for these questions."""
    changed = deepcopy(value)
    for result in changed["results"]:
        if result["id"] in ids:
            result["scores"][name] = 0.0
    return changed


def shown(this: Report, other: Report) -> str:
    console = Console(file=io.StringIO(), width=120)
    show(console, compare(this, other), this, other)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_run_does_not_differ_from_itself(value: Report, same: dict[str, Difference]) -> None:
    assert set(same) == set(value["metrics"]) - SPEED
    assert {(d.difference, d.low, d.high) for d in same.values()} == {(0.0, 0.0, 0.0)}
    assert {d.p for d in same.values()} == {1.0, None}


def test_only_metrics_that_are_no_means_are_without_p(same: dict[str, Difference]) -> None:
    without = {name for name, d in same.items() if d.p is None}
    assert without == {"answerable_auroc", "aurc", "coverage@5%risk", "ece", "brier"}


def test_each_side_has_the_value_of_its_own_report(
    value: Report, same: dict[str, Difference]
) -> None:
    for name, difference in same.items():
        assert difference.this == pytest.approx(value["metrics"][name]["value"]), name
        assert difference.n == value["metrics"][name]["n"], name


def test_a_difference_is_this_minus_the_other(value: Report) -> None:
    # recall is 1 for all four questions; the other has two zeros, so 1 - 1/2.
    other = worse(value, "evidence_recall@4000", "owl", "ship")
    found = compare(value, other)["evidence_recall@4000"]
    assert (found.this, found.other, found.difference, found.n) == (1.0, 0.5, 0.5, 4)
    assert found.low <= 0.5 <= found.high
    # Two of four signs matter: 2 of their 4 patterns are as extreme.
    assert found.p == pytest.approx(0.5, abs=0.03)


def test_swapping_the_runs_turns_the_sign(ask: Ask) -> None:
    value = report_of(ask([OWL, SHIP, TALK]))
    other = worse(value, "quote_recall", "owl")
    there, back = compare(value, other)["quote_recall"], compare(other, value)["quote_recall"]
    assert (there.difference, there.p) == (-back.difference, back.p)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_only_the_questions_of_both_are_compared(value: Report, ask: Ask) -> None:
    found = compare(value, report_of(ask([OWL, SHIP])))
    assert found["quote_hit@1"].n == 2
    assert "aurc" not in found  # the other run has no such metric


def test_a_question_with_other_words_is_another_question(value: Report) -> None:
    other = deepcopy(value)
    other["results"][0]["question"] += " Really?"
    assert compare(value, other)["quote_hit@1"].n == 3


def test_runs_that_share_no_question_cannot_be_compared(value: Report, ask: Ask) -> None:
    other = report_of(ask([{**OWL, "id": "other"}]))
    with pytest.raises(UsageError, match="the reports share no question"):
        compare(value, other)


def test_runs_over_answerable_questions_only_can_be_compared(ask: Ask) -> None:
    value = report_of(ask([OWL, SHIP]))
    assert {d.difference for d in compare(value, value).values()} == {0.0}


def test_the_table_names_settings_that_differ(ask: Ask) -> None:
    this, other = report_of(ask([OWL, NEVER], quotes=1)), report_of(ask([OWL, NEVER]))
    said = shown(this, other)
    assert "compared with the other run over 2 questions that both have" in said
    assert "settings differ: quotes 1 here, 3 there" in said


def test_the_table_of_equal_settings_does_not_speak_of_them(ask: Ask) -> None:
    value = report_of(ask([OWL, SHIP]))
    assert "differ:" not in shown(value, value)


def test_the_differences_are_json(same: dict[str, Difference]) -> None:
    found: dict[str, Any] = json.loads(json.dumps(to_json(same)))
    assert found["quote_hit@1"]["p"] == 1.0
    assert set(found["aurc"]) == {"this", "other", "difference", "low", "high", "p", "n"}
