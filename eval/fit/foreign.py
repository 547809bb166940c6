"""Foreign questions: those of other gold sets, put to documents that are about something else.

People ask their documents what those are not about, and gold sets hardly do: their unanswerable
questions are near misses. So what is asked of one set serves as what another cannot answer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from rich.console import Console
from rich.table import Table

from pincite.eval.goldset import GoldSet
from pincite.eval.measure import Value, mean
from pincite.eval.run import Run

SAMPLE = 250  # of each other set
_SEED = 11


def foreign(gold: GoldSet, others: Sequence[GoldSet], sample: int = SAMPLE) -> GoldSet:
    """The documents of ``gold`` with questions of the others, none of which has an answer there.

    Questions of a conversation are left out: without it, many are about nothing. The same input
    gives the same questions.

    Args:
        others: gold sets about other things; of two sets about the same, some questions would
            have an answer.
        sample: questions of each other set, at most.
    """
    asked = []
    for other in others:
        whole = [question for question in other.questions if not question.history]
        chosen = random.Random(_SEED).sample(whole, min(sample, len(whole)))
        asked += [
            replace(
                question,
                id=f"{other.name}/{question.id}",
                answers=(),
                evidence=(),
                answerable=False,
                kind=other.name,
                scope_doc=None,
                relevant_docs=(),
            )
            for question in chosen
        ]
    return replace(gold, questions=tuple(asked))


@dataclass(frozen=True, slots=True)
class Answered:
    """The share of one set's foreign questions that were answered all the same.

    A question that failed counts as answered. ``confidence`` is the median.
    """

    of: str
    share: Value
    confidence: float


def answered(run: Run) -> list[Answered]:
    """What became of the questions that ``foreign`` put together, by the set that they are of."""
    found = []
    for name in sorted({str(outcome.question.kind) for outcome in run.outcomes}):
        mine = [outcome for outcome in run.outcomes if outcome.question.kind == name]
        share = mean([float(outcome.answered or bool(outcome.error)) for outcome in mine])
        found.append(Answered(name, share, median(outcome.confidence for outcome in mine)))
    return found


def show(console: Console, found: Sequence[Answered], run: Run) -> None:
    """A line for each set of questions."""
    console.print(
        f"questions about something else, put to {run.gold.name}; threshold {run.threshold:.3f}"
    )
    table = Table(box=None, pad_edge=False)
    heads = ("questions of", "asked", "answered", "95 % interval", "median confidence")
    for head in heads:
        table.add_column(head, justify="left" if head == heads[0] else "right")
    for one in found:
        table.add_row(
            one.of,
            f"{one.share.n:,}",
            f"{one.share.value:.3f}",
            f"{one.share.low:.3f} – {one.share.high:.3f}",
            f"{one.confidence:.2f}",
        )
    console.print(table)
