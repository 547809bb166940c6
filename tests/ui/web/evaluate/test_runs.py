"""Evaluations of one server, and what their page draws: no Gradio, no gold set."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from pincite.corpus.errors import PinciteError, UsageError
from pincite.ui.web.evaluate import protocol, report_view
from pincite.ui.web.evaluate.runs import CurrentRun, Done, Runs, RunsState
from tests.ui.markup import Drawn
from tests.ui.web.ask.test_answer_view import PAYLOADS

CHOICES: report_view.Choices = [("set", None, "set: all questions"), ("set", "dev", "set: dev")]


@dataclass(frozen=True)
class Told:
    """What a run gives."""

    label: str
    report: dict[str, Any] = field(default_factory=lambda: {"questions": 4})
    html: str = "<p>report</p>"


class Staged:
    """Evaluations that wait at each step until they are let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go = threading.Event()
        self.fails: Exception | None = None

    def names(self) -> list[str]:
        return ["set"]

    def splits(self, name: str) -> list[str]:
        return ["dev"]

    def run(
        self,
        name: str,
        split: str | None = None,
        limit: int | None = None,
        progress: protocol.Progress = lambda doing, done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Told:
        progress("asking", 1, 4)
        self.begun.set()
        assert self.go.wait(30)
        if self.fails:
            raise self.fails
        if cancelled():
            raise PinciteError(f"the evaluation of {name} was stopped")
        return Told(f"{name}, {split}, {limit}")

    def compare(self, a: Any, b: Any) -> Told:
        return Told(f"{a.label} against {b.label}")


def ended(runs: Runs) -> RunsState:
    """How things stand when the run under way is over."""
    for thread in threading.enumerate():
        if thread.name == "evaluation":
            thread.join(30)
    assert runs.state.current is None
    return runs.state


def test_one_evaluation_at_a_time_is_followed_and_kept() -> None:
    staged = Staged()
    runs = Runs(staged)
    runs.start("set", "dev", 4)
    assert staged.begun.wait(30)
    assert runs.state.current == CurrentRun("set, dev, first 4", "asking", 1, 4)
    with pytest.raises(UsageError, match=r"set, dev, first 4 is running.*one at a time"):
        runs.start("set", None, None)
    staged.go.set()
    state = ended(runs)
    assert [one.number for one in state.done] == [1]
    assert runs.result(1).report == {"questions": 4}
    runs.start("set", None, None)
    assert [one.number for one in ended(runs).done] == [2, 1]
    compared = runs.result(2, 1)
    assert isinstance(compared, Told)
    assert compared.label == "set, None, None against set, dev, 4"


def test_a_run_that_is_stopped_has_no_numbers_and_says_so() -> None:
    staged = Staged()
    runs = Runs(staged)
    runs.start("set", None, None)
    runs.stop()
    assert runs.state.current is not None
    assert runs.state.current.stopping
    staged.go.set()
    assert ended(runs) == RunsState(None, (), "the evaluation of set was stopped")
    runs.start("set", None, None)
    assert len(ended(runs).done) == 1
    assert runs.state.ended == ""


def test_stopping_nothing_stops_nothing_that_starts_later() -> None:
    staged = Staged()
    runs = Runs(staged)
    runs.stop()
    staged.go.set()
    runs.start("set", None, None)
    assert len(ended(runs).done) == 1


def test_an_accident_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    staged = Staged()
    staged.fails = ZeroDivisionError("division by zero")
    staged.go.set()
    runs = Runs(staged)
    with caplog.at_level(logging.ERROR):
        runs.start("set", None, None)
        assert "division" not in ended(runs).ended
    assert "ZeroDivisionError" in caplog.text


def test_the_newest_ten_are_kept() -> None:
    staged = Staged()
    staged.go.set()
    runs = Runs(staged)
    for _ in range(12):
        runs.start("set", None, None)
        ended(runs)
    assert [one.number for one in runs.state.done] == list(range(12, 2, -1))
    with pytest.raises(UsageError, match=r"run 2 is no longer .* the newest 10"):
        runs.result(2)


def test_the_page_offers_each_set_and_split_and_says_how_far_it_is() -> None:
    current = CurrentRun("set, dev", "asking", 30, 250)
    drawn = Drawn(report_view.panel(CHOICES, RunsState(current)))
    assert "set: all questions" in drawn.text
    assert "set: dev" in drawn.text
    assert "asking 30 of 250" in drawn.text
    assert ("progress", {"value": "30", "max": "250", "aria-label": "Questions asked"}) in (
        drawn.elements
    )
    stopping = Drawn(report_view.panel(CHOICES, RunsState(CurrentRun("set", stopping=True))))
    assert "stopping" in stopping.text


def test_two_runs_can_be_compared_the_newest_with_the_one_before_it() -> None:
    one, two = Done(1, Told("first")), Done(2, Told("second"))
    assert "Compare" not in report_view.panel(CHOICES, RunsState(None, (one,)))
    drawn = Drawn(report_view.panel(CHOICES, RunsState(None, (two, one))))
    assert drawn.values("value")[-4:] == list("2112")
    assert "4 questions" in drawn.text


@pytest.mark.parametrize("payload", [*PAYLOADS, '"><script>alert(1)</script>'])
def test_a_report_is_shut_into_a_frame_and_names_stay_text(payload: str) -> None:
    told = Told(payload, html=f"<!doctype html><p>{payload}</p>")
    drawn = Drawn(report_view.report(told, payload, 1, 2))
    (frame,) = [has for tag, has in drawn.elements if tag == "iframe"]
    assert frame["sandbox"] == "allow-same-origin"  # above all no allow-scripts
    assert frame["srcdoc"] == told.html
    assert not drawn.does_harm(allowed=frozenset({"iframe"}))
    state = RunsState(CurrentRun(payload, payload), (Done(1, told), Done(2, told)), payload)
    panel = Drawn(report_view.panel([("set", None, payload)], state))
    assert not panel.does_harm()
    assert panel.text.count(payload) >= 5


def test_evaluations_are_what_is_installed_and_none_where_nothing_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[Any, ...]] = []
    found = SimpleNamespace(load=lambda: lambda *given: made.append(given) or "made")
    settings: Any = "settings"
    embedder: Any = "embedder"
    monkeypatch.setattr(protocol, "entry_points", lambda group: [found])
    assert str(protocol.load_evaluations(settings, embedder)) == "made"
    assert made == [("settings", "embedder", ())]
    monkeypatch.setattr(protocol, "entry_points", lambda group: [])
    assert protocol.load_evaluations(settings, embedder) is None
