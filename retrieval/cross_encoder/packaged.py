"""The cross-encoder that comes with Pincite.

It began as the packaged embedder's network and was taught to read (`pincite eval teach`); see
`pincite.retrieval.packaged_network` for its files.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.cross_encoder.tokens import Pair, PairTokenizer, best_span
from pincite.retrieval.cross_encoder.types import PassageScore
from pincite.retrieval.inference import processors
from pincite.retrieval.packaged_network import ModelCard, NetworkFiles, PackagedNetwork

NAME = "cross_encoder"
Logits = NDArray[np.float32]


def folder() -> Path:
    """Where Pincite looks for the network and its card."""
    return Path(str(files("pincite.retrieval.cross_encoder")))


def network_files(home: Path | None = None) -> NetworkFiles:
    """The files of the network in its folder, or in another."""
    return NetworkFiles(
        home or folder(),
        NAME,
        without="answers come without the cross-encoder, in the order of the search, until Pincite "
        "is installed again",
        remedy="ask without it with PINCITE_CROSS_ENCODER=none",
    )


@cache
def packaged(home: Path | None = None) -> ModelCard:
    """What the packaged network says of itself.

    Raises:
        ModelError: its card is missing or damaged.
    """
    return network_files(home).card()


class PackagedCrossEncoder:
    """The packaged network.

    Args:
        tokenizer: the ``tokenizer.json`` of the embedder that it began as.
        home: the folder of the network, its graph and its card.

    Raises:
        ModelError: a file is missing, or not the one that the card names.
    """

    calibrated = True

    def __init__(self, tokenizer: Path, home: Path | None = None) -> None:
        self._network = PackagedNetwork(network_files(home))
        self._tokenizer = PairTokenizer(tokenizer, self._network.card.longest)
        self._threads = ThreadPoolExecutor(processors(), thread_name_prefix="cross-encoder")

    def read(self, question: str, texts: Sequence[str]) -> list[PassageScore]:
        """See `CrossEncoder`; a long text is read in windows, and the best of them counts."""
        pairs = self._tokenizer.pairs(question, texts)
        best: dict[int, PassageScore] = {}
        for pair, (logit, ends) in zip(pairs, self._threads.map(self._logits, pairs), strict=True):
            known = best.get(pair.passage)
            if known is None or logit > known.logit:
                best[pair.passage] = PassageScore(logit, _span(pair, ends))
        return [best[number] for number in range(len(texts))]

    def _logits(self, pair: Pair) -> tuple[float, Logits]:
        """Log-odds; scores of each token as the first and the last of the answer ``(tokens, 2)``.

        One pair at a time: eight-bit inputs are scaled by what is read at once, so that a passage's
        log-odds would depend on the others, and on padding, which also costs time. Each in one
        thread: ten passages on two processors take 37 ms so, 42 ms one after another in two threads
        each, and 56 ms padded to one length.
        """
        inputs = {name: np.array([getattr(pair, name)]) for name in ("ids", "types")}
        answers, where = self._network.run(["answers", "where"], inputs)
        return float(answers[0]), where[0]


def _span(pair: Pair, ends: Logits) -> tuple[int, int] | None:
    # Not the last token, which is a mark; padding has scores of its own.
    inside = np.array(pair.types[:-1], bool)
    found = best_span(ends, pair.offsets, inside)
    return None if found is None else found[0]
