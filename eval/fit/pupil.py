"""The pupil: the embedder's network with two heads, which learns to read a question and a passage.

The first token says whether the passage answers; the tokens of the passage say where, as the first
and the last of the answer, and of a passage that does not answer it is the first token of all
(Devlin et al. 2019, arXiv:1810.04805, section 4.3).

The passages of one question are learned together: of its passages and "none of these", whose
log-odds are 0, one is right (a softmax over the list; Cao et al. 2007, "Learning to Rank: From
Pairwise Approach to Listwise Approach"). So one number ranks passages and tells that none answers.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pincite.corpus.errors import UsageError
from pincite.eval.fit.samples import TokenSample
from pincite.retrieval.cross_encoder.tokens import MASKED, Pair

State = dict[str, Tensor]
_PARTS = ("ids", "mask", "types")
_LEAST = -(2**63)
_AT_ONCE = 4096  # tokens of one pass, padded; what is more is read in several


class Dropout(nn.Module):
    """Leaves out activations by chance, while the network learns.

    A byte of chance for each serves. PyTorch's own draws more: on a processor that took as long as
    the layers themselves.

    Args:
        share: of the activations that is left out.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self._out = round(share * 256)

    def forward(self, activations: Tensor) -> Tensor:
        """The activations, some of them 0, and the others larger, so that their mean stays."""
        if not self.training or not self._out:
            return activations
        size = activations.numel()
        drawn = torch.empty(-(-size // 8), dtype=torch.int64, device=activations.device)
        # From the least number on: without a range only 63 bits of each would be drawn.
        chance = drawn.random_(_LEAST, None).view(torch.uint8)[:size].view(activations.shape)
        kept = (chance >= self._out).to(activations.dtype).mul_(256 / (256 - self._out))
        return activations * kept


class Pupil(nn.Module):
    """The network and its heads.

    Args:
        network: a BERT; it is copied.
        frozen: layers, of the first, that stay as they are; the table of words always does.
        dropout: the share of activations that is left out while it learns, to a 256th; of the
            attention none is.

    Raises:
        UsageError: it is no BERT.
    """

    def __init__(self, network: nn.Module, frozen: int = 0, dropout: float = 0.1) -> None:
        super().__init__()
        copied: Any = copy.deepcopy(network).float()
        if not hasattr(copied, "encoder") or not hasattr(copied, "pooler"):
            raise UsageError(
                f"a {type(network).__name__} cannot be trained; only networks of BERT's form can"
            )
        copied.pooler = None  # of its first training; not used
        _set_dropout(copied, dropout)
        # On a processor the gradient of the fused attention costs several times as much.
        copied.set_attn_implementation("eager")
        copied.requires_grad_(True)
        for part in (copied.embeddings, *copied.encoder.layer[:frozen]):
            part.requires_grad_(False)
        self.network = copied
        size = int(copied.config.hidden_size)
        self.answers, self.where = nn.Linear(size, 1), nn.Linear(size, 2)

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return self.answers.weight.device

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor]:
        """Log-odds ``(pairs,)``, and scores of first and last token ``(pairs, tokens, 2)``."""
        read = self.network(
            input_ids=ids, attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        return self.answers(read[:, 0]).squeeze(-1), self.where(read)


def _set_dropout(network: nn.Module, share: float) -> None:
    """Put our dropout in the place of PyTorch's, and none where attention has it."""
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.Dropout):
                if isinstance(getattr(module, "query", None), nn.Linear):
                    child.p = 0.0
                else:
                    setattr(module, name, Dropout(share))


def begin(pupil: Pupil, start: State) -> None:
    """Give the pupil the weights of an earlier course; the tables of words stay.

    Raises:
        UsageError: they are of another network.
    """
    tables = "network.embeddings."  # which no course changes
    kept = {name: t for name, t in pupil.state_dict().items() if name.startswith(tables)}
    try:
        pupil.load_state_dict({**kept, **start})
    except RuntimeError as error:
        raise UsageError(
            f"the weights belong to another network ({error}); name those of a training with this "
            "embedder"
        ) from error


def read(pupil: Pupil, pairs: Sequence[Pair]) -> tuple[Tensor, Tensor]:
    """What the pupil makes of some pairs, read in passes of like length.

    Returns:
        log-odds ``(pairs,)``, and scores ``(pairs, longest, 2)``, masked outside of the passages.
    """
    order = sorted(range(len(pairs)), key=lambda i: -len(pairs[i].ids))
    longest = len(pairs[order[0]].ids)
    odds, where, left = [], [], list(order)
    while left:
        width = len(pairs[left[0]].ids)
        many = max(1, _AT_ONCE // width)
        now, left = [pairs[i] for i in left[:many]], left[many:]
        ids, mask, types = inputs(now, width, pupil.device)
        says, places = pupil(ids, mask, types)
        outside = types == 0
        outside[:, 0] = False  # which stands for "not here"
        places = places.float().masked_fill(outside[:, :, None], MASKED)
        odds.append(says.float())
        where.append(F.pad(places, (0, 0, 0, longest - width), value=MASKED))
    back = torch.argsort(torch.tensor(order)).to(pupil.device)
    return torch.cat(odds)[back], torch.cat(where)[back]


def inputs(
    pairs: Sequence[Pair], width: int, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens, mask and types of pairs, each ``(pairs, width)``, filled up with zeros."""
    ids, mask, types = (
        torch.tensor([[*row, *[0] * (width - len(row))] for row in rows]).to(device)
        for rows in ([getattr(pair, part) for pair in pairs] for part in _PARTS)
    )
    return ids, mask, types


def loss(
    pupil: Pupil, batch: Sequence[TokenSample], *, each: float, where: float, smoothing: float
) -> Tensor:
    """How far the pupil is from what is right, on average of the questions.

    Args:
        each: the weight of each passage by itself, beside the list.
        where: the weight of the place of the answer.
        smoothing: of the labels of the lists.
    """
    odds, places = read(pupil, [pair for asked in batch for pair in asked.pairs])
    sizes = [len(asked.pairs) for asked in batch]
    total = odds.new_zeros(())
    for asked, mine, spots in zip(
        batch, torch.split(odds, sizes), torch.split(places, sizes), strict=True
    ):
        right = 0 if asked.right is None else asked.right + 1
        choice = torch.cat([mine.new_zeros(1), mine])
        listed = F.cross_entropy(choice, _like(choice, right), label_smoothing=smoothing)
        answers, ends, known = _wanted(asked, len(mine))
        alone = F.binary_cross_entropy_with_logits(mine, answers.to(mine))
        astray = F.cross_entropy(spots, ends.to(spots.device), reduction="none").sum(-1)
        total = total + listed + each * alone + where * (astray * known.to(mine)).mean()
    return total / len(batch)


def _wanted(asked: TokenSample, pairs: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of each pair whether it answers, the first and last token, and whether these are known."""
    answers, ends, known = torch.zeros(pairs), torch.zeros(pairs, 2).long(), torch.ones(pairs)
    if asked.right is not None:
        answers[asked.right] = 1.0
        known[asked.right] = float(asked.span is not None)
        ends[asked.right] = torch.tensor(asked.span or (0, 0))
    return answers, ends, known


def _like(other: Tensor, value: int) -> Tensor:
    return torch.tensor(value, device=other.device)
