"""The body of an OpenDocument file, walked into a `Builder`.

The XML is walked in a loop over the parser's events, so that no depth can exhaust the stack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lxml import etree

from pincite.corpus.types import RegionKind
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.odf_line import (
    UNSEEN,
    Line,
    citation,
    comment,
    is_hidden,
    line_of,
)
from pincite.ingest.readers.office.odf_lists import Lists
from pincite.ingest.readers.office.odf_objects import MATH, content, description, equation
from pincite.ingest.readers.office.odf_slides import MARGINS, lines, slide_title
from pincite.ingest.readers.office.odf_styles import (
    DRAW,
    OFFICE,
    PRESENTATION,
    TABLE,
    TEXT,
    Element,
    Styles,
    number,
)
from pincite.ingest.readers.office.odf_tables import arranges, cells, rows, shown_rows, text_table
from pincite.ingest.readers.sheet import add_tables

_OBJECTS = 5  # objects in objects


class Walker:
    """Takes the elements of a document in order.

    Args:
        built: takes what they say.
        styles: the document's.
        embedded: the content of an object, by its path, or None.
        most: characters taken from the tables of a file, which can say that a cell is repeated.
    """

    def __init__(
        self,
        built: Builder,
        styles: Styles,
        embedded: Callable[[str], Element | None],
        most: int,
    ) -> None:
        self._built = built
        self._styles = styles
        self._embedded = embedded
        self.left = most
        self.has_headings = False
        self.hidden: Counter[str] = Counter()
        self.unread: Counter[str] = Counter()
        self._lists = Lists(styles)
        self._pages = 0
        self._objects = 0  # that we are inside of
        self._open: set[str] = set()  # kinds of regions that have begun
        self._once: set[str] = set()  # what each slide says, and descriptions of pictures
        self._declared: dict[str, str] = {}  # heads and feet of slides, by their names

    def walk(self, root: Element) -> None:
        """Add what ``root`` says."""
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            if event == "start":
                if self._whole(element):
                    events.skip_subtree()
                else:
                    self._start(element)
            elif element.tag == f"{TEXT}list" and self._lists.end():
                self._built.end_table()

    def _whole(self, element: Element) -> bool:
        """Whether the element was taken, or left out, as a whole."""
        tag = element.tag
        if not isinstance(tag, str) or tag in UNSEEN or self.left < 0:
            return True
        if tag == f"{TEXT}h":
            self._heading(element)
        elif tag == f"{TEXT}p":
            self._paragraph(element)
        elif tag == f"{TEXT}section" and self._is_unseen(element):
            self._hide(element, "passage of text")
        elif tag == f"{TABLE}table":
            self._table(element)
        elif tag == f"{DRAW}page":
            self._slide(element)
        elif tag == f"{PRESENTATION}notes":
            with self._region("note"):
                self._inside(element)
        elif tag == f"{OFFICE}annotation":
            self._aside(Line(comments=[comment(element, self._styles)]))
        elif tag.startswith(PRESENTATION) and tag.endswith("-decl"):
            name = tag.rpartition("}")[2] + element.get(f"{PRESENTATION}name", "")
            self._declared[name] = " ".join("".join(element.itertext()).split())
        elif tag.startswith(DRAW) and tag != f"{DRAW}a":
            self._drawn(element)
        elif tag == MATH:
            self._built.paragraph(equation(element))
        else:
            return False
        return True

    def _start(self, element: Element) -> None:
        if element.tag == f"{TEXT}list":
            self._lists.begin(element)
        elif element.tag in (f"{TEXT}list-item", f"{TEXT}list-header"):
            self._lists.item(element)

    def _heading(self, element: Element) -> None:
        line = line_of(element, self._styles)
        if line.text:
            level = max(1, number(element, f"{TEXT}outline-level", 1))
            self.has_headings = True
            self._built.heading(level, f"{self._lists.heading_mark(element, level)} {line.text}")
        self._aside(line)

    def _paragraph(self, element: Element) -> None:
        line = line_of(element, self._styles)
        style = element.get(f"{TEXT}style-name")
        if is_hidden(element, self._styles):
            line.hidden, line.text = [line.text, *line.hidden], ""
        self.left -= len(line.text)
        if line.text and (mark := self._lists.mark()):
            self._built.item(line.text, mark, self._lists.depth)
        elif line.text and not self._lists and self._styles.is_title(style):
            self._built.heading(1, line.text)
            self.has_headings = True
        else:
            self._built.paragraph(line.text)
        self._aside(line)

    def _aside(self, line: Line) -> None:
        """What hangs on a line stands after it."""
        for note in line.notes:
            for body in note.iter(f"{TEXT}note-body"):
                inner = line_of(body, self._styles)
                self._built.paragraph(f"[{citation(note)}] {inner.text}")
                self._aside(inner)
        if words := " ".join(filter(None, line.hidden)):
            self.hidden["passage of text"] += "hidden" not in self._open
            with self._region("hidden"):
                self._built.paragraph(words)
        if any(line.comments):
            with self._region("note"):
                for words in line.comments:
                    self._built.paragraph(words)
        for box in line.boxes:
            self._drawn(box)

    @contextmanager
    def _region(self, kind: RegionKind) -> Iterator[None]:
        if kind in self._open:
            yield
            return
        self._open.add(kind)
        with self._built.region(kind):
            yield
        self._open.discard(kind)

    def _is_unseen(self, element: Element) -> bool:
        return "hidden" not in self._open and is_hidden(element, self._styles)

    def _hide(self, element: Element, kind: str) -> None:
        self.hidden[kind] += 1
        with self._region("hidden"):
            self._inside(element)

    def _inside(self, element: Element) -> None:
        for child in element:
            self.walk(child)

    def _slide(self, page: Element) -> None:
        self._pages += 1
        self._built.page(self._pages)
        if self._styles.hides_page(page.get(f"{DRAW}style-name")):
            self.hidden["slide"] += 1
            with self._region("hidden"):
                self._on_slide(page)
        else:
            self._on_slide(page)

    def _on_slide(self, page: Element) -> None:
        shape, title = slide_title(page, self._styles)
        self._built.heading(1, title or f"Slide {self._pages}")
        self.has_headings = True
        for child in page:
            if child is not shape:
                self.walk(child)
        for margin in MARGINS:
            name = page.get(f"{PRESENTATION}use-{margin}-name")
            self._add_once(self._declared.get(f"{margin}-decl{name}", ""))

    def _drawn(self, shape: Element) -> None:
        """A frame with text, a table, an object or a picture in it; or a shape with words."""
        role = shape.get(f"{PRESENTATION}class")
        lists = self._lists.apart()
        inside = {child.tag: child for child in shape}
        holder = inside.get(f"{DRAW}text-box", inside.get(f"{TABLE}table"))
        if role in MARGINS:
            for line in lines(shape, self._styles):
                self._add_once(line)
        elif role == "page-number":
            pass
        elif shape.tag == f"{DRAW}control":
            self.unread["form field"] += 1
        elif holder is not None:
            self._table(holder) if holder.tag == f"{TABLE}table" else self._inside(holder)
        elif shape.tag != f"{DRAW}frame":
            self._inside(shape)
        elif f"{DRAW}object" in inside or f"{DRAW}object-ole" in inside:
            self._object(inside.get(f"{DRAW}object"))
        elif f"{DRAW}plugin" in inside:
            self.unread["video or sound recording"] += 1
        elif f"{DRAW}image" in inside:
            self._picture(inside)
        self._lists.back(lists)

    def _object(self, node: Element | None) -> None:
        """A chart, an equation or another document in a document."""
        root = content(node, self._embedded) if self._objects < _OBJECTS else None
        if root is None:
            self.unread["embedded object"] += 1
            return
        self._objects += 1
        self._inside(root) if root is node else self.walk(root)
        self._objects -= 1

    def _picture(self, inside: dict[str, Element]) -> None:
        words = description(inside)
        if not words:
            self.unread["picture without a description"] += 1
        elif words not in self._once:
            self._once.add(words)
            with self._region("note"):
                self._built.paragraph(f"Image: {words}")

    def _add_once(self, line: str) -> None:
        if line not in self._once:
            self._once.add(line)
            self._built.paragraph(line)

    def _table(self, table: Element) -> None:
        aside = Line()

        def words(cell: Element) -> str:
            line = line_of(cell, self._styles)
            aside.take(line)
            return line.text

        parent = table.getparent()
        if parent is not None and parent.tag == f"{OFFICE}spreadsheet":
            self._sheet(table, words)
        elif arranges(table):
            for row, _ in rows(table):
                for cell in cells(row):
                    self._inside(cell)
        else:
            text_table(table, words).into(self._built)
        self._aside(aside)

    def _sheet(self, table: Element, words: Callable[[Element], str]) -> None:
        self._pages += 1
        self._built.page(self._pages)
        self.has_headings = True
        name = table.get(f"{TABLE}name") or f"Sheet {self._pages}"
        if self._styles.hides_table(table.get(f"{TABLE}style-name")):
            self.hidden["sheet"] += 1
            with self._region("hidden"):
                self._on_sheet(name, table, words)
        else:
            self._on_sheet(name, table, words)

    def _on_sheet(self, name: str, table: Element, words: Callable[[Element], str]) -> None:
        self._built.heading(1, name)
        unseen: list[list[str]] = []
        shown = shown_rows(table, words, unseen)
        self.left = add_tables(self._built, shown, self.left)
        if unseen and self.left >= 0:
            self.hidden["row"] += len(unseen)
            with self._region("hidden"):
                self.left = add_tables(self._built, iter(unseen), self.left)
        for shapes in table.iterchildren(f"{TABLE}shapes"):
            self._inside(shapes)
