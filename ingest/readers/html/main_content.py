"""The main content of a web page, found by trafilatura, as a tree of HTML."""

from __future__ import annotations

import logging
import re
from collections import Counter

from lxml import etree

from pincite.ingest.readers.html.elements import HEADINGS, field, shows
from pincite.ingest.readers.html.visibility import Element

# It warns of pages in which it finds nothing; we read those without it.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())

_WORD = re.compile(r"\w+")
_AROUND = ("a", "nav", "aside", "header", "footer", "form", "button")
_DEEPEST = 150  # elements in elements; pages for people have under 60
_FEWEST = 3  # words of a table; a smaller one arranges a line
_LOST_TABLE = 0.5  # of a table's words; over 91 pages of news, none lacked so many
_TAGS = {  # trafilatura's names for what it keeps, and HTML's
    **{"quote": "blockquote", "item": "li", "lb": "br", "row": "tr", "code": "span"},
    **{"ref": "span", "hi": "span", "del": "span", "graphic": "img"},
}
_BRACKETS = {"rt": ("(", ")"), "q": ("“", "”")}  # around what a browser shows otherwise
_LOST = (
    *("pre", "address", "figcaption", "caption", "center", "time", "button", "small", "svg"),
    *_BRACKETS,
)
_IN_LINES = frozenset({*HEADINGS, "p", "li", "td", "th", "dt", "dd", "summary", "span", "b", "a"})


def main_content(page: Element) -> Element:
    """The main content of ``page``, which is changed, or None."""
    if _is_deep(page):
        return None
    import trafilatura  # takes a tenth of a second, which only web pages should cost

    _keep_what_would_be_lost(page)
    try:
        result = trafilatura.bare_extraction(
            page, include_comments=False, include_tables=True, include_formatting=False
        )
    except MemoryError:
        raise
    except Exception:  # whatever trips it up, the page can be read without it
        return None
    if not isinstance(result, trafilatura.settings.Document):
        return None
    tree = result.body
    for element in tree.iter():
        if (tag := _tag(element)) != element.tag:  # lxml sets no name as odd as those it reads
            element.tag = tag
    return tree


def _is_deep(page: Element) -> bool:
    """Whether elements are nested so deep that the search would take ever longer."""
    depth = 0
    for event, _ in etree.iterwalk(page, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            return True
    return False


class Content:
    """What the page's own marks say is its content, to be held against what was found of it.

    Attributes:
        root: the element that is marked as the main one, or the body.
    """

    def __init__(self, body: Element) -> None:
        marked = [e for e in body.iter() if e.tag == "main" or e.get("role") == "main"]
        self.root = marked[0] if len(marked) == 1 else body
        self._tables = [
            words
            for table in self.root.iter("table")
            if next(table.iterancestors(*_AROUND, "table"), None) is None
            and (words := _words(table)).total() >= _FEWEST
        ]

    def is_lost(self, text: str) -> bool:
        """Whether ``text`` lacks a table of it, which is more often data than decoration."""
        have = set(_WORD.findall(text))
        return any(_lacks(words, have) for words in self._tables)


def _words(root: Element) -> Counter[str]:
    """The words under ``root`` that are neither in links nor around the content."""
    words: Counter[str] = Counter()
    events = etree.iterwalk(root, events=("start", "end"))
    skipped = False
    for event, element in events:
        if event == "start":
            skipped = not shows(element) or element.tag in _AROUND
            if skipped:
                events.skip_subtree()
            else:
                words.update(_WORD.findall(element.text or ""))
        elif element is not root:
            words.update(_WORD.findall(element.tail or ""))
    return words


def _lacks(words: Counter[str], have: set[str]) -> bool:
    missing = sum(count for word, count in words.items() if word not in have)
    return missing > _LOST_TABLE * words.total()


def _keep_what_would_be_lost(page: Element) -> None:
    """Rename elements whose text trafilatura drops wherever they stand."""
    for element in list(page.iter(*_LOST)):
        tag, parent = element.tag, element.getparent()
        if tag == "pre":  # in which it would not keep the lines
            element.tag = "code"
        elif tag == "center":
            element.tag = "div"
        elif tag == "svg":
            _write_out(element)
        elif tag in ("address", "figcaption"):
            element.tag = "p"
            if parent.tag == "figure":
                parent.tag = "div"
        elif tag == "caption":
            _put_before(element, parent)
        elif tag in _BRACKETS:
            opening, closing = _BRACKETS[tag]
            element.tag = "span"
            element.text = f"{opening}{element.text or ''}"
            element.tail = f"{closing}{element.tail or ''}"
        elif parent.tag in _IN_LINES:
            element.tag = "span"
        elif tag == "small":
            element.tag = "p"


def _write_out(drawing: Element) -> None:
    """Make a paragraph of what is written in a drawing."""
    if not (written := (field(drawing) or "").replace("\u2028", " ").strip()):
        return
    for part in list(drawing):
        drawing.remove(part)
    drawing.tag, drawing.text = "p", written


def _put_before(caption: Element, table: Element) -> None:
    """Set a table's caption above it, or it would become a part of its first cell."""
    if table.tag != "table" or table.getparent() is None:
        return
    caption.tag, caption.tail = "p", None
    table.addprevious(caption)


def _tag(element: Element) -> str:
    tag, kind = str(element.tag), element.get("rend", "")
    if tag == "head":
        return kind if re.fullmatch("h[1-6]", kind) else "h3"
    if tag == "list":
        return kind if kind in ("ol", "dl") else "ul"
    if tag == "item" and kind[:2] in ("dt", "dd"):
        return str(kind[:2])
    if tag == "cell":
        return "th" if element.get("role") == "head" else "td"
    if tag == "code" and element.getparent().tag != "p":
        return "pre"
    return _TAGS.get(tag, tag)
