"""PowerPoint decks: each slide a page and a section, in reading order, with its notes."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import Any

from lxml import etree

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.grid import Grid
from pincite.ingest.readers.zip import open_archive, refuse_entities

Shape = Any  # python-pptx has no types of its own that a reader could rely on

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BULLETED = ("BODY", "OBJECT")  # kinds of placeholders whose paragraphs are items
_DEEPEST = 50  # groups in groups
_NAMED = 10  # slides that a warning names


class PptxReader:
    """Reads ``.pptx`` and its kin."""

    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    suffixes = frozenset({".pptx", ".pptm", ".ppsx", ".potx"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with a presentation in it."""
        return contents.lists(data, "ppt/presentation.xml")

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; the title is the file's own or its first slide's.

        Raises:
            UnsupportedSourceError: it is damaged, protected or made to fill memory.
        """
        from pptx.package import Package  # takes a quarter of a second, for those who need it

        with open_archive(data, name) as archive:
            refuse_entities(archive, name)
            commented = any(path.startswith("ppt/comments") for path in archive.namelist())
        try:
            package = Package.open(io.BytesIO(data))
            deck = package.main_document_part.presentation
            slides = list(deck.slides)
        except Exception as error:  # whatever a broken package makes of python-pptx
            raise UnsupportedSourceError(
                f"{name} is damaged: its slides cannot be found ({type(error).__name__}); save it "
                "anew as .pptx and ingest it again"
            ) from error
        deck_text = _Deck()
        for number, slide in enumerate(slides, 1):
            deck_text.add(number, slide)
        warnings = ["its comments were not read"] if commented else []
        return deck_text.reading(_own_title(package), warnings)


class _Deck:
    """The slides taken so far."""

    def __init__(self) -> None:
        self._built = Builder()
        self._title: str | None = None
        self._broken: set[int] = set()
        self._only_pictures: list[int] = []

    def add(self, number: int, slide: Any) -> None:
        self._built.page(number)
        try:
            title_shape = slide.shapes.title
            title = " ".join(title_shape.text_frame.text.split()) if title_shape is not None else ""
        except Exception:
            title_shape, title = None, ""
        self._title = self._title or title or None
        self._built.heading(1, title or f"Slide {number}")
        said = bool(title)
        shapes = list(self._ordered(slide, number))
        for shape in shapes:
            if title_shape is None or shape.shape_id != title_shape.shape_id:
                said |= self._shape(shape, slide, number)
        if not said and any(hasattr(shape, "image") for shape in shapes):
            self._only_pictures.append(number)
        self._notes(slide, number)

    def reading(self, title: str | None, warnings: list[str]) -> Reading:
        if self._broken:
            warnings.append(f"parts of {_slides(self._broken)} are damaged and were left out")
        if self._only_pictures:
            warnings.append(
                f"nothing was read on {_slides(self._only_pictures)}: only pictures there"
            )
        return self._built.reading(title or self._title, warnings)

    def _ordered(self, slide: Any, number: int) -> Iterator[Shape]:
        try:
            yield from _leaves(slide.shapes)
        except Exception:
            self._broken.add(number)

    def _shape(self, shape: Shape, slide: Any, number: int) -> bool:
        """Take one shape; say whether there was text in it."""
        try:
            if shape.has_text_frame:
                return _paragraphs(shape, self._built)
            if getattr(shape, "has_table", False):
                return _table(shape.table, self._built)
            if getattr(shape, "has_chart", False):
                return _chart(shape.chart, self._built)
            return _diagram(shape, slide, self._built)
        # One shape that python-pptx cannot follow shall not cost the others.
        except Exception:
            self._broken.add(number)
            return False

    def _notes(self, slide: Any, number: int) -> None:
        try:
            frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
            notes = [paragraph.text for paragraph in frame.paragraphs] if frame else []
        except Exception:
            self._broken.add(number)
            return
        if any(note.strip() for note in notes):
            self._built.heading(2, "Notes")
            for note in notes:
                self._built.paragraph(note)


def _leaves(shapes: Any, depth: int = 0) -> Iterator[Shape]:
    """The shapes from top to bottom and left to right, those of a group where the group stands."""
    for shape in _in_reading_order(list(shapes)):
        if hasattr(shape, "shapes") and depth < _DEEPEST:
            yield from _leaves(shape.shapes, depth + 1)
        else:
            yield shape


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


def _paragraphs(shape: Shape, built: Builder) -> bool:
    paragraphs = [p for p in shape.text_frame.paragraphs if p.text.strip()]
    listed = (
        len(paragraphs) > 1
        and shape.is_placeholder
        and shape.placeholder_format.type.name in _BULLETED
    )
    number = 0
    for paragraph in paragraphs:
        properties = paragraph._p.pPr
        marks = {child.tag for child in properties} if properties is not None else set()
        number = number + 1 if f"{_A}buAutoNum" in marks else 0
        if number:
            built.item(paragraph.text, f"{number}.", paragraph.level)
        elif f"{_A}buChar" in marks or (listed and f"{_A}buNone" not in marks):
            built.item(paragraph.text, depth=paragraph.level)
        else:
            built.paragraph(paragraph.text)
    built.end_table()
    return bool(paragraphs)


def _table(table: Any, built: Builder) -> bool:
    grid = Grid()
    said = False
    for index, row in enumerate(table.rows):
        cells = [
            (cell.text, cell.span_width, cell.span_height)
            for cell in row.cells
            if not cell.is_spanned
        ]
        said |= any(text.strip() for text, _, _ in cells)
        grid.row(cells, header=bool(table.first_row) and index == 0)
    grid.into(built)
    return said


def _chart(chart: Any, built: Builder) -> bool:
    """A chart's title, and its numbers as they were saved with it."""
    if chart.has_title and chart.chart_title.has_text_frame:
        built.paragraph(chart.chart_title.text_frame.text)
    # From the XML, for python-pptx knows no charts in three dimensions.
    series = list(chart._chartSpace.iter(f"{_C}ser"))
    names = ["".join(_points(one, "tx").values()) for one in series]
    values = [_points(one, "val", "yVal") for one in series]
    categories: dict[str, str] = {}
    for one in series:
        categories = _points(one, "cat", "xVal") | categories
    if series:
        built.row(["", *names], header=True)
    for index in dict.fromkeys([*categories, *(index for points in values for index in points)]):
        built.row([categories.get(index, ""), *(points.get(index, "") for points in values)])
    built.end_table()
    return True


def _points(series: Any, *roles: str) -> dict[str, str]:
    """The values that stand in a series, by their index."""
    return {
        point.get("idx", ""): _tidy("".join(value.text or "" for value in point.iter(f"{_C}v")))
        for role in roles
        for element in series.iterchildren(f"{_C}{role}")
        for point in element.iter(f"{_C}pt")
    }


def _tidy(value: str) -> str:
    """A number in as many digits as a spreadsheet keeps; other words as they are."""
    try:
        return f"{float(value):.15g}" if "." in value or "e" in value.lower() else value
    except ValueError:
        return value


def _diagram(shape: Shape, slide: Any, built: Builder) -> bool:
    """The words of a diagram (SmartArt), which stand in a part of their own."""
    said = False
    for ids in shape._element.iter(f"{{{_DIAGRAM}}}relIds"):
        part = slide.part.related_part(ids.get(f"{{{_RELATIONS}}}dm"))
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for paragraph in etree.fromstring(part.blob, parser).iter(f"{_A}p"):
            text = "".join(run.text or "" for run in paragraph.iter(f"{_A}t"))
            built.item(text)
            said |= bool(text.strip())
    built.end_table()
    return said


def _own_title(package: Any) -> str | None:
    try:
        return " ".join(package.core_properties.title.split()) or None
    except Exception:
        return None


def _slides(numbers: Collection[int]) -> str:
    distinct = sorted(numbers)
    named = ", ".join(map(str, distinct[:_NAMED]))
    if len(distinct) > _NAMED:
        named += f" and {len(distinct) - _NAMED} more"
    return f"{'slide' if len(distinct) == 1 else 'slides'} {named}"


PPTX = PptxReader()
