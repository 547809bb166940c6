"""How well a pupil reads lessons that it was not taught."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import torch
from sklearn.metrics import roc_auc_score

from pincite.eval.fit.lessons import Lesson
from pincite.eval.fit.pupil import Pupil, read
from pincite.retrieval.cross_encoder.tokens import PairTokenizer

SIBLINGS = "siblings"  # whose passages are easily confused, so that it counts which comes first
_ONE_IN = 10


def held_back(lesson: Lesson) -> bool:
    """Whether a lesson is of the tenth of the documents that teaches nothing.

    The passages of one set of siblings stay together.
    """
    name = lesson.topic.split("/")[0] if lesson.set == SIBLINGS else lesson.topic
    return hashlib.sha256(name.encode()).digest()[0] * _ONE_IN // 256 == 0


def figures(
    pupil: Pupil, lessons: Iterable[Lesson], tokenizer: PairTokenizer
) -> dict[str, dict[str, float]]:
    """How well lessons are read.

    Returns:
        ``near_misses``: by set, and by kind of the lessons written by hand, the AUROC of answered
        questions against others, each read with the first passage of its own document; for siblings
        with the best of all passages. ``first``: by set, the share of the answered questions whose
        right passage scores best among all of the lesson. ``lessons``: how many of each set.
    """
    lessons = list(lessons)
    scores = _scores(pupil, lessons, tokenizer)
    near: dict[str, list[tuple[bool, float]]] = {}
    first: dict[str, list[bool]] = {}
    for lesson, mine in zip(lessons, scores, strict=True):
        one = max(mine[: lesson.own]) if lesson.set == SIBLINGS else mine[0]
        for name in _groups(lesson):
            near.setdefault(name, []).append((lesson.answers, one))
        if lesson.answers:
            among = mine[: lesson.own] if lesson.set == SIBLINGS else mine
            first.setdefault(lesson.set, []).append(max(among) == mine[0])
    return {
        "near_misses": {
            name: round(float(roc_auc_score(*zip(*pairs, strict=True))), 3)
            for name, pairs in sorted(near.items())
            if len({says for says, _ in pairs}) == 2
        },
        "first": {name: round(sum(hits) / len(hits), 3) for name, hits in sorted(first.items())},
        "lessons": {name: len(pairs) for name, pairs in sorted(near.items())},
    }


def _groups(lesson: Lesson) -> list[str]:
    return [lesson.set, f"{lesson.set}: {lesson.kind}"] if lesson.set == "lessons" else [lesson.set]


def _scores(pupil: Pupil, lessons: Sequence[Lesson], tokenizer: PairTokenizer) -> list[list[float]]:
    """The log-odds of each passage of each lesson, by its best window."""
    found = []
    with torch.inference_mode():
        for lesson in lessons:
            pairs = tokenizer.pairs(lesson.question, lesson.passages)
            odds = read(pupil, pairs)[0].tolist()
            best = [float("-inf")] * len(lesson.passages)
            for pair, value in zip(pairs, odds, strict=True):
                best[pair.passage] = max(best[pair.passage], value)
            found.append(best)
    return found
