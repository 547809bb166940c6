"""From what came back to numbers: each question's scores, then each metric with its interval.

Every metric stands under its name with ``value``, the ends of its 95 % interval ``low`` and
``high``, and ``n``, the number of questions that it is over. A metric that a gold set has no
questions for is absent, not zero. A question that failed gets the worst value of each metric,
except of ``verbatim``, which is over the questions that have quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pincite.eval.metrics import abstention, shown, written
from pincite.eval.metrics.answers import contained, exact_match, f1
from pincite.eval.metrics.bootstrap import interval, percentiles, resamples
from pincite.eval.metrics.characters import Place
from pincite.eval.metrics.quotes import overlap, quote_hit
from pincite.eval.metrics.retrieval import BUDGETS, document_scores, evidence_recall
from pincite.eval.run import Outcome, Run

Scores = dict[str, dict[str, float]]  # by metric, then by question
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

GROUPS = {
    "retrieval": (
        "doc_ndcg@10",
        "doc_recall@10",
        "doc_mrr@10",
        *(f"evidence_recall@{budget}" for budget in BUDGETS),
    ),
    "quotes": (
        "verbatim",
        "quote_hit@1",
        "quote_hit@3",
        "quote_precision",
        "quote_recall",
        "quote_iou",
    ),
    "answers": ("answer_em", "answer_f1", "answer_in_quotes"),
    "written": (
        "citation_precision",
        "citation_recall",
        "unsupported_before",
        "unsupported_after",
        "good_struck",
        "written_f1",
        "first_quote_f1",
        "written_unanswerable",
    ),
    "shown": ("shown_hit@1", "shown_hit@3", "complete", "claimed", "right", "refused"),
    "abstention": (
        "answerable_auroc",
        "aurc",
        "coverage@5%risk",
        "ece",
        "brier",
        "false_answer_rate",
    ),
    "speed": ("ask_p50_ms", "ask_p95_ms", "ingest_passages_per_s", "peak_rss_mb"),
}
SMALL_IS_GOOD = frozenset(
    {"aurc", "ece", "brier", "false_answer_rate", "refused"}
    | {"unsupported_before", "unsupported_after", "good_struck", "written_unanswerable"}
    | {"ask_p50_ms", "ask_p95_ms", "peak_rss_mb"}
)


@dataclass(frozen=True, slots=True)
class Value:
    """A metric's value with its 95 % interval; one that is measured once has no interval."""

    value: float
    low: float | None
    high: float | None
    n: int


def scores(run: Run) -> Scores:
    """The metrics that are means over questions: by question, where the metric applies to it."""
    found: Scores = _document_scores(run)
    for outcome in run.outcomes:
        for name, value in _scores(outcome).items():
            found.setdefault(name, {})[outcome.question.id] = value
    if not _judges_abstention(run.outcomes):
        for name in GROUPS["abstention"]:
            found.pop(name, None)
    return found


def right(outcome: Outcome) -> bool | None:
    """Whether the quotes answer the question; None where the gold set cannot tell.

    Never for a question without an answer; else whether one of three quotes hits the evidence, or,
    where the gold set marks none, has one of the answers in it.
    """
    question = outcome.question
    if not question.answerable:
        return False
    if not question.evidence:
        gold = question.answers or question.all_of
        texts = [quote.text for quote in outcome.quotes]
        return shown.shown_hit(texts, gold, 3) == 1.0 if gold else None
    return quote_hit([q.place for q in outcome.quotes], _evidence(outcome), 3) == 1.0


def measure(run: Run, found: Scores) -> dict[str, Value]:
    """Every metric of the run, in the order of ``GROUPS``. ``found`` is what ``scores`` gave."""
    measured = {name: mean(list(values.values())) for name, values in found.items() if values}
    if _judges_abstention(run.outcomes):
        measured |= _abstention(run.outcomes)
    measured |= _speed(run)
    return {name: measured[name] for group in GROUPS.values() for name in group if name in measured}


def judged(outcomes: Sequence[Outcome]) -> tuple[Floats, Flags, Flags]:
    """Confidence, whether right, whether answerable: of the questions where right is known."""
    known = [
        (_confidence(o), ok, o.question.answerable)
        for o in outcomes
        if (ok := right(o)) is not None
    ]
    confidence, oks, answerable = zip(*known, strict=True)
    return np.array(confidence, float), np.array(oks, bool), np.array(answerable, bool)


def _confidence(outcome: Outcome) -> float:
    return float(not outcome.question.answerable) if outcome.error else outcome.confidence


def set_metrics(confidence: Floats, ok: Flags, answerable: Flags) -> dict[str, float]:
    """The metrics that are of a whole set of questions, and no mean over them."""
    found = {
        "aurc": abstention.aurc(confidence, ok),
        "coverage@5%risk": abstention.coverage_at_risk(confidence, ok),
        "ece": abstention.ece(confidence, ok),
        "brier": abstention.brier(confidence, ok),
    }
    if answerable.any() and not answerable.all():
        found["answerable_auroc"] = abstention.auroc(confidence, answerable)
    return found


def _document_scores(run: Run) -> Scores:
    """For questions that are asked of all documents, where there are several."""
    if len(run.gold.documents) < 2:
        return {}
    asked = [o for o in run.outcomes if o.question.relevant_docs and not o.question.scope_doc]
    return document_scores(
        {o.question.id: list(dict.fromkeys(doc for doc, _ in o.ranked)) for o in asked},
        {o.question.id: o.question.relevant_docs for o in asked},
    )


def _scores(outcome: Outcome) -> dict[str, float]:
    question = outcome.question
    quotes = [quote.place for quote in outcome.quotes]
    texts = [quote.text for quote in outcome.quotes]
    found: dict[str, float] = {}
    if texts:
        found["verbatim"] = float(outcome.verbatim)
    if evidence := _evidence(outcome):
        for budget in BUDGETS:
            found[f"evidence_recall@{budget}"] = evidence_recall(outcome.ranked, evidence, budget)
        found["quote_hit@1"] = quote_hit(quotes, evidence, 1)
        found["quote_hit@3"] = quote_hit(quotes, evidence, 3)
        # A quote is a passage with the answer marked: what is marked should be no more than the
        # answer, what is shown no less.
        marks = [place for quote in outcome.quotes for place in quote.marks]
        found["quote_precision"], _, found["quote_iou"] = overlap(marks, evidence)
        found["quote_recall"] = overlap(quotes, evidence)[1]
    found.update(_shown(outcome))
    if question.answerable and question.answers:
        best = outcome.quotes[0].answer_text if outcome.quotes else ""
        found["answer_em"] = exact_match(best, question.answers)
        found["answer_f1"] = f1(best, question.answers)
        found["answer_in_quotes"] = contained(texts, question.answers)
    found.update(_written(outcome))
    if not question.answerable:
        found["false_answer_rate"] = float(outcome.answered or bool(outcome.error))
    return found


def _shown(outcome: Outcome) -> dict[str, float]:
    """What a person sees: nothing counts that was not shown."""
    question = outcome.question
    gold = question.answers or question.all_of
    texts = [quote.text for quote in outcome.quotes] if outcome.shown else []
    found: dict[str, float] = {}
    if question.answerable and gold:
        found["shown_hit@1"] = shown.shown_hit(texts, gold, 1)
        found["shown_hit@3"] = shown.shown_hit(texts, gold, 3)
    if question.answerable and question.all_of:
        found["complete"] = shown.complete(texts, question.all_of)
    if question.answerable:
        found["claimed"] = float(outcome.answered)
        found["refused"] = float(not outcome.shown)
    if outcome.answered and (gold or not question.answerable):
        found["right"] = float(question.answerable) and shown.shown_hit(texts, gold, 3)
    return found


def _written(outcome: Outcome) -> dict[str, float]:
    """What a model wrote; nothing where none was to write."""
    question, text = outcome.question, outcome.written
    if text is None:
        return {}
    if not question.answerable:
        return {"written_unanswerable": float(bool(text.shown))}
    evidence = _evidence(outcome)
    found = written.citation_scores(text, evidence) if evidence else {}
    if question.answers:
        first = outcome.quotes[0].text if outcome.quotes else ""
        found |= written.answer_scores(text, first, question.answers)
    return found


def _evidence(outcome: Outcome) -> list[Place]:
    return [(e.doc, e.span) for e in outcome.question.evidence]


def _judges_abstention(outcomes: Sequence[Outcome]) -> bool:
    """Whether there are questions of both kinds: else there is nothing to tell apart."""
    return len({o.question.answerable for o in outcomes if right(o) is not None}) == 2


def mean(values: Sequence[float]) -> Value:
    """Their mean, with its bootstrap interval."""
    data = np.array(values, float)
    low, high = interval(lambda index: float(data[index].mean()), len(data))
    return Value(float(data.mean()), low, high, len(data))


def _abstention(outcomes: Sequence[Outcome]) -> dict[str, Value]:
    confidence, ok, answerable = judged(outcomes)
    whole = set_metrics(confidence, ok, answerable)
    samples: list[Mapping[str, float]] = [
        set_metrics(confidence[index], ok[index], answerable[index])
        for index in resamples(len(confidence))
    ]
    return {
        name: Value(value, *percentiles([s[name] for s in samples if name in s]), len(confidence))
        for name, value in whole.items()
    }


def _speed(run: Run) -> dict[str, Value]:
    times = np.array([o.milliseconds for o in run.outcomes if not o.error])
    found = {}
    for name, percent in (("ask_p50_ms", 50), ("ask_p95_ms", 95)):
        if len(times):
            at = _percentile_of(times, percent)
            found[name] = Value(at(np.arange(len(times))), *interval(at, len(times)), len(times))
    if run.ingest_seconds:
        rate = run.passages / run.ingest_seconds
        found["ingest_passages_per_s"] = Value(rate, None, None, run.passages)
    found["peak_rss_mb"] = Value(run.peak_rss_mb, None, None, 1)
    return found


def _percentile_of(values: Floats, percent: float) -> Callable[[NDArray[np.intp]], float]:
    return lambda index: float(np.percentile(values[index], percent))
