"""The lists of an OpenDocument file that are open at a place, and the marks of their items."""

from __future__ import annotations

from pincite.ingest.readers.office.odf_styles import TEXT, Element, Numbers, Styles, number

_ID = "{http://www.w3.org/XML/1998/namespace}id"
_DEEPEST = 8  # lists in lists that are still set in further


class Lists:
    """Counts the items of lists and the headings, as the file's styles have them counted."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._open: list[Numbers] = []
        self._by_name: dict[str, Numbers] = {}  # that may go on, by their style and their id
        self._outline = Numbers(styles.outline)
        self._mark = ""  # of an item that has begun, and no words of it

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def depth(self) -> int:
        """How many lists the innermost stands in."""
        return min(len(self._open) - 1, _DEEPEST)

    def begin(self, element: Element) -> None:
        """A ``text:list`` begins."""
        style = element.get(f"{TEXT}style-name", "")
        if self._open and not self._styles.levels(style):
            self._open[-1].restart(len(self._open) + 1)
            self._open.append(self._open[-1])
            return
        goes_on = element.get(f"{TEXT}continue-numbering") == "true"
        before = element.get(f"{TEXT}continue-list") or (style if goes_on else "")
        numbers = self._by_name.get(before) or Numbers(self._styles.levels(style))
        self._by_name |= {name: numbers for name in (style, element.get(_ID, "")) if name}
        self._open.append(numbers)

    def end(self) -> bool:
        """The innermost list ends; say whether it was the last one open."""
        if self._open:
            self._open.pop()
        return not self._open

    def item(self, element: Element) -> None:
        """A ``text:list-item`` begins, or a ``text:list-header``, which has no mark."""
        self._mark = ""
        if self._open and element.tag == f"{TEXT}list-item":
            self._mark = self._open[-1].next(len(self._open), _start(element)) or "-"

    def mark(self) -> str:
        """The mark of the item that has begun, for its first words only."""
        mark, self._mark = self._mark, ""
        return mark

    def heading_mark(self, element: Element, level: int) -> str:
        """The number of a heading, be it by its list or by the outline of the document."""
        mark = self.mark()
        if self._open or element.get(f"{TEXT}is-list-header") == "true":
            return mark.removeprefix("-")
        return self._outline.next(level, _start(element))

    def apart(self) -> list[Numbers]:
        """Leave the lists that are open, for a box with text of its own; `back` returns."""
        lists, self._open, self._mark = self._open, [], ""
        return lists

    def back(self, lists: list[Numbers]) -> None:
        """Return to the lists that were open before the box."""
        self._open = lists


def _start(element: Element) -> int | None:
    return number(element, f"{TEXT}start-value", 0) or None
