"""Elements of HTML: which of them are blocks, which show nothing, and what form fields show."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from pincite.ingest.readers.html.visibility import Visibility

Element = Any  # lxml has no types of its own

BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"),
        *("html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre"),
        *("search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("tr", "ul"),
    }
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNSEEN = frozenset(
    {
        *("annotation", "annotation-xml", "area", "audio", "canvas", "datalist", "embed", "head"),
        *("iframe", "link", "map", "meta", "noscript", "object", "rp", "script", "source"),
        *("style", "template", "title", "track", "video"),
    }
)
_UNSEEN_CLASSES = frozenset({"headerlink", "mw-editsection"})  # "¶" and "[edit]" at headings
_ICON = re.compile(r"icon|katex-html|mathjax", re.IGNORECASE)  # a name drawn as a sign; a copy
_TYPED = frozenset(  # kinds of input fields whose value is seen
    {
        *("", "text", "email", "tel", "url", "number", "date", "time", "datetime-local", "month"),
        *("week", "search", "submit", "reset", "button"),
    }
)


def shows(element: Element) -> bool:
    """Whether what is in ``element`` is text of the page, styles aside."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _UNSEEN:
        return False
    attributes = element.attrib
    if not attributes:
        return True
    if attributes.get("aria-hidden") == "true" and tag not in BLOCKS:
        drawn = element.text or ""  # signs, and names of signs; words are seen
        if _ICON.search(attributes.get("class", "")) or not any(map(str.isalnum, drawn)):
            return len(element) > 0 and not _ICON.search(attributes.get("class", ""))
    return _UNSEEN_CLASSES.isdisjoint(attributes.get("class", "").split())


def field(element: Element) -> str | None:
    """What a form field or a drawing shows; None for an element that is none of these."""
    tag = element.tag
    if tag == "input":
        return _input(element)
    if tag == "select":
        options = list(element.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib]
        if not chosen and "multiple" not in element.attrib and "size" not in element.attrib:
            chosen = options[:1]
        return f" {', '.join(' '.join(''.join(option.itertext()).split()) for option in chosen)} "
    if tag == "svg":
        drawn = (text for text in element.iter("text") if text.getparent().tag != "defs")
        return "\u2028".join(" ".join("".join(text.itertext()).split()) for text in drawn)
    return None


def words(
    element: Element, visibility: Visibility | None = None, unseen: list[str] | None = None
) -> str:
    """What is visible in ``element``, on one line; what is not is added to ``unseen``.

    Without ``visibility``, all of its text.
    """
    hidden = visibility.hidden if visibility else {}
    blended = visibility.blended if visibility else {}
    parts: list[str] = []
    events = etree.iterwalk(element, events=("start", "end"))
    skipped = False
    for event, inner in events:
        if event == "start":
            shown = field(inner)
            skipped = not shows(inner) or inner in hidden or shown is not None
            if inner in hidden:
                if unseen is not None:
                    unseen.append(words(inner))
                shown = None
            if skipped:
                events.skip_subtree()
                parts.append(shown.replace("\u2028", " ") if shown and shows(inner) else "")
                continue
            parts.append(" " if inner.tag in BLOCKS or inner.tag == "br" else "")
            parts.append("(" if inner.tag == "rt" else "")
            if inner in blended and unseen is not None:
                unseen.append(inner.text or "")
            else:
                parts.append(inner.text or "")
        else:
            parts.append(")" if not skipped and inner.tag == "rt" else "")
            parts.append(" " if not skipped and inner.tag in BLOCKS else "")
            skipped = False
            if inner is not element and inner.tail:
                if inner.getparent() in blended and unseen is not None:
                    unseen.append(inner.tail)
                else:
                    parts.append(inner.tail)
    return " ".join("".join(parts).replace("\u00ad", "").split())


def _input(element: Element) -> str:
    kind = element.get("type", "").lower()
    if kind in ("checkbox", "radio"):
        return "☒ " if "checked" in element.attrib else "☐ "
    return f" {element.get('value', '')} " if kind in _TYPED else ""
