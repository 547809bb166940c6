"""Teaching the cross-encoder: lessons to the weights of a network that reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from pincite.corpus.errors import UsageError
from pincite.eval.fit.course import Course, Progress
from pincite.eval.fit.lessons import Lesson
from pincite.eval.fit.pupil import Pupil, State, begin, loss
from pincite.eval.fit.samples import Recipe, Sample, steps, tokens_of
from pincite.retrieval.cross_encoder.tokens import PairTokenizer


def teach(
    lessons: Sequence[Lesson],
    network: nn.Module,
    tokenizer: PairTokenizer,
    recipe: Recipe,
    *,
    start: State | None = None,
    checkpoint: Path | None = None,
    progress: Progress = lambda doing, done, total: None,
    watch: Callable[[Pupil, int], None] = lambda pupil, step: None,
) -> Pupil:
    """Teach a copy of the network, on a GPU where there is one.

    Args:
        lessons: what is taught; none is held back here.
        start: weights to begin with, as `Pupil` has them; by default those of the network.
        checkpoint: where what was learned is kept; a course that stands there goes on.
        watch: gets the pupil after each step.

    Raises:
        UsageError: there are no lessons of both outcomes, or the checkpoint is damaged.
    """
    if len({lesson.answers for lesson in lessons}) < 2:
        raise UsageError(
            f"{len(lessons)} lessons are all of one kind; some must be answered, and others not"
        )
    torch.manual_seed(recipe.seed)
    pupil = Pupil(network, recipe.frozen, recipe.dropout)
    if start is not None:
        begin(pupil, start)
    batches = steps(lessons, recipe)

    def missed(pupil: Pupil, samples: Sequence[Sample]) -> Tensor:
        batch = [tokens_of(sample, tokenizer) for sample in samples]
        weights = {"each": recipe.each, "where": recipe.where, "smoothing": recipe.smoothing}
        return loss(pupil, batch, **weights)

    name = hashlib.sha256(repr((recipe, batches)).encode()).hexdigest()
    course = Course(pupil, name, len(batches), rate=recipe.rate, averaged=recipe.averaged)
    return course.run(batches, missed, checkpoint, progress, watch)
