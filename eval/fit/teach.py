"""Teaching the checker: lessons to low-rank adjustments of the embedder's network.

What one course of lessons teaches depends on their order. So several are taken, from the same
beginning, and averaged (model soups: Wortsman et al. 2022, arXiv:2203.05482). It takes some minutes
on a GPU, and some hours on a processor. Needs nothing of Pincite's but torch and its kin.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from sklearn.metrics import roc_auc_score
from torch import nn

from pincite.corpus.errors import UsageError
from pincite.eval.fit.lessons import Lesson
from pincite.eval.fit.pupil import Adjustments, Lines, Pupil, device, loss
from pincite.retrieval.confidence.checker import HEAD, HEAD_BIAS, adjusted
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder

Progress = Callable[[str, int, int], None]
_WARM_UP, _LEAST_RATE = 0.06, 0.02  # shares of the steps, and of the rate that is left at the end
_UNEVEN = 24  # tokens by which the lengths in a batch may differ for the sake of chance
_WEIGH = ("answer", "unanswerable")  # what people wrote: told apart, it is what the checker is for


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is taught.

    Attributes:
        rank: of the adjustments.
        rate: the highest step of AdamW; it rises first, then falls.
        epochs: how often each lesson is seen.
        batch: lessons a step.
        where: the weight of learning where the answer stands.
        courses: how many are averaged.
        seed: of chance.
    """

    rank: int = 32
    rate: float = 7e-4
    epochs: int = 4
    batch: int = 96
    where: float = 1.0
    courses: int = 3
    seed: int = 1


def teach(
    lessons: Sequence[Lesson],
    embedder: SentenceTransformerEmbedder,
    recipe: Recipe,
    progress: Progress = lambda doing, done, total: None,
) -> Adjustments:
    """Learn the adjustments of the embedder's network, as the checker reads them.

    Raises:
        UsageError: the lessons do not have texts that say what is asked and others.
    """
    if len({lesson.says for lesson in lessons}) < 2:
        raise UsageError(
            f"{len(lessons)} lessons are all of one kind; some texts must say what is asked, and "
            "others not"
        )
    read = Lines.of(lessons, embedder)
    courses = [_course(read, embedder, recipe, n, progress) for n in range(recipe.courses)]
    return _averaged(courses, recipe.rank)


def _course(
    read: Lines,
    embedder: SentenceTransformerEmbedder,
    recipe: Recipe,
    course: int,
    progress: Progress,
) -> Adjustments:
    torch.manual_seed(recipe.seed)  # each begins the same, or their average would mean nothing
    pupil = Pupil(embedder, recipe.rank).to(device())
    learned = [p for p in pupil.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=0.01)
    steps = list(_batches(read.lengths, recipe, course))
    for number, rows in enumerate(steps, 1):
        share = number / len(steps)
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min(share / _WARM_UP, max(_LEAST_RATE, 1 - share))
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss(pupil, read, rows, recipe.where))
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        progress(f"course {course + 1} of {recipe.courses}", number, len(steps))
    return pupil.adjustments()


def _averaged(courses: Sequence[Adjustments], rank: int) -> Adjustments:
    """The mean of what the courses taught, each layer's in the nearest form of that rank."""
    found: Adjustments = {}
    for name in courses[0]:
        layer, _, part = name.rpartition(".")
        if part == "up":
            whole = torch.stack([c[name] @ c[f"{layer}.down"] for c in courses]).mean(0)
            left, sizes, right = torch.linalg.svd(whole, full_matrices=False)
            root = sizes[:rank].sqrt()
            found |= {name: left[:, :rank] * root, f"{layer}.down": root[:, None] * right[:rank]}
        elif part != "down":
            found[name] = torch.stack([c[name] for c in courses]).mean(0)
    return found


def held_out(
    lessons: Sequence[Lesson],
    embedder: SentenceTransformerEmbedder,
    recipe: Recipe,
    folds: int,
    progress: Progress = lambda doing, done, total: None,
) -> dict[str, float]:
    """How well texts that answer are told from others on topics that were not taught.

    Returns:
        for each gold set with questions of both kinds, the AUROC over all its topics, each told by
        a checker that was taught on the other folds.
    """
    topics = sorted({lesson.topic for lesson in lessons if lesson.kind == "unanswerable"})
    random.Random(recipe.seed).shuffle(topics)
    found: list[tuple[Lesson, float]] = []
    for fold in range(min(folds, len(topics))):
        held = set(topics[fold::folds])
        adjustments = teach([x for x in lessons if x.topic not in held], embedder, recipe, progress)
        asked = [x for x in lessons if x.topic in held and x.kind in _WEIGH]
        found += zip(asked, told(asked, adjustments, embedder), strict=True)
    by_set: dict[str, list[tuple[bool, float]]] = {}
    for lesson, odds in found:
        by_set.setdefault(lesson.set, []).append((lesson.says, odds))
    return {
        name: round(float(roc_auc_score(*zip(*mine, strict=True))), 4)
        for name, mine in sorted(by_set.items())
        if len({says for says, _ in mine}) == 2
    }


def told(
    lessons: Sequence[Lesson], adjustments: Adjustments, embedder: SentenceTransformerEmbedder
) -> list[float]:
    """The log-odds that each lesson's text says what is asked."""
    read = Lines.of(lessons, embedder)
    network = adjusted(copy.deepcopy(embedder.network), adjustments).to(device())
    head, bias = adjustments[HEAD].to(device()), adjustments[HEAD_BIAS].to(device())
    odds = torch.zeros(len(lessons))
    with torch.inference_mode():
        for rows in np.array_split(
            np.argsort(read.lengths, kind="stable"), len(lessons) // 256 + 1
        ):
            first = network(**read.inputs(rows)).last_hidden_state[:, 0]
            odds[rows] = (first.float() @ head + bias).cpu()
    return odds.tolist()


def write(
    adjustments: Adjustments,
    file: Path,
    lessons: Sequence[Lesson],
    embedder: SentenceTransformerEmbedder,
    recipe: Recipe,
    auroc: Mapping[str, float],
) -> None:
    """Write the adjustments in half precision, with what they were taught on and how it went."""
    about: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "sets": {name: sum(x.set == name for x in lessons) for name in _names(lessons)},
        "lessons": dict(sorted(Counter(x.kind for x in lessons).items())),
        "recipe": asdict(recipe),
        "auroc_on_other_topics": dict(auroc),
    }
    half = {name: t.half().contiguous() for name, t in adjustments.items()}
    save_file(half, file, {"embedder": embedder.network_id, "about": json.dumps(about)})


def _names(lessons: Sequence[Lesson]) -> list[str]:
    return sorted({lesson.set for lesson in lessons})


def _batches(
    lengths: NDArray[np.int64], recipe: Recipe, course: int
) -> Iterator[NDArray[np.int64]]:
    """Rows of like length, in another order each epoch and course."""
    chance = np.random.default_rng(recipe.seed + 1000 * course)
    for _ in range(recipe.epochs):
        order = np.argsort(lengths + chance.uniform(0, _UNEVEN, len(lengths)), kind="stable")
        batches = [order[i : i + recipe.batch] for i in range(0, len(order), recipe.batch)]
        chance.shuffle(batches)
        yield from batches
