"""A page of HTML, on the web or in an e-book: from its bytes to its text, and to its tree."""

from __future__ import annotations

import codecs
import re
from itertools import islice

from lxml import etree, html

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers.encodings import decoded
from pincite.ingest.readers.html.visibility import Element
from pincite.ingest.readers.numerals import raised

MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LOOKED_AT = 4096  # bytes in which a page says what it is and how it is encoded
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
# Python knows codecs that are no character sets, and one (UTF-7) that only attackers use. What
# the web calls by the first name has always been the second.
_CHARACTER_SET = re.compile(
    r"cp\d+|iso8859|iso2022|latin|koi8|mac|gb|hz|big5|euc|shift|johab|tis|utf-8"
)
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "shift_jis": "cp932"}

_STRAY = 20  # bytes to a NUL, at least, if it is an accident and the page is text
_RAISED_PIECES = 8  # of text in a superscript, all in all, that is a number or a mark
_MOST_MARKUP = 4_000_000  # tags and attributes; as a tree, each takes about 250 bytes
_SELF_CLOSED = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
_VOID = frozenset(  # elements that have no end tag
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)


def page_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """A page's text: by its mark, as UTF-8, as it says itself, or by the best guess.

    UTF-8 goes before what the page says, for many a page was saved anew as UTF-8 and still says
    what it was before; bytes beyond ASCII that are UTF-8 by chance are next to impossible.
    """
    if data.startswith(MARKS):
        return decoded(data, name)
    if 0 < data.count(b"\0") * _STRAY < len(data):
        data = data.replace(b"\0", b"")
    named = _named(data)
    for encoding in ("utf-8", named) if not data.isascii() else (named,):
        try:
            return canonical(data.decode(encoding or "utf-8")), ()
        except UnicodeDecodeError:
            continue
    return decoded(data, name)


def parse(text: str, name: str, *, xml: bool = False) -> Element:
    """The tree of a page, whatever is wrong with it; ``xml`` if it is written as XHTML.

    Returns:
        The ``html`` element, or None where there is nothing in the page.

    Raises:
        UnsupportedSourceError: it has more elements than fit into memory, or they are nested
            deeper than the parser goes.
    """
    if (marks := text.count("<") + text.count("=")) > _MOST_MARKUP:
        raise UnsupportedSourceError(
            f"{name} has about {marks:,} tags and attributes, over the limit of {_MOST_MARKUP:,}; "
            "split it into several pages and ingest those"
        )
    if xml:  # an HTML parser takes <title/> for a title that never ends
        text = _SELF_CLOSED.sub(_closed, text)
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = html.document_fromstring(canonical(text).encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # nothing in it
        return None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise UnsupportedSourceError(
            f"{name} is nested over 2,000 levels deep, too deep to read; it is not taken in"
        )
    _raise(root)
    return root


def _named(data: bytes) -> str | None:
    if (found := _CHARSET.search(data[:LOOKED_AT])) is None:
        return None
    try:
        encoding = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return None
    encoding = _MEANT.get(encoding, encoding)
    return encoding if _CHARACTER_SET.match(encoding) else None


def _raise(root: Element) -> None:
    """Let superscripts be seen in plain text: "2019" with note 1 is not 20191, nor 10⁶ 106."""
    for above in root.iter("sup"):
        pieces = list(islice(above.itertext(), _RAISED_PIECES + 1))
        text = "".join(pieces).strip()
        around = [above.getparent(), *islice(above.iter("a"), 1)]
        if any(near is not None and "#" in near.get("href", "") for near in around):
            shown = text if text[:1] in ("[", "(") else f"[{text}]"
        else:
            shown = raised(text)
        short = 0 < len(text) < 12 and len(pieces) <= _RAISED_PIECES
        if text != shown and short and text.isprintable():  # lxml sets no control characters
            for child in list(above):
                above.remove(child)
            above.text = shown


def _closed(tag: re.Match[str]) -> str:
    return tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>"
