"""The shapes of a slide in reading order, and the words of its text frames and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.grid import Grid
from pincite.ingest.readers.numerals import numeral, raised
from pincite.ingest.readers.office.drawings import A
from pincite.ingest.readers.office.equations import equation

Shape = Any  # python-pptx has no types of its own that a reader could rely on

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SHAPES = frozenset(f"{_P}{tag}" for tag in ("sp", "pic", "graphicFrame", "grpSp"))
_BULLETED = ("BODY", "OBJECT")  # kinds of placeholders whose paragraphs are items
_DEEPEST = 50  # groups in groups
_NUMBERS = {"alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}


def leaves(shapes: Any, depth: int = 0) -> Iterator[Shape]:
    """The shapes from top to bottom and left to right, those of a group where the group stands."""
    for shape in _in_reading_order([*shapes, *_in_several_ways(shapes)]):
        if hasattr(shape, "shapes") and depth < _DEEPEST:
            yield from leaves(shape.shapes, depth + 1)
        else:
            yield shape


def placeholder(shape: Shape) -> str:
    """The kind of placeholder that a shape is, as "TITLE" or "FOOTER"; "" if it is none."""
    return str(shape.placeholder_format.type.name) if shape.is_placeholder else ""


def paragraphs(shape: Shape) -> list[Any]:
    """The paragraphs of a text frame that have words."""
    return [p for p in shape.text_frame.paragraphs if words(p._p)]


def words(paragraph: Any) -> str:
    """The words of an ``a:p`` element on one line."""
    parts: list[str] = []
    for child in paragraph:
        tag = str(child.tag).rpartition("}")[2]
        if tag in ("r", "fld"):
            text = "".join(inner.text or "" for inner in child.iterchildren(f"{A}t"))
            properties = child.find(f"{A}rPr")
            baseline = "0" if properties is None else properties.get("baseline", "0")
            above = baseline.rstrip("%") not in ("0", "") and not baseline.startswith("-")
            parts.append(raised(text) if above else text)
        elif tag == "br":
            parts.append(" ")
        elif tag == "m":
            parts.append(f" {equation(child)} ")
        elif tag == "AlternateContent":
            parts.append(next(filter(None, map(words, child)), ""))
    return " ".join("".join(parts).split())


def add_paragraphs(shape: Shape, built: Builder) -> bool:
    """Add the words of a text frame, and say whether there were any."""
    filled = paragraphs(shape)
    listed = len(filled) > 1 and placeholder(shape) in _BULLETED
    counts: dict[int, int] = {}
    for paragraph in filled:
        properties = paragraph._p.pPr
        marks = {} if properties is None else {child.tag: child for child in properties}
        level, text = paragraph.level, words(paragraph._p)
        counts = {depth: count for depth, count in counts.items() if depth <= level}
        numbered = marks.get(f"{A}buAutoNum")
        if numbered is not None:
            counts[level] = counts.get(level, _start(numbered) - 1) + 1
            built.item(text, _number(counts[level], numbered.get("type", "")), level)
            continue
        counts.pop(level, None)
        if f"{A}buChar" in marks or (listed and f"{A}buNone" not in marks):
            built.item(text, depth=level)
        else:
            built.paragraph(text)
    built.end_table()
    return bool(filled)


def add_table(table: Any, built: Builder) -> bool:
    """Add a table, and say whether there were words in it."""
    grid = Grid()
    has_words = False
    for index, row in enumerate(table.rows):
        cells = [
            (_in_cell(cell), cell.span_width, cell.span_height)
            for cell in row.cells
            if not cell.is_spanned
        ]
        has_words |= any(text for text, _, _ in cells)
        grid.row(cells, header=bool(table.first_row) and index == 0)
    grid.into(built)
    return has_words


def _in_cell(cell: Any) -> str:
    return " ".join(filter(None, (words(p._p) for p in cell.text_frame.paragraphs)))


def _in_several_ways(shapes: Any) -> Iterator[Shape]:
    """Shapes that are there in several ways, for newer and older programs: the first of each."""
    from pptx.shapes.shapetree import BaseShapeFactory

    for child in shapes._spTree:
        if str(child.tag).endswith("}AlternateContent"):
            ways = ([one for one in way if one.tag in _SHAPES] for way in child)
            for element in next(filter(None, ways), []):
                yield BaseShapeFactory(element, shapes)


def _in_reading_order(shapes: list[Shape]) -> list[Shape]:
    """Bands of shapes whose tops lie in the upper half of the band's first, each left to right."""
    placed = sorted(shapes, key=lambda shape: shape.top or 0)
    bands: list[list[Shape]] = []
    floor = -1
    for shape in placed:
        top, height = shape.top or 0, shape.height or 0
        if not bands or top >= floor:
            bands.append([])
            floor = top + max(height // 2, 1)
        bands[-1].append(shape)
    return [shape for band in bands for shape in sorted(band, key=lambda s: s.left or 0)]


def _start(numbered: Any) -> int:
    digits = numbered.get("startAt", "1")
    return int(digits) if digits.isdecimal() and len(digits) < 6 else 1


def _number(number: int, kind: str) -> str:
    """The number as its kind ("romanLcPeriod", "arabicParenBoth") has it written."""
    style = next((style for name, style in _NUMBERS.items() if kind.startswith(name)), "1")
    digits = numeral(number, style)
    if kind.endswith("ParenBoth"):
        return f"({digits})"
    return f"{digits})" if kind.endswith("ParenR") else f"{digits}."
