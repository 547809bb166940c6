"""The addresses of the site: its pages, and a place in a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from urllib.parse import quote as percent_encoded
from urllib.parse import urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from pincite.corpus.types import Span
from pincite.retrieval.answer import FoundPassage
from pincite.retrieval.reading.quote import Quote

ASK, LIBRARY, EVALUATE = "/ask", "/library", "/evaluate"
DOCUMENTS = "/documents"
MOST_WORDS = 200  # code points of a quote or passage that its link carries
_SPAN = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")


def place_address(item: Quote | FoundPassage) -> str:
    """The address of the place of a quote or passage in its document, from the root of the site.

    The span stands in it twice: browsers keep what is after ``#`` to themselves, and the server has
    to mark the place. The first words are there for the day on which the document has
    changed: offsets alone find nothing then, and of a hash no library can be searched.

    >>> place_address(Quote("ab", "T", (), None, 3, 8, "a & b", (), 1.0))
    '/documents/ab?span=3-8&text=a%20%26%20b#3-8'
    """
    span = f"{item.start}-{item.end}"
    words = item.text[:MOST_WORDS]
    query = urlencode({"span": span, "text": words}, errors="replace", quote_via=percent_encoded)
    return f"{DOCUMENTS}/{item.document}?{query}#{span}"


def span_from(text: str) -> Span | None:
    """The span in an address; None where it is no span with something in it.

    >>> span_from("120-180"), span_from("180-120"), span_from("x")
    (Span(start=120, end=180), None, None)
    """
    found = _SPAN.fullmatch(text)
    if not found or not int(found[1]) < int(found[2]):
        return None
    return Span(int(found[1]), int(found[2]))


class PageAddresses:
    """ASGI middleware: Gradio's one page answers under the address of each page of ours.

    In the browser, ``addresses.js`` opens the page that the address names.

    Args:
        app: what answers.
        pages: the addresses that there are for whoever asks.
    """

    def __init__(self, app: ASGIApp, pages: Callable[[Scope], Collection[str]]) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in self._pages(scope):
            scope = {**scope, "path": "/", "raw_path": b"/"}
        await self._app(scope, receive, send)
