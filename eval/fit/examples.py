"""What confidence is fitted on: questions asked of gold sets, and how each went.

Each set is asked its own questions; its own without the documents that answer them
(`pincite.eval.fit.without`); and those of sets about other things (`pincite.eval.fit.foreign`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from pincite.eval.fit.foreign import foreign
from pincite.eval.fit.without import without
from pincite.eval.goldset import GoldSet, Question, gold_sets, load_split
from pincite.eval.measure import right
from pincite.eval.run import Outcome, Progress, evaluate
from pincite.retrieval.confidence.features import KNOWN
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.settings import Settings

Kind = Literal["own", "without", "foreign"]
# Questions of a gold set that are asked, at most: its own, and about so many of other sets. As all
# sets weigh the same, more of a large one would hardly be felt.
_OWN, _FOREIGN = 300, 100
_SEED = 3


@dataclass(frozen=True, slots=True)
class Example:
    """One question asked: of which set, what its search looked like, how it went.

    Attributes:
        kind: ``without`` if it is asked without the documents that answer it, ``foreign`` if it is
            a question of another set.
    """

    set: str
    features: Mapping[str, float]
    answerable: bool
    right: bool
    kind: Kind = "own"


def examples(
    folders: Sequence[Path],
    split: str,
    limit: int | None,
    settings: Settings,
    embedder: Embedder,
    progress: Progress,
) -> list[Example]:
    """Ask the questions of all gold sets.

    A folder of gold sets is one set: its gold sets are alike, and their questions are not foreign
    to each other. A question whose quotes nobody can judge is left out.

    Args:
        folders: gold sets, or folders that have some.
        split: the split that is taken of the gold sets that have splits.
        limit: questions of one gold set, at most.

    Raises:
        GoldSetError: a gold set is not in its form.
    """
    groups = {
        folder.resolve().name: [load_split(gold, split, limit) for gold in gold_sets(folder)]
        for folder in folders
    }
    found = []
    for name, golds in groups.items():
        others = [gold for other, golds in groups.items() if other != name for gold in golds]
        for gold in golds:
            asked = _asked(gold, others)
            questions = tuple(question for _, question in asked)
            watch = partial(_of, gold.name, progress)
            run = evaluate(replace(gold, questions=questions), settings, embedder, progress=watch)
            found += [
                Example(name, _features(outcome), outcome.question.answerable, ok, kind)
                for (kind, _), outcome in zip(asked, run.outcomes, strict=True)
                if (ok := right(outcome)) is not None
            ]
    return found


def _asked(gold: GoldSet, others: Sequence[GoldSet]) -> list[tuple[Kind, Question]]:
    each = _FOREIGN // max(1, len(others))
    return [
        *(("own", question) for question in _sample(gold.questions)),
        *(("without", question) for question in without(gold).questions),
        *(("foreign", question) for question in foreign(gold, others, each).questions),
    ]


def _sample(questions: Sequence[Question]) -> list[Question]:
    """Some of them, none of a conversation: what is fitted is how sure one question is."""
    whole = [question for question in questions if not question.history]
    return random.Random(_SEED).sample(whole, min(_OWN, len(whole)))


def _features(outcome: Outcome) -> dict[str, float]:
    """What the models take; nothing of a question in a language that they say nothing of."""
    if not outcome.features.get(KNOWN, 1.0):
        return {}
    return {name: value for name, value in outcome.features.items() if name != KNOWN}


def _of(name: str, progress: Progress, doing: str, done: int, total: int) -> None:
    progress(f"{name}: {doing}", done, total)
