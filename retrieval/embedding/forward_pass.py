"""One forward pass a text, and the vectors of the text and of its parts out of it.

A part's vector is the mean of its tokens' last hidden states, which have seen the whole text ("late
chunking": Günther et al. 2024, arXiv:2409.04701). So a text of five parts is one pass, not six.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.types import Span

Vectors = NDArray[np.float32]

# Fed to the model at once, padding included. Of 512, 1,024, 2,048, 4,096 and 8,192 on one thread,
# those up to 2,048 are equally fast and the others slower: the states of a layer fit the cache.
TOKENS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as the model reads it; ``offsets`` ``(tokens, 2)`` are empty for special tokens."""

    ids: list[int]
    offsets: NDArray[np.int64]


class Network(Protocol):
    """A transformer with its tokenizer, run by torch or by ONNX Runtime.

    Attributes:
        width: the dimension of its states.
    """

    @property
    def width(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """The tokens of each text, as many as the model reads."""

    def states(self, batches: Sequence[Sequence[list[int]]]) -> Iterator[Vectors]:
        """For each batch, the last hidden states ``(texts, longest text, width)``.

        The states of what is padded may be anything.
        """


class MeanPooling:
    """A model whose vector is the mean of its last hidden states."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def embed(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]], prompt: str = ""
    ) -> list[Vectors]:
        """For each text, unit rows ``(1 + parts, dimension)``: its own, then its parts'.

        A part without a token in the pass, as beyond the model's window, has a pass of its own.
        """
        encoded = self._network.encode([prompt + text for text in texts])
        rows: list[Vectors] = [np.empty(0, np.float32)] * len(texts)
        together = list(groups([len(one.ids) for one in encoded], TOKENS_AT_ONCE))
        batches = [[encoded[i].ids for i in group] for group in together]
        for group, states in zip(together, self._network.states(batches), strict=True):
            for i, padded in zip(group, states, strict=True):
                members = _members(encoded[i], parts[i], len(prompt))
                rows[i] = _unit(members @ padded[: len(encoded[i].ids)])
        self._fill(rows, texts, parts, prompt)
        return rows

    def embed_whole(self, texts: Sequence[str], prompt: str = "") -> Vectors:
        """Unit rows ``(len(texts), dimension)``."""
        rows = self.embed(texts, [()] * len(texts), prompt)
        return np.array([row[0] for row in rows], np.float32).reshape(
            len(texts), self._network.width
        )

    def _fill(
        self,
        rows: Sequence[Vectors],
        texts: Sequence[str],
        parts: Sequence[Sequence[Span]],
        prompt: str,
    ) -> None:
        """Give the parts that got no vector one of their own pass."""
        left = [
            (i, k) for i, some in enumerate(rows) for k in range(1, len(some)) if not some[k].any()
        ]
        if left:
            alone = [texts[i][parts[i][k - 1].start : parts[i][k - 1].end] for i, k in left]
            for (i, k), own in zip(left, self.embed(alone, [()] * len(alone), prompt), strict=True):
                rows[i][k] = own[0]


def groups(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """The places of ``lengths``, longest first, in groups that are padded to ``budget`` at most.

    A group of one may be longer.

    >>> list(groups([3, 9, 2, 4], 8))
    [[1], [3, 0], [2]]
    """
    group: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if group and lengths[group[0]] * (len(group) + 1) > budget:
            yield group
            group = []
        group.append(i)
    if group:
        yield group


def _members(encoded: Encoded, parts: Sequence[Span], shift: int) -> Vectors:
    """Weights ``(1 + parts, tokens)`` of each token in the means of the text and of its parts."""
    starts, ends = encoded.offsets.T - shift
    edges = np.array([(part.start, part.end) for part in parts], np.int64).reshape(-1, 2)
    inside = (starts < edges[:, 1:]) & (ends > edges[:, :1]) & (ends > starts)
    members = np.vstack([np.ones((1, len(starts))), inside])
    counts = np.maximum(members.sum(axis=1, keepdims=True), 1)
    return np.asarray(members / counts, np.float32)


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)
