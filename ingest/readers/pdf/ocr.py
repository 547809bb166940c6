"""Text in pictures, recognised with the models that come inside the package `rapidocr`.

The package is the extra ``pincite[ocr]``; nothing here needs it until a picture is recognised.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 2400  # pixels: the longer side of a picture; 200 dpi on A4 and US Letter
_PACKAGES = ("rapidocr", "onnxruntime")
# What is upside down or no writing at all is given about 0.6 to 0.75, what is legible over 0.95.
_LEAST_CONFIDENCE = 0.8
# Lines are found in a smaller picture than they are read in; a page then takes less than half as
# long. So is memory kept low: two threads of arithmetic, or more lines at once, reserve much of it.
_SETTINGS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,  # turns lines that are upside down, but leaves the page's order so
    "Global.max_side_len": LARGEST,
    "Global.text_score": _LEAST_CONFIDENCE,
    "Global.return_word_box": True,
    "Global.return_single_char_box": True,
    "Det.limit_type": "max",
    "Det.limit_side_len": 1280,
    "Rec.rec_batch_num": 2,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """A line of writing in a picture.

    ``boxes`` has left, top, right, bottom of each character of ``text`` that is no blank, in
    pixels from the upper left corner; ``height`` is the line's across its direction, in pixels.
    """

    text: str
    boxes: NDArray[np.float32]
    height: float
    confidence: float


def available() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) for name in _PACKAGES)


def recognise(picture: NDArray[np.uint8]) -> list[Writing]:
    """The lines in a picture, ``(height, width, 3)``, that could be read with some confidence.

    Raises:
        ImportError: the extra is not installed.
    """
    result = _engine()(picture)
    if result.txts is None:
        return []
    return [
        _writing(text, corners, characters, score)
        for text, corners, characters, score in zip(
            result.txts, result.boxes, result.word_results, result.scores, strict=True
        )
        if text.strip()
    ]


@cache
def _engine() -> Any:
    # Threads of OpenCV each reserve address space, of which a worker has little.
    import_module("cv2").setNumThreads(1)
    rapidocr = import_module("rapidocr")
    models = Path(rapidocr.__path__[0]) / "models"
    # By their paths, for in the place of a damaged one that is not named another would be fetched.
    paths = {
        f"{part}.model_path": str(min(models.glob(f"*_{part.lower()}_*.onnx"), default=models))
        for part in ("Det", "Rec")
    }
    return rapidocr.RapidOCR(params={**_SETTINGS, **paths})


def _writing(text: str, corners: Any, characters: Any, score: float) -> Writing:
    corners = np.asarray(corners, np.float32)
    height = np.linalg.norm(corners[[0, 1]] - corners[[3, 2]], axis=1).mean()
    length = np.linalg.norm(corners[[0, 3]] - corners[[1, 2]], axis=1).mean()
    letters = "".join(text.split())
    if "".join(character for character, *_ in characters) == letters:
        places = np.array([place for *_, place in characters], np.float32)
        boxes = np.hstack([places.min(axis=1), places.max(axis=1)])
    else:  # the place of some was not found
        boxes = _evenly(corners, len(letters))
    return Writing(text, boxes, float(min(height, length)), float(score))


def _evenly(corners: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The box around a line cut into ``count`` of the same width."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    edges = np.linspace(left, right, count + 1)
    sides = [edges[:-1], np.full(count, top), edges[1:], np.full(count, bottom)]
    return np.stack(sides, axis=1).astype(np.float32)
