"""Text that stands on its side on a page, as wide tables do: it is read as if the page were turned.

Boxes are rows of left, top, right, bottom, in points from the page's upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Turn:
    """How text stands: it runs upwards or downwards on a page of ``width`` by ``height``."""

    upwards: bool
    width: float
    height: float

    def level(self, boxes: _Boxes) -> _Boxes:
        """Boxes on the page turned so that the text is level."""
        left, top, right, bottom = boxes.T
        if self.upwards:
            sides = [self.height - bottom, left, self.height - top, right]
        else:
            sides = [top, self.width - right, bottom, self.width - left]
        return np.stack(sides, axis=1).astype(np.float32)

    def on_page(self, boxes: _Boxes) -> _Boxes:
        """Boxes of level text back on the page as it is shown."""
        left, top, right, bottom = boxes.T
        if self.upwards:
            sides = [top, self.height - right, bottom, self.height - left]
        else:
            sides = [self.width - bottom, left, self.width - top, right]
        return np.stack(sides, axis=1).astype(np.float32)


def turns(
    boxes: _Boxes, bounds: NDArray[np.int64], width: float, height: float
) -> list[Turn | None]:
    """For each word how it stands; None if it is level.

    Args:
        boxes: of a page's glyphs ``(n, 4)``.
        bounds: the first glyph of each word, and the one behind its last, ``(m, 2)``.
    """
    first, last = boxes[bounds[:, 0]], boxes[bounds[:, 1] - 1]
    across, down = (last - first)[:, ::2].sum(1), (last - first)[:, 1::2].sum(1)
    drawn = (first[:, 2] > first[:, 0]) & (last[:, 2] > last[:, 0])
    known = drawn & (np.abs(across) + np.abs(down) > 1)
    sideways = known & (np.abs(down) > 2 * np.abs(across))
    if not sideways.any():
        return [None] * len(bounds)
    up, downwards = Turn(True, width, height), Turn(False, width, height)
    found: list[Turn | None] = []
    before: Turn | None = None  # a word of one letter stands as the one before it does
    for is_known, is_sideways, step in zip(known, sideways, down, strict=True):
        if is_known:
            before = (up if step < 0 else downwards) if is_sideways else None
        found.append(before)
    return found
