"""Writes the graph by which the packaged cross-encoder starts: its network, optimised ahead.

Optimising the network and copying its weights took ONNX Runtime longer than reading ten passages.
The graph is what ONNX Runtime itself makes of the network at the level that suits every processor,
so it calculates the same, bit for bit; and it names where each large weight stands in the network's
file, which is then mapped. ``pincite eval teach`` writes it with each network, and
``python -m pincite.eval.fit.cross_encoder_graph`` writes it for the packaged one, with its card.
"""

from __future__ import annotations

import json
import tempfile
from hashlib import sha256
from pathlib import Path

import onnx

from pincite.corpus.errors import UsageError
from pincite.eval.console import output
from pincite.retrieval.cross_encoder.packaged import CARD, GRAPH, NETWORK, folder
from pincite.retrieval.inference import optimise

_LARGE = 1024  # bytes; what is smaller stays in the graph
_BYTES = (onnx.TensorProto.INT8, onnx.TensorProto.UINT8)  # which may stand at any place of a file


def graph(network: bytes) -> bytes:
    """The optimised graph of a network whose weights are in the file `NETWORK` beside it.

    Raises:
        ModelError: ONNX Runtime refuses the network.
        UsageError: one of its weights is not in it as it is used.
    """
    with tempfile.TemporaryDirectory(prefix="pincite-graph-") as aside:
        file = Path(aside) / GRAPH
        optimise(network, NETWORK, file)
        model = onnx.load(str(file))
    for tensor in model.graph.initializer:
        if tensor.data_type in _BYTES and len(tensor.raw_data) >= _LARGE:
            _place(tensor, network)
    used = {node.domain for node in model.graph.node}
    domains = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(domains)
    return bytes(model.SerializeToString(deterministic=True))


def _place(tensor: onnx.TensorProto, network: bytes) -> None:
    """Let the tensor say where in the network's file its values stand."""
    start, length = network.find(tensor.raw_data), len(tensor.raw_data)
    if start < 0:
        raise UsageError(f"the weight {tensor.name} is not in the network as it is used")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", NETWORK), ("offset", start), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))


if __name__ == "__main__":
    written = graph((folder() / NETWORK).read_bytes())
    (folder() / GRAPH).write_bytes(written)
    card = json.loads((folder() / CARD).read_text("utf-8"))
    values = {**card, "graph": sha256(written).hexdigest()}
    values = {name: values[name] for name in ("embedder", "sha256", "graph", "longest", "about")}
    (folder() / CARD).write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")
    output().print(f"{folder() / GRAPH}: {len(written):,} bytes, SHA-256 {values['graph']}")
