"""A course: a pupil learns step by step, and what it learned is kept.

It ends with the mean of the weights along its last part (Izmailov et al. 2018, arXiv:1803.05407).
On two CPU cores it takes some hours, on a GPU minutes. What was learned is kept in a checkpoint,
from which a course that stopped goes on.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from pincite.corpus.errors import UsageError
from pincite.eval.fit.pupil import Pupil, State, begin
from pincite.retrieval.embedding.embedder import has_amx

Progress = Callable[[str, int, int], None]
_Batch = TypeVar("_Batch")

_WARM_UP, _LEAST_RATE = 0.06, 0.05  # shares of the steps, and of the rate that is left at the end
_DECAY = 0.01  # of AdamW
_LONGEST_STEP = 1.0  # the norm that gradients are clipped to
_KEPT_EVERY = 100  # steps between two checkpoints
_AVERAGED_EVERY = 10  # steps between two weights that are averaged
_SHOWN = 100  # steps whose mean loss is told


class Course:
    """A pupil that learns, how far it is, and the mean of its weights along the last part.

    Args:
        pupil: what learns; it is moved to a GPU where there is one.
        name: of what it learns and how; a checkpoint of another course is refused.
        steps: how many there are.
        rate: the highest step of AdamW; it rises first, then falls.
        averaged: the share of the steps, at the end, whose weights are averaged.
    """

    def __init__(
        self, pupil: Pupil, name: str, steps: int, *, rate: float, averaged: float
    ) -> None:
        self.done = 0
        self._name, self._steps, self._rate, self._averaged = name, steps, rate, averaged
        self._pupil = pupil.to(_device()).train()
        self._learned = _learned(pupil)
        halved = self._pupil.device.type == "cuda" or has_amx()
        # What is calculated in bfloat16 is learned in float32, where small steps are not lost.
        self._fast = copy.deepcopy(pupil).bfloat16() if halved else pupil
        self._optimizer = torch.optim.AdamW(self._learned, lr=rate, weight_decay=_DECAY)
        self._mean: State | None = None
        self._counted = 0

    def run(
        self,
        batches: Sequence[_Batch],
        missed: Callable[[Pupil, _Batch], Tensor],
        checkpoint: Path | None = None,
        progress: Progress = lambda doing, done, total: None,
        watch: Callable[[Pupil, int], None] = lambda pupil, step: None,
    ) -> Pupil:
        """Learn from all batches, or from those after the checkpoint.

        Args:
            batches: one for each step.
            missed: how far the pupil is from what is right in one of them.
            checkpoint: where what was learned is kept; a course that stands there goes on.
            watch: gets the pupil after each step.

        Raises:
            UsageError: the checkpoint is damaged, or of another course.
        """
        if checkpoint is not None and checkpoint.exists():
            self.resume(_read(checkpoint), checkpoint)
        losses: list[float] = []
        for batch in batches[self.done :]:
            losses = [*losses[1 - _SHOWN :], self.learn(missed, batch)]
            shown = sum(losses) / len(losses)
            progress(f"teaching, loss {shown:.3f}", self.done, len(batches))
            watch(self._pupil, self.done)
            if checkpoint is not None and self.is_due(_KEPT_EVERY):
                self.keep(checkpoint)
        return self.end()

    def learn(self, missed: Callable[[Pupil, _Batch], Tensor], batch: _Batch) -> float:
        """One step; how far the pupil was from what is right."""
        self.done += 1
        share = self.done / self._steps
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * min(share / _WARM_UP, max(_LEAST_RATE, 1 - share))
        self._fast.zero_grad(set_to_none=True)
        loss = missed(self._fast, batch)
        torch.autograd.backward(loss)
        fast = _learned(self._fast)
        if self._fast is not self._pupil:
            for whole, short in zip(self._learned, fast, strict=True):
                whole.grad = None if short.grad is None else short.grad.float()
        nn.utils.clip_grad_norm_(self._learned, _LONGEST_STEP)
        self._optimizer.step()
        self._copy_to_fast()
        if share > 1 - self._averaged and self.is_due(_AVERAGED_EVERY):
            self._average()
        return loss.item()

    def _copy_to_fast(self) -> None:
        if self._fast is not self._pupil:
            with torch.no_grad():
                for whole, short in zip(self._learned, _learned(self._fast), strict=True):
                    short.copy_(whole)

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
        self._copy_to_fast()

    def _average(self) -> None:
        now = {name: t.detach().clone() for name, t in self._pupil.state_dict().items()}
        mean, self._counted = self._mean or now, self._counted + 1
        self._mean = {n: t + (now[n] - t) / self._counted for n, t in mean.items()}


def _learned(pupil: Pupil) -> list[nn.Parameter]:
    return [p for p in pupil.parameters() if p.requires_grad]


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
        begin(pupil, other)
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
