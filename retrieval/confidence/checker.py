"""The checker: does the text around a quote say what is asked?

A cosine tells what a text is about, not whether it answers. The checker reads the question and the
text together, word against word, and gives one number. It is the embedder's own network with
low-rank adjustments of its weights (LoRA: Hu et al. 2021, arXiv:2106.09685), which share the
network's table of words and take about a megabyte. Those for the packaged model lie beside this
file; ``pincite eval teach`` makes them.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from pincite.corpus.errors import ModelError
from pincite.retrieval.embedding.embedder import Embedder, SentenceTransformerEmbedder

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor
    from torch.nn import Module

FILE_NAME = "checker.safetensors"
LONGEST = 192  # tokens that it reads of a question and a text, together
HEAD, HEAD_BIAS = "head.weight", "head.bias"


class Checker(Protocol):
    """Reads a question and a text together. Safe to use from several threads."""

    def check(self, question: str, texts: Sequence[str]) -> list[float]:
        """For each text the log-odds that it says what is asked."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What a file of adjustments says of itself.

    Attributes:
        embedder: the ``network_id`` of the embedder whose network they adjust.
        about: what they were taught on and how well that went, for people.
    """

    embedder: str
    about: Mapping[str, Any]


def checker_for(embedder: Embedder) -> Checker | None:
    """The checker that was taught for this embedder; None where there is none.

    Raises:
        ModelError: the file of adjustments is missing or damaged.
    """
    if not isinstance(embedder, SentenceTransformerEmbedder):
        return None
    fits = shipped().embedder == embedder.network_id
    return AdjustedChecker(embedder, shipped_file()) if fits else None


def shipped() -> Taught:
    """What the checker that comes with Pincite says of itself.

    Raises:
        ModelError: its file is missing or damaged.
    """
    return taught(shipped_file())


def shipped_file() -> Path:
    """Where Pincite looks for a checker."""
    return Path(str(files("pincite.retrieval.confidence"))) / FILE_NAME


@cache
def taught(file: Path) -> Taught:
    """What a file of adjustments says of itself. Needs no torch.

    Raises:
        ModelError: the file is missing or damaged.
    """
    from safetensors import safe_open

    try:
        with safe_open(file, "numpy") as opened:
            said = opened.metadata()
            return Taught(said["embedder"], json.loads(said["about"]))
    except Exception as error:  # safetensors has its own, and a file can lack either key
        raise ModelError(
            f"{file} is missing or damaged ({error}); install Pincite again"
        ) from error


class AdjustedChecker:
    """An embedder's network with adjusted weights, and a head on its first token.

    Args:
        embedder: whose network is adjusted. Its weights are loaded on first use.
        file: the adjustments.
    """

    def __init__(self, embedder: SentenceTransformerEmbedder, file: Path) -> None:
        self._embedder = embedder
        self._file = file
        self._lock = threading.Lock()
        self._loaded: tuple[Module, Mapping[str, Tensor], Tokenizer] | None = None

    def check(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Checker`; all texts are read in one pass."""
        import torch

        network, adjustments, tokenizer = self._parts()
        pairs = tokenizer.encode_batch([(question, " ".join(text.split())) for text in texts])
        with torch.inference_mode():
            read = network(
                input_ids=torch.tensor([pair.ids for pair in pairs]),
                token_type_ids=torch.tensor([pair.type_ids for pair in pairs]),
                attention_mask=torch.tensor([pair.attention_mask for pair in pairs]),
            ).last_hidden_state[:, 0]
            said = read.float() @ adjustments[HEAD] + adjustments[HEAD_BIAS]
        return [float(one) for one in said]

    def _parts(self) -> tuple[Module, Mapping[str, Tensor], Tokenizer]:
        with self._lock:
            if self._loaded is None:
                from safetensors.torch import load_file

                adjustments = {name: t.float() for name, t in load_file(self._file).items()}
                network = adjusted(self._embedder.network, adjustments)
                tokenizer = pair_tokenizer(self._embedder)
                tokenizer.enable_padding(pad_id=_config(self._embedder).pad_token_id or 0)
                self._loaded = network, adjustments, tokenizer
            return self._loaded


def pair_tokenizer(embedder: SentenceTransformerEmbedder) -> Tokenizer:
    """The model's tokenizer for pairs; of a pair that is too long, the longer one is cut."""
    from tokenizers import Tokenizer

    positions = int(_config(embedder).max_position_embeddings)
    tokenizer = Tokenizer.from_file(str(embedder.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(LONGEST, positions), strategy="longest_first")
    return tokenizer


def _config(embedder: SentenceTransformerEmbedder) -> Any:
    return cast(Any, embedder.network).config


def adjusted(network: Module, adjustments: Mapping[str, Tensor]) -> Module:
    """A copy of the network, each weight ``W`` that has adjustments being ``W + up @ down``.

    Args:
        network: stays as it is; the copy shares its table of words.
        adjustments: ``NAME.down`` ``(rank, in)`` and ``NAME.up`` ``(out, rank)`` by the name of a
            linear layer.
    """
    import torch

    changed = copy.deepcopy(network, {id(network.embeddings): network.embeddings})
    with torch.no_grad():
        for name, layer in changed.named_modules():
            if isinstance(layer, torch.nn.Linear) and f"{name}.up" in adjustments:
                layer.weight += (adjustments[f"{name}.up"] @ adjustments[f"{name}.down"]).to(
                    layer.weight.dtype
                )
    return changed.eval()
