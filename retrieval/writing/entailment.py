"""The network that tells whether quotes carry a sentence: taught on sentences written by hand.

It began as the packaged cross-encoder and reads a sentence beside the quotes that it cites
(`pincite eval teach-entailment`). The rules of the check say what is objected to in a sentence; how
sure the network has to be goes by that objection, and its model card has what was fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal, Protocol, get_args

import numpy as np

from pincite.corpus.errors import ModelError
from pincite.retrieval.cross_encoder.tokens import Pair, PairTokenizer
from pincite.retrieval.embedding.model_files import packaged_tokenizer
from pincite.retrieval.packaged_network import NetworkFiles, PackagedNetwork
from pincite.retrieval.writing.evidence import Evidence

NAME = "entailment"
LONGEST, SENTENCE = 320, 98  # tokens of a sentence and its quotes, together, and of the sentence
Objection = Literal["nothing", "name", "denial", "clause", "thin"]
OBJECTIONS: tuple[Objection, ...] = get_args(Objection)


class Entailment(Protocol):
    """Tells whether quotes carry a sentence."""

    @property
    def thresholds(self) -> Mapping[Objection, float]:
        """By what the rules object to in a sentence, the log-odds that it must reach."""
        ...

    def log_odds(self, text: str, quotes: Sequence[Evidence]) -> float:
        """The log-odds that these quotes, together, say what ``text`` says.

        Raises:
            ModelError: it cannot be run.
        """
        ...


def folder() -> Path:
    """Where Pincite looks for the network and its card."""
    return Path(str(files("pincite.retrieval.writing")))


def network_files(home: Path | None = None) -> NetworkFiles:
    """The files of the network in its folder, or in another."""
    return NetworkFiles(
        home or folder(),
        NAME,
        without="written answers are checked by rules alone until Pincite is installed again",
        remedy="install Pincite again",
    )


def premise(quotes: Sequence[Evidence]) -> str:
    """What the network reads of quotes: each with its title and headings."""
    return "\n".join(f"{quote.title}\n{quote.text}" for quote in quotes)


def packaged_entailment() -> PackagedEntailment:
    """The network that comes with Pincite, whichever embedder a library has.

    Raises:
        ModelError: a file is missing, or not the one that is expected.
    """
    return PackagedEntailment(packaged_tokenizer())


class PackagedEntailment:
    """The network that comes with Pincite.

    Args:
        tokenizer: the ``tokenizer.json`` of the embedder whose words it reads.
        home: the folder of the network, its graph and its card.

    Raises:
        ModelError: a file is missing, or not the one that the card names.
    """

    def __init__(self, tokenizer: Path, home: Path | None = None) -> None:
        where = network_files(home)
        self._network = PackagedNetwork(where)
        card = self._network.card
        if missing := [one for one in OBJECTIONS if one not in card.thresholds]:
            raise ModelError(
                f"{where.card_file} has no threshold for {missing[0]!r}; {where.without}"
            )
        self.thresholds = {one: card.thresholds[one] for one in OBJECTIONS}
        self._tokenizer = PairTokenizer(tokenizer, card.longest, SENTENCE)

    def log_odds(self, text: str, quotes: Sequence[Evidence]) -> float:
        """See `Entailment`; long quotes are read in windows, and the best of them counts."""
        return max(map(self._read, self._tokenizer.pairs(text, [premise(quotes)])))

    def _read(self, pair: Pair) -> float:
        inputs = {name: np.array([getattr(pair, name)]) for name in ("ids", "types")}
        (answers,) = self._network.run(["answers"], inputs)
        return float(answers[0])
