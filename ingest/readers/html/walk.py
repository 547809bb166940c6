"""A tree of HTML, walked into a `Builder`: what a person would see, in reading order.

The walk is a loop over the parser's events, so that no depth of nesting can exhaust the stack.
What is in the page and cannot be seen becomes regions of their own, after the block it stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.html.elements import BLOCKS, HEADINGS, field, shows, words
from pincite.ingest.readers.html.tables import Table, arranging_tables, whole_number
from pincite.ingest.readers.html.visibility import Visibility
from pincite.ingest.readers.numerals import numeral
from pincite.ingest.readers.warnings import be, counted

Element = Any  # lxml has no types of its own
Citing = Callable[[Element], Literal["", "element", "rest"]]
"""Whether an element holds what is cited from another mail, or all that comes after it does."""

_LISTS = frozenset({"ol", "ul", "menu", "dir", "dl"})
_ITEMS = frozenset({"li", "dt", "dd"})
_LINE = "\u2028"  # a line break that is meant; the line ends of the source mean nothing

_DEEPEST = 8  # lists in lists that are still set in further
_LONGEST_HEADING = 300  # characters; beyond, somebody forgot to close it


def walk(
    root: Element,
    built: Builder,
    visibility: Visibility | None = None,
    citing: Citing | None = None,
) -> None:
    """Add to ``built`` what is under ``root``; what cannot be seen or is cited, in regions."""
    with ExitStack() as regions:
        walker = _Walker(built, visibility or Visibility(root), citing, regions)
        arranging = arranging_tables(root)
        menus = _menus(root)
        events = etree.iterwalk(root, events=("start", "end"))
        whole = False  # an element that was added at its start, with all in it
        for event, element in events:
            if event == "start":
                whole = (
                    not shows(element)
                    or element in menus
                    or walker.add_whole(element, element in arranging)
                )
                if whole:
                    events.skip_subtree()
                else:
                    walker.start(element)
            else:
                if not whole:
                    walker.end(element)
                whole = False
                if element is not root:
                    walker.text(element.tail, element.getparent())
        walker.flush()


def unseen_warning(reading: Reading) -> tuple[str, ...]:
    """How much of a reading is in the file and cannot be seen, as a warning."""
    runs = [region.span for region in reading.regions if region.kind == "hidden"]
    count = sum(len(reading.text[span.start : span.end].split()) for span in runs)
    if not count:
        return ()
    return (
        f"{counted(count, 'word')} of it cannot be seen (switched off, off the page, too small, or "
        f"in the colour behind), and {be(count)} marked as hidden",
    )


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
    def __init__(
        self, built: Builder, visibility: Visibility, citing: Citing | None, regions: ExitStack
    ) -> None:
        self._built = built
        self._visibility = visibility
        self._citing = citing
        self._regions = regions  # of what is cited, to the end
        self._cited: Element = None  # the element that is cited with all in it
        self._cited_region = ExitStack()
        self._cites_rest = False
        self._text: list[str] = []
        self._unseen: list[str] = []
        self._blocks: list[_Block] = []
        self._lists: list[_List] = []
        self._breaks = 0  # line breaks since the last word

    def text(self, text: str | None, of: Element) -> None:
        if not text:
            return
        if of in self._visibility.blended:
            self._unseen.append(text)
            return
        self._text.append(text.replace("\u00ad", ""))
        if not text.isspace():
            self._breaks = 0

    def add_whole(self, element: Element, arranging: bool) -> bool:
        """Add what is better seen as a whole; say whether it was added."""
        if element in self._visibility.hidden:
            self._unseen.append(f" {words(element)} ")
            return True
        if (shown := field(element)) is not None:
            drawing = element.tag == "svg" and shown
            if drawing:
                self.flush()
            self.text(shown, element)
            if drawing:
                self.flush()
            return True
        if element.tag == "pre":
            self.flush()
            self._built.code(_verbatim(element))
            return True
        if element.tag != "table" or arranging:
            return False
        table = Table(element, self._visibility)
        if not table.holds_data:
            return False
        self.flush()
        for title in table.titles:
            self._built.paragraph(title)
        table.grid.into(self._built)
        self._unseen += [f" {text} " for text in table.unseen]
        self.flush()
        return True

    def start(self, element: Element) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self.flush()
        if self._citing is not None and self._cited is None and not self._cites_rest:
            self._cite(element, self._citing(element))
        if tag in _LISTS:
            self._lists.append(_opened(element))
        elif tag in _ITEMS:
            self._blocks.append(self._item(element))
        elif tag in HEADINGS:
            self._blocks.append(_Block(HEADINGS[tag]))
        elif tag == "br":
            self._text.append(_LINE)
            self._breaks += 1
            if self._breaks > 1:  # two of them set paragraphs apart
                self.flush()
        elif tag == "rt":
            self._text.append("(")
        self.text(element.text, element)

    def end(self, element: Element) -> None:
        tag = element.tag
        if tag == "rt":
            self._text.append(")")
        if tag in BLOCKS or element is self._cited:
            self.flush()
        if element is self._cited:
            self._cited = None
            self._cited_region.close()
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif (tag in _ITEMS or tag in HEADINGS) and self._blocks:
            self._blocks.pop()

    def flush(self) -> None:
        """What was collected becomes a block, and what cannot be seen another."""
        text = "".join(self._text)
        self._text.clear()
        self._breaks = 0
        if text.strip():
            self._add(text)
        if self._unseen:
            unseen = "".join(self._unseen)
            self._unseen.clear()
            with self._built.region("hidden"):
                self._built.paragraph(unseen)

    def _add(self, text: str) -> None:
        block = self._blocks[-1] if self._blocks else _Block(used=True)
        if block.used or (block.level and len(text) > _LONGEST_HEADING):
            lines = [" ".join(line.split()) for line in text.split(_LINE)]
            self._built.lines("\n".join(filter(None, lines)))
        elif block.level:
            self._built.heading(block.level, text)
        else:
            self._built.item(text, block.mark, block.depth)
        block.used = True

    def _cite(self, element: Element, how: Literal["", "element", "rest"]) -> None:
        if how == "element":
            self.flush()
            self._cited = element
            self._cited_region.enter_context(self._built.region("quoted"))
        elif how == "rest":
            self.flush()
            self._cites_rest = True
            self._regions.enter_context(self._built.region("quoted"))

    def _item(self, element: Element) -> _Block:
        depth = min(max(len(self._lists) - 1, 0), _DEEPEST)
        if element.tag != "li":
            return _Block(depth=depth + (element.tag == "dd"))
        current = self._lists[-1] if self._lists else _List()
        if not current.style:
            return _Block(depth=depth)
        current.number = whole_number(element.get("value"), current.number)
        mark = f"{numeral(current.number, current.style)}."
        current.number += current.step
        return _Block(mark=mark, depth=depth)


def _menus(root: Element) -> set[Element]:
    """The ``nav`` elements that lead around: links for the most part, and not most of the page."""
    if next(root.iter("nav"), None) is None:
        return set()
    rest = sum(len(text) for text in root.itertext() if not text.isspace())
    sizes: dict[Element, tuple[int, int]] = {}
    events = etree.iterwalk(root, events=("start",), tag="nav")
    for _, nav in events:
        size = _length(nav)
        sizes[nav] = (size, sum(map(_length, nav.iter("a", "button"))))
        rest -= size
        events.skip_subtree()
    return {nav for nav, (size, linked) in sizes.items() if 2 * linked >= size and rest >= size}


def _length(element: Element) -> int:
    return sum(len(text.strip()) for text in element.itertext())


def _opened(element: Element) -> _List:
    if element.tag != "ol":
        return _List()
    style = element.get("type", "1")
    step = -1 if "reversed" in element.attrib else 1
    first = 1 if step > 0 else sum(child.tag == "li" for child in element)
    return _List(
        style if style in ("a", "A", "i", "I") else "1",
        whole_number(element.get("start"), first),
        step,
    )


def _verbatim(element: Element) -> str:
    parts = [element.text or ""]
    for inner in element.iterdescendants():
        parts.append("\n" if inner.tag == "br" else inner.text or "")
        parts.append(inner.tail or "")
    return "".join(parts)
