"""Foreign questions: those of other gold sets, put to documents that are about something else.

People ask their documents what those are not about, and gold sets hardly do: their unanswerable
questions are near misses. So what is asked of one set serves as what another cannot answer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from eval.goldset import GoldSet
from eval.metrics.bootstrap import Floats, Indexes, interval
from eval.run import Run

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
        whole = [question for question in other.questions if not question.turns]
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
    """How many foreign questions of one set were answered all the same.

    ``low`` and ``high`` end the 95 % bootstrap interval of the ``share``; a question that failed
    counts as answered. ``confidence`` is the median.
    """

    of: str
    questions: int
    share: float
    low: float
    high: float
    confidence: float


def answered(run: Run) -> list[Answered]:
    """What became of the questions that ``foreign`` put together, by the set that they are of."""
    found = []
    for name in sorted({str(outcome.question.kind) for outcome in run.outcomes}):
        mine = [outcome for outcome in run.outcomes if outcome.question.kind == name]
        wrong = np.array([outcome.answered or bool(outcome.error) for outcome in mine], float)
        low, high = interval(partial(_mean, wrong), len(wrong))
        middle = median(outcome.confidence for outcome in mine)
        found.append(Answered(name, len(mine), float(wrong.mean()), low, high, middle))
    return found


def _mean(values: Floats, index: Indexes) -> float:
    return float(values[index].mean())


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
            f"{one.questions:,}",
            f"{one.share:.3f}",
            f"{one.low:.3f} – {one.high:.3f}",
            f"{one.confidence:.2f}",
        )
    console.print(table)
