"""A page's characters as PDFium gives them: what each is, where it stands and how it is drawn."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pincite.ingest.readers.pdf.lines import Boxes

_USUAL_SIZE = 10.0  # points: of what is typed on a page without letters
_BOLD = 600  # weight of a font
_BOLD_NAME = re.compile(rb"bold|black|heavy|semib|demi", re.IGNORECASE)


def by_address(function: object, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of PDFium that takes and gives addresses.

    The binding makes an object of each pointer, which takes five times as long; some files draw
    each letter by itself.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    return ctypes.CFUNCTYPE(result, *arguments)(address or 0)


_PAGE, _INDEX, _TO = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
_text_object = by_address(raw.FPDFText_GetTextObject, ctypes.c_void_p, _PAGE, _INDEX)
_code = by_address(raw.FPDFText_GetUnicode, ctypes.c_uint, _PAGE, _INDEX)
_box = by_address(raw.FPDFText_GetLooseCharBox, ctypes.c_int, _PAGE, _INDEX, _TO)
_matrix = by_address(raw.FPDFText_GetMatrix, ctypes.c_int, _PAGE, _INDEX, _TO)
_origin = by_address(raw.FPDFText_GetCharOrigin, ctypes.c_int, _PAGE, _INDEX, _TO, _TO)
_font_size = by_address(raw.FPDFText_GetFontSize, ctypes.c_double, _PAGE, _INDEX)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Letters drawn in one go: of one font, size and colour, on one baseline.

    ``first`` is the index of each one's first glyph, ``sizes`` are in points; ``origins`` are where
    the baselines begin and ``directions`` the way that they go, ``(runs, 2)``, in the page's own
    coordinates. ``flat`` are those that the page's matrices squeeze to a line or a point.
    """

    addresses: tuple[int, ...]
    first: NDArray[np.int64]
    sizes: NDArray[np.float64]
    origins: NDArray[np.float64]
    directions: NDArray[np.float64]
    flat: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PageGlyphs:
    """A page's characters in reading order.

    ``codes`` are code points ``(n,)``; ``boxes`` left, top, right, bottom on the page as it is
    shown, ``drawn`` left, top, right, bottom in its own coordinates, upwards from the lower left
    corner, ``(n, 4)``; ``run`` is the index of each one's run in ``runs``; ``generated`` are the
    blanks and line ends that PDFium adds.
    """

    codes: NDArray[np.uint32]
    boxes: Boxes
    drawn: Boxes
    run: NDArray[np.int64]
    generated: NDArray[np.bool_]
    runs: Runs
    styles: Callable[[int], tuple[float, bool]] = field(repr=False)  # size, boldness of a run

    def style(self, i: int) -> tuple[float, bool]:
        """The size of a glyph in points, and whether it is bold."""
        return self.styles(int(self.run[i]))


@contextmanager
def glyphs(page: pdfium.PdfPage) -> Iterator[tuple[PageGlyphs, raw.FPDF_TEXTPAGE]]:
    """The characters of a page, and PDFium's handle on its text, which lives as long as the page.

    Raises:
        pdfium.PdfiumError: the page's text cannot be loaded.
    """
    textpage = page.get_textpage()
    try:
        yield _glyphs(textpage.raw, textpage.count_chars(), page), textpage.raw
    finally:
        textpage.close()


def _glyphs(textpage: raw.FPDF_TEXTPAGE, count: int, page: pdfium.PdfPage) -> PageGlyphs:
    handle = ctypes.cast(textpage, ctypes.c_void_p).value
    codes = np.fromiter(map(_code, repeat(handle), range(count)), np.uint32, count)
    for i in np.flatnonzero(codes == 2).tolist():
        if raw.FPDFText_IsHyphen(textpage, i) != 1:
            codes[i] = 0  # a control character, not PDFium's mark for a hyphen
    # PDFium's order is left, top, right, bottom, upwards from the lower left corner.
    drawn = np.zeros((count, 4), np.float32)
    for i, place in enumerate(places(drawn)):
        _box(handle, i, place)
    objects = (_text_object(handle, i) or 0 for i in range(count))
    addresses = np.fromiter(objects, np.uint64, count)
    runs, run = _runs(handle, addresses)
    boxes = shown(drawn, page)
    return PageGlyphs(codes, boxes, drawn, run, addresses == 0, runs, _styles(textpage, runs))


def _runs(textpage: int | None, addresses: NDArray[np.uint64]) -> tuple[Runs, NDArray[np.int64]]:
    """The runs of a page, and each glyph's; what PDFium adds belongs to the run before it."""
    real = np.flatnonzero(addresses)
    unique, first, inverse = np.unique(addresses[real], return_index=True, return_inverse=True)
    first = real[first]
    run = np.full(len(addresses), -1, np.int64)
    run[real] = inverse
    last = np.maximum.accumulate(np.where(run >= 0, np.arange(len(run)), 0))
    run = np.maximum(run[last], 0) if len(run) else run
    matrices = np.tile(np.array([1, 0, 0, 1, 0, 0], np.float32), (len(first), 1))
    origins = np.zeros((len(first), 2))
    size = np.zeros(len(first))
    targets = zip(first.tolist(), places(matrices), places(origins), strict=True)
    for run_number, (i, matrix, origin) in enumerate(targets):
        _matrix(textpage, i, matrix)
        _origin(textpage, i, origin, origin + origins.itemsize)
        size[run_number] = _font_size(textpage, i)
    table = np.column_stack([matrices[:, :4].astype(np.float64), origins, size])
    a, b, c, d = table[:, :4].T
    with np.errstate(all="ignore"):
        area = np.abs(a * d - b * c) * size * size
        flat = ~(np.isfinite(table).all(axis=1) & (area > 1e-9))
        directions = table[:, :2] / np.maximum(np.hypot(a, b), 1e-9)[:, None]
        sizes = np.nan_to_num(size * np.hypot(c, d))
    runs = Runs(tuple(unique.tolist()), first, sizes, origins, directions, flat)
    return runs, run


def places(rows: NDArray[Any]) -> range:
    """The addresses of the rows of an array, for functions of PDFium to write to."""
    step = rows.shape[1] * rows.itemsize
    return range(rows.ctypes.data, rows.ctypes.data + step * len(rows), step)


def shown(boxes: Boxes, page: pdfium.PdfPage) -> Boxes:
    """Boxes in a page's own coordinates on the page as it is shown: cropped and turned.

    Both are ``(n, 4)``: left, top, right, bottom, at first upwards from the lower left corner,
    then downwards from the upper left one.
    """
    left, bottom, right, top = page.get_bbox()
    width, height, rotation = right - left, top - bottom, page.get_rotation()
    a = np.stack([boxes[:, 0] - left, top - boxes[:, 1], boxes[:, 2] - left, top - boxes[:, 3]], 1)
    x, y = np.sort(a[:, ::2], axis=1), np.sort(a[:, 1::2], axis=1)
    if rotation == 90:
        x, y = np.sort(height - y, axis=1), x
    elif rotation == 180:
        x, y = np.sort(width - x, axis=1), np.sort(height - y, axis=1)
    elif rotation == 270:
        x, y = y, np.sort(width - x, axis=1)
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], 1).astype(np.float32)


def _styles(textpage: raw.FPDF_TEXTPAGE, runs: Runs) -> Callable[[int], tuple[float, bool]]:
    """What gives the size of a run in points, as its matrix scales it, and whether it is bold."""
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()

    @cache
    def styles(run: int) -> tuple[float, bool]:
        if run >= len(runs.first):
            return _USUAL_SIZE, False
        first = int(runs.first[run])
        bold = raw.FPDFText_GetFontWeight(textpage, first) >= _BOLD
        if not bold:
            raw.FPDFText_GetFontInfo(textpage, first, name, len(name), flags)
            bold = bool(_BOLD_NAME.search(name.value))
        return float(runs.sizes[run]), bold

    return styles
