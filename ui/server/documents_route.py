"""``/documents/ID``: a document's text in the browser, and what is said where it is not there."""

from __future__ import annotations

import re
from http import HTTPStatus
from threading import BoundedSemaphore

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pincite.corpus.errors import (
    AmbiguousIdError,
    DocumentNotFoundError,
    LibraryDamagedError,
    PinciteError,
)
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Span
from pincite.ui.access import library_for, person_of
from pincite.ui.api.problems import sentence_of, status_of
from pincite.ui.server.plain_pages import message_page, not_found, plain_page
from pincite.ui.web.addresses import DOCUMENTS, MOST_WORDS, span_from
from pincite.ui.web.documents.page import document_body, same_words
from pincite.ui.web.html import Html

_MOST_PLACES = 5  # to which a link that is out of date leads
_WHOLE_ID = re.compile(r"[0-9a-f]{64}")
_SEARCHES = 2  # for words, at once: each reads every text
_SEARCH_WAIT_S = 2.0
_BUSY = "Others are looking for words in all documents now; open the link again in a moment."
_CHANGED = "The library no longer has the text that this link leads to, so nothing of it is shown."


def documents_route(whole: Library) -> Route:
    """The route that shows the documents of a library, to each person those that they see.

    Its query has ``span``, the code points to mark; ``text``, the first words of what stood there
    when the link was made; and ``part``, of a long text, from 1.
    """

    searches = BoundedSemaphore(_SEARCHES)

    def show(request: Request) -> Response:
        id, asked = request.path_params["id"], request.query_params
        library = library_for(whole, person_of(request.scope))
        try:
            with library.snapshot():
                document = library.document(library.find(id).id)
        except AmbiguousIdError as error:
            return not_found(sentence_of(error))
        except DocumentNotFoundError:
            words = asked.get("text", "")[:MOST_WORDS]
            if not words.strip() or not _WHOLE_ID.fullmatch(id):  # no link to a quote is so
                return not_found("The library has no such document.")
            if not searches.acquire(timeout=_SEARCH_WAIT_S):
                return message_page("Not shown", _BUSY, status=HTTPStatus.SERVICE_UNAVAILABLE)
            try:
                return _gone(library, words)
            finally:
                searches.release()
        except PinciteError as error:
            return message_page("Not shown", sentence_of(error), status=status_of(error))
        return _page(document, asked.get("span"), asked.get("part", ""))

    return Route(f"{DOCUMENTS}/{{id}}", show, methods=["GET"])


def _page(document: Document, asked: str | None, part: str) -> Response:
    span = span_from(asked) if asked is not None else None
    if asked is not None and (span is None or span.end > len(document.text)):
        return not_found(
            f"invalid range {asked[:40]!r}: the document has {len(document.text):,} characters; "
            "end the link with two numbers like #120-180."
        )
    number = int(part) - 1 if part.isdecimal() and len(part) < 9 else None
    return plain_page(document.title, document_body(document, span, number))


def _gone(library: Library, words: str) -> Response:
    places = [_place(library, id, words) for id in library.with_words(words, _MOST_PLACES)]
    links = same_words([place for place in places if place])
    return message_page(
        "This document has changed or is gone",
        _CHANGED,
        links or Html("<p>The same words stand nowhere in the library now.</p>"),
    )


def _place(library: Library, id: str, words: str) -> tuple[Document, Span] | None:
    """Where the words begin in a document; None where it is damaged, or was changed since."""
    try:
        document = library.document(id)
    except (DocumentNotFoundError, LibraryDamagedError):
        return None
    start = document.text.find(words)
    # Only these words are known to be the same, so only they are marked.
    return (document, Span(start, start + len(words))) if start >= 0 else None
