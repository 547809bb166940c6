"""Which paragraphs of a Word file nobody can read because a shape or picture lies over them.

A drawing "in front of text" is anchored to a paragraph and placed beside or over it, by the place
of that paragraph or of the page. What it covers is estimated; see `docx_layout`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pincite.ingest.readers.office.docx_layout import Layout, Placed, emu
from pincite.ingest.readers.office.docx_numbering import W
from pincite.ingest.readers.office.docx_runs import local

Element = Any

_MOST = 0.5  # of a paragraph's words, in each direction: so much covered is all
_WHOLE = 0.9  # of the width of the text: what is placed by the page covers at least that
_OPAQUE = 0.9  # what lets more through hides nothing
_ROUND = 0.7  # of the sides of a shape that is no box: the box within it
_FILLS = ("solidFill", "gradFill", "blipFill", "pattFill")
_BOXES = re.compile(r"(?i)(?:round|snip)?\d?(?:Same|Diag|Round)?(?:Round)?rect|flowChartProcess")
_OPEN = re.compile(
    r"line|.*connector.*|arc|.*bracket.*|.*brace.*|frame|halfFrame|donut|chord", re.I
)
_VML = ("rect", "roundrect", "shape", "oval")
_LENGTH = re.compile(r"(-?[\d.]+)(pt|in|cm|mm|px|)")
HEAD = 4096  # bytes of a picture in which it says what is transparent
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_UNITS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75, "": 0.75}


@dataclass(frozen=True, slots=True)
class _Cover:
    """A drawing over the text: its place and size in points. ``across`` and ``down`` are what the
    place is relative to, where ``left`` or ``top`` is an alignment, too."""

    paragraph: Element
    across: str
    left: float | str
    down: str
    top: float | str
    width: float
    height: float


def covered(
    body: Element, styles: Element | None, picture_is_opaque: Callable[[str], bool]
) -> frozenset[Element]:
    """The paragraphs of a body that drawings cover.

    Args:
        body: the body of a document.
        styles: the root of ``styles.xml``, or None.
        picture_is_opaque: whether the picture that a reference leads to hides what is under it.
    """
    covers = [*_drawings(body, picture_is_opaque), *_older_drawings(body, picture_is_opaque)]
    if not covers:
        return frozenset()
    by_page: dict[int, list[Placed]] = defaultdict(list)
    place: dict[Element, Placed] = {}
    for one in Layout(body, styles).placed:
        by_page[one.page].append(one)
        place[one.paragraph] = one
    return frozenset(
        one.paragraph
        for cover in covers
        if (anchor := place.get(cover.paragraph)) is not None
        for box in _box(cover, anchor)
        for one in by_page[anchor.page]
        if _hides(box, one)
    )


def _box(cover: _Cover, anchor: Placed) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right and bottom of a cover in the area of text, where it may cover any."""
    sheet = anchor.sheet
    left = _start(cover.left, cover.width, sheet.width)
    if cover.across in ("page", "leftMargin", "insideMargin"):
        left -= sheet.left if not isinstance(cover.left, str) else 0.0
    elif cover.across in ("rightMargin", "outsideMargin"):
        left += sheet.width
    top = _start(cover.top, cover.height, sheet.height)
    if cover.down in ("paragraph", "line", "text"):
        top += anchor.top
    else:
        top -= sheet.top if cover.down in ("page", "topMargin") else 0.0
        if left > sheet.width * (1 - _WHOLE) or left + cover.width < sheet.width * _WHOLE:
            return  # where on the page the paragraphs stand is not known so well
    yield left, top, left + cover.width, top + cover.height


def _start(offset: float | str, size: float, room: float) -> float:
    if not isinstance(offset, str):
        return offset
    return {"center": 0.5, "right": 1.0, "bottom": 1.0}.get(offset, 0.0) * (room - size)


def _hides(box: tuple[float, float, float, float], one: Placed) -> bool:
    left, top, right, bottom = box
    across = min(right, one.right) - max(left, one.left)
    down = min(bottom, one.bottom) - max(top, one.top)
    return across > _MOST * (one.right - one.left) > 0 and down > _MOST * (one.bottom - one.top)


def _drawings(body: Element, opaque: Callable[[str], bool]) -> Iterator[_Cover]:
    for anchor in body.iter("{*}anchor"):
        in_front = anchor.get("behindDoc", "0") in ("0", "false", "off")
        paragraph = next(anchor.iterancestors(f"{W}p"), None)
        if not in_front or paragraph is None or _child(anchor, "wrapNone") is None:
            continue
        share = _share_covered(anchor, opaque)
        width, height = emu(anchor, "extent", "cx"), emu(anchor, "extent", "cy")
        if not share or not width or not height:
            continue
        (across, left), (down, top) = (_position(anchor, f"position{way}") for way in "HV")
        if isinstance(left, float):
            left += width * (1 - share) / 2
        if isinstance(top, float):
            top += height * (1 - share) / 2
        yield _Cover(paragraph, across, left, down, top, width * share, height * share)


def _position(anchor: Element, name: str) -> tuple[str, float | str]:
    position = _child(anchor, name)
    if position is None:
        return "column", 0.0
    relative = str(position.get("relativeFrom", "column"))
    align = _child(position, "align")
    if align is not None:
        return relative, (align.text or "").strip()
    offset = _child(position, "posOffset")
    text = "" if offset is None else (offset.text or "").strip()
    return relative, int(text) / 12_700 if re.fullmatch(r"-?\d{1,10}", text) else 0.0


def _share_covered(anchor: Element, opaque: Callable[[str], bool]) -> float:
    """Of the sides of a drawing's box, how much is opaque; 0 for nothing."""
    for node in anchor.iter():
        tag = local(node)
        if tag == "pic":
            embedded = [one.get(f"{_RELATION}embed", "") for one in node.iter("{*}blip")]
            return 1.0 if _is_opaque(node) and any(map(opaque, embedded)) else 0.0
        if tag == "wgp":
            return max(
                (_filled(one) for one in node.iter("{*}wsp") if _fills(node, one)), default=0
            )
        if tag == "wsp":
            return _filled(node)
    return 0.0


def _fills(group: Element, shape: Element) -> bool:
    """Whether a shape is about as large as the group that it is in."""
    properties, own = _child(group, "grpSpPr"), _child(shape, "spPr")
    whole = None if properties is None else _child(properties, "xfrm")
    part = None if own is None else _child(own, "xfrm")
    if whole is None or part is None:
        return False
    sizes = [emu(part, "ext", way) >= _WHOLE * emu(whole, "chExt", way) for way in ("cx", "cy")]
    return all(sizes)


def _filled(shape: Element) -> float:
    properties, style = _child(shape, "spPr"), _child(shape, "style")
    fills = [] if properties is None else [one for one in properties if local(one) in _FILLS]
    bare = properties is not None and _child(properties, "noFill") is not None
    by_style = None if style is None else _child(style, "fillRef")
    has_fill = bool(fills) or (by_style is not None and by_style.get("idx", "0") != "0")
    if bare or not has_fill or not all(map(_is_opaque, fills)):
        return 0.0
    preset = None if properties is None else _child(properties, "prstGeom")
    form = "rect" if preset is None else preset.get("prst", "rect")
    if _OPEN.fullmatch(form):
        return 0.0
    return 1.0 if _BOXES.fullmatch(form) else _ROUND


def _is_opaque(node: Element) -> bool:
    for fades in node.iter("{*}alpha", "{*}alphaModFix"):
        share = fades.get("val") or fades.get("amt") or ""
        if share.isdecimal() and int(share) < 100_000 * _OPAQUE:
            return False
    return True


def _older_drawings(body: Element, opaque: Callable[[str], bool]) -> Iterator[_Cover]:
    """Drawings in VML, where they are not there for older programs only."""
    for drawn in body.iter(f"{W}pict"):
        paragraph = next(drawn.iterancestors(f"{W}p"), None)
        if paragraph is None or any(local(one) == "Fallback" for one in drawn.iterancestors()):
            continue
        for shape in drawn:
            if local(shape) in _VML and _is_filled_vml(shape, opaque):
                yield from _vml(shape, paragraph)


def _vml(shape: Element, paragraph: Element) -> Iterator[_Cover]:
    parts = (part.partition(":") for part in shape.get("style", "").split(";"))
    said = {name.strip(): value.strip() for name, _, value in parts}
    behind = said.get("z-index", "0").startswith("-")
    if said.get("position") != "absolute" or behind:
        return
    left, top, width, height = (
        _length(said.get(name, "")) for name in ("margin-left", "margin-top", "width", "height")
    )
    share = _ROUND if local(shape) == "oval" else 1.0
    yield _Cover(
        paragraph,
        said.get("mso-position-horizontal-relative", "column"),
        left + width * (1 - share) / 2,
        said.get("mso-position-vertical-relative", "text"),
        top + height * (1 - share) / 2,
        width * share,
        height * share,
    )


def _is_filled_vml(shape: Element, opaque: Callable[[str], bool]) -> bool:
    wrap = _child(shape, "wrap")
    if wrap is not None and wrap.get("type", "none") != "none":
        return False
    fill = _child(shape, "fill")
    opacity = "" if fill is None else fill.get("opacity", "")
    share = re.fullmatch(r"([\d.]+)(f|%|)", opacity)
    if share is not None and share[1].count(".") < 2 and share[1] != ".":
        part = float(share[1]) / {"f": 65_536, "%": 100, "": 1}[share[2]]
        if part < _OPAQUE:
            return False
    if (picture := _child(shape, "imagedata")) is not None:
        return opaque(picture.get(f"{_RELATION}id", ""))
    return shape.get("filled", "t") in ("t", "true")


def is_opaque(picture: bytes) -> bool:
    r"""Whether a picture in a file hides what is under it: in whole, as far as its kind tells.

    >>> is_opaque(b"\xff\xd8\xff\xe0"), is_opaque(b"\x01\0\0\0 a drawing of lines")
    (True, False)
    """
    if picture.startswith(b"\x89PNG"):
        return picture[25:26] not in (b"\x04", b"\x06") and b"tRNS" not in picture
    return picture.startswith((b"\xff\xd8", b"BM", b"II*\0", b"MM\0*"))


def _length(text: str) -> float:
    found = _LENGTH.fullmatch(text)
    if found is None or found[1].count(".") > 1 or not found[1].strip("-."):
        return 0.0
    return float(found[1]) * _UNITS[found[2]]


def _child(node: Element, name: str) -> Element | None:
    return next((one for one in node if local(one) == name), None)
