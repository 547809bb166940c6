"""What a page says of a run of letters beside its ink: where it is clipped, and on which layer."""

from __future__ import annotations

import ctypes
import re

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.ingest.readers.pdf.glyphs import by_address

Bounds = tuple[float, float, float, float]
"""Left, bottom, right and top, in a page's own coordinates, upwards from the lower left corner."""

_MOST_PATHS, _MOST_SEGMENTS = 16, 64  # of a clip; one with more is taken to clip nothing
_POINTER, _INT, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
_clip = by_address(raw.FPDFPageObj_GetClipPath, _POINTER, _POINTER)
_paths = by_address(raw.FPDFClipPath_CountPaths, _INT, _POINTER)
_segments = by_address(raw.FPDFClipPath_CountPathSegments, _INT, _POINTER, _INT)
_segment = by_address(raw.FPDFClipPath_GetPathSegment, _POINTER, _POINTER, _INT, _INT)
_point = by_address(raw.FPDFPathSegment_GetPoint, _INT, _POINTER, _POINTER, _POINTER)
_marks = by_address(raw.FPDFPageObj_CountMarks, _INT, _POINTER)
_mark = by_address(raw.FPDFPageObj_GetMark, _POINTER, _POINTER, _LONG)
_name = by_address(raw.FPDFPageObjMark_GetName, _INT, _POINTER, _POINTER, _LONG, _POINTER)
# A group names its layer in its own dictionary, of which PDFium tells nothing. It is a stream's, so
# it stands in the file as it is, be the rest packed or encrypted; "#4F" is an O.
_OF_LAYER = re.compile(rb"/(?:O|#4[fF])(?:C|#43)(?=[\s\0()<>\[\]{}/%])")
_LAYER = "OC\0".encode("utf-16-le")  # the mark of what is shown with its layer only (8.11.3.2)


def clip(address: int, matrix: pdfium.PdfMatrix) -> Bounds | None:
    """The box around what is shown of an object, which ``matrix`` places on its page.

    None where nothing clips it, or what does is not simple. An empty box shows nothing.
    """
    path = _clip(address)
    count = _paths(path) if path else 0
    boxes = [_box(path, i) for i in range(count)] if 0 < count <= _MOST_PATHS else []
    known = [box for box in boxes if box is not None]
    if not known:
        return None
    lefts, bottoms, rights, tops = zip(*(matrix.on_rect(*box) for box in known), strict=True)
    return max(lefts), max(bottoms), min(rights), min(tops)


def _box(path: int, i: int) -> Bounds | None:
    count = _segments(path, i)
    if not 0 < count <= _MOST_SEGMENTS:
        return None
    x, y = ctypes.c_float(), ctypes.c_float()
    points = []
    for j in range(count):
        _point(_segment(path, i, j), ctypes.addressof(x), ctypes.addressof(y))
        points.append((x.value, y.value))
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)


def groups_may_be_on_layers(data: bytes) -> bool:
    """Whether groups (form XObjects) of a file may belong to layers by their own dictionaries.

    >>> groups_may_be_on_layers(b"/OC 5 0 R"), groups_may_be_on_layers(b"/OCG /Type /OCGs")
    (True, False)
    """
    return _OF_LAYER.search(data) is not None


def is_on_layer(address: int) -> bool:
    """Whether an object belongs to a layer, which may be off."""
    name, length = ctypes.create_string_buffer(64), ctypes.c_ulong()
    for i in range(max(_marks(address), 0)):
        mark = _mark(address, i)
        _name(mark, ctypes.addressof(name), len(name), ctypes.addressof(length))
        if name.raw[: length.value] == _LAYER:
            return True
    return False
