"""The packaged embedder's network for ONNX Runtime: graphs of ours over the publisher's weights.

They have no weights. They name where each of them stands in ``model.safetensors``, whose SHA-256
is checked when the model is opened, and ONNX Runtime maps them from there. So there is no second
copy of the weights, to be written, kept or damaged. `pincite.eval.fit.embedder_graph` wrote the one
in float32, and `pincite.eval.fit.eight_bit_graph` the one in eight-bit integers, for documents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import ModelError
from pincite.retrieval.embedding.forward_pass import Encoded, Vectors
from pincite.retrieval.inference import processors, session
from pincite.retrieval.tokenizer import tokenizer


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph that comes with Pincite.

    Attributes:
        file: its name.
        sha256: of the file.
        integers: whether it multiplies in eight-bit integers, one text at a time.
    """

    file: str
    sha256: str
    integers: bool = False


FLOAT = Graph("embedder.onnx", "cc177a8c008d7d518bce16e2b6719d58a1d97c2e88a6e188c85b93d2204b2888")
EIGHT_BIT = Graph(
    "embedder_eight_bit.onnx",
    "b6546fbd811e24f7216d955052aa78e1898e60b56fae8e9b5c8dba46a6f12ff0",
    integers=True,
)
LONGEST = 256  # tokens, the two special ones included, as the model was taught

_T = TypeVar("_T")


class OnnxNetwork:
    """The packaged model's transformer and tokenizer, without torch.

    Args:
        folder: of the packaged model, its files checked.
        graph: by which it is run.
        packed: whether the weights are copied into the order in which they are multiplied: worth
            its time and memory for documents, not for a question.
        home: the folder of the graph; by default this module's.

    Raises:
        ModelError: the graph is missing or damaged, or ONNX Runtime cannot be used.
    """

    width = 384

    def __init__(
        self, folder: Path, graph: Graph = FLOAT, *, packed: bool = False, home: Path | None = None
    ) -> None:
        file = (home or Path(str(files("pincite.retrieval.embedding")))) / graph.file
        weights = folder / "model.safetensors"
        data = _checked(file, graph.sha256)
        # Integers are made of the weights, once.
        self._session = session(data, str(file), weights, packed=packed, folded=graph.integers)
        self._run = self._one_by_one if graph.integers else self._together
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

    def _together(self, batch: Sequence[list[int]]) -> Vectors:
        ids = np.zeros((len(batch), max(map(len, batch))), np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(batch):
            ids[row, : len(one)], mask[row, : len(one)] = one, 1
        return self._states(ids=ids, mask=mask)

    def _one_by_one(self, batch: Sequence[list[int]]) -> Vectors:
        states = np.zeros((len(batch), max(map(len, batch)), self.width), np.float32)
        for row, one in enumerate(batch):
            states[row, : len(one)] = self._states(ids=np.array([one], np.int64))[0]
        return states

    def _states(self, **inputs: NDArray[np.int64]) -> Vectors:
        try:
            states: Vectors = self._session.run(["states"], inputs)[0]
        except Exception as error:  # ONNX Runtime has a dozen of its own
            raise ModelError(
                f"the embedder failed on {inputs['ids'].size} tokens ({error}); free some memory "
                "and try again"
            ) from error
        return states


def _cut(tokens: list[_T]) -> list[_T]:
    """The first tokens of a text, and the last, which is the mark at its end."""
    return tokens if len(tokens) <= LONGEST else [*tokens[: LONGEST - 1], tokens[-1]]


def _checked(file: Path, sha256: str) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file} cannot be read ({error.strerror})") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelError(f"{file} is damaged (SHA-256 {found}, expected {sha256})")
    return data
