"""The pupil: a network whose linear layers get low-rank adjustments that learn, and its lessons.

Each linear layer's weight ``W`` becomes ``W + up @ down``, and only ``up`` and ``down`` learn
(LoRA: Hu et al. 2021, arXiv:2106.09685), so that some ten thousand lessons suffice and the network
keeps what it knows. Two things are learned together: whether the text says what is asked, from
the first token; and where, as the start and end of the answer, which for a text that does not say
it is the first token (Devlin et al. 2019, arXiv:1810.04805, section 4.3). The second is there to
teach the first, and is not kept.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from pincite.eval.fit.lessons import KINDS, Lesson
from pincite.retrieval.confidence.checker import HEAD, HEAD_BIAS, pair_tokenizer
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder

Adjustments = dict[str, Tensor]
_SCALE = 2.0  # of an adjustment while it learns


class _LowRank(nn.Module):
    """``W`` to ``W + up @ down``; ``up`` begins as nothing, so that the network begins as it is."""

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        out, into = weight.shape
        self.down = nn.Parameter(torch.randn(rank, into) / into**0.5)
        self.up = nn.Parameter(torch.zeros(out, rank))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + _SCALE * (self.up @ self.down)


class Pupil(nn.Module):
    """The network with adjustments, and two heads: whether the text says it, and where."""

    def __init__(self, embedder: SentenceTransformerEmbedder, rank: int) -> None:
        super().__init__()
        self.network = copy.deepcopy(embedder.network).float()
        self.network.requires_grad_(False)
        self.low = {
            name: _LowRank(layer.weight, rank)
            for name, layer in self.network.named_modules()
            if isinstance(layer, nn.Linear) and not name.startswith("pooler")  # which is not used
        }
        for name, low in self.low.items():
            parametrize.register_parametrization(self.network.get_submodule(name), "weight", low)
        size = int(cast(Any, self.network).config.hidden_size)
        self.says, self.where = nn.Linear(size, 1), nn.Linear(size, 2)

    def forward(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Log-odds ``(lessons,)``, and scores of start and end ``(lessons, tokens, 2)``."""
        read = self.network(**inputs).last_hidden_state
        return self.says(read[:, 0]).squeeze(-1), self.where(read)

    def adjustments(self) -> Adjustments:
        """What was learned, as `checker.adjusted` takes it; the first head."""
        found = {HEAD: self.says.weight[0], HEAD_BIAS: self.says.bias[0]}
        for name, low in self.low.items():
            found |= {f"{name}.up": _SCALE * low.up, f"{name}.down": low.down}
        return {name: t.detach().float().cpu() for name, t in found.items()}


@dataclass(frozen=True, slots=True)
class Lines:
    """Lessons as tokens: rows ``(lessons, tokens)``, padded with zeros, on the device."""

    ids: Tensor
    types: Tensor
    lengths: NDArray[np.int64]
    says: Tensor
    weights: Tensor
    places: Tensor  # (lessons, 2): first and last token of the answer; zeros where it is not said
    placed: Tensor  # (lessons,): the weight that the place has; zero where nobody knows it

    @classmethod
    def of(cls, lessons: Sequence[Lesson], embedder: SentenceTransformerEmbedder) -> Lines:
        tokenizer = pair_tokenizer(embedder)
        pairs = tokenizer.encode_batch([(x.question, x.text) for x in lessons])
        lengths = np.array([len(pair.ids) for pair in pairs])
        ids = np.zeros((2, len(pairs), lengths.max()), np.int64)
        for row, (pair, length) in enumerate(zip(pairs, lengths, strict=True)):
            ids[0, row, :length], ids[1, row, :length] = pair.ids, pair.type_ids
        places = [_tokens_of(x.answer, p) for x, p in zip(lessons, pairs, strict=True)]
        weights = torch.tensor([KINDS[x.kind] for x in lessons])
        known = torch.tensor(
            [not x.says or p != (0, 0) for x, p in zip(lessons, places, strict=True)]
        )
        return cls(
            ids=torch.from_numpy(ids[0]).to(device()),
            types=torch.from_numpy(ids[1]).to(device()),
            lengths=lengths,
            says=torch.tensor([float(x.says) for x in lessons]).to(device()),
            weights=weights.to(device()),
            places=torch.tensor(places).to(device()),
            placed=(weights * known).to(device()),
        )

    def inputs(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """What the network takes, of some rows."""
        lengths = self.lengths[rows]
        longest, at = int(lengths.max()), torch.as_tensor(rows, device=self.ids.device)
        there = torch.arange(longest)[None] < torch.as_tensor(lengths)[:, None]
        return {
            "input_ids": self.ids[at, :longest],
            "token_type_ids": self.types[at, :longest],
            "attention_mask": there.long().to(self.ids.device),
        }


def loss(pupil: Pupil, read: Lines, rows: NDArray[np.int64], where: float) -> Tensor:
    """How far the pupil is from some rows: whether, and ``where`` times where, weighed by kind."""
    inputs = read.inputs(rows)
    at = torch.as_tensor(rows, device=read.ids.device)
    kind = read.ids.device.type
    with torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda"):
        odds, places = pupil(inputs)
    missed = F.binary_cross_entropy_with_logits(odds.float(), read.says[at], reduction="none")
    gone = (inputs["attention_mask"] == 0)[:, :, None]
    places = places.float().masked_fill(gone, -1e4)
    astray = F.cross_entropy(places, read.places[at], reduction="none").sum(-1)
    return (missed * read.weights[at] + where * astray * read.placed[at]).mean()


def _tokens_of(answer: tuple[int, int] | None, pair: Any) -> tuple[int, int]:
    """The first and last token of the text that touch the answer."""
    inside = [
        token
        for token, (start, end) in enumerate(pair.offsets)
        if answer and pair.type_ids[token] == 1 and start < min(end, answer[1]) and end > answer[0]
    ]
    return (inside[0], inside[-1]) if inside else (0, 0)


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
