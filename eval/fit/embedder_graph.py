"""Writes the graph that the packaged embedder runs: BERT, over the weights of a safetensors file.

``python -m pincite.eval.fit.embedder_graph`` writes ``embedder.onnx`` beside
`pincite.retrieval.embedding.onnx`, and prints the SHA-256 that belongs there. It is needed again
only if the packaged model or its graph changes.
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

from pincite.corpus.errors import UsageError
from pincite.eval.console import output
from pincite.retrieval.embedding import onnx as runtime
from pincite.retrieval.embedding.model_files import packaged_folder

WEIGHTS = "model.safetensors"
_OPSET, _IR = 20, 9  # the first with GELU, and the form of files that goes with it
_MASKED = np.float32(-1e9)  # added to the score of a token that is only padding
_INT64, _FLOAT = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT


def graph(folder: Path) -> bytes:
    """The ONNX model of a BERT in ``folder``: ``ids``, ``mask`` to ``states``.

    ``ids`` and ``mask`` are ``(texts, tokens)`` of int64; ``states`` are the last hidden states
    ``(texts, tokens, dimension)`` of float32.

    Raises:
        UsageError: the model is no BERT with GELU and absolute positions, in float32.
    """
    model = Bert(config(folder), weights(folder / WEIGHTS)).model()
    return bytes(model.SerializeToString(deterministic=True))


def config(folder: Path) -> Mapping[str, Any]:
    """The settings of a BERT with GELU and absolute positions; raises as `graph` does."""
    found: Mapping[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    kind = (found["model_type"], found["hidden_act"], found.get("position_embedding_type"))
    if kind not in (("bert", "gelu", "absolute"), ("bert", "gelu", None)):
        raise UsageError(f"the model in {folder} is {kind}; the graph is for BERT with GELU")
    return found


def weights(file: Path) -> dict[str, onnx.TensorProto]:
    """Each tensor of a safetensors file, as the place where it stands."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    return {name: _placed(name, entry, 8 + length) for name, entry in header.items()}


def _placed(name: str, entry: Mapping[str, Any], data: int) -> onnx.TensorProto:
    start, end = entry["data_offsets"]
    place = {"location": WEIGHTS, "offset": data + start, "length": end - start}
    if entry["dtype"] not in ("F32", "I64"):
        raise UsageError(f"{name} is in {entry['dtype']}; the graph is for weights in float32")
    return onnx.TensorProto(
        name=name,
        dims=entry["shape"],
        data_type=_FLOAT if entry["dtype"] == "F32" else _INT64,
        data_location=onnx.TensorProto.EXTERNAL,
        external_data=[
            onnx.StringStringEntryProto(key=key, value=str(value)) for key, value in place.items()
        ],
    )


class Bert:
    """The network's nodes, in the order in which they are worked out.

    Outside the attention a row is a token, of whatever text: ``(texts × tokens, dimension)``.

    Attributes:
        inputs: of each product with weights, by their name, which rows go into it.
    """

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, onnx.TensorProto]) -> None:
        self._config = config
        self._weights = weights
        self._width, self._heads = config["hidden_size"], config["num_attention_heads"]
        self._nodes: list[onnx.NodeProto] = []
        self._used: dict[str, onnx.TensorProto] = {}
        self.inputs: dict[str, str] = {}

    def model(self) -> onnx.ModelProto:
        rows = self._embedded()
        shape = self._do("Concat", self._do("Shape", "ids"), self._number([self._width]), axis=0)
        hidden = self._do("Sub", self._number(np.float32(1)), self._do("Cast", "mask", to=_FLOAT))
        mask = self._do("Mul", hidden, self._number(_MASKED))
        mask = self._do("Unsqueeze", mask, self._number([1, 2]))
        for number in range(self._config["num_hidden_layers"]):
            rows = self._layer(rows, f"encoder.layer.{number}.", shape, mask)
        return self._made(rows, shape, "ids", "mask")

    def _made(
        self, rows: str, shape: str, *inputs: str, domains: Sequence[str] = ()
    ) -> onnx.ModelProto:
        self._nodes.append(onnx.helper.make_node("Reshape", [rows, shape], ["states"]))
        made = onnx.helper.make_graph(
            self._nodes,
            "embedder",
            [_value(name, _INT64) for name in inputs],
            [_value("states", _FLOAT, self._width)],
            list(self._used.values()),
        )
        operators = [onnx.helper.make_opsetid("", _OPSET)]
        operators += [onnx.helper.make_opsetid(domain, 1) for domain in domains]
        model: onnx.ModelProto = onnx.helper.make_model(
            made, opset_imports=operators, ir_version=_IR
        )
        return model

    def _embedded(self) -> str:
        table = "embeddings.{}_embeddings.weight"
        words = self._do("Gather", self._weight(table.format("word")), "ids")
        length = self._do("Shape", "ids", start=1, end=2)
        first = self._number([0])
        places = self._do("Slice", self._weight(table.format("position")), first, length, first)
        kind = self._do("Gather", self._weight(table.format("token_type")), first)
        rows = self._do("Add", words, self._do("Add", places, kind))
        return self._norm(self._flat(rows), "embeddings.LayerNorm")

    def _layer(self, rows: str, name: str, shape: str, mask: str) -> str:
        seen = self._attention(rows, name, shape, mask)
        seen = self._do("Add", self._linear(seen, f"{name}attention.output.dense"), rows)
        seen = self._norm(seen, f"{name}attention.output.LayerNorm")
        wide = self._do("Gelu", self._linear(seen, f"{name}intermediate.dense"))
        out = self._do("Add", self._linear(wide, f"{name}output.dense"), seen)
        return self._norm(out, f"{name}output.LayerNorm")

    def _attention(self, rows: str, name: str, shape: str, mask: str) -> str:
        inside = f"{name}attention.self."
        query, key, value = (
            self._do("Reshape", self._linear(rows, inside + part), shape)
            for part in ("query", "key", "value")
        )
        size = self._width // self._heads
        split = self._number([0, 0, self._heads, size])
        query, key, value = (
            self._do("Transpose", self._do("Reshape", part, split), perm=order)
            for part, order in ((query, [0, 2, 1, 3]), (key, [0, 2, 3, 1]), (value, [0, 2, 1, 3]))
        )
        scale = self._number(np.float32(size**-0.5))
        scores = self._do("Add", self._do("Mul", self._do("MatMul", query, key), scale), mask)
        seen = self._do("MatMul", self._do("Softmax", scores, axis=-1), value)
        return self._flat(self._do("Transpose", seen, perm=[0, 2, 1, 3]))

    def _linear(self, rows: str, name: str) -> str:
        self.inputs[name] = rows
        return self._do(
            "Gemm", rows, self._weight(f"{name}.weight"), self._weight(f"{name}.bias"), transB=1
        )

    def _norm(self, rows: str, name: str) -> str:
        scale, shift = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        epsilon = self._config["layer_norm_eps"]
        return self._do("LayerNormalization", rows, scale, shift, epsilon=epsilon, axis=-1)

    def _flat(self, rows: str) -> str:
        return self._do("Reshape", rows, self._number([-1, self._width]))

    def _do(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self._several(kind, inputs, 1, **attributes)[0]

    def _several(
        self, kind: str, inputs: Sequence[str], outputs: int, **attributes: Any
    ) -> list[str]:
        name = f"{kind}.{len(self._nodes)}"
        names = [name, *(f"{name}.{number}" for number in range(1, outputs))]
        self._nodes.append(onnx.helper.make_node(kind, inputs, names, **attributes))
        return names

    def _weight(self, name: str) -> str:
        self._used[name] = self._weights[name]
        return name

    def _number(self, value: Any) -> str:
        name = f"number {np.array(value).tolist()}"
        return self._named(name, np.array(value))

    def _named(self, name: str, values: NDArray[Any]) -> str:
        self._used[name] = onnx.numpy_helper.from_array(values, name)
        return name


def _value(name: str, kind: int, *more: int) -> onnx.ValueInfoProto:
    return onnx.helper.make_tensor_value_info(name, kind, ["texts", "tokens", *more])


if __name__ == "__main__":
    data = graph(packaged_folder()[0])
    file = Path(runtime.__file__).with_name(runtime.FLOAT.file)
    file.write_bytes(data)
    output().print(f"{file}: {len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")
