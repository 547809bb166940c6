"""Several runs as one: gold sets that lie side by side, each asked of its own documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pincite.eval.gold_types import GoldSet, Question
from pincite.eval.run import Outcome, Run


def joined(name: str, runs: Sequence[Run]) -> Run:
    """The runs as one of the gold set ``name``; ids get the name of their own set in front.

    They are of one embedder and the same settings.
    """
    first = runs[0]
    seconds = [run.ingest_seconds for run in runs if run.ingest_seconds is not None]
    outcomes = [_outcome(o, run.gold.name) for run in runs for o in run.outcomes]
    documents = {
        f"{run.gold.name}/{id}": document
        for run in runs
        for id, document in run.gold.documents.items()
    }
    notes = tuple(note for run in runs for note in run.gold.notes)
    return replace(
        first,
        gold=GoldSet(name, documents, tuple(o.question for o in outcomes), notes),
        outcomes=tuple(outcomes),
        passages=sum(run.passages for run in runs),
        ingest_seconds=sum(seconds) if len(seconds) == len(runs) else None,
        peak_rss_mb=max(run.peak_rss_mb for run in runs),
    )


def _outcome(outcome: Outcome, name: str) -> Outcome:
    return replace(
        outcome,
        question=_question(outcome.question, name),
        quotes=tuple(replace(quote, doc=f"{name}/{quote.doc}") for quote in outcome.quotes),
        ranked=tuple((f"{name}/{doc}", span) for doc, span in outcome.ranked),
        written=outcome.written and outcome.written.prefixed(name),
    )


def _question(question: Question, name: str) -> Question:
    scope = question.scope_doc
    return replace(
        question,
        id=f"{name}/{question.id}",
        evidence=tuple(replace(e, doc=f"{name}/{e.doc}") for e in question.evidence),
        relevant_docs=tuple(f"{name}/{doc}" for doc in question.relevant_docs),
        scope_doc=None if scope is None else f"{name}/{scope}",
    )
