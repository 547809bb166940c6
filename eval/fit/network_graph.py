"""Writes the graph by which a packaged network starts: the network, optimised ahead.

Optimising the network and copying its weights took ONNX Runtime longer than reading ten passages.
The graph is what ONNX Runtime itself makes of the network at the level that suits every processor,
with each layer's attention in one step, and without a mask, for pairs are read one at a time. It
names where each large weight stands in the network's file, which is then mapped. ``pincite eval
teach`` and ``teach-entailment`` write it with each network, and ``python -m
pincite.eval.fit.network_graph`` writes it for the packaged ones, with their cards.
"""

from __future__ import annotations

import json
import tempfile
from hashlib import sha256
from pathlib import Path

import onnx

from pincite.corpus.errors import UsageError
from pincite.eval.console import output
from pincite.retrieval.cross_encoder import packaged as cross_encoder
from pincite.retrieval.inference import optimise
from pincite.retrieval.packaged_network import NetworkFiles
from pincite.retrieval.writing import entailment

# What PyTorch's exporter calls a layer's products, their scores, and what is seen by them.
_QUERY, _KEY, _VALUE = "query/Add_output_0", "key/Add_output_0", "value/Add_output_0"
_SCORES, _SEEN = "Mul_output_0", "Reshape_3_output_0"
_LARGE = 1024  # bytes; what is smaller stays in the graph
_BYTES = (onnx.TensorProto.INT8, onnx.TensorProto.UINT8)  # which may stand at any place of a file


def graph(network: bytes, name: str) -> bytes:
    """The optimised graph of a network.

    Args:
        network: as it was taught.
        name: of its file, beside which the graph will stand.

    Raises:
        ModelError: ONNX Runtime refuses the network.
        UsageError: one of its weights is not in it as it is used.
    """
    with tempfile.TemporaryDirectory(prefix="pincite-graph-") as aside:
        file = Path(aside) / "graph.onnx"
        optimise(network, name, file)
        model = onnx.load(str(file))
    _join_attention(model.graph)
    for tensor in model.graph.initializer:
        if tensor.data_type in _BYTES and len(tensor.raw_data) >= _LARGE:
            _place(tensor, network, name)
    used = {node.domain for node in model.graph.node}
    domains = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(domains)
    return bytes(model.SerializeToString(deterministic=True))


def _join_attention(graph: onnx.GraphProto) -> None:
    """Put one step in the place of those between a layer's three products and what they see."""
    made = {output: node for node in graph.node for output in node.output}
    layers = [name.removesuffix(_QUERY) for name in made if name.endswith(_QUERY)]
    if not layers:
        raise UsageError("no product of the network is called a query, as BERT's are")
    for layer in layers:
        query, seen = made[layer + _QUERY], made[layer + _SEEN]
        (width,) = next(one.dims for one in graph.initializer if one.name == query.input[-1])
        # Scores are multiplied by the square root of one over a head's size.
        (alpha,) = (one.f for one in made[layer + _SCORES].attribute if one.name == "alpha")
        joined = onnx.helper.make_node(
            "MultiHeadAttention",
            [layer + part for part in (_QUERY, _KEY, _VALUE)],
            list(seen.output),
            domain="com.microsoft",
            num_heads=round(width * alpha**2),
        )
        seen.CopyFrom(joined)
    _leave_out_what_nobody_needs(graph)


def _leave_out_what_nobody_needs(graph: onnx.GraphProto) -> None:
    needed = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed & set(node.output):
            kept.append(node)
            needed |= set(node.input)
    for values, left in (
        (graph.node, kept[::-1]),
        (graph.initializer, [one for one in graph.initializer if one.name in needed]),
        (graph.input, [one for one in graph.input if one.name in needed]),
    ):
        del values[:]
        values.extend(left)


def _place(tensor: onnx.TensorProto, network: bytes, name: str) -> None:
    """Let the tensor say where in the network's file its values stand."""
    start, length = network.find(tensor.raw_data), len(tensor.raw_data)
    if start < 0:
        raise UsageError(f"the weight {tensor.name} is not in the network as it is used")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", name), ("offset", start), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))


def _write_again(files: NetworkFiles) -> None:
    """Write the graph of a packaged network, and its SHA-256 into its card."""
    written = graph(files.network.read_bytes(), files.network.name)
    files.graph.write_bytes(written)
    card = json.loads(files.card_file.read_text("utf-8"))
    card["graph"] = sha256(written).hexdigest()
    files.card_file.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    output().print(f"{files.graph}: {len(written):,} bytes, SHA-256 {card['graph']}")


if __name__ == "__main__":
    _write_again(cross_encoder.network_files())
    _write_again(entailment.network_files())
