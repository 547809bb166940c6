"""The filled boxes and the pictures that a page draws, and where."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pincite.ingest.readers.pdf.glyphs import shown

_CELL, _MOST_CELLS = 2.0, 1000  # points, cells a side: the grid that boxes and pictures are put on
_MOST_OF_PAGE = 0.5  # pictures that cover more are a scan, whose letters are invisible text
_MOST_OBJECTS = 100_000  # drawn on a page; what is drawn after them covers nothing
_DEEPEST = 4  # groups of objects in groups
_COVERS = {
    raw.FPDF_ANNOT_SQUARE,
    raw.FPDF_ANNOT_REDACT,
    raw.FPDF_ANNOT_STAMP,
    raw.FPDF_ANNOT_FREETEXT,
}


@dataclass(frozen=True, slots=True, eq=False)
class DrawnBoxes:
    """The filled boxes of a page: when each is drawn, its colour, and of each cell of a grid over
    the page the last one, or -1; ``scanned`` says that pictures cover most of the page."""

    when: NDArray[np.int64]
    colours: NDArray[np.int64]
    last: NDArray[np.int64]
    cell: float
    order: Mapping[int, int]  # when an object is drawn, by its address
    scanned: bool


def drawn_boxes(page: pdfium.PdfPage) -> DrawnBoxes:
    """What a page draws that may hide letters."""
    width, height = page.get_size()
    cell = max(_CELL, max(width, height) / _MOST_CELLS)
    shape = int(np.ceil(height / cell)) + 1, int(np.ceil(width / cell)) + 1
    order: dict[int, int] = {}
    filled, colours, when, pictures = [], [], [], []
    for i, (handle, kind, matrix) in enumerate(islice(_objects(page), _MOST_OBJECTS)):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            order[ctypes.cast(handle, ctypes.c_void_p).value or 0] = i
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            pictures.append(_bounds(handle, matrix))
        elif kind == raw.FPDF_PAGEOBJ_PATH and (ink := _filled(handle)):
            filled.append(_bounds(handle, matrix))
            colours.append(ink)
            when.append(i)
    for box in _annotations(page):
        filled.append(box)
        colours.append((-255, -255, -255))  # none: only its place matters
        when.append(_MOST_OBJECTS)
    last = np.full(shape, -1, np.int64)
    for i, (x, y) in enumerate(_cells(filled, page, cell)):
        last[y, x] = i
    picture = np.zeros(shape, np.bool_)
    for x, y in _cells(pictures, page, cell):
        picture[y, x] = True
    return DrawnBoxes(
        np.array(when, np.int64),
        np.array(colours, np.int64).reshape(-1, 3),
        last,
        cell,
        order,
        bool(picture.mean() >= _MOST_OF_PAGE),
    )


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[raw.FPDF_PAGEOBJECT, int, pdfium.PdfMatrix]]:
    """What is drawn on a page, in order, with its kind and what places it on the page."""
    groups: list[tuple[Iterator[raw.FPDF_PAGEOBJECT], pdfium.PdfMatrix]] = [
        (
            (
                raw.FPDFPage_GetObject(page.raw, i)
                for i in range(raw.FPDFPage_CountObjects(page.raw))
            ),
            pdfium.PdfMatrix(),
        )
    ]
    while groups:
        handles, matrix = groups[-1]
        handle = next(handles, None)
        if handle is None:
            groups.pop()
            continue
        kind = raw.FPDFPageObj_GetType(handle)
        yield handle, kind, matrix
        if kind == raw.FPDF_PAGEOBJ_FORM and len(groups) < _DEEPEST:
            own = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(handle, own)
            inside = _members(handle)
            groups.append((inside, pdfium.PdfMatrix.from_raw(own).multiply(matrix)))


def _members(group: raw.FPDF_PAGEOBJECT) -> Iterator[raw.FPDF_PAGEOBJECT]:
    for i in range(max(raw.FPDFFormObj_CountObjects(group), 0)):
        yield raw.FPDFFormObj_GetObject(group, i)


def _filled(handle: raw.FPDF_PAGEOBJECT) -> tuple[int, int, int] | None:
    """The colour of a path that is filled, and hides what is under it."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(handle, mode, stroke)
    if mode.value == raw.FPDF_FILLMODE_NONE or raw.FPDFPageObj_HasTransparency(handle):
        return None
    red, green, blue, _ = colour(raw.FPDFPageObj_GetFillColor, handle)
    return red, green, blue


def _bounds(
    handle: raw.FPDF_PAGEOBJECT, matrix: pdfium.PdfMatrix
) -> tuple[float, float, float, float]:
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


def colour(get: Callable[..., int], handle: raw.FPDF_PAGEOBJECT) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity; black where there is none."""
    parts = [ctypes.c_uint(0), ctypes.c_uint(0), ctypes.c_uint(0), ctypes.c_uint(255)]
    get(handle, *parts)
    red, green, blue, opacity = (part.value for part in parts)
    return red, green, blue, opacity
