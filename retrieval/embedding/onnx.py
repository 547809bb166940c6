"""The packaged embedder's network for ONNX Runtime: a graph of ours over the publisher's weights.

``embedder.onnx`` has no weights. It names where each of them stands in ``model.safetensors``, whose
SHA-256 is checked when the model is opened, and ONNX Runtime maps them from there. So there is no
second copy of the weights, to be written, kept or damaged (`pincite.eval.fit.embedder_graph` wrote
the graph).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import numpy as np

from pincite.corpus.errors import ModelError
from pincite.retrieval.embedding.forward_pass import Encoded, Vectors
from pincite.retrieval.inference import processors, session
from pincite.retrieval.tokenizer import tokenizer

GRAPH = "embedder.onnx"
SHA256 = "cc177a8c008d7d518bce16e2b6719d58a1d97c2e88a6e188c85b93d2204b2888"
LONGEST = 256  # tokens, the two special ones included, as the model was taught

_T = TypeVar("_T")


class OnnxNetwork:
    """The packaged model's transformer and tokenizer, without torch.

    Args:
        folder: of the packaged model, its files checked.
        packed: whether the weights are copied into the order in which they are multiplied: worth
            its time and memory for documents, not for a question.
        home: the folder of the graph; by default this module's.

    Raises:
        ModelError: the graph is missing or damaged, or ONNX Runtime cannot be used.
    """

    width = 384

    def __init__(self, folder: Path, *, packed: bool = False, home: Path | None = None) -> None:
        file = (home or Path(str(files("pincite.retrieval.embedding")))) / GRAPH
        weights = folder / "model.safetensors"
        self._session = session(_checked(file), str(file), weights, packed=packed)
        self._tokenizer = tokenizer(folder / "tokenizer.json")
        self._threads = ThreadPoolExecutor(processors(), thread_name_prefix="embedder")

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens in each text, special ones left out."""
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(one.ids) for one in encoded]

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """See `Network`."""
        return [
            Encoded(_cut(one.ids), np.array(_cut(one.offsets), np.int64).reshape(-1, 2))
            for one in self._tokenizer.encode_batch(list(texts))
        ]

    def states(self, batches: Sequence[Sequence[list[int]]]) -> Iterator[Vectors]:
        """See `Network`; a batch a thread."""
        if len(batches) == 1:
            yield self._run(batches[0])
        else:
            yield from self._threads.map(self._run, batches)

    def _run(self, batch: Sequence[list[int]]) -> Vectors:
        ids = np.zeros((len(batch), max(map(len, batch))), np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(batch):
            ids[row, : len(one)], mask[row, : len(one)] = one, 1
        try:
            states: Vectors = self._session.run(["states"], {"ids": ids, "mask": mask})[0]
        except Exception as error:  # ONNX Runtime has a dozen of its own
            raise ModelError(
                f"the embedder failed on {ids.size} tokens ({error}); free some memory and try "
                "again"
            ) from error
        return states


def _cut(tokens: list[_T]) -> list[_T]:
    """The first tokens of a text, and the last, which is the mark at its end."""
    return tokens if len(tokens) <= LONGEST else [*tokens[: LONGEST - 1], tokens[-1]]


def _checked(file: Path) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file} cannot be read ({error.strerror})") from error
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise ModelError(f"{file} is damaged (SHA-256 {found}, expected {SHA256})")
    return data
