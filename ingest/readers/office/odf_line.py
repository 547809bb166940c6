"""The words of an OpenDocument paragraph or cell, and what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from pincite.ingest.readers.office.margins import PAGE_NUMBER
from pincite.ingest.readers.office.odf_styles import DRAW, OFFICE, TEXT, Element, Styles

_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
UNSEEN = frozenset(
    {
        f"{TEXT}tracked-changes",
        f"{TEXT}sequence-decls",
        f"{TEXT}bookmark",
        f"{TEXT}number",  # an item's, which some programs write beside what it is counted from
        f"{OFFICE}forms",
        f"{OFFICE}annotation-end",
        "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}tracked-changes",
    }
)
_PAGE_FIELDS = frozenset(f"{TEXT}{name}" for name in ("page-number", "page-count", "sheet-name"))
_FAMILIES = {f"{TEXT}span": "text", f"{TEXT}p": "paragraph", f"{TEXT}h": "paragraph"}
_TO_FILL = "???"  # stands in a field that is filled in on each page
_BLANKS = frozenset({f"{TEXT}s", f"{TEXT}line-break", f"{TEXT}p", f"{TEXT}h"})
_HIDDEN = frozenset({f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"})


@dataclass(slots=True)
class Line:
    """The words that can be seen, and what hangs on them.

    ``notes`` are footnotes and endnotes, ``comments`` what is said beside the text, ``boxes`` what
    is drawn there, be it words or pictures.
    """

    text: str = ""
    hidden: list[str] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    def take(self, other: Line) -> None:
        """Take over what hangs on another line, without its words."""
        self.hidden += other.hidden
        self.notes += other.notes
        self.comments += other.comments
        self.boxes += other.boxes


def line_of(element: Element, styles: Styles, *, in_margin: bool = False) -> Line:
    """What ``element`` says, on one line; with ``in_margin``, page numbers are `PAGE_NUMBER`."""
    line = Line()
    parts: list[str] = []
    events = etree.iterwalk(element, events=("start", "end"))
    skipped = False
    for event, inner in events:
        if event == "start":
            skipped = inner is not element and _apart(inner, line, parts, styles)
            if in_margin and (inner.tag in _PAGE_FIELDS or inner.text == _TO_FILL):
                parts.append(PAGE_NUMBER)
                skipped = True
            if skipped:
                events.skip_subtree()
            else:
                parts.append(_before(inner))
                parts.append(inner.text or "")
        else:
            if not skipped:
                parts.append(_after(inner))
            skipped = False
            if inner is not element:
                parts.append(inner.tail or "")
    text = "".join(parts)
    line.text = text if in_margin else " ".join(text.split())
    return line


def comment(annotation: Element, styles: Styles) -> str:
    """What an annotation says, after its author; "" if it says nothing."""
    author = " ".join("".join(c.text or "" for c in annotation.iter(_CREATOR)).split())
    lines = (line_of(p, styles).text for p in annotation.iter(f"{TEXT}p"))
    words = " ".join(filter(None, lines))
    return f"Comment by {author}: {words}" if author and words else words and f"Comment: {words}"


def is_hidden(element: Element, styles: Styles) -> bool:
    """Whether a section, a paragraph or some words are not shown."""
    if element.tag == f"{TEXT}section":
        display = element.get(f"{TEXT}display")
        unmet = display == "condition" and element.get(f"{TEXT}is-hidden") == "true"
        return bool(display == "none" or unmet)
    family = _FAMILIES.get(str(element.tag))
    return family is not None and styles.hides_words(family, element.get(f"{TEXT}style-name"))


def citation(note: Element) -> str:
    """The mark of a footnote or endnote."""
    return "".join(node.text or "" for node in note.iter(f"{TEXT}note-citation"))


def _apart(inner: Element, line: Line, parts: list[str], styles: Styles) -> bool:
    """Whether ``inner`` is none of the words; it is then with what hangs on them, or unseen."""
    tag = inner.tag
    if not isinstance(tag, str) or tag in UNSEEN:
        return True
    if tag == f"{TEXT}note":
        parts.append(f"[{citation(inner)}]")
        line.notes.append(inner)
    elif tag == f"{OFFICE}annotation":
        line.comments.append(comment(inner, styles))
    elif tag.startswith(DRAW) and tag != f"{DRAW}a":
        line.boxes.append(inner)
        parts.append(" ")
    elif tag in _HIDDEN or is_hidden(inner, styles):
        within = line_of(inner, styles)
        words = inner.get(f"{TEXT}string-value") or within.text
        if inner.get(f"{TEXT}is-hidden") == "false":
            parts.append(words)
        else:
            line.hidden.append(words)
        line.take(within)
    else:
        return False
    return True


def _before(inner: Element) -> str:
    return "(" if inner.tag == f"{TEXT}ruby-text" and (inner.text or len(inner)) else ""


def _after(inner: Element) -> str:
    if inner.tag == f"{TEXT}tab":
        return "\t"
    if inner.tag == f"{TEXT}ruby-text":
        return ")" if inner.text or len(inner) else ""
    return " " if inner.tag in _BLANKS else ""
