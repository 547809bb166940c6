"""A page that is a picture: its writing, recognised, to the same lines as a text layer gives.

Recognition knows neither columns nor sizes of type; both are taken from where the lines stand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pypdfium2 as pdfium

from pincite.ingest.readers.pdf import ocr
from pincite.ingest.readers.pdf.lines import Boxes, Glyphs, Line, PageLines, lines

_SCALE = 200 / 72  # pixels a point
_SIZE = 0.8  # of the height of a line's box: the size of its letters
_SMALLER, _LARGER = 0.75, 1.3  # of the usual height: within it, a line is as large as the others
_STEP = 2.0  # points, to which the sizes of other lines are rounded
_FEWEST = 4  # lines of a column
_NARROWEST = 8  # line heights: the usual width of a column's lines; a table's cells have less
_ACROSS = 0.4  # of the lines: more do not go across a gap between columns
_BESIDE = 0.5  # of the lower column: so much of it stands beside the other


def scanned(page: pdfium.PdfPage, number: int) -> PageLines:
    """The lines on the picture of a page.

    Raises:
        pdfium.PdfiumError: the page cannot be drawn.
    """
    width, height = page.get_size()
    scale = min(_SCALE, ocr.LARGEST / max(width, height))
    bitmap = page.render(scale=scale)
    try:
        picture = bitmap.to_numpy()[:, :, :3].copy()
    finally:
        bitmap.close()
    found = [
        ocr.Writing(writing.text, writing.boxes / scale, writing.height / scale, writing.confidence)
        for writing in ocr.recognise(picture)
    ]
    return PageLines(number, height, tuple(_lines(found, number, width, height)))


def with_layer(picture: PageLines, layer: PageLines) -> PageLines:
    """What a text layer has, exactly, and what the picture of the page has besides."""
    known = "".join("".join(line.text.split()) for line in layer.lines).casefold()
    more = [line for line in picture.lines if "".join(line.text.split()).casefold() not in known]
    top = min((line.top for line in more), default=0.0)
    above = [line for line in layer.lines if line.bottom <= top]
    rest = [line for line in layer.lines if line.bottom > top]
    return replace(layer, lines=(*above, *more, *rest))


def _lines(found: list[ocr.Writing], number: int, width: float, height: float) -> list[Line]:
    if not found:
        return []
    around = np.stack([np.hstack([w.boxes[:, :2].min(0), w.boxes[:, 2:].max(0)]) for w in found])
    order = in_reading_order(around)
    sizes = _sizes(found)
    codes: list[int] = []
    boxes: list[Boxes] = []
    size_of: list[float] = []
    for i in order:
        text = found[i].text + "\n"
        seen = np.array([not character.isspace() for character in text])
        placed = np.zeros((len(text), 4), np.float32)
        placed[seen] = found[i].boxes
        codes += map(ord, text)
        boxes.append(placed)
        size_of += [sizes[i]] * len(text)
    glyphs = Glyphs(np.array(codes, np.uint32), np.vstack(boxes))
    return lines(glyphs, number, width, height, lambda i: (size_of[i], False))


def _sizes(found: list[ocr.Writing]) -> list[float]:
    """The size of each line's letters in points, most of them the same.

    The height of a line's box changes with the letters in it, by up to a fifth.
    """
    letters = np.repeat([w.height for w in found], [len(w.boxes) for w in found])
    usual = float(np.median(letters))
    return [
        _SIZE * usual
        if _SMALLER * usual < w.height < _LARGER * usual
        else max(_STEP, round(_SIZE * w.height / _STEP) * _STEP)
        for w in found
    ]


def in_reading_order(boxes: Boxes) -> list[int]:
    """The indices of lines in the order in which they are read: column by column.

    What goes across the gap between two columns parts what is above it from what is below.
    """
    gap = _gap(boxes)
    if gap is None:
        return _by_rows(boxes)
    left, right = boxes[:, 2] <= gap, boxes[:, 0] > gap
    across = np.flatnonzero(~(left | right))
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    band = np.searchsorted(np.sort(middle[across]), middle)
    order: list[int] = []
    for i in range(len(across) + 1):
        for side in (left, right):
            inside = np.flatnonzero(side & (band == i))
            order += inside[in_reading_order(boxes[inside])].tolist() if len(inside) else []
        if i < len(across):
            order.append(int(across[np.argsort(middle[across], kind="stable")[i]]))
    return order


def _gap(boxes: Boxes) -> float | None:
    """Where a column ends and another stands beside it, as few lines as can be going across."""
    best: tuple[int, float, float] | None = None
    for edge in np.unique(boxes[:, 2]).tolist():
        left, right = boxes[boxes[:, 2] <= edge], boxes[boxes[:, 0] > edge]
        across = len(boxes) - len(left) - len(right)
        if min(len(left), len(right)) < _FEWEST or across > _ACROSS * len(boxes):
            continue
        if not (_is_column(left) and _is_column(right) and _beside(left, right)):
            continue
        candidate = (across, -float(right[:, 0].min() - edge), edge)
        best = min(best, candidate) if best else candidate
    return best[2] if best else None


def _is_column(boxes: Boxes) -> bool:
    size = boxes[:, 2:] - boxes[:, :2]
    width, height = np.median(size, axis=0).tolist()
    return bool(width >= _NARROWEST * height)


def _beside(a: Boxes, b: Boxes) -> bool:
    shared = min(a[:, 3].max(), b[:, 3].max()) - max(a[:, 1].min(), b[:, 1].min())
    lower = min(float(np.ptp(a[:, 1::2])), float(np.ptp(b[:, 1::2])))
    return bool(shared >= _BESIDE * lower)


def _by_rows(boxes: Boxes) -> list[int]:
    """Downwards, and from left to right where lines stand side by side."""
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    rows: list[list[int]] = []
    for i in np.argsort(middle, kind="stable").tolist():
        height = boxes[i, 3] - boxes[i, 1]
        if rows and middle[i] - middle[rows[-1][0]] < 0.4 * height:
            rows[-1].append(i)
        else:
            rows.append([i])
    return [i for row in rows for i in sorted(row, key=lambda i: boxes[i, 0])]
