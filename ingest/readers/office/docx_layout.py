"""Where about the paragraphs of a Word file stand on its pages.

Word keeps no such places: it sets the text anew each time. Here they are estimated by the size of
the letters, their number, margins and page breaks, which is good to about a line on the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pincite.ingest.readers.office.docx_body import blocks, inside, rows
from pincite.ingest.readers.office.docx_numbering import W, on
from pincite.ingest.readers.office.docx_runs import local
from pincite.ingest.readers.office.drawings import outside_boxes

Element = Any

POINTS = 12_700  # in a point: units of drawings (EMU)
_TWENTIETHS = 20  # of a point in a point
_SIZE, _WIDE, _HIGH = 10.0, 0.5, 1.2  # points of letters, ems of a letter, ems of a line
_SINGLE = 240  # the measure of single lines
_ANCESTORS = 20  # styles that a style may be based on, one on the other
_DEEPEST = 20  # tables in tables


@dataclass(frozen=True, slots=True)
class Sheet:
    """The area of text of a section's pages, and the margins left and above it, in points."""

    width: float = 468.0
    height: float = 648.0
    left: float = 72.0
    top: float = 72.0

    @classmethod
    def of(cls, section: Element) -> Sheet:
        """That of a section's properties."""
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        width, height = _points(size, "w", 612.0), _points(size, "h", 792.0)
        left, top = _points(margins, "left", 72.0), _points(margins, "top", 72.0)
        columns = section.find(f"{W}cols")
        count = max(1, _whole(columns, "num", 1))
        across = width - left - _points(margins, "right", 72.0)
        down = height - top - _points(margins, "bottom", 72.0)
        return cls(max(across / count, 36.0), max(down * count, 36.0), left, top)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A paragraph, and the box of its words on its page, in points from the area's upper left."""

    paragraph: Element
    page: int
    sheet: Sheet
    left: float
    top: float
    right: float
    bottom: float


class Layout:
    """The paragraphs of a body of a document, by the root of ``styles.xml``, which may be None."""

    def __init__(self, body: Element, styles: Element | None) -> None:
        self._styles = {} if styles is None else {_id(one): one for one in styles.iter(f"{W}style")}
        self._preset = None if styles is None else styles.find(f"{W}docDefaults")
        self._normal = next((s for s in self._styles.values() if _is_normal(s)), None)
        self._sheets = [Sheet.of(one) for one in body.iter(f"{W}sectPr")] or [Sheet()]
        self._page, self._y = 1, 0.0
        self.placed: list[Placed] = []
        self._stack(body, 0.0, None, 0)

    def _stack(self, container: Element, left: float, width: float | None, depth: int) -> None:
        """Put the blocks of a container below each other; ``width`` is None outside of tables."""
        if depth > _DEEPEST:
            return
        for block in blocks(container):
            if block.tag == f"{W}p":
                self._paragraph(block, left, width)
                continue
            across = self._sheets[0].width if width is None else width
            for row in rows(block):
                self._row(row, left, across, depth)
                if width is None:
                    self._turn_where_full()

    def _row(self, row: Element, left: float, width: float, depth: int) -> None:
        cells = list(inside(row, "tc"))
        top, lowest = self._y, self._y
        for cell in cells:
            own = _points(cell.find(f"{W}tcPr/{W}tcW"), "w", width / len(cells))
            self._y = top
            self._stack(cell, left, own, depth + 1)
            lowest, left = max(lowest, self._y), left + own
        self._y = lowest

    def _paragraph(self, paragraph: Element, left: float, width: float | None) -> None:
        sheet = self._sheets[0]
        across = sheet.width if width is None else width
        letters, lines, drawn, turns = 0, 1, 0.0, [False, False]
        for node in outside_boxes(paragraph):
            tag = local(node)
            if tag == "t":
                letters += len(node.text or "")
            elif tag == "lastRenderedPageBreak" or (tag == "br" and _kind(node) == "page"):
                turns[letters > 0] = True  # before its words, or after them
            elif tag in ("br", "cr"):
                lines += 1
            elif tag == "inline":
                drawn = max(drawn, emu(node, "extent", "cy"))
        if width is None and (turns[False] or on(self._find(paragraph, "pageBreakBefore"))):
            self._turn()
        spacing = self._find(paragraph, "spacing")
        size = self._size(paragraph)
        lines += math.ceil(letters * size * _WIDE / max(across, size)) - 1 if letters else 0
        height = drawn + lines * _pitch(spacing, size)
        top = self._y + _points(spacing, "before", 0.0)
        if width is None and self._y > 0 and top + height > sheet.height:
            self._turn()
            top = 0.0
        long = min(letters * size * _WIDE, across)
        start = left + _share(self._find(paragraph, "jc")) * (across - long)
        self.placed.append(
            Placed(paragraph, self._page, sheet, start, top, start + long, top + height)
        )
        self._y = top + height + _points(spacing, "after", 0.0)
        if width is None and turns[True]:
            self._turn()
        if paragraph.find(f"{W}pPr/{W}sectPr") is not None and len(self._sheets) > 1:
            self._sheets.pop(0)
            self._turn()

    def _turn_where_full(self) -> None:
        if self._y > self._sheets[0].height:
            self._turn()

    def _turn(self) -> None:
        self._page, self._y = self._page + 1, 0.0

    def _size(self, paragraph: Element) -> float:
        """The size of a paragraph's letters, in points: that of its first run, or of its style."""
        for run in paragraph.iterchildren(f"{W}r"):
            if (own := run.find(f"{W}rPr/{W}sz")) is not None:
                return max(1.0, _whole(own, "val", 0) / 2)
            break
        found = self._inherited(paragraph, "rPr", "sz")
        return max(1.0, _whole(found, "val", int(2 * _SIZE)) / 2)

    def _find(self, paragraph: Element, name: str) -> Element | None:
        """What is said of a paragraph, by itself, its style, or for all."""
        own = paragraph.find(f"{W}pPr/{W}{name}")
        return own if own is not None else self._inherited(paragraph, "pPr", name)

    def _inherited(self, paragraph: Element, kind: str, name: str) -> Element | None:
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        style = self._normal if named is None else self._styles.get(named.get(f"{W}val", ""))
        for _ in range(_ANCESTORS):
            if style is None:
                break
            if (found := style.find(f"{W}{kind}/{W}{name}")) is not None:
                return found
            base = style.find(f"{W}basedOn")
            style = None if base is None else self._styles.get(base.get(f"{W}val", ""))
        path = f"{W}{kind}Default/{W}{kind}/{W}{name}"
        return None if self._preset is None else self._preset.find(path)


def emu(node: Element, name: str, attribute: str) -> float:
    """A measure of a drawing in points: an attribute of its child of a name; 0 where it is none."""
    child = next((one for one in node if local(one) == name), None)
    try:
        return 0.0 if child is None else int(child.get(attribute, "0")) / POINTS
    except ValueError:
        return 0.0


def _pitch(spacing: Element | None, size: float) -> float:
    """From line to line, in points."""
    line = _whole(spacing, "line", _SINGLE)
    rule = "auto" if spacing is None else spacing.get(f"{W}lineRule", "auto")
    if rule == "exact":
        return max(1.0, line / _TWENTIETHS)
    single = size * _HIGH
    return max(single, line / _TWENTIETHS) if rule == "atLeast" else single * line / _SINGLE


def _share(alignment: Element | None) -> float:
    """Of the room beside a line's words, what is on its left."""
    value = "" if alignment is None else alignment.get(f"{W}val", "")
    return {"center": 0.5, "right": 1.0, "end": 1.0}.get(value, 0.0)


def _points(node: Element | None, name: str, otherwise: float) -> float:
    """A measure of a paragraph or page, in points."""
    value = _whole(node, name, -1)
    return otherwise if value < 0 else value / _TWENTIETHS


def _whole(node: Element | None, name: str, otherwise: int) -> int:
    value = "" if node is None else node.get(f"{W}{name}", "")
    return int(value) if value.isdecimal() and len(value) < 7 else otherwise


def _kind(node: Element) -> str:
    return str(node.get(f"{W}type", ""))


def _id(style: Element) -> str:
    return str(style.get(f"{W}styleId", ""))


def _is_normal(style: Element) -> bool:
    is_default = style.get(f"{W}default") in ("1", "true", "on")
    return is_default and style.get(f"{W}type") == "paragraph"
