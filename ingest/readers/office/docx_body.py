"""The body of a Word file, walked into a `Builder` as it would be printed.

Deleted text and field codes are left out. Text boxes, charts, hidden words and comments follow the
paragraph, list or table that they are anchored to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.grid import Grid
from pincite.ingest.readers.office.docx_numbering import Numbering, W, on
from pincite.ingest.readers.office.docx_runs import AROUND, Line, Runs, local
from pincite.ingest.readers.office.drawings import add_chart, add_diagram

Element = Any

_LONGEST_CELL = 1500  # characters; beyond, the table only arranges the page
_SAID_AGAIN = 200  # characters up to which a cell over several rows is said in each
_DEEPEST = 8  # lists in lists that are still set in further


class Body:
    """Adds parts of a document to ``built``.

    Args:
        built: takes them.
        numbering: the document's lists and styles.
        runs: reads the paragraphs.
        part: the root of the part that a reference's id leads to, or None.
        comments: what each comment says, by its id; those that were added are taken out.
    """

    def __init__(
        self,
        built: Builder,
        numbering: Numbering,
        runs: Runs,
        part: Callable[[str], Element] = lambda _: None,
        comments: dict[str, str] | None = None,
    ) -> None:
        self._built = built
        self._numbering = numbering
        self._runs = runs
        self._part = part
        self._comments = comments or {}
        self._carried: list[str] = []  # paragraphs whose end was deleted go on in the next
        self._aside = Line()  # what is to follow the block
        self._pictures: set[str] = set()  # their descriptions; a logo may stand on each page
        self.title: str | None = None  # the first paragraph in the style of titles
        self.has_headings = False
        self.hidden = 0  # blocks of hidden text

    def add(self, container: Element) -> None:
        """The paragraphs and tables in ``container``."""
        self._walk(container)
        self._built.paragraph("".join(self._carried))
        self._carried.clear()
        self._add_aside()

    def text(self, container: Element) -> str:
        """The text of ``container`` on one line, with the numbers of lists."""
        parts = []
        for block in blocks(container):
            if block.tag == f"{W}p":
                listed = self._numbering.mark(block, _style(block))
                line = self._runs.line(block)
                self._aside.take(line)
                parts += [listed[0] if listed and listed[0] != "-" else "", line.text]
                parts += [self.text(box) for box in line.boxes]
            else:
                parts += [self.text(cell) for row in rows(block) for cell in inside(row, "tc")]
        return " ".join(" ".join(parts).split())

    def _walk(self, container: Element) -> None:
        for block in blocks(container):
            if block.tag == f"{W}p":
                self._paragraph(block)
            elif _arranges(block, self._numbering):
                for row in rows(block):
                    for cell in inside(row, "tc"):
                        self._walk(cell)
            else:
                self._table(block)

    def _paragraph(self, paragraph: Element) -> None:
        line = self._runs.line(paragraph)
        self._carried.append(line.text)
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._aside.take(line)
        else:
            words = "".join(self._carried)
            self._carried.clear()
            is_item = self._add(paragraph, words)
            self._aside.take(line)
            if not is_item:  # what hangs on an item follows the list, which it would tear apart
                self._add_aside()
        for box in line.boxes:
            self._walk(box)

    def _add_aside(self) -> None:
        """What hangs on the paragraphs since the last call."""
        aside, self._aside = self._aside, Line()
        for kind, add, ids in (
            ("chart", add_chart, aside.charts),
            ("diagram", add_diagram, aside.diagrams),
        ):
            for part in map(self._part, ids):
                self._runs.unread[kind] += part is None or not add(self._built, part)
        if hidden := " ".join("".join(aside.hidden).split()):
            self.hidden += 1
            with self._built.region("hidden"):
                self._built.paragraph(hidden)
        pictures = [words for words in aside.beside if words not in self._pictures]
        self._pictures.update(pictures)
        notes = [f"Image: {words}" for words in pictures]
        notes += [self._comments.pop(one, "") for one in aside.comments]
        if any(notes):
            with self._built.region("note"):
                for note in notes:
                    self._built.paragraph(note)

    def _add(self, paragraph: Element, words: str) -> bool:
        """Add a paragraph, and say whether it is an item of a list."""
        style = _style(paragraph)
        mark, depth = self._numbering.mark(paragraph, style) or ("", 0)
        if not words.strip():
            return False
        if level := self._numbering.heading(paragraph, style):
            self._add_aside()
            self.has_headings = True
            self._built.heading(level, f"{mark} {words}" if mark and mark != "-" else words)
            if self.title is None and self._numbering.titles(style):
                self.title = " ".join(words.split())
        elif mark:
            self._built.item(words, mark, min(depth, _DEEPEST))
            return True
        else:
            self._add_aside()
            self._built.paragraph(words)
        return False

    def _table(self, table: Element) -> None:
        self._add_aside()
        grid = Grid()
        above: dict[int, str] = {}
        listed = list(rows(table))
        heads = _heads(listed, styled=self._numbering.heads(table))
        for position, row in enumerate(listed):
            column = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
            cells: list[tuple[str, int, int]] = [("", column, 1)] if column else []
            for cell in inside(row, "tc"):
                across, goes_on = _spans(cell)
                words = self.text(cell)
                if goes_on and not words:
                    words = above.get(column, "")
                above[column] = words if len(words) <= _SAID_AGAIN else ""
                cells.append((words, across, 1))
                column += across
            grid.row(cells, header=position < heads)
        grid.into(self._built)
        self._add_aside()


def blocks(container: Element) -> Iterator[Element]:
    """The paragraphs and tables directly in ``container``."""
    for child in container:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif local(child) == "AlternateContent":
            ways = (list(blocks(way)) for way in child)
            yield from next(filter(None, ways), [])
        elif local(child) in AROUND:
            yield from blocks(child)


def inside(node: Element, tag: str) -> Iterator[Element]:
    """The rows of a table, or the cells of a row, be there content controls around them."""
    for child in node:
        if child.tag == f"{W}{tag}":
            yield child
        elif local(child) in AROUND:
            yield from inside(child, tag)


def rows(table: Element) -> Iterator[Element]:
    """The rows of a table but those that were deleted."""
    return (row for row in inside(table, "tr") if row.find(f"{W}trPr/{W}del") is None)


def _heads(rows: list[Element], *, styled: bool) -> int:
    """How many rows at the top name the columns: those marked so, or one that is set off."""
    marked = 0
    while marked < len(rows) and on(rows[marked].find(f"{W}trPr/{W}tblHeader")):
        marked += 1
    if marked or styled or len(rows) < 2:
        return marked or int(styled and len(rows) > 1)
    runs = [run for run in rows[0].iter(f"{W}r") if run.find(f"{W}t") is not None]
    return int(bool(runs) and all(on(run.find(f"{W}rPr/{W}b")) for run in runs))


def _arranges(table: Element, numbering: Numbering) -> bool:
    """Whether a table only arranges the page: of one column, or with headings or tables in it."""
    if next(table.iterdescendants(f"{W}tbl"), None) is not None:
        return True
    if all(len(list(islice(inside(row, "tc"), 2))) < 2 for row in rows(table)):
        return True
    return any(
        numbering.heading(paragraph, _style(paragraph)) for paragraph in table.iter(f"{W}p")
    ) or any(
        sum(len(text.text or "") for text in cell.iter(f"{W}t")) > _LONGEST_CELL
        for cell in table.iter(f"{W}tc")
    )


def _spans(cell: Element) -> tuple[int, bool]:
    """How many columns a cell spans, and whether it goes on from the row above."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue"
    return max(1, _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1)), goes_on


def _number(node: Element | None, otherwise: int) -> int:
    digits = "" if node is None else node.get(f"{W}val", "")
    return int(digits) if re.fullmatch(r"[0-9]{1,3}", digits) else otherwise


def _style(paragraph: Element) -> str | None:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return None if style is None else style.get(f"{W}val")
