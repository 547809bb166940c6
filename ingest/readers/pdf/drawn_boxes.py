"""The filled boxes and the pictures that a page draws, and where."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pincite.ingest.readers.pdf.glyphs import by_address, places, shown
from pincite.ingest.readers.pdf.text_objects import Bounds, clip, is_on_layer

_CELL, _MOST_CELLS = 2.0, 1000  # points, cells a side: the grid that boxes and pictures are put on
_MOST_OF_PAGE = 0.5  # pictures that cover more are a scan, whose letters are invisible text
_MOST_OBJECTS = 100_000  # drawn on a page; what is drawn after them covers nothing
_DEEPEST = 40  # groups of objects in groups, more than PDFium reads
_POINTER = ctypes.c_void_p
_object = by_address(raw.FPDFPage_GetObject, _POINTER, _POINTER, ctypes.c_int)
_member = by_address(raw.FPDFFormObj_GetObject, _POINTER, _POINTER, ctypes.c_ulong)
_kind = by_address(raw.FPDFPageObj_GetType, ctypes.c_int, _POINTER)
fill_colour = by_address(raw.FPDFPageObj_GetFillColor, ctypes.c_int, *[_POINTER] * 5)
stroke_colour = by_address(raw.FPDFPageObj_GetStrokeColor, ctypes.c_int, *[_POINTER] * 5)
_COVERS = {
    raw.FPDF_ANNOT_SQUARE,
    raw.FPDF_ANNOT_REDACT,
    raw.FPDF_ANNOT_STAMP,
    raw.FPDF_ANNOT_FREETEXT,
}


@dataclass(frozen=True, slots=True, eq=False)
class DrawnBoxes:
    """The filled boxes of a page: when each is drawn, its colour, and of each cell of a grid over
    the page the last one, or -1; ``pictures`` has when the last picture of each cell is drawn, or
    -1, and ``scanned`` says that they cover most of the page. ``clips`` and ``layered`` are of runs
    of letters, by their addresses: what is shown of them, and which belong to a layer."""

    when: NDArray[np.int64]
    colours: NDArray[np.int64]
    last: NDArray[np.int64]
    cell: float
    order: Mapping[int, int]  # when an object is drawn, by its address
    scanned: bool
    pictures: NDArray[np.int64]
    clips: Mapping[int, Bounds]
    layered: frozenset[int]


def drawn_boxes(page: pdfium.PdfPage, groups_on_layers: bool) -> DrawnBoxes:
    """What a page draws that may hide letters; with ``groups_on_layers`` each group may be one."""
    width, height = page.get_size()
    cell = max(_CELL, max(width, height) / _MOST_CELLS)
    shape = int(np.ceil(height / cell)) + 1, int(np.ceil(width / cell)) + 1
    order: dict[int, int] = {}
    filled, addresses, when, pictures, drawn = [], [], [], [], []
    clips: dict[int, Bounds] = {}
    layered: set[int] = set()
    objects = enumerate(islice(_objects(page, groups_on_layers), _MOST_OBJECTS))
    for i, (address, kind, matrix, on_layer) in objects:
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            order[address] = i
            if (bounds := clip(address, matrix)) is not None:
                clips[address] = bounds
            if on_layer or is_on_layer(address):
                layered.add(address)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            pictures.append(_bounds(address, matrix))
            drawn.append(i)
        elif kind == raw.FPDF_PAGEOBJ_PATH and _is_filled(address):
            filled.append(_bounds(address, matrix))
            addresses.append(address)
            when.append(i)
    for box in _annotations(page):
        filled.append(box)
        when.append(_MOST_OBJECTS)
    inks = np.full((len(filled), 3), -255)  # of what is laid over a page only the place matters
    inks[: len(addresses)] = colours(fill_colour, addresses)[:, :3]
    last = np.full(shape, -1, np.int64)
    for i, (x, y) in enumerate(_cells(filled, page, cell)):
        last[y, x] = i
    picture = np.full(shape, -1, np.int64)
    for i, (x, y) in zip(drawn, _cells(pictures, page, cell), strict=False):
        picture[y, x] = i
    return DrawnBoxes(
        np.array(when, np.int64),
        inks,
        last,
        cell,
        order,
        bool((picture >= 0).mean() >= _MOST_OF_PAGE),
        picture,
        clips,
        frozenset(layered),
    )


def _objects(
    page: pdfium.PdfPage, groups_on_layers: bool
) -> Iterator[tuple[int, int, pdfium.PdfMatrix, bool]]:
    """The addresses of what is drawn on a page, in order, with its kind, what places it, and
    whether it is of a group that belongs to a layer, or with ``groups_on_layers`` may do so."""
    handle = ctypes.cast(page.raw, _POINTER)
    count = raw.FPDFPage_CountObjects(page.raw)
    top: Iterator[int] = map(_object, repeat(handle), range(count))
    groups = [(top, pdfium.PdfMatrix(), False)]
    while groups:
        members, matrix, on_layer = groups[-1]
        for address in members:
            kind = _kind(address)
            yield address, kind, matrix, on_layer
            if kind == raw.FPDF_PAGEOBJ_FORM and len(groups) < _DEEPEST:
                own = raw.FS_MATRIX()
                group = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
                raw.FPDFPageObj_GetMatrix(group, own)
                placed = pdfium.PdfMatrix.from_raw(own).multiply(matrix)
                on_layer = on_layer or groups_on_layers or is_on_layer(address)
                groups.append((_members(group), placed, on_layer))
                break
        else:
            groups.pop()


def _members(group: raw.FPDF_PAGEOBJECT) -> Iterator[int]:
    handle = ctypes.cast(group, _POINTER)
    return map(_member, repeat(handle), range(max(raw.FPDFFormObj_CountObjects(group), 0)))


def _is_filled(address: int) -> bool:
    """Whether a path is filled, and hides what is under it."""
    handle = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(handle, mode, stroke)
    return mode.value != raw.FPDF_FILLMODE_NONE and not raw.FPDFPageObj_HasTransparency(handle)


def _bounds(address: int, matrix: pdfium.PdfMatrix) -> tuple[float, float, float, float]:
    handle = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
    box: tuple[float, float, float, float] = matrix.on_rect(
        left.value, bottom.value, right.value, top.value
    )
    return box


def _annotations(page: pdfium.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """The boxes of what is laid over a page."""
    rectangle = raw.FS_RECTF()
    for i in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, i)
        covers = raw.FPDFAnnot_GetSubtype(annotation) in _COVERS
        if covers and raw.FPDFAnnot_GetRect(annotation, rectangle):
            yield rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
        raw.FPDFPage_CloseAnnot(annotation)


def _cells(
    bounds: list[tuple[float, float, float, float]], page: pdfium.PdfPage, cell: float
) -> Iterator[tuple[slice, slice]]:
    """The columns and rows of the cells whose middle is in a box."""
    if not bounds:
        return
    corners = np.array(bounds, np.float32)[:, [0, 3, 2, 1]]
    boxes = np.nan_to_num(shown(corners, page), nan=-1.0, posinf=1e6, neginf=-1.0)
    edges = np.clip(np.ceil(boxes / cell - 0.5), 0, 1e6).astype(int)
    for left, top, right, bottom in edges.tolist():
        yield slice(left, right), slice(top, bottom)


def colours(get: Callable[..., int], addresses: Sequence[int]) -> NDArray[np.int64]:
    """Red, green, blue and opacity of objects, by ``get``, ``(n, 4)``; black by default."""
    parts = np.tile(np.array([0, 0, 0, 255], np.uint32), (len(addresses), 1))
    for address, place in zip(addresses, places(parts), strict=True):
        get(address, place, place + 4, place + 8, place + 12)
    return parts.astype(np.int64)
