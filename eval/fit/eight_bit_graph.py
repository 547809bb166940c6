"""Writes the graph that embeds documents in eight-bit integers, over the embedder's own weights.

``python -m pincite.eval.fit.eight_bit_graph`` writes ``embedder_eight_bit.onnx`` beside
`pincite.retrieval.embedding.onnx`, and prints the SHA-256 that belongs there. The graph has no
weights: it names the publisher's, and ONNX Runtime scales and rounds them when it opens it.

Rounding what goes into a product to one of 256 steps costs much where a few of its columns are far
larger than the others. Two things are done about it, both fitted on texts of the lessons:

- Columns are divided, and the rows of the weights multiplied, by
  ``max|input| ** power / max|weight| ** (1 - power)``, which changes nothing but the rounding
  (SmoothQuant: Xiao et al. 2022, arXiv:2211.10438).
- The largest columns of what goes into a layer's last product are multiplied in float32 (as
  LLM.int8() does: Dettmers et al. 2022, arXiv:2208.07339).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from pincite.eval.console import output
from pincite.eval.fit.embedder_graph import WEIGHTS, Bert, config, weights
from pincite.eval.hand_written import FOLDER
from pincite.retrieval.embedding import onnx as runtime
from pincite.retrieval.embedding.model_files import packaged_folder
from pincite.retrieval.inference import session
from pincite.retrieval.tokenizer import tokenizer

# Cosines to the vectors in float32, at least and on average, of 126 texts that neither is fitted
# on: without division .986, .992; with the power .7 .995, .997, with .8 .996, .998, with .9 .992,
# .997; with .8 and 4 columns .998, .9988, with 16 .998, .9989, with 64 .998, .9990.
POWER = 0.8
COLUMNS = 16
_LAST = ".output.dense"  # of a layer, whose input is GELU's and has the largest columns
_STEPS = 127  # on each side of zero, so that zero stays zero
_TEXTS, _LONGEST = 12, 600  # of each file of lessons; characters of each
_MICROSOFT = "com.microsoft"

Numbers = NDArray[np.float32]


def graph(folder: Path, texts: Sequence[Sequence[int]]) -> bytes:
    """The ONNX model of a BERT in ``folder``: ``ids`` of one text to ``states``.

    ``ids`` are ``(1, tokens)`` of int64; ``states`` are the last hidden states
    ``(1, tokens, dimension)`` of float32.

    Args:
        folder: of the model, in float32.
        texts: the tokens of texts, to see how large the inputs of products are.

    Raises:
        UsageError: the model is no BERT with GELU and absolute positions, in float32.
    """
    model = _EightBit(folder, _largest(folder, texts)).model()
    return bytes(model.SerializeToString(deterministic=True))


def _largest(folder: Path, texts: Sequence[Sequence[int]]) -> dict[str, Numbers]:
    """Of each product, by the name of its weights, the largest value of each input column."""
    bert = Bert(config(folder), weights(folder / WEIGHTS))
    model = bert.model()
    wanted = list(dict.fromkeys(bert.inputs.values()))
    for name in wanted:
        model.graph.output.append(onnx.ValueInfoProto(name=name))
    run = session(model.SerializeToString(), "the embedder", folder / WEIGHTS).run
    found: dict[str, Numbers] = {}
    for ids in texts:
        one = np.array([ids], np.int64)
        for name, rows in zip(wanted, run(wanted, {"ids": one, "mask": one * 0 + 1}), strict=True):
            largest = np.abs(rows).max(axis=0)
            found[name] = np.maximum(found.get(name, largest), largest)
    return {product: found[name] for product, name in bert.inputs.items()}


class _EightBit(Bert):
    """The network for one text at a time, with its products in integers.

    A text alone: the scale of a product's input is that of all its rows, so that a text's vector
    would depend on those beside it.
    """

    def __init__(self, folder: Path, largest: Mapping[str, Numbers]) -> None:
        super().__init__(config(folder), weights(folder / WEIGHTS))
        self._values = _values(folder / WEIGHTS, self._weights)
        self._largest = largest
        self._rounded: dict[str, Sequence[str]] = {}

    def model(self) -> onnx.ModelProto:
        rows = self._embedded()
        shape = self._number([1, -1, self._width])
        for number in range(self._config["num_hidden_layers"]):
            rows = self._layer(rows, f"encoder.layer.{number}.", shape, "")
        return self._made(rows, shape, "ids", domains=[_MICROSOFT])

    def _attention(self, rows: str, name: str, shape: str, mask: str) -> str:
        parts = [
            self._do("Reshape", self._linear(rows, f"{name}attention.self.{part}"), shape)
            for part in ("query", "key", "value")
        ]
        seen = self._do("MultiHeadAttention", *parts, num_heads=self._heads, domain=_MICROSOFT)
        return self._flat(seen)

    def _linear(self, rows: str, name: str) -> str:
        values, large = self._values[f"{name}.weight"], self._large(name)
        factors = self._factors(name)
        factors[large] = 0
        scaled = values * factors
        scale = np.maximum(np.abs(scaled).max(axis=1), 1e-9) / np.float32(_STEPS)
        steps = self._named(f"{name}.steps", scale)
        zero = self._named(f"zeros {len(scale)}", np.zeros(len(scale), np.int8))
        bias = self._weight(f"{name}.bias")
        whole = self._do(
            "Mul", self._weight(f"{name}.weight"), self._named(f"{name}.factors", factors)
        )
        whole = self._do("Transpose", whole, perm=[1, 0])
        whole = self._do("QuantizeLinear", whole, steps, zero, axis=1)
        inputs, by, middle = self._integers(rows, name, factors)
        product = self._do(
            "MatMulIntegerToFloat",
            *(inputs, whole, by, steps, middle, zero, bias),
            domain=_MICROSOFT,
        )
        return self._do("Add", product, self._beside(rows, name, large)) if len(large) else product

    def _beside(self, rows: str, name: str, large: NDArray[np.int64]) -> str:
        """The product of the largest columns alone, in float32."""
        places = self._named(f"{name}.large", large)
        some = self._do("Gather", self._weight(f"{name}.weight"), places, axis=1)
        return self._do(
            "MatMul",
            self._do("Gather", rows, places, axis=1),
            self._do("Transpose", some, perm=[1, 0]),
        )

    def _integers(self, rows: str, name: str, factors: Numbers) -> Sequence[str]:
        """Rows in integers, with their scale and what zero is; worked out once for all products."""
        if rows not in self._rounded:
            inverse = np.divide(1, factors, out=np.zeros_like(factors), where=factors > 0)
            divided = self._do("Mul", rows, self._named(f"{name}.inverse", inverse))
            self._rounded[rows] = self._several("DynamicQuantizeLinear", [divided], 3)
        return self._rounded[rows]

    def _factors(self, name: str) -> Numbers:
        """By how much each column is divided: the same for all products with the same input."""
        together = [f"{name}.weight"]
        before, _, part = name.rpartition(".")
        if part in ("query", "key", "value"):
            together = [f"{before}.{one}.weight" for one in ("query", "key", "value")]
        heaviest = np.max([np.abs(self._values[one]).max(axis=0) for one in together], axis=0)
        inputs = np.maximum(self._largest[name], 1e-5) ** POWER
        factors = inputs / np.maximum(heaviest, 1e-5) ** (1 - POWER)
        return np.asarray(factors / np.exp(np.log(factors).mean()), np.float32)

    def _large(self, name: str) -> NDArray[np.int64]:
        """The columns of the input that stay in float32."""
        if not name.endswith(_LAST) or name.endswith(f"attention{_LAST}"):
            return np.empty(0, np.int64)
        return np.sort(np.argsort(-self._largest[name])[:COLUMNS]).astype(np.int64)


def _values(file: Path, placed: Mapping[str, onnx.TensorProto]) -> dict[str, Numbers]:
    """The matrices of a safetensors file."""
    data = file.read_bytes()
    found = {}
    for name, tensor in placed.items():
        if len(tensor.dims) == 2 and tensor.data_type == onnx.TensorProto.FLOAT:
            place = {entry.key: int(entry.value) for entry in tensor.external_data[1:]}
            part = data[place["offset"] : place["offset"] + place["length"]]
            found[name] = np.frombuffer(part, np.float32).reshape(tuple(tensor.dims))
    return found


def lessons_tokens(folder: Path) -> list[list[int]]:
    """The tokens of texts of the lessons, by the tokenizer in ``folder``: every other of some."""
    lines = [
        line
        for file in sorted(FOLDER.glob("lessons-*.jsonl"))
        for line in file.read_text("utf-8").splitlines()[:_TEXTS]
    ]
    texts = [json.loads(line)["text"][:_LONGEST] for line in lines[::2]]
    encoded = tokenizer(folder / "tokenizer.json").encode_batch(texts)
    return [one.ids[: runtime.LONGEST] for one in encoded]


def _write() -> Any:
    folder = packaged_folder()[0]
    data = graph(folder, lessons_tokens(folder))
    file = Path(runtime.__file__).with_name(runtime.EIGHT_BIT.file)
    file.write_bytes(data)
    output().print(f"{file}: {len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    _write()
