"""Networks in bytes: their sums are whole on every processor."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from pincite.retrieval.inference import session


def product(weights: np.ndarray) -> bytes:
    """A network that multiplies bytes by these."""
    rows, columns = weights.shape
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["given", "weights"], ["sums"])],
        "product",
        [helper.make_tensor_value_info("given", TensorProto.UINT8, [None, rows])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [None, columns])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def test_sums_of_products_of_bytes_are_whole_on_every_processor() -> None:
    chance = np.random.default_rng(5)
    weights = chance.integers(-128, 128, (64, 16)).astype(np.int8)
    weights[:, 0] = 127  # with 255 beside them, two products are more than 16 bits hold
    given = chance.integers(0, 256, (8, 64)).astype(np.uint8)
    given[0] = 255
    [sums] = session(product(weights), "product", in_bytes=True).run(["sums"], {"given": given})
    assert (sums == given.astype(np.int64) @ weights.astype(np.int64)).all()
