"""A pupil as the network that Pincite ships: ONNX in eight-bit integers, with its model card.

ONNX Runtime quantises each layer's inputs as they come (dynamic quantisation) and each column of
its weights with a scale of its own.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pincite.corpus.errors import UsageError
from pincite.eval.fit.lessons import Lesson
from pincite.eval.fit.pupil import Pupil, State
from pincite.eval.fit.samples import Recipe
from pincite.retrieval.packaged_network import NetworkFiles

LICENCES = {
    "lessons": "CC0, written by hand for Pincite",
    "siblings": "CC0, written by hand for Pincite",
    "train_squad2": "CC BY-SA 4.0, SQuAD 2.0",
    "train_nq": "CC BY-SA 3.0, Natural Questions and Wikipedia",
    "train_fairytaleqa": "Apache 2.0, FairytaleQA",
}
LIMITS = (
    "English only. It reads one passage at a time, with its title and headings, and knows nothing "
    "of the other passages. Its log-odds are not probabilities until the confidence is fitted on "
    "them."
)
_OPSET = 17
_INPUTS, _OUTPUTS = ("ids", "mask", "types"), ("answers", "where")


def export(
    pupil: Pupil,
    files: NetworkFiles,
    embedder: str,
    longest: int,
    about: Mapping[str, Any],
    thresholds: Mapping[str, float] | None = None,
) -> Path:
    """Write the network, its graph and its card.

    Args:
        files: where to.
        embedder: the ``network_id`` of the embedder that the pupil began as.
        longest: tokens of two texts, together, that it was taught with.
        about: data, licences, settings, scores and limits, for people.
        thresholds: what its log-odds must reach, by name.

    Raises:
        UsageError: the packages that write ONNX are not installed, or the folder is not writable.
    """
    require_exporter()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from pincite.eval.fit.network_graph import graph

    with tempfile.TemporaryDirectory(prefix="pincite-export-") as aside:
        whole, small = Path(aside) / "float32.onnx", Path(aside) / "int8.onnx"
        _to_onnx(pupil, whole)
        quantize_dynamic(str(whole), str(small), per_channel=True, weight_type=QuantType.QInt8)
        data = small.read_bytes()
    light = graph(data, files.network.name)
    card = {
        "embedder": embedder,
        "sha256": hashlib.sha256(data).hexdigest(),
        "graph": hashlib.sha256(light).hexdigest(),
        "longest": longest,
        **({"thresholds": dict(thresholds)} if thresholds else {}),
        "about": dict(about),
    }
    text = json.dumps(card, indent=1, ensure_ascii=False) + "\n"
    try:
        contents = {files.network: data, files.graph: light, files.card_file: text.encode()}
        for written, content in contents.items():
            part = written.with_name(f"{written.name}.part")
            part.write_bytes(content)
            part.replace(written)
    except OSError as error:
        raise UsageError(f"{files.network} cannot be written: {error.strerror}") from error
    return files.network


def exported_weights(file: Path) -> State:
    """The weights of a network that `export` wrote, to begin another course with.

    They come back with the rounding of eight bits, a 256th of the range of each column. The tables
    of words are left out: they are the embedder's.

    Raises:
        UsageError: the file cannot be read, or is not what ``export`` wrote.
    """
    require_exporter()
    import onnx

    try:
        graph = onnx.load(str(file)).graph
        tensors = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
        # Layers keep the names of the pupil; the weights of a product are called by a number.
        found = {
            name: torch.tensor(values)
            for name, values in tensors.items()
            if name.startswith(("network.", "answers.", "where."))
            and values.dtype == np.float32
            and not name.endswith("_scale")
        }
        for node in graph.node:
            if node.op_type == "MatMulInteger":
                name = node.input[1].removesuffix("_quantized")
                whole = tensors[f"{name}_quantized"].astype(np.float32)
                columns = (whole - tensors[f"{name}_zero_point"]) * tensors[f"{name}_scale"]
                layer = ".".join(node.name.strip("/").split("/")[:-1])
                found[f"{layer}.weight"] = torch.tensor(np.ascontiguousarray(columns.T))
        if not found:
            raise ValueError("it has no weights")
    except Exception as error:  # onnx has several of its own
        raise UsageError(
            f"{file} holds no network that `pincite eval teach` wrote ({error}); name one, or a "
            "checkpoint of a training"
        ) from error
    return found


def require_exporter() -> None:
    """Check that a network can be written, before hours of teaching.

    Raises:
        UsageError: the packages that write ONNX are not installed.
    """
    try:
        import onnx  # noqa: F401  torch's exporter needs it and says so late
        import onnxruntime.quantization  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"writing a network needs a package that is missing ({error}); run: "
            "pip install 'pincite[dev]'"
        ) from error


def _to_onnx(pupil: Pupil, file: Path) -> None:
    example = torch.ones((2, 8), dtype=torch.long)
    axes = {name: {0: "pairs", 1: "tokens"} for name in (*_INPUTS, "where")}
    torch.onnx.export(
        pupil.eval(),
        (example, example, example),
        str(file),
        input_names=list(_INPUTS),
        output_names=list(_OUTPUTS),
        dynamic_axes={**axes, "answers": {0: "pairs"}},
        opset_version=_OPSET,
        dynamo=False,
    )


def card(
    lessons: Sequence[Lesson],
    recipe: Recipe,
    reached: Mapping[str, Any],
    start: Path | None,
    mean: Sequence[Path] = (),
) -> dict[str, Any]:
    """What the model card says of data, settings and scores."""
    sets = Counter(lesson.set for lesson in lessons)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "sets": dict(sorted(sets.items())),
        "licences": {name: LICENCES.get(name, "unknown") for name in sorted(sets)},
        "recipe": {**asdict(recipe), "repeats": dict(recipe.repeats or {})},
        "began_with": "the embedder's weights" if start is None else start.name,
        "mean_with": [file.name for file in mean],
        "held_back": dict(reached),
        "limits": LIMITS,
    }
