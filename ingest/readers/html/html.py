"""Web pages: what a page has to say, by trafilatura, without what stands around it."""

from __future__ import annotations

import codecs
import logging
import re
from dataclasses import replace

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import EmptySourceError
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.html.elements import words
from pincite.ingest.readers.html.parse import LOOKED_AT, MARKS, page_text, parse
from pincite.ingest.readers.html.visibility import Element, Visibility
from pincite.ingest.readers.html.walk import unseen_warning, walk

# It warns of pages in which it finds nothing; we read those without it.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())

_PAGE = re.compile(
    rb"(?:\s|<\?xml[^>]*\?>|(?><!--.*?-->))*+<(?:!doctype\s+html|html)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_XHTML = re.compile(r"\s*<\?xml\s|[^>]{0,400}(?:DTD XHTML|//www\.w3\.org/1999/xhtml)")

_EXTRACTED_UP_TO = 100_000  # tags; what has more is a book or a filing, and all of it is meant
_ALMOST_NOTHING = 200  # characters of main content, at which it was not found
_TAGS = {  # trafilatura's names for what it keeps, and HTML's
    **{"quote": "blockquote", "item": "li", "lb": "br", "row": "tr", "code": "span"},
    **{"ref": "span", "hi": "span", "del": "span", "graphic": "img"},
}


class HtmlReader:
    """Reads ``.html`` and ``.xhtml``: the main content, or all of a page that has none."""

    media_type = "text/html"
    suffixes = frozenset({".html", ".htm", ".xhtml", ".xht"})
    version = 2

    def recognises(self, data: bytes) -> bool:
        """Whether a doctype or ``<html`` comes first, comments aside."""
        start = data[:LOOKED_AT].removeprefix(codecs.BOM_UTF8)
        if start.startswith(MARKS):
            start = start[2:].replace(b"\0", b"")
        return _PAGE.match(start) is not None

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; the title is the page's own."""
        text, warnings = page_text(data, name)
        page = parse(text, name, xml=_XHTML.match(text) is not None)
        body = page.find("body") if page is not None else None
        if body is None:
            raise EmptySourceError(f"{name} is empty: there is no text in it to ask about")
        title = _title(page)
        site = next(page.iter("script"), None) is not None
        visibility = Visibility(page, scripted=site)
        whole = _read(body, title, warnings, visibility)
        if not whole.text:
            raise EmptySourceError(
                f"{name} has no text in it; if a browser shows some, a script puts it there: save "
                "the page from the browser and ingest that"
            )
        # What has no script was written or exported as a document, and all of it is meant.
        if not site or text.count("<") > 2 * _EXTRACTED_UP_TO:
            return whole
        unseen = _without_unseen(page, visibility)
        main = _main(page)
        if main is None:
            return whole
        reading = _read(main, title, warnings, unseen=unseen)
        return whole if _lost(reading.text, whole.text) else reading


def _read(
    tree: Element,
    title: str | None,
    warnings: tuple[str, ...],
    visibility: Visibility | None = None,
    unseen: str = "",
) -> Reading:
    built = Builder()
    walk(tree, built, visibility)
    with built.region("hidden"):
        built.paragraph(unseen)
    reading = built.reading(title, warnings)
    return replace(reading, warnings=(*reading.warnings, *unseen_warning(reading)))


def _without_unseen(page: Element, visibility: Visibility) -> str:
    """Take out what cannot be seen; give what is written in the colour behind it.

    The rest is what sites switch off until somebody clicks, or keep for screen readers.
    """
    texts: list[str] = []
    for element in visibility.hidden:
        element.drop_tree()
    for element in visibility.blended:
        texts.append(element.text or "")
        element.text = ""
        for child in element:
            texts.append(child.tail or "")
            child.tail = ""
    return " ".join(filter(str.strip, texts))


def _lost(main: str, whole: str) -> bool:
    """Whether the main content was not found, or only as one lump of its words."""
    if len(main) < _ALMOST_NOTHING:
        return True
    return main.count("\n") == 1 < whole.count("\n") and set(main.split()) <= set(whole.split())


def _main(page: Element) -> Element:
    """The main content as a tree of HTML, or None; changes ``page``."""
    import trafilatura  # takes a tenth of a second, which only web pages should cost

    for block in page.iter("pre"):  # in which trafilatura would not keep the lines
        block.tag = "code"
    try:
        found = trafilatura.bare_extraction(
            page, include_comments=False, include_tables=True, include_formatting=False
        )
    except Exception:  # whatever trips it up, the page can be read without it
        return None
    if not isinstance(found, trafilatura.settings.Document):
        return None
    tree = found.body
    for element in tree.iter():
        element.tag = _tag(element)
    return tree


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


def _title(page: Element) -> str | None:
    for meta in page.iter("meta"):
        if meta.get("property") == "og:title" and (said := meta.get("content", "").strip()):
            return " ".join(canonical(said).split())
    for tag in ("title", "h1"):
        for element in page.iter(tag):
            if said := words(element) if tag == "h1" else " ".join((element.text or "").split()):
                return canonical(said)
    return None


HTML = HtmlReader()
