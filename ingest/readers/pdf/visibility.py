"""Which of a page's letters nobody can see who opens the file.

White on white, drawn with no ink at all, of a point or less, off the page, clipped away, on a layer
that is off, or under a box or picture that was drawn over them. What is doubtful is looked up in a
picture of the page.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pincite.ingest import deadline
from pincite.ingest.readers.pdf.drawn_boxes import (
    DrawnBoxes,
    colours,
    drawn_boxes,
    fill_colour,
    stroke_colour,
)
from pincite.ingest.readers.pdf.glyphs import PageGlyphs, by_address, shown
from pincite.ingest.readers.pdf.lines import Boxes

Flags = NDArray[np.bool_]

_SMALLEST = 1.0  # points: letters of that size cannot be read
_TRANSPARENT = 12  # of 255: fainter ink cannot be told from none
_PALE = 200  # of 255: ink that is lighter in all three colours may be lost on white
_SAME = 16  # of 255: two colours that differ less look alike
_EDGE = 1.0  # points beyond a clip, whose edge may cut a letter
_ABSENT = 64  # of 255: where no colour is nearer to the ink, there is no ink
_SCALE, _LARGEST = 2.0, 2000  # pixels a point, pixels a side: of the picture of a page
_BAND = (0.2, 0.8)  # of a word's height: where each of its letters has ink
_PARTLY = 4  # letters: of so many, the outermost may stick out from under a box
_mode = by_address(raw.FPDFTextObj_GetTextRenderMode, ctypes.c_int, ctypes.c_void_p)
_UNDRAWN = [raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP]
_STROKED = [
    raw.FPDF_TEXTRENDERMODE_STROKE,
    raw.FPDF_TEXTRENDERMODE_FILL_STROKE,
    raw.FPDF_TEXTRENDERMODE_STROKE_CLIP,
    raw.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
]


@dataclass(frozen=True, slots=True, eq=False)
class _Ink:
    """How each run of letters is drawn, ``(runs,)``: with no ink, not at all (as on a scan), or
    with ink that white paper may hide; ``colours`` are red, green and blue, ``(runs, 3)``."""

    none: Flags
    invisible: Flags
    pale: Flags
    colours: NDArray[np.int64]


def hidden(
    page: pdfium.PdfPage,
    textpage: raw.FPDF_TEXTPAGE,
    glyphs: PageGlyphs,
    *,
    groups_on_layers: bool = False,
) -> tuple[Flags, bool]:
    """Which letters of a page cannot be seen, ``(n,)``; and whether the page is a picture: one that
    covers most of it and has no invisible text, as a recognised scan has.

    With ``groups_on_layers`` any group of the page may belong to a layer.
    """
    if not len(glyphs.runs.addresses):
        return np.zeros(len(glyphs.codes), np.bool_), False
    ink, boxes = _ink(glyphs), drawn_boxes(page, groups_on_layers)
    centre = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    cells = _cells(centre, boxes)
    on_page = ((centre >= 0) & (centre <= page.get_size())).all(axis=1)
    unseen = ~on_page | (ink.none | _tiny(textpage, glyphs))[glyphs.run]
    unseen |= _clipped(glyphs, boxes)
    if not boxes.scanned:
        unseen |= ink.invisible[glyphs.run]
    doubtful = ~unseen & ~glyphs.generated & ~ink.invisible[glyphs.run]
    layered = np.array(
        [one in boxes.layered or one not in boxes.order for one in glyphs.runs.addresses]
    )
    order = np.array([boxes.order.get(address, -1) for address in glyphs.runs.addresses])
    covered = (boxes.pictures[cells] > order[glyphs.run]) & (not boxes.scanned)
    covered &= boxes.pictures[cells] >= 0
    doubtful &= (
        (ink.pale | layered)[glyphs.run] | covered | _on_boxes(glyphs, ink, boxes, cells, order)
    )
    if doubtful.any() and not deadline.is_near():
        inks = np.where(covered[:, None], ink.colours[glyphs.run], -1)
        unseen |= _without_contrast(page, textpage, glyphs, doubtful, inks)
    return unseen, boxes.scanned and not ink.invisible.any()


def _ink(glyphs: PageGlyphs) -> _Ink:
    addresses = glyphs.runs.addresses
    modes = np.fromiter(map(_mode, addresses), np.int64, len(addresses))
    fill = colours(fill_colour, addresses)
    stroke = fill.copy()
    stroked = np.flatnonzero(np.isin(modes, _STROKED))
    stroke[stroked] = colours(stroke_colour, [addresses[run] for run in stroked.tolist()])
    paler = np.minimum(fill[:, :3], stroke[:, :3]).min(axis=1)
    opacity = np.maximum(fill[:, 3], stroke[:, 3])
    invisible = np.isin(modes, _UNDRAWN)
    return _Ink(opacity <= _TRANSPARENT, invisible, paler >= _PALE, fill[:, :3])


def _tiny(textpage: raw.FPDF_TEXTPAGE, glyphs: PageGlyphs) -> Flags:
    """Which runs are too small to be read: by their size, and by their letters as drawn."""
    tiny = glyphs.runs.sizes <= _SMALLEST
    for run in np.flatnonzero(tiny).tolist():
        left, bottom, right, top = _letter(textpage, int(glyphs.runs.first[run]))
        tiny[run] = max(right - left, top - bottom) <= _SMALLEST
    return tiny


def _letter(textpage: raw.FPDF_TEXTPAGE, i: int) -> tuple[float, float, float, float]:
    """The box close around a letter, in the page's coordinates: left, bottom, right, top."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(textpage, i, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value


def _clipped(glyphs: PageGlyphs, boxes: DrawnBoxes) -> Flags:
    """Which letters stand outside of what is shown of their run."""
    if not boxes.clips:
        return np.zeros(len(glyphs.codes), np.bool_)
    everywhere = (-np.inf, -np.inf, np.inf, np.inf)
    clips = np.array([boxes.clips.get(a, everywhere) for a in glyphs.runs.addresses])[glyphs.run]
    # Left, top, right, bottom, upwards.
    x = (glyphs.drawn[:, 0] + glyphs.drawn[:, 2]) / 2
    y = (glyphs.drawn[:, 1] + glyphs.drawn[:, 3]) / 2
    across = (x >= clips[:, 0] - _EDGE) & (x <= clips[:, 2] + _EDGE)
    outside: Flags = ~(across & (y >= clips[:, 1] - _EDGE) & (y <= clips[:, 3] + _EDGE))
    return outside


def _cells(
    centre: NDArray[np.floating], boxes: DrawnBoxes
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The row and the column of each letter in the grid of boxes and pictures."""
    at = np.nan_to_num(centre / boxes.cell, nan=0.0, posinf=0.0, neginf=0.0).astype(np.int64)
    rows, columns = boxes.last.shape
    return np.clip(at[:, 1], 0, rows - 1), np.clip(at[:, 0], 0, columns - 1)


def _on_boxes(
    glyphs: PageGlyphs,
    ink: _Ink,
    boxes: DrawnBoxes,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    order: NDArray[np.int64],
) -> Flags:
    """Which letters have a box drawn over them, or stand on one of their own colour."""
    if not len(boxes.when):
        return np.zeros(len(glyphs.codes), np.bool_)
    last = boxes.last[cells]
    over = boxes.when[last] > order[glyphs.run]
    difference = np.abs(boxes.colours[last] - ink.colours[glyphs.run]).max(axis=1)
    on_box: Flags = (last >= 0) & (over | (difference <= _SAME))
    return on_box


def _without_contrast(
    page: pdfium.PdfPage,
    textpage: raw.FPDF_TEXTPAGE,
    glyphs: PageGlyphs,
    doubtful: Flags,
    inks: NDArray[np.int64],
) -> Flags:
    """Which of the doubtful letters do not show in a picture of the page.

    ``inks`` are the colours ``(n, 3)`` of letters that show only where their own colour does; -1
    for others, which show wherever the picture is not of one colour.
    """
    unseen = np.zeros(len(doubtful), np.bool_)
    at = np.flatnonzero(doubtful & (glyphs.codes > ord(" ")))
    corners = np.array([_letter(textpage, i) for i in at.tolist()], np.float32)
    if not len(at):
        return unseen
    scale = min(_SCALE, _LARGEST / max(page.get_size()))
    try:
        bitmap = page.render(scale=scale, may_draw_forms=False)
    except pdfium.PdfiumError:
        return unseen
    try:
        picture = bitmap.to_numpy()[:, :, :3].astype(np.int16)
    finally:
        bitmap.close()
    boxes = shown(corners[:, [0, 3, 2, 1]], page) * scale
    new = np.flatnonzero(np.diff(glyphs.run[at], prepend=-1) | (np.diff(at, prepend=-2) > 2))
    for start, end in zip(new.tolist(), [*new[1:].tolist(), len(at)], strict=True):
        inner = boxes[start + 1 : end - 1] if end - start >= _PARTLY else boxes[:0]
        ink = inks[at[start]]
        if _is_bare(picture, boxes[start:end], ink) or (
            len(inner) and _is_bare(picture, inner, ink)
        ):
            unseen[at[start:end]] = True
    return unseen


def _is_bare(picture: NDArray[np.int16], boxes: Boxes, ink: NDArray[np.int64]) -> bool:
    """Whether the picture has one colour where letters with these boxes are drawn, or lacks theirs
    where ``ink`` is one."""
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    if not np.isfinite([left, top, right, bottom]).all():
        return False
    low, high = (top + share * (bottom - top) for share in _BAND)
    rows, columns = picture.shape[:2]
    # A letter like "l" is one colour within its own box, so its sides belong to it.
    x = slice(max(int(left) - 1, 0), min(int(np.ceil(right)) + 1, columns))
    y = slice(max(int(low), 0), min(int(np.ceil(high)) + 1, rows))
    part = picture[y, x].reshape(-1, 3)
    if not len(part):
        return False
    if ink[0] >= 0 and np.abs(part - ink).max(axis=1).min() > _ABSENT:
        return True
    return bool(np.ptp(part, axis=0).max() <= _SAME)
