"""What an OpenDocument file's styles say: what is hidden, and how lists are numbered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pincite.ingest.readers.numerals import numeral

Element = Any  # lxml has no types of its own

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, DRAW, OFFICE, PRESENTATION, STYLE = (
    f"{{{_NAMESPACE}{name}:1.0}}"
    for name in ("text", "table", "drawing", "office", "presentation", "style")
)
_ANCESTORS = 20  # styles that a style may be based on, one on the other


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: how its numbers are written; without a form there are none."""

    form: str = ""  # "1", "a", "A", "i", "I"
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1  # levels whose numbers are written, this one and those above


class Styles:
    """The styles that stand in the roots of ``styles.xml`` and ``content.xml``."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._styles: dict[tuple[str, str], Element] = {}
        self._levels: dict[str, dict[int, Level]] = {}
        self.outline: dict[int, Level] = {}  # of headings
        for root in roots:
            for style in root.iter(f"{STYLE}style"):
                key = style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")
                self._styles[key] = style
            for style in root.iter(f"{TEXT}list-style"):
                self._levels[style.get(f"{STYLE}name", "")] = _levels(style)
            for style in root.iter(f"{TEXT}outline-style"):
                self.outline = _levels(style)

    def levels(self, style: str) -> dict[int, Level]:
        """The levels of a list's style, from 1."""
        return self._levels.get(style, {})

    def hides_words(self, family: str, name: str | None) -> bool:
        """Whether words in a style of a paragraph or of some ``text`` are not shown."""
        return self._property(family, name, f"{STYLE}text-properties", f"{TEXT}display") == "none"

    def hides_page(self, name: str | None) -> bool:
        """Whether a slide in this style is left out of the show."""
        properties = f"{STYLE}drawing-page-properties"
        value = self._property("drawing-page", name, properties, f"{PRESENTATION}visibility")
        return value == "hidden"

    def hides_table(self, name: str | None) -> bool:
        """Whether a sheet in this style is not shown."""
        value = self._property("table", name, f"{STYLE}table-properties", f"{TABLE}display")
        return value == "false"

    def is_title(self, name: str | None) -> bool:
        """Whether it is the style of a document's title, or one made from it."""
        return any(style.get(f"{STYLE}name") == "Title" for style in self._line("paragraph", name))

    def _property(self, family: str, name: str | None, kind: str, key: str) -> str | None:
        for style in self._line(family, name):
            for properties in style.iterchildren(kind):
                if (value := properties.get(key)) is not None:
                    return str(value)
        return None

    def _line(self, family: str, name: str | None) -> list[Element]:
        """The style and those that it is based on."""
        line: list[Element] = []
        while (family, name or "") in self._styles and len(line) < _ANCESTORS:
            line.append(self._styles[family, name or ""])
            name = line[-1].get(f"{STYLE}parent-style-name")
        return line


class Numbers:
    """Counts the items of a list, or a document's headings, by their levels from 1."""

    def __init__(self, levels: dict[int, Level]) -> None:
        self._levels = levels
        self._counts: dict[int, int] = {}

    def restart(self, level: int) -> None:
        """Begin a list anew at a level."""
        self._counts.pop(level, None)

    def next(self, level: int, start: int | None = None) -> str:
        """The number of the next item, as it is written; "" on a level without numbers."""
        style = self._levels.get(level, Level())
        before = style.start - 1 if start is None else start - 1
        count = before if start is not None else self._counts.get(level, before)
        self._counts = {deep: n for deep, n in self._counts.items() if deep < level}
        self._counts[level] = count + 1
        if not style.form:
            return ""
        shown = range(max(1, level - style.shown + 1), level + 1)
        numbers = [self._digits(each) for each in shown]
        return f"{style.prefix}{'.'.join(filter(None, numbers))}{style.suffix}".strip()

    def _digits(self, level: int) -> str:
        style = self._levels.get(level, Level())
        return numeral(self._counts.get(level, style.start), style.form) if style.form else ""


def number(element: Element, attribute: str, otherwise: int) -> int:
    """An attribute that is a whole number."""
    digits = element.get(attribute, "")
    return int(digits) if digits.isdecimal() and len(digits) < 7 else otherwise


def _levels(style: Element) -> dict[int, Level]:
    levels = {}
    for one in style:
        form = one.get(f"{STYLE}num-format", "")
        levels[min(number(one, f"{TEXT}level", 1), 10)] = Level(
            form if form in ("1", "a", "A", "i", "I") else "",
            one.get(f"{STYLE}num-prefix", ""),
            one.get(f"{STYLE}num-suffix", ""),
            number(one, f"{TEXT}start-value", 1),
            number(one, f"{TEXT}display-levels", 1),
        )
    return levels
