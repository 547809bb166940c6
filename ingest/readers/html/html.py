"""Web pages: what a page has to say, by trafilatura, without what stands around it."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import EmptySourceError
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.html.elements import words
from pincite.ingest.readers.html.main_content import Content, main_content
from pincite.ingest.readers.html.parse import LOOKED_AT, MARKS, page_text, parse
from pincite.ingest.readers.html.visibility import Element, Visibility
from pincite.ingest.readers.html.walk import unseen_warning, walk
from pincite.ingest.readers.warnings import be, counted

_PAGE = re.compile(
    rb"(?:\s|<\?xml[^>]*\?>|(?><!--.*?-->))*+<(?:!doctype\s+html|html)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_XHTML = re.compile(r"\s*<\?xml\s|[^>]{0,400}(?:DTD XHTML|//www\.w3\.org/1999/xhtml)")

_EXTRACTED_UP_TO = 100_000  # tags; what has more is a book or a filing, and all of it is meant
_ALMOST_NOTHING = 200  # characters of main content, at which it was not found


class HtmlReader:
    """Reads ``.html`` and ``.xhtml``: the main content, or all of a page that has none."""

    media_type = "text/html"
    suffixes = frozenset({".html", ".htm", ".xhtml", ".xht"})
    version = 4

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
        unseen = _without_unseen(visibility)
        content = Content(body)
        marked = whole if content.root is body else _read(content.root, title, warnings)
        main = main_content(page)
        if main is None:
            return whole
        reading = _read(main, title, (*warnings, *unseen))
        if _lost(reading.text, whole.text):
            return whole
        return marked if content.is_lost(reading.text) else reading


def _read(
    tree: Element,
    title: str | None,
    warnings: tuple[str, ...],
    visibility: Visibility | None = None,
) -> Reading:
    built = Builder()
    walk(tree, built, visibility)
    reading = built.reading(title, warnings)
    return replace(reading, warnings=(*reading.warnings, *unseen_warning(reading)))


def _without_unseen(visibility: Visibility) -> tuple[str, ...]:
    """Take out what cannot be seen; warn of what has the colour of what is behind it.

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
    if not (count := len(" ".join(texts).split())):
        return ()
    return (
        f"{counted(count, 'word')} of it cannot be seen (in the colour behind), and "
        f"{be(count)} not read",
    )


def _lost(main: str, whole: str) -> bool:
    """Whether the main content was not found, or only as one lump of its words."""
    if len(main) < _ALMOST_NOTHING:
        return True
    return main.count("\n") == 1 < whole.count("\n") and set(main.split()) <= set(whole.split())


def _title(page: Element) -> str | None:
    for meta in page.iter("meta"):
        if meta.get("property") == "og:title" and (title := meta.get("content", "").strip()):
            return " ".join(canonical(title).split())
    for tag in ("title", "h1"):
        for element in page.iter(tag):
            if title := words(element) if tag == "h1" else " ".join((element.text or "").split()):
                return canonical(title)
    return None


HTML = HtmlReader()
