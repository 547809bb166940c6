"""The body of a Word file, walked into a `Builder` as it would be printed.

Deleted and hidden text, comments, pictures and field codes are left out; text boxes follow the
paragraph that they are anchored to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.grid import Grid
from pincite.ingest.readers.numerals import raised
from pincite.ingest.readers.office.docx_numbering import Numbering, W
from pincite.ingest.readers.office.equations import equation

Element = Any

_AROUND = frozenset(  # elements that only stand around others
    {
        *("customXml", "hyperlink", "ins", "moveTo", "sdt", "sdtContent", "smartTag", "fldSimple"),
        *("dir", "bdo", "ruby", "rubyBase", "AlternateContent", "Choice", "Fallback"),
    }
)
_DRAWN = frozenset({"drawing", "pict", "object"})
_SIGNS = {  # of Word's picture fonts, what lists and forms use
    **{"F0A8": "☐", "F06F": "☐", "F0FE": "☒", "F0FD": "☒", "F052": "☑", "F0FC": "✓"},
    **{"F0E0": "→", "F0B7": "•"},
}
_WRITTEN = {"tab": " ", "ptab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}
_LONGEST_CELL = 1500  # characters; beyond, the table only arranges the page
_SAID_AGAIN = 200  # characters up to which a cell over several rows is said in each
_DEEPEST = 8  # lists in lists that are still set in further


class Body:
    """Adds parts of a document to ``built``; ``notes`` are the notes referred to, in order."""

    def __init__(self, built: Builder, numbering: Numbering) -> None:
        self._built = built
        self._numbering = numbering
        self._carried = ""  # a paragraph whose end was deleted goes on in the next
        self.notes: list[tuple[str, str]] = []  # "footnote" or "endnote", and its identity
        self.title: str | None = None  # the first paragraph in the style of titles

    def add(self, container: Element) -> None:
        """The paragraphs and tables in ``container``."""
        self._walk(container)
        self._built.paragraph(self._carried)
        self._carried = ""

    def text(self, container: Element) -> str:
        """The text of ``container`` on one line, with the numbers of lists."""
        parts = []
        for block in _blocks(container):
            if block.tag == f"{W}p":
                listed = self._numbering.mark(block, _style(block))
                words, boxes = self._words(block)
                parts += [listed[0] if listed and listed[0] != "-" else "", words]
                parts += [self.text(box) for box in boxes]
            else:
                parts += [self.text(cell) for row in _rows(block) for cell in _inside(row, "tc")]
        return " ".join(" ".join(parts).split())

    def _walk(self, container: Element) -> None:
        for block in _blocks(container):
            if block.tag == f"{W}p":
                self._paragraph(block)
            elif _arranges(block, self._numbering):
                for row in _rows(block):
                    for cell in _inside(row, "tc"):
                        self._walk(cell)
            else:
                self._table(block)

    def _paragraph(self, paragraph: Element) -> None:
        words, boxes = self._words(paragraph)
        words = self._carried + words
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._carried = words
        else:
            self._carried = ""
            self._add(paragraph, words)
        for box in boxes:
            self._walk(box)

    def _add(self, paragraph: Element, words: str) -> None:
        style = _style(paragraph)
        mark, depth = self._numbering.mark(paragraph, style) or ("", 0)
        if not words.strip():
            return
        if level := self._numbering.heading(paragraph, style):
            self._built.heading(level, f"{mark} {words}" if mark and mark != "-" else words)
            if self.title is None and self._numbering.titles(style):
                self.title = " ".join(words.split())
        elif mark:
            self._built.item(words, mark, min(depth, _DEEPEST))
        else:
            self._built.paragraph(words)

    def _table(self, table: Element) -> None:
        grid = Grid()
        above: dict[int, str] = {}
        rows = list(_rows(table))
        heads = _heads(rows, styled=self._numbering.heads(table))
        for position, row in enumerate(rows):
            column = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
            cells: list[tuple[str, int, int]] = [("", column, 1)] if column else []
            for cell in _inside(row, "tc"):
                across, goes_on = _spans(cell)
                words = self.text(cell)
                if goes_on and not words:
                    words = above.get(column, "")
                above[column] = words if len(words) <= _SAID_AGAIN else ""
                cells.append((words, across, 1))
                column += across
            grid.row(cells, header=position < heads)
        grid.into(self._built)

    def _words(self, node: Element) -> tuple[str, list[Element]]:
        """The text of a paragraph, and the text boxes that are anchored in it."""
        parts: list[str] = []
        boxes: list[Element] = []
        self._gather(node, parts, boxes)
        return "".join(parts), boxes

    def _gather(self, node: Element, parts: list[str], boxes: list[Element]) -> None:
        for child in node:
            tag = _local(child)
            if tag == "r":
                self._run(child, parts, boxes)
            elif tag == "t":
                parts.append(child.text or "")
            elif tag in _WRITTEN:
                parts.append(_WRITTEN[tag])
            elif tag == "AlternateContent":
                self._one_of(child, parts, boxes)
            elif tag in _AROUND:
                self._gather(child, parts, boxes)
            elif tag in _DRAWN:
                boxes += _boxes(child)
            elif tag == "sym":
                parts.append(_sign(child.get(f"{W}char", "")))
            elif tag in ("oMath", "oMathPara"):
                parts.append(f" {equation(child)} ")
            elif tag in ("footnoteReference", "endnoteReference"):
                self.notes.append((tag.removesuffix("Reference"), child.get(f"{W}id", "")))
                parts.append(f"[{len(self.notes)}]")

    def _run(self, run: Element, parts: list[str], boxes: list[Element]) -> None:
        properties = run.find(f"{W}rPr")
        if properties is None:
            self._gather(run, parts, boxes)
        elif not _on(properties.find(f"{W}vanish")):
            words, found = self._words(run)
            align = properties.find(f"{W}vertAlign")
            above = align is not None and align.get(f"{W}val") == "superscript"
            parts.append(raised(words) if above else words)
            boxes += found

    def _one_of(self, choices: Element, parts: list[str], boxes: list[Element]) -> None:
        """The same thing in several ways: the first of which we make something."""
        for choice in choices:
            words, found = self._words(choice)
            if words or found:
                parts.append(words)
                boxes += found
                return


def _blocks(container: Element) -> Iterator[Element]:
    """The paragraphs and tables directly in ``container``."""
    for child in container:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif _local(child) == "AlternateContent":
            ways = (list(_blocks(way)) for way in child)
            yield from next(filter(None, ways), [])
        elif _local(child) in _AROUND:
            yield from _blocks(child)


def _inside(node: Element, tag: str) -> Iterator[Element]:
    """The rows of a table, or the cells of a row, be there content controls around them."""
    for child in node:
        if child.tag == f"{W}{tag}":
            yield child
        elif _local(child) in _AROUND:
            yield from _inside(child, tag)


def _rows(table: Element) -> Iterator[Element]:
    return (row for row in _inside(table, "tr") if row.find(f"{W}trPr/{W}del") is None)


def _heads(rows: list[Element], *, styled: bool) -> int:
    """How many rows at the top name the columns: those marked so, or one that is set off."""
    marked = 0
    while marked < len(rows) and _on(rows[marked].find(f"{W}trPr/{W}tblHeader")):
        marked += 1
    if marked or styled or len(rows) < 2:
        return marked or int(styled and len(rows) > 1)
    runs = [run for run in rows[0].iter(f"{W}r") if run.find(f"{W}t") is not None]
    return int(bool(runs) and all(_on(run.find(f"{W}rPr/{W}b")) for run in runs))


def _arranges(table: Element, numbering: Numbering) -> bool:
    """Whether a table only arranges the page: of one column, or with headings or tables in it."""
    if next(table.iterdescendants(f"{W}tbl"), None) is not None:
        return True
    if all(len(list(islice(_inside(row, "tc"), 2))) < 2 for row in _rows(table)):
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
    written = "" if node is None else node.get(f"{W}val", "")
    return int(written) if re.fullmatch(r"[0-9]{1,3}", written) else otherwise


def _boxes(drawn: Element) -> Iterator[Element]:
    """The text boxes of a drawing; those inside another come with it."""
    for child in drawn:
        if child.tag == f"{W}txbxContent":
            yield child
        else:
            yield from _boxes(child)


def _sign(code: str) -> str:
    if code.upper() in _SIGNS:
        return _SIGNS[code.upper()]
    number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else 0
    # What lies in the private area has a meaning in its font only.
    return chr(number) if 0x20 <= number < 0xD800 else ""


def _style(paragraph: Element) -> str | None:
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return None if found is None else found.get(f"{W}val")


def _on(switch: Element | None) -> bool:
    return switch is not None and switch.get(f"{W}val") not in ("0", "false", "off", "none")


def _local(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]
