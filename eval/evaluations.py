"""Evaluations for a page that shows them, which finds this through ``pincite.evaluations``.

The entry point keeps ``ui`` from importing ``eval``: whoever loads it sees plain values only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pincite.corpus.errors import EvaluationStoppedError, UsageError
from pincite.eval.goldset import BUNDLED, GoldSet, gold_sets, load
from pincite.eval.measure import scores
from pincite.eval.overrides import parsed
from pincite.eval.report import compare as comparing
from pincite.eval.report.html_report import page
from pincite.eval.report.report import Report, digits, report
from pincite.eval.run import Progress, evaluate
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.settings import Settings, load_settings

Row = tuple[str, float, float | None, float | None, int]
Change = tuple[str, float, float, float, float, float, float | None, int]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A gold set, asked and measured.

    Attributes:
        label: which set, split, limit and overrides.
        report: what ``pincite eval --json`` writes.
        rows: each metric with its value, the ends of its 95 % interval (None where it is measured
            once) and the number of questions.
        html: the self-contained page that ``pincite eval --html`` writes.
        gold: the questions that were asked, with their documents.
    """

    label: str
    report: Report
    rows: tuple[Row, ...]
    html: str
    gold: GoldSet


@dataclass(frozen=True, slots=True)
class Compared:
    """Two evaluations over the same questions.

    Attributes:
        report: the first one's, with the differences under ``compared``.
        rows: each metric with its value here, there, the difference, the ends of its 95 % interval,
            p (None for a metric that is no mean over questions) and the number of questions.
        html: the first one's page, with the differences on it.
    """

    report: Report
    rows: tuple[Change, ...]
    html: str


class Evaluations:
    """The gold sets that can be asked, and the asking."""

    def __init__(
        self, settings: Settings, embedder: Embedder, folders: Sequence[Path] = ()
    ) -> None:
        """Offer the bundled gold sets and those in ``folders``.

        Args:
            settings: that questions are asked with, unless a run overrides them.
            embedder: the one that the settings name, so that its model is loaded once.
            folders: gold sets, or folders that have some.

        Raises:
            GoldSetError: one of the folders has no gold set.
        """
        self._settings = settings
        self._embedder = embedder
        self._folders: dict[str, Path] = {}
        for folder in (BUNDLED, *folders):
            for found in gold_sets(folder):
                self._folders[self._free(found.resolve().name)] = found

    def names(self) -> list[str]:
        """The gold sets' names, each once."""
        return list(self._folders)

    def splits(self, name: str) -> list[str]:
        """The splits of a gold set, in order.

        Raises:
            UsageError: there is no gold set of this name.
            GoldSetError: it is not in its form.
        """
        return sorted({q.split for q in load(self._folder(name)).questions if q.split})

    def run(
        self,
        name: str,
        split: str | None = None,
        limit: int | None = None,
        progress: Progress = lambda doing, done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
        overrides: Sequence[str] = (),
    ) -> Evaluated:
        """Ask a gold set's questions of a throw-away library of its documents.

        Args:
            split: only the questions of this split.
            limit: only the first so many of them.
            progress: hears what is being done, how much of it, of how much.
            cancelled: asked at every step; once it says so, nothing more is done.
            overrides: of settings, as ``NAME=VALUE``.

        Raises:
            EvaluationStoppedError: it was cancelled.
            UsageError: an argument is not what it should be.
            GoldSetError: the gold set is not in its form.
            PinciteError: it could not be asked.
        """
        if limit is not None and limit < 1:
            raise UsageError(f"{limit} questions are too few; ask at least 1, or all")
        gold = load(self._folder(name), split=split, limit=limit)
        settings, embedder = self._overridden(overrides)

        def step(doing: str, done: int, total: int) -> None:
            if cancelled():
                raise EvaluationStoppedError(
                    f"the evaluation of {name} was stopped while {doing} ({done} of {total}); "
                    "it has no results"
                )
            progress(doing, done, total)

        run = evaluate(gold, settings, embedder, progress=step)
        value = report(run, scores(run))
        parts = [name, split, None if limit is None else f"first {limit}", *overrides]
        return Evaluated(
            label=", ".join(part for part in parts if part),
            report=value,
            rows=tuple(_row(metric, **found) for metric, found in value["metrics"].items()),
            html=page(value, gold),
            gold=gold,
        )

    def compare(self, a: Evaluated, b: Evaluated) -> Compared:
        """What ``a`` has over ``b``, over the questions that both have.

        Raises:
            UsageError: they share no question.
        """
        found = comparing.compare(a.report, b.report)
        return Compared(
            report={**a.report, "compared": comparing.to_json(found)},
            rows=tuple(_change(metric, difference) for metric, difference in found.items()),
            html=page(a.report, a.gold, found),
        )

    def _overridden(self, overrides: Sequence[str]) -> tuple[Settings, Embedder]:
        if not overrides:
            return self._settings, self._embedder
        settings = load_settings(**{**self._settings.model_dump(), **parsed(overrides)})
        model = (settings.embedder, settings.precision)
        if model == (self._settings.embedder, self._settings.precision):
            return settings, self._embedder
        return settings, open_embedder(settings)

    def _folder(self, name: str) -> Path:
        if name not in self._folders:
            known = ", ".join(self._folders)
            raise UsageError(f"there is no gold set {name!r}; there are {known}")
        return self._folders[name]

    def _free(self, name: str) -> str:
        names = (name if number == 1 else f"{name} ({number})" for number in count(1))
        return next(free for free in names if free not in self._folders)


def _row(metric: str, value: float, low: float | None, high: float | None, n: int) -> Row:
    return metric, _rounded(metric, value), _maybe(metric, low), _maybe(metric, high), n


def _change(metric: str, d: comparing.Difference) -> Change:
    this, other, more, low, high = (
        _rounded(metric, value) for value in (d.this, d.other, d.difference, d.low, d.high)
    )
    return metric, this, other, more, low, high, _maybe(metric, d.p), d.n


def _maybe(metric: str, value: float | None) -> float | None:
    return None if value is None else _rounded(metric, value)


def _rounded(metric: str, value: float) -> float:
    return round(value, digits(metric))
