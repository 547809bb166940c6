"""ONNX Runtime: how a network is opened, and how many of its threads are worth having.

Sessions calculate in one thread each, and callers run several inputs at once: no thread waits for
another inside a layer, and the numbers do not depend on how many processors there are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pincite.corpus.errors import ModelError

_WEIGHTS = "session.model_external_initializers_file_folder_path"
_WHOLE_SUMS = "session.x64quantprecision"
_SLOWER = "SkipLayerNormFusion"  # than the two steps that it joins; see `optimise`


def session(
    network: bytes,
    name: str,
    weights: Path | None = None,
    *,
    packed: bool = True,
    folded: bool = False,
    in_bytes: bool = False,
) -> Any:
    """An ``onnxruntime.InferenceSession`` on the processor.

    Args:
        network: the ONNX model. It is run as it is; optimising it takes time at each start.
        name: what to call it in messages.
        weights: the file that the network names for its weights. It is mapped, not read: what is
            not used takes no memory.
        packed: copy the weights into the order in which they are multiplied. That takes time and
            memory once, and saves a little in each run.
        folded: work out once, when the session is opened, what depends on no input.
        in_bytes: the network multiplies bytes. On processors that would cut off their sums, weights
            are shifted when it is opened, so that it says the same everywhere; that costs a
            fifth of its speed.

    Raises:
        ModelError: ONNX Runtime is not installed, or refuses the network.
    """
    options = _options(name)
    levels = _levels()
    options.graph_optimization_level = levels.ORT_ENABLE_BASIC if folded else levels.ORT_DISABLE_ALL
    without: list[str] = []
    if in_bytes and not has_fast_bytes():
        options.add_session_config_entry(_WHOLE_SUMS, "1")  # which ONNX Runtime minds where it must
        options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED
        without = [_SLOWER]
    if weights is not None:
        # Resolved, because a link that leads out of the folder is refused.
        options.add_session_config_entry(_WEIGHTS, str(weights.resolve().parent))
    if not packed:
        options.add_session_config_entry("session.disable_prepacking", "1")
    return _open(network, name, options, without)


def optimise(network: bytes, name: str, file: Path) -> None:
    """Write to ``file`` what ONNX Runtime makes of a network that has its weights in it.

    Only what suits every processor is done. A sum and the norm of its rows stay two steps: the one
    step that ONNX Runtime has for both took several times as long (1.32, one thread, 128 rows of
    384), and rounds worse. Raises as `session` does.
    """
    options = _options(name)
    options.graph_optimization_level = _levels().ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(file)
    _open(network, name, options, without=[_SLOWER])


def _levels() -> Any:
    from onnxruntime import GraphOptimizationLevel

    return GraphOptimizationLevel


def _options(name: str) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(
            f"{name} needs ONNX Runtime, which cannot be imported ({error}); run: "
            "pip install onnxruntime"
        ) from error
    onnxruntime.disable_telemetry_events()  # Windows': elsewhere `pincite` itself turns them off
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    options.intra_op_num_threads = 1
    return options


def _open(network: bytes, name: str, options: Any, without: Sequence[str] = ()) -> Any:
    from onnxruntime import InferenceSession

    try:
        return InferenceSession(
            network,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=list(without),
        )
    except Exception as error:  # ONNX Runtime has a dozen of its own
        raise ModelError(f"{name} cannot be loaded by ONNX Runtime ({error})") from error


@cache
def has_fast_bytes() -> bool:
    """Whether this processor has Intel's instructions for products of bytes; told on Linux only.

    Without them (AVX-512 VNNI or AVX VNNI) sums of such products are cut off, and slower.
    """
    try:
        said = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return False
    return bool({"avx512_vnni", "avx_vnni"} & set(said.split()))


def processors() -> int:
    """How many this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1
