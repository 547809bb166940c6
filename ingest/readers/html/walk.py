"""A tree of HTML, walked into a `Builder`: what a person would see, in reading order.

The walk is a loop over the parser's events, so that no depth of nesting can exhaust the stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.grid import Grid
from pincite.ingest.readers.numerals import numeral

Element = Any  # lxml has no types of its own

_UNSEEN = frozenset(
    {
        *("annotation", "annotation-xml", "area", "audio", "button", "canvas", "datalist"),
        *("embed", "head", "iframe", "link", "map", "meta", "nav", "noscript", "object", "rp"),
        *("rt", "script", "select", "source", "style", "svg", "template", "textarea", "title"),
        *("track", "video"),
    }
)
_UNSEEN_CLASSES = frozenset({"headerlink", "mw-editsection"})  # "¶" and "[edit]" at headings
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"),
        *("html", "legend", "li", "main", "menu", "ol", "optgroup", "option", "p", "pre"),
        *("search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
        *("ul",),
    }
)
_LISTS = frozenset({"ol", "ul", "menu", "dir", "dl"})
_ITEMS = frozenset({"li", "dt", "dd"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}

_DEEPEST = 8  # lists in lists that are still set in further
_LONGEST_HEADING = 300  # characters; beyond, somebody forgot to close it
_LONGEST_CELL = 1500  # characters; beyond, the table only arranges the page


def walk(root: Element, built: Builder) -> None:
    """Add to ``built`` what is visible under ``root``."""
    walker = _Walker(built)
    arranging = _arranging_tables(root)
    events = etree.iterwalk(root, events=("start", "end"))
    taken = False  # whole, at its start
    for event, element in events:
        if event == "start":
            taken = not _seen(element) or walker.whole(element, element in arranging)
            if taken:
                events.skip_subtree()
            else:
                walker.start(element)
        else:
            if not taken:
                walker.end(element)
            taken = False
            if element is not root:
                walker.text(element.tail)
    walker.flush()


def words(element: Element) -> str:
    """What is visible in ``element``, on one line."""
    parts: list[str] = []
    events = etree.iterwalk(element, events=("start", "end"))
    unseen = False
    for event, inner in events:
        if event == "start":
            unseen = not _seen(inner)
            if unseen:
                events.skip_subtree()
            else:
                parts.append(" " if inner.tag in _BLOCKS or inner.tag == "br" else "")
                parts.append(_box(inner) if inner.tag == "input" else inner.text or "")
        else:
            parts.append(" " if not unseen and inner.tag in _BLOCKS else "")
            unseen = False
            if inner is not element:
                parts.append(inner.tail or "")
    return " ".join("".join(parts).replace("\u00ad", "").split())


@dataclass(slots=True)
class _Block:
    """A heading (of ``level``) or an item that is open; its first text is what it says."""

    level: int = 0
    mark: str = "-"
    depth: int = 0
    used: bool = False


@dataclass(slots=True)
class _List:
    style: str = ""  # "1", "a", "A", "i" or "I" if its items are numbered
    number: int = 0
    step: int = 1


class _Walker:
    def __init__(self, built: Builder) -> None:
        self._built = built
        self._text: list[str] = []
        self._blocks: list[_Block] = []
        self._lists: list[_List] = []
        self._breaks = 0  # line breaks since the last word

    def text(self, text: str | None) -> None:
        if text:
            self._text.append(text.replace("\u00ad", ""))
            if not text.isspace():
                self._breaks = 0

    def whole(self, element: Element, arranging: bool) -> bool:
        """Take what is better seen as a whole; say whether it was taken."""
        if element.tag == "pre":
            self.flush()
            self._built.code(_verbatim(element))
            return True
        if element.tag != "table" or arranging:
            return False
        grid = _grid(element)
        if grid.columns < 2 or grid.longest > _LONGEST_CELL:
            return False
        self.flush()
        for caption in islice(element.iter("caption"), 1):
            self._built.paragraph(words(caption))
        grid.into(self._built)
        return True

    def start(self, element: Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
        if tag in _LISTS:
            self._lists.append(_opened(element))
        elif tag in _ITEMS:
            self._blocks.append(self._item(element))
        elif tag in _HEADINGS:
            self._blocks.append(_Block(_HEADINGS[tag]))
        elif tag == "br":
            self._text.append(" ")
            self._breaks += 1
            if self._breaks > 1:  # two of them set paragraphs apart
                self.flush()
        elif tag == "input":
            self.text(_box(element))
        self.text(element.text)

    def end(self, element: Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif (tag in _ITEMS or tag in _HEADINGS) and self._blocks:
            self._blocks.pop()

    def flush(self) -> None:
        """What was collected becomes a block."""
        text = "".join(self._text)
        self._text.clear()
        self._breaks = 0
        if not text.strip():
            return
        block = self._blocks[-1] if self._blocks else _Block(used=True)
        if block.used or (block.level and len(text) > _LONGEST_HEADING):
            self._built.paragraph(text)
        elif block.level:
            self._built.heading(block.level, text)
        else:
            self._built.item(text, block.mark, block.depth)
        block.used = True

    def _item(self, element: Element) -> _Block:
        depth = min(max(len(self._lists) - 1, 0), _DEEPEST)
        if element.tag != "li":
            return _Block(depth=depth + (element.tag == "dd"))
        current = self._lists[-1] if self._lists else _List()
        if not current.style:
            return _Block(depth=depth)
        current.number = _whole_number(element.get("value"), current.number)
        mark = f"{numeral(current.number, current.style)}."
        current.number += current.step
        return _Block(mark=mark, depth=depth)


def _seen(element: Element) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in _UNSEEN:
        return False
    attributes = element.attrib
    if not attributes or tag in ("html", "body"):  # these a script hides until all is loaded
        return True
    if "hidden" in attributes or _UNSEEN_STYLE.search(attributes.get("style", "").lower()):
        return False
    if attributes.get("aria-hidden") == "true" and tag not in _BLOCKS:
        return False
    return _UNSEEN_CLASSES.isdisjoint(attributes.get("class", "").split())


def _arranging_tables(root: Element) -> set[Element]:
    """The tables that arrange a page: they have headings or tables in them."""
    found = {table for table in root.iter("table") if table.get("role") in ("presentation", "none")}
    for inner in root.iter("table", *_HEADINGS):
        found.update(islice(inner.iterancestors("table"), 1))
    return found


def _grid(table: Element) -> Grid:
    grid = Grid()
    for row in table.iter("tr"):
        if not _seen(row):
            continue
        cells = [cell for cell in row.iter("td", "th") if _seen(cell)]
        head = row.getparent().tag == "thead" or all(cell.tag == "th" for cell in cells)
        grid.row(
            [
                (
                    words(cell),
                    _whole_number(cell.get("colspan"), 1),
                    _whole_number(cell.get("rowspan"), 1),
                )
                for cell in cells
            ],
            header=head,
        )
    return grid


def _opened(element: Element) -> _List:
    if element.tag != "ol":
        return _List()
    style = element.get("type", "1")
    step = -1 if "reversed" in element.attrib else 1
    first = 1 if step > 0 else sum(child.tag == "li" for child in element)
    return _List(
        style if style in ("a", "A", "i", "I") else "1",
        _whole_number(element.get("start"), first),
        step,
    )


def _whole_number(written: str | None, otherwise: int) -> int:
    return int(written) if written and re.fullmatch(r"\s*-?[0-9]{1,6}\s*", written) else otherwise


def _verbatim(element: Element) -> str:
    parts = [element.text or ""]
    for inner in element.iterdescendants():
        parts.append("\n" if inner.tag == "br" else inner.text or "")
        parts.append(inner.tail or "")
    return "".join(parts)


def _box(element: Element) -> str:
    """A box that is ticked or not says something; other fields are for typing in."""
    if element.get("type", "").lower() not in ("checkbox", "radio"):
        return ""
    return "☒ " if "checked" in element.attrib else "☐ "
