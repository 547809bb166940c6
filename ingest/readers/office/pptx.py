"""PowerPoint decks: each slide a page and a section, in reading order, with its notes."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.drawings import add_chart, add_diagram, descriptions
from pincite.ingest.readers.office.package import Package
from pincite.ingest.readers.office.pptx_comments import Comments
from pincite.ingest.readers.office.pptx_shapes import (
    Shape,
    add_paragraphs,
    add_table,
    leaves,
    paragraphs,
    placeholder,
    words,
)
from pincite.ingest.readers.warnings import hidden, listed, unread
from pincite.ingest.readers.xml import parsed
from pincite.ingest.readers.zip import open_archive, refuse_entities

_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MARGINS = frozenset({"FOOTER", "DATE", "HEADER"})  # placeholders that are alike on each slide
_LONGEST_TITLE = 100  # characters of a text box that can stand for a title


class PptxReader:
    """Reads ``.pptx`` and its kin; what speakers and commenters say are notes beside the slides."""

    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    suffixes = frozenset({".pptx", ".pptm", ".ppsx", ".potx"})
    version = 2

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with a presentation in it."""
        return contents.lists(data, "ppt/presentation.xml")

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; the title is the file's own or its first slide's.

        Raises:
            UnsupportedSourceError: it is damaged, protected or made to fill memory.
        """
        from pptx.package import Package as Opened  # takes a quarter of a second

        with open_archive(data, name) as archive:
            refuse_entities(archive, name)
            try:
                package = Opened.open(io.BytesIO(data))
                main = package.main_document_part
                slides = list(main.presentation.slides)
            except MemoryError:
                raise
            except Exception as error:  # whatever a broken package makes of python-pptx
                raise UnsupportedSourceError(
                    f"{name} is damaged: its slides cannot be found ({type(error).__name__}); save "
                    "it anew as .pptx and ingest it again"
                ) from error
            deck = _Deck(Comments(Package(archive, name), str(main.partname).lstrip("/")))
            for number, slide in enumerate(slides, 1):
                deck.add(number, slide)
        return deck.reading(_own_title(package))


class _Deck:
    """The slides so far."""

    def __init__(self, comments: Comments) -> None:
        self._built = Builder()
        self._comments = comments
        self._title: str | None = None
        self._broken: set[int] = set()
        self._only_pictures: list[int] = []
        self._hidden = Counter({"slide": 0, "shape": 0})
        self._unread: Counter[str] = Counter()
        self._in_margins: set[str] = set()  # what is said on each slide, and has been once
        self._read: set[str] = set()  # the names of layouts, masters and diagrams
        self._pictures: set[str] = set()  # descriptions of pictures

    def add(self, number: int, slide: Any) -> None:
        self._built.page(number)
        if slide._element.get("show") in ("0", "false"):
            self._hidden["slide"] += 1
            with self._built.region("hidden"):
                self._slide(number, slide, is_hidden=True)
        else:
            self._slide(number, slide, is_hidden=False)

    def reading(self, title: str | None) -> Reading:
        warnings = [line for kind, count in self._hidden.items() for line in hidden(count, kind)]
        warnings += unread(self._unread)
        if self._broken:
            warnings.append(f"parts of {_slides(self._broken)} are damaged, and left out")
        if self._only_pictures:
            have, them = ("has", "it") if len(self._only_pictures) == 1 else ("have", "them")
            warnings.append(
                f"{_slides(self._only_pictures)} {have} only pictures, so nothing on {them} is read"
            )
        return self._built.reading(title or self._title, warnings)

    def _slide(self, number: int, slide: Any, *, is_hidden: bool) -> None:
        shapes = list(self._shapes(slide, number))
        title, title_id = _titled(slide, shapes)
        self._title = self._title or title or None
        self._built.heading(1, title or f"Slide {number}")
        has_words = bool(title)
        for shape in shapes:
            if shape.shape_id == title_id:
                continue
            if not is_hidden and _is_hidden(shape):
                self._hidden["shape"] += 1
                with self._built.region("hidden"):
                    has_words |= self._shape(shape, slide, number)
            else:
                has_words |= self._shape(shape, slide, number)
        if not has_words and any(hasattr(shape, "image") for shape in shapes):
            self._only_pictures.append(number)
        self._behind(slide)
        notes = [*self._comments.on(str(slide.part.partname).lstrip("/"))]
        notes += self._notes(slide, number)
        if notes:
            with self._built.region("note"):
                for note in notes:
                    self._built.paragraph(note)

    def _shapes(self, slide: Any, number: int) -> Iterator[Shape]:
        try:
            yield from leaves(slide.shapes)
        except MemoryError:
            raise
        except Exception:
            self._broken.add(number)

    def _shape(self, shape: Shape, slide: Any, number: int) -> bool:
        """Add one shape; say whether there was text in it."""
        try:
            role = placeholder(shape)
            if role == "SLIDE_NUMBER":
                return False
            if role in _MARGINS:
                self._add_once(shape)
                return False
            if shape.has_text_frame:
                return add_paragraphs(shape, self._built)
            if getattr(shape, "has_table", False):
                return add_table(shape.table, self._built)
            if getattr(shape, "has_chart", False):
                return add_chart(self._built, shape.chart._chartSpace)
            return self._drawn(shape, slide)
        except MemoryError:
            raise
        # One shape that python-pptx cannot follow shall not cost the others.
        except Exception:
            self._broken.add(number)
            return False

    def _add_once(self, shape: Shape) -> None:
        for line in map(words, (paragraph._p for paragraph in paragraphs(shape))):
            if line not in self._in_margins:
                self._in_margins.add(line)
                self._built.paragraph(line)

    def _behind(self, slide: Any) -> None:
        """What the slide's layout and master show on all their slides."""
        try:
            layout = slide.slide_layout
            masters = [layout, layout.slide_master]
            for master in masters[: 1 if layout._element.get("showMasterSp") == "0" else 2]:
                if master.part.partname in self._read:
                    continue
                self._read.add(master.part.partname)
                for shape in leaves(master.shapes):
                    if shape.has_text_frame and not shape.is_placeholder:
                        self._add_once(shape)
        except MemoryError:
            raise
        except Exception:  # a layout that cannot be followed takes nothing from the slide
            return

    def _drawn(self, shape: Shape, slide: Any) -> bool:
        """A diagram, a picture, or something that is not read."""
        element, has_words = shape._element, False
        kinds = Counter(str(node.tag).rpartition("}")[2] for node in element.iter())
        if kinds["oleObj"]:
            self._unread["embedded object"] += 1
        elif kinds["videoFile"] or kinds["audioFile"] or kinds["wavAudioFile"]:
            self._unread["video or sound recording"] += 1
        elif kinds["chart"]:  # of a kind that python-pptx does not know
            self._unread["chart"] += 1
        elif kinds["relIds"]:
            for ids in element.iter(f"{{{_DIAGRAM}}}relIds"):
                part = slide.part.related_part(ids.get(f"{{{_RELATIONS}}}dm"))
                if part.partname in self._read:  # slides can refer to a part without end
                    continue
                self._read.add(part.partname)
                root = parsed(part.blob, str(part.partname))
                has_words |= add_diagram(self._built, root)
            self._unread["diagram"] += not has_words
        else:
            texts, pictures = descriptions(element)
            self._unread["picture without a description"] += pictures
            for description in texts if kinds["pic"] else []:
                if description not in self._pictures:
                    self._pictures.add(description)
                    with self._built.region("note"):
                        self._built.paragraph(f"Image: {description}")
        return has_words

    def _notes(self, slide: Any, number: int) -> list[str]:
        """What the speaker is to say."""
        try:
            frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
            return (
                [] if frame is None else [line for p in frame.paragraphs if (line := words(p._p))]
            )
        except MemoryError:
            raise
        except Exception:
            self._broken.add(number)
            return []


def _titled(slide: Any, shapes: list[Shape]) -> tuple[str, int | None]:
    """A slide's title and the id of its shape: the placeholder, or else the first line on it."""
    try:
        title = slide.shapes.title
        if title is not None and (line := " ".join(words(p._p) for p in paragraphs(title))):
            return line, title.shape_id
        for shape in shapes:
            if _is_hidden(shape) or placeholder(shape) in (*_MARGINS, "SLIDE_NUMBER"):
                continue
            if shape.has_text_frame:
                lines = [words(paragraph._p) for paragraph in paragraphs(shape)]
                if lines:
                    is_short = len(lines) == 1 and len(lines[0]) <= _LONGEST_TITLE
                    return (lines[0], shape.shape_id) if is_short else ("", None)
    except MemoryError:
        raise
    except Exception:  # the slide goes without a title
        return "", None
    return "", None


def _is_hidden(shape: Shape) -> bool:
    return any(
        about.get("hidden") in ("1", "true")
        for part in shape._element.iterchildren()
        for about in part.iterchildren()
        if str(about.tag).endswith("}cNvPr")
    )


def _own_title(package: Any) -> str | None:
    try:
        return " ".join(package.core_properties.title.split()) or None
    except MemoryError:
        raise
    except Exception:
        return None


def _slides(numbers: Collection[int]) -> str:
    return f"{'slide' if len(numbers) == 1 else 'slides'} {listed(sorted(numbers))}"


PPTX = PptxReader()
