"""Teaching the network of the check: sentences beside quotes to the weights that tell which hold.

It begins as the packaged cross-encoder, which already reads two texts together, and learns with the
same head what is more than whether a passage answers: whether it says what a sentence says.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pincite.corpus.errors import UsageError
from pincite.eval.fit.course import Course, Progress
from pincite.eval.fit.pupil import Pupil, State, begin, inputs
from pincite.eval.fit.statements import Statement
from pincite.retrieval.cross_encoder.tokens import Pair, PairTokenizer

_WIDTH = 16  # tokens: pairs are filled up to a multiple, so that the same shapes come again


@dataclass(frozen=True, slots=True)
class EntailmentRecipe:
    """How the network is taught.

    Attributes:
        passes: how often each statement is seen.
        rate: the highest step of AdamW; it rises first, then falls.
        tokens: of a step, at most.
        smoothing: of what is right.
        frozen: layers that do not learn.
        dropout: the share of activations that is left out.
        averaged: the share of the steps, at the end, whose weights are averaged.
        seed: of chance.
    """

    passes: int = 3
    rate: float = 6e-5
    tokens: int = 4096
    smoothing: float = 0.06
    frozen: int = 2
    dropout: float = 0.1
    averaged: float = 0.25
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A statement as the network reads it, and whether it holds."""

    pair: Pair
    holds: bool

    @property
    def width(self) -> int:
        """Tokens, filled up."""
        return -(-len(self.pair.ids) // _WIDTH) * _WIDTH


def teach_entailment(
    statements: Sequence[Statement],
    network: nn.Module,
    tokenizer: PairTokenizer,
    recipe: EntailmentRecipe,
    *,
    start: State,
    checkpoint: Path | None = None,
    progress: Progress = lambda doing, done, total: None,
    watch: Callable[[Pupil, int], None] = lambda pupil, step: None,
) -> Pupil:
    """Teach a copy of the network, on a GPU where there is one.

    Args:
        statements: what is taught.
        network: of the embedder, whose tables of words stay.
        start: the weights to begin with: those of the cross-encoder, or of an earlier course.
        checkpoint: where what was learned is kept; a course that stands there goes on.
        watch: gets the pupil after each step.

    Raises:
        UsageError: all statements hold or none does, or the checkpoint is damaged.
    """
    if len({one.holds for one in statements}) < 2:
        raise UsageError(
            f"{len(statements)} statements are all of one kind; some must hold, and others not"
        )
    torch.manual_seed(recipe.seed)
    pupil = Pupil(network, recipe.frozen, recipe.dropout)
    begin(pupil, start)
    read = [_Read(tokenizer.pairs(one.text, [one.quotes])[0], one.holds) for one in statements]
    random_ = random.Random(recipe.seed)
    batches = [batch for _ in range(recipe.passes) for batch in _batches(read, recipe, random_)]
    name = hashlib.sha256(repr((recipe, statements)).encode()).hexdigest()
    course = Course(pupil, name, len(batches), rate=recipe.rate, averaged=recipe.averaged)

    def missed(pupil: Pupil, batch: Sequence[_Read]) -> Tensor:
        return _missed(pupil, batch, recipe.smoothing)

    return course.run(batches, missed, checkpoint, progress, watch)


def _batches(
    read: Sequence[_Read], recipe: EntailmentRecipe, random_: random.Random
) -> list[list[_Read]]:
    """Each statement once, those of like length together, in an order of chance."""
    waiting: dict[int, list[_Read]] = defaultdict(list)
    batches = []
    for one in random_.sample(read, len(read)):
        waiting[one.width].append(one)
        if (len(waiting[one.width]) + 1) * one.width > recipe.tokens:
            batches.append(waiting.pop(one.width))
    batches += waiting.values()
    random_.shuffle(batches)
    return batches


def _missed(pupil: Pupil, batch: Sequence[_Read], smoothing: float) -> Tensor:
    """How far the pupil is from what is right, on average of the statements."""
    width = max(one.width for one in batch)
    ids, mask, types = inputs([one.pair for one in batch], width, pupil.device)
    odds, _ = pupil(ids, mask, types)
    right = torch.tensor([float(one.holds) for one in batch]).to(pupil.device)
    return F.binary_cross_entropy_with_logits(odds.float(), right * (1 - smoothing) + smoothing / 2)
