"""ONNX Runtime: how a network is opened, and how many of its threads are worth having.

Sessions calculate in one thread each, and callers run several inputs at once: no thread waits for
another inside a layer, and the numbers do not depend on how many processors there are.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pincite.corpus.errors import ModelError


def session(network: bytes, name: str, weights: Path | None = None) -> Any:
    """An ``onnxruntime.InferenceSession`` on the processor.

    Args:
        network: the ONNX model.
        name: what to call it in messages.
        weights: the file that the network names for its weights. It is mapped, not read: what is
            not used takes no memory.

    Raises:
        ModelError: ONNX Runtime is not installed, or refuses the network.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(
            f"{name} needs ONNX Runtime, which cannot be imported ({error}); run: "
            "pip install onnxruntime"
        ) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    options.intra_op_num_threads = 1
    if weights is not None:
        key = "session.model_external_initializers_file_folder_path"
        # Resolved, because a link that leads out of the folder is refused.
        options.add_session_config_entry(key, str(weights.resolve().parent))
    try:
        return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has a dozen of its own
        raise ModelError(f"{name} cannot be loaded by ONNX Runtime ({error})") from error


def processors() -> int:
    """How many this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1
