"""A run as one JSON value, and as a table on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pincite.corpus.counts import counted
from pincite.corpus.errors import UsageError
from pincite.eval.gold_types import Question
from pincite.eval.measure import GROUPS, SMALL_IS_GOOD, Scores, judged, mean, measure, right
from pincite.eval.metrics import abstention
from pincite.eval.run import Outcome, Run

FORMAT = 1
METRIC_HEAD = ("metric", "value", "95 % interval", "n")
_FOLLOW_UP, _DOCUMENTS = "follow-up", "doc_recall@10"
_KIND_METRICS = (_DOCUMENTS, "quote_hit@1", "quote_hit@3", "false_answer_rate")
_FEW_WORDS = 5  # of a question in a conversation that says hardly anything itself
_SHOWN = (
    *("shown_hit@1", "shown_hit@3", "complete", "claimed", "right", "refused"),
    "false_answer_rate",
)

Report = dict[str, Any]


def report(run: Run, found: Scores) -> Report:
    """Everything about a run as JSON values; ``found`` is of ``pincite.eval.measure.scores``."""
    outcomes = run.outcomes
    metrics = {name: asdict(value) for name, value in measure(run, found).items()}
    return {
        "format": FORMAT,
        "gold": run.gold.name,
        "documents": len(run.gold.documents),
        "passages": run.passages,
        "questions": len(outcomes),
        "answerable": sum(o.question.answerable for o in outcomes),
        "failed": sum(bool(o.error) for o in outcomes),
        "history": run.history,
        "unscoped": run.unscoped,
        "asked_without_history": sum(
            bool(o.question.history) for o in outcomes if run.history == "none"
        ),
        "embedder": run.embedder,
        "settings": run.settings.model_dump(mode="json", exclude={"library"}),
        "confidence_kind": run.confidence_kind,
        "threshold": run.threshold,
        "notes": list(run.gold.notes),
        "metrics": metrics,
        "kinds": _kinds(run, found),
        "curves": _curves(run) if "aurc" in metrics else {},
        "results": [_result(o, found) for o in outcomes],
    }


def write_json(value: Report, file: Path) -> None:
    """Write a report.

    Raises:
        UsageError: the file cannot be written.
    """
    write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", file)


def write_text(text: str, file: Path) -> None:
    """Write a text file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}; name another file"
        ) from error


def read_json(file: Path) -> Report:
    """Read what ``write_json`` wrote.

    Raises:
        UsageError: the file is not a report of ours.
    """
    try:
        value = json.loads(file.read_text("utf-8"))
        if value["format"] != FORMAT:
            raise UsageError(f"{file} is a report of form {value['format']}, not {FORMAT}")
        for key in ("gold", "metrics", "results", "settings", "embedder", "threshold"):
            value[key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{file} is not a report; write one with: pincite eval GOLD_DIR --json {file}"
        ) from error
    return dict(value)


def show(console: Console, value: Report) -> None:
    """The report as tables."""
    console.print(about(value))
    table = Table(box=None, pad_edge=False)
    for name in METRIC_HEAD:
        table.add_column(name, justify="left" if name == "metric" else "right")
    before = ""
    for group, (name, *cells) in metric_rows(value):
        if group != before:
            table.add_row(Text(f"\n{group}", "bold"))
        before = group
        table.add_row(f"  {name}", *cells)
    console.print(table)
    if value["kinds"]:
        console.print(_kinds_table(value))
    for line in notes(value):
        console.print(line)


def metric_rows(value: Report) -> list[tuple[str, tuple[str, ...]]]:
    """Each metric's group, with its cells under ``METRIC_HEAD``."""
    return [
        (
            group,
            (
                f"{name} ↓" if name in SMALL_IS_GOOD else name,
                number(name, metric["value"]),
                span(name, metric),
                str(metric["n"]),
            ),
        )
        for group, names in GROUPS.items()
        for name in names
        if (metric := value["metrics"].get(name))
    ]


def about(value: Report) -> str:
    """One line on what was asked of what."""
    return (
        f"{value['gold']}: {counted(value['questions'], 'question')} ({value['answerable']} "
        f"answerable) of {counted(value['documents'], 'document')} in "
        f"{counted(value['passages'], 'passage')}; embedder {value['embedder']}; "
        f"{value['confidence_kind']} threshold {value['threshold']:.3f}"
    )


def notes(value: Report) -> list[str]:
    """What a reader of the numbers has to know, a sentence each."""
    lines = ["↓ lower is better"]
    if value["failed"]:
        first = next(result["error"] for result in value["results"] if result["error"])
        lines.append(
            f"{counted(value['failed'], 'question')} failed and count as zero, first: {first}"
        )
    problems = [r["written"]["problem"] for r in value["results"] if r.get("written")]
    if problems := list(filter(None, problems)):
        answers = counted(len(problems), "answer")
        lines.append(f"{answers} not or not wholly written, first: {problems[0]}")
    if count := value["asked_without_history"]:
        belong, were = ("belongs", "was") if count == 1 else ("belong", "were")
        lines.append(
            f"{counted(count, 'question')} {belong} to a conversation and {were} asked without it"
        )
    if odd := value.get("notes"):
        lines.append(f"answers that are in none of their files: {len(odd)}, first: {odd[0]}")
    if "aurc" not in value["metrics"]:
        lines.append(
            "no abstention metrics: they need both answerable questions with evidence and "
            "unanswerable ones"
        )
    return lines


def number(name: str, value: float) -> str:
    """A metric's value with the digits that it deserves."""
    return f"{value:,.{digits(name)}f}"


def digits(name: str) -> int:
    """How many digits after the point a metric deserves."""
    return 1 if name in GROUPS["speed"] else 3


def span(name: str, metric: Mapping[str, Any]) -> str:
    """A metric's interval."""
    if metric["low"] is None:
        return ""
    return f"{number(name, metric['low'])} – {number(name, metric['high'])}"


def _kinds_table(value: Report) -> Table:
    names = kind_metrics(value["kinds"])
    table = Table(box=None, pad_edge=False)
    table.add_column("\nkind", no_wrap=True, min_width=max(map(len, value["kinds"])))
    for name in ("questions", *names):
        table.add_column(f"\n{name}", justify="right")
    for kind, found in value["kinds"].items():
        table.add_row(kind, str(found["questions"]), *(kind_cell(found, name) for name in names))
    return table


def kind_metrics(kinds: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The metrics that stand beside the kinds of questions.

    What was shown says more than what stood behind it, where a gold set can tell both.
    """
    there = {name for found in kinds.values() for name in found}
    chosen = _SHOWN if "shown_hit@1" in there else _KIND_METRICS
    if any(kind.startswith(_FOLLOW_UP) for kind in kinds):  # do they find what they are about?
        chosen = tuple(dict.fromkeys((_DOCUMENTS, *chosen)))
    return [name for name in chosen if name in there]


def kind_cell(found: Mapping[str, Any], name: str) -> str:
    """A kind's mean and its interval; nothing where the metric does not apply to it."""
    if name not in found:
        return ""
    low, high = found["intervals"][name]
    return f"{found[name]:.2f} {low:.2f}–{high:.2f}"


def _kinds(run: Run, found: Scores) -> dict[str, dict[str, Any]]:
    """The main means by kind of question with their intervals, where the set names kinds."""
    kinds: dict[str, dict[str, Any]] = {}
    named = {o.question.id: _kind(o.question) for o in run.outcomes}
    for kind in sorted(filter(None, set(named.values()))):
        ids = {id for id, name in named.items() if name == kind}
        kinds[kind] = {"questions": len(ids), "intervals": {}}
        for name in dict.fromkeys((*_KIND_METRICS, *_SHOWN)):
            values = [v for id, v in found.get(name, {}).items() if id in ids]
            if values:
                whole = mean(values)
                kinds[kind][name] = whole.value
                kinds[kind]["intervals"][name] = [whole.low, whole.high]
    return kinds


def _kind(question: Question) -> str | None:
    """Its kind; of a question in a conversation that has none, how much it says itself."""
    if question.kind or not question.history:
        return question.kind
    few = len(question.question.split()) <= _FEW_WORDS
    return f"{_FOLLOW_UP} {'≤' if few else '>'}{_FEW_WORDS} words"


def _curves(run: Run) -> dict[str, Any]:
    confidence, ok, _ = judged(run.outcomes)
    coverage, risk = abstention.risk_coverage(confidence, ok)
    return {
        "risk_coverage": [
            [round(float(c), 5), round(float(r), 5)] for c, r in zip(coverage, risk, strict=True)
        ],
        "reliability": [asdict(b) for b in abstention.reliability(confidence, ok)],
    }


def _result(outcome: Outcome, found: Scores) -> dict[str, Any]:
    question = outcome.question
    return {
        "id": question.id,
        "question": question.question,
        "kind": question.kind,
        "answerable": question.answerable,
        "answered": outcome.answered,
        "shown": outcome.shown,
        "confidence": outcome.confidence,
        "right": right(outcome),
        "milliseconds": round(outcome.milliseconds, 3),
        "error": outcome.error,
        "scores": {
            name: values[question.id] for name, values in found.items() if question.id in values
        },
        "evidence": [[e.doc, e.span.start, e.span.end] for e in question.evidence],
        "answers": list(question.answers),
        "quotes": [
            {**asdict(quote), "marked": [list(span) for span in quote.marked]}
            for quote in outcome.quotes
        ],
        "features": dict(outcome.features),
        **({} if outcome.written is None else {"written": asdict(outcome.written)}),
    }
