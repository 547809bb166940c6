"""OpenDocument texts, decks and sheets: headings as sections, lists, tables, slides and sheets.

The XML is walked in a loop over the parser's events, so that no depth can exhaust the stack.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.sheet import add_tables
from pincite.ingest.readers.zip import holds, member, open_archive, refuse_entities

Element = Any  # lxml has no types of its own

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _DRAW, _OFFICE, _PRESENTATION = (
    f"{{{_NAMESPACE}{name}:1.0}}" for name in ("text", "table", "drawing", "office", "presentation")
)
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MEDIA_TYPE = "application/vnd.oasis.opendocument."
_UNSEEN = frozenset(
    {
        f"{_TEXT}tracked-changes",
        f"{_TEXT}sequence-decls",
        f"{_TEXT}bookmark",
        f"{_OFFICE}annotation",
        f"{_OFFICE}forms",
        f"{_TABLE}tracked-changes",
    }
)
_DEEPEST = 8  # lists in lists that are still set in further
_MOST = 50_000_000  # characters taken from a file, which can say that a cell is repeated
_WIDEST = 1000  # times that a cell may be repeated in its row
_TALLEST = 1000  # times that a row with words may be repeated


class OdfReader:
    """Reads ``.odt``, ``.odp`` or ``.ods``."""

    version = 1

    def __init__(self, suffix: str, kind: str) -> None:
        self.media_type = _MEDIA_TYPE + kind
        self.suffixes = frozenset({suffix})

    def recognises(self, data: bytes) -> bool:
        """Whether the zip file's own media type is this one."""
        return contents.mimetype(data) == self.media_type

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`.

        Raises:
            UnsupportedSourceError: it is damaged, protected or made to fill memory.
        """
        with open_archive(data, name) as archive:
            refuse_entities(archive, name)
            xml = member(archive, "content.xml", name)
            about = member(archive, "meta.xml", name) if holds(archive, "meta.xml") else b""
        walker = _Walker(Builder())
        try:
            walker.walk(_parsed(xml))
            titles = [node.text or "" for node in _parsed(about).iter(_DC_TITLE)] if about else []
        except etree.XMLSyntaxError as error:
            raise UnsupportedSourceError(
                f"{name} is damaged: its content is not sound XML ({error.msg}); save it anew and "
                "ingest it again"
            ) from error
        return walker.reading(next(iter(titles), "").strip() or None)


class _Walker:
    """Takes the elements of a document in order."""

    def __init__(self, built: Builder) -> None:
        self._built = built
        self._lists = 0
        self._fresh = False  # an item of a list has begun, and no words of it
        self._pages = 0
        self._rows: list[list[str]] | None = None
        self._left = _MOST

    def walk(self, root: Element) -> None:
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            if event == "start":
                if self._taken(element):
                    events.skip_subtree()
                else:
                    self._start(element)
            else:
                self._end(element)

    def reading(self, title: str | None) -> Reading:
        warnings = []
        if self._left < 0:
            warnings.append(f"it holds over {_MOST:,} characters; the rest was left out")
        return self._built.reading(title, warnings)

    def _taken(self, element: Element) -> bool:
        """Whether the element is taken, or left out, as a whole."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNSEEN or self._left < 0 or _is_title(element):
            return True
        if tag == f"{_TEXT}h":
            self._built.heading(_number(element, f"{_TEXT}outline-level", 1), _words(element))
            self._notes(element)
        elif tag == f"{_TEXT}p":
            self._paragraph(element)
        elif tag == f"{_TABLE}table-row":
            self._row(element)
        else:
            return False
        return True

    def _start(self, element: Element) -> None:
        tag = element.tag
        if tag == f"{_TEXT}list":
            self._lists += 1
        elif tag == f"{_TEXT}list-item":
            self._fresh = True
        elif tag == f"{_DRAW}page":
            titles = filter(None, map(_words, filter(_is_title, element.iter(f"{_DRAW}frame"))))
            self._page(next(titles, "") or f"Slide {self._pages + 1}")
        elif tag == f"{_PRESENTATION}notes":
            if _words(element):
                self._built.heading(2, "Notes")
        elif tag == f"{_TABLE}table":
            if element.getparent().tag == f"{_OFFICE}spreadsheet":
                self._page(element.get(f"{_TABLE}name") or f"Sheet {self._pages + 1}")
            self._rows = []

    def _end(self, element: Element) -> None:
        if element.tag == f"{_TEXT}list":
            self._lists -= 1
            if not self._lists:
                self._built.end_table()
        elif element.tag == f"{_TABLE}table":
            self._table()

    def _page(self, title: str) -> None:
        self._pages += 1
        self._built.page(self._pages)
        self._built.heading(1, title)

    def _paragraph(self, element: Element) -> None:
        words = _words(element)
        self._left -= len(words)
        if not words:
            return
        if self._lists and self._fresh:
            self._built.item(words, depth=min(self._lists - 1, _DEEPEST))
            self._fresh = False
        else:
            self._built.paragraph(words)
        self._notes(element)

    def _notes(self, element: Element) -> None:
        """Footnotes and endnotes stand after what they belong to."""
        for note in element.iter(f"{_TEXT}note"):
            for body in note.iter(f"{_TEXT}note-body"):
                self._built.paragraph(f"[{_citation(note)}] {_words(body)}")

    def _row(self, element: Element) -> None:
        cells: list[str] = []
        for cell in element:
            if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                continue
            words = _words(cell) or _value(cell)
            times = _number(cell, f"{_TABLE}number-columns-repeated", 1)
            cells += [words] * min(times, _WIDEST)
        if self._rows is not None:
            times = min(_number(element, f"{_TABLE}number-rows-repeated", 1), _TALLEST)
            times = times if any(cells) else 1
            self._rows += [cells] * times

    def _table(self) -> None:
        rows, self._rows = self._rows or [], None
        self._left = add_tables(self._built, iter(rows), self._left)


def _words(element: Element) -> str:
    """What is to be seen in ``element``, on one line."""
    parts: list[str] = []
    events = etree.iterwalk(element, events=("start", "end"))
    unseen = False
    for event, inner in events:
        if event == "start":
            unseen = not isinstance(inner.tag, str) or inner.tag in _UNSEEN
            if inner.tag == f"{_TEXT}note":
                parts.append(f"[{_citation(inner)}]")
                unseen = True
            if unseen:
                events.skip_subtree()
            else:
                parts.append(inner.text or "")
        else:
            if inner.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break", f"{_TEXT}p"):
                parts.append(" ")
            unseen = False
            if inner is not element:
                parts.append(inner.tail or "")
    return " ".join("".join(parts).split())


def _is_title(element: Element) -> bool:
    """Whether it is the frame of a slide's title."""
    role: str | None = element.get(f"{_PRESENTATION}class")
    return role == "title" and element.tag == f"{_DRAW}frame"


def _citation(note: Element) -> str:
    return "".join(node.text or "" for node in note.iter(f"{_TEXT}note-citation"))


def _value(cell: Element) -> str:
    """What a cell holds that shows nothing of its own."""
    return next(
        (
            value
            for kind in ("value", "date-value", "string-value")
            if (value := cell.get(f"{_OFFICE}{kind}"))
        ),
        "",
    )


def _number(element: Element, attribute: str, otherwise: int) -> int:
    written = element.get(attribute, "")
    return int(written) if written.isdecimal() and len(written) < 7 else otherwise


def _parsed(xml: bytes) -> Element:
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


ODF = (
    OdfReader(".odt", "text"),
    OdfReader(".odp", "presentation"),
    OdfReader(".ods", "spreadsheet"),
)
