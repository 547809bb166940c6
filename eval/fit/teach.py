"""Teaching the cross-encoder: lessons to the weights of a network that reads.

A course ends with the mean of the weights along its last part (Izmailov et al. 2018,
arXiv:1803.05407). On two CPU cores it takes some hours, on a GPU minutes. What was learned is kept
in a checkpoint, from which a course that stopped goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pincite.corpus.errors import UsageError
from pincite.eval.fit.lessons import Lesson
from pincite.eval.fit.pupil import Pupil, State, loss
from pincite.eval.fit.samples import Recipe, Sample, steps, tokens_of
from pincite.retrieval.cross_encoder.tokens import PairTokenizer
from pincite.retrieval.embedding.embedder import has_fast_bfloat16

Progress = Callable[[str, int, int], None]

_WARM_UP, _LEAST_RATE = 0.06, 0.05  # shares of the steps, and of the rate that is left at the end
_DECAY = 0.01  # of AdamW
_LONGEST_STEP = 1.0  # the norm that gradients are clipped to
_KEPT_EVERY = 100  # steps between two checkpoints
_AVERAGED_EVERY = 10  # steps between two weights that are averaged


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
        _begin(pupil, start)
    batches = steps(lessons, recipe)
    course = _Course(pupil, recipe, batches)
    if checkpoint is not None and checkpoint.exists():
        course.resume(_read(checkpoint), checkpoint)
    for samples in batches[course.done :]:
        missed = course.learn(samples, tokenizer)
        progress(f"teaching, loss {missed:.3f}", course.done, len(batches))
        watch(pupil, course.done)
        if checkpoint is not None and course.is_due(_KEPT_EVERY):
            course.keep(checkpoint)
    return course.end()


class _Course:
    """A pupil that learns, how far it is, and the mean of its weights along the last part."""

    def __init__(self, pupil: Pupil, recipe: Recipe, batches: Sequence[Sequence[Sample]]) -> None:
        self.done = 0
        self._name = hashlib.sha256(repr((recipe, batches)).encode()).hexdigest()
        self._pupil = pupil.to(_device()).train()
        self._recipe, self._steps = recipe, len(batches)
        self._halved = self._pupil.device.type == "cuda" or has_fast_bfloat16()
        self._learned = [p for p in pupil.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(self._learned, lr=recipe.rate, weight_decay=_DECAY)
        self._mean: State | None = None
        self._counted = 0

    def learn(self, samples: Sequence[Sample], tokenizer: PairTokenizer) -> float:
        """One step; how far the pupil was from what is right."""
        self.done += 1
        recipe, share = self._recipe, self.done / self._steps
        for group in self._optimizer.param_groups:
            group["lr"] = recipe.rate * min(share / _WARM_UP, max(_LEAST_RATE, 1 - share))
        self._optimizer.zero_grad(set_to_none=True)
        batch = [tokens_of(sample, tokenizer) for sample in samples]
        with torch.autocast(self._pupil.device.type, torch.bfloat16, enabled=self._halved):
            missed = loss(
                self._pupil,
                batch,
                each=recipe.each,
                where=recipe.where,
                smoothing=recipe.smoothing,
            )
        torch.autograd.backward(missed)
        nn.utils.clip_grad_norm_(self._learned, _LONGEST_STEP)
        self._optimizer.step()
        if share > 1 - recipe.averaged and self.is_due(_AVERAGED_EVERY):
            self._average()
        return missed.item()

    def is_due(self, every: int) -> bool:
        """Whether something is done after this step that is done so often, and at the end."""
        return self.done % every == 0 or self.done == self._steps

    def end(self) -> Pupil:
        """The pupil with the mean of its weights."""
        if self._mean is not None:
            self._pupil.load_state_dict(self._mean)
        return self._pupil.cpu().eval()

    def keep(self, checkpoint: Path) -> None:
        """Write all that is needed to go on."""
        aside = checkpoint.with_name(f"{checkpoint.name}.part")
        torch.save(
            {
                "course": self._name,
                "chance": torch.get_rng_state(),
                "pupil": self._pupil.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "mean": self._mean,
                "counted": self._counted,
                "done": self.done,
            },
            aside,
        )
        aside.replace(checkpoint)

    def resume(self, kept: dict[str, Any], checkpoint: Path) -> None:
        """Go on from what ``keep`` wrote.

        Raises:
            UsageError: it is of other lessons or another recipe.
        """
        if kept["course"] != self._name:
            raise UsageError(
                f"the checkpoint {checkpoint} is of a training with other lessons or settings; "
                "name another file, or start from its weights with --start"
            )
        self._pupil.load_state_dict(kept["pupil"])
        self._optimizer.load_state_dict(kept["optimizer"])
        torch.set_rng_state(kept["chance"].cpu())
        self._mean, self._counted, self.done = kept["mean"], kept["counted"], kept["done"]

    def _average(self) -> None:
        now = {name: t.detach().clone() for name, t in self._pupil.state_dict().items()}
        mean, self._counted = self._mean or now, self._counted + 1
        self._mean = {n: t + (now[n] - t) / self._counted for n, t in mean.items()}


def average(pupil: Pupil, others: Sequence[State]) -> Pupil:
    """The pupil with the mean of its weights and those of other courses.

    Courses that began with the same network end near enough to one another for their mean to be a
    network that reads as well as they together (Wortsman et al. 2022, arXiv:2203.05482), at the
    price of one.

    Raises:
        UsageError: some are of another network.
    """
    mine = {name: t.clone() for name, t in pupil.state_dict().items()}
    sums = {name: t.clone() for name, t in mine.items()}
    for other in others:
        _begin(pupil, other)
        for name, t in pupil.state_dict().items():
            sums[name] += t
        pupil.load_state_dict(mine)
    pupil.load_state_dict({n: t / (len(others) + 1) for n, t in sums.items()})
    return pupil.eval()


def weights(checkpoint: Path) -> State:
    """The weights of a checkpoint: the mean along its last part, where it came so far.

    Raises:
        UsageError: it is missing or damaged.
    """
    kept = _read(checkpoint)
    found: State = kept["mean"] or kept["pupil"]
    return found


def _begin(pupil: Pupil, start: State) -> None:
    tables = "network.embeddings."  # which no course changes
    kept = {name: t for name, t in pupil.state_dict().items() if name.startswith(tables)}
    try:
        pupil.load_state_dict({**kept, **start})
    except RuntimeError as error:
        raise UsageError(
            f"the weights belong to another network ({error}); name those of a training with this "
            "embedder"
        ) from error


def _read(checkpoint: Path) -> dict[str, Any]:
    names = ("course", "chance", "pupil", "optimizer", "mean", "counted", "done")
    try:
        kept: dict[str, Any] = torch.load(checkpoint, weights_only=True, map_location=_device())
        return {name: kept[name] for name in names}
    except Exception as error:  # torch has several of its own
        raise UsageError(
            f"the checkpoint {checkpoint} is missing or damaged ({error}); start again without it"
        ) from error


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
