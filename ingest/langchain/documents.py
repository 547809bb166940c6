"""LangChain's documents as the library keeps them, and back to the letter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.documents import Document

from pincite.corpus import types
from pincite.corpus.canonical import canonical
from pincite.corpus.errors import UsageError
from pincite.corpus.types import Passage, Section, Span
from pincite.ingest.cutting.passages import HEADING_TOKENS, PASSAGE_TOKENS, segment
from pincite.retrieval.embedding.embedder import Embedder, windows
from pincite.retrieval.langchain.embeddings import LangChainEmbedder

Filter = Mapping[str, Any] | Callable[[dict[str, Any]], bool]
"""Metadata values that must be equal, or a function of the metadata; see `TAGS` for tags."""

TAGS = "_pincite_tags"
"""In a filter that is a mapping: only the documents that carry this tag, or any of these tags."""

# In the metadata: the text as it was given, as JSON, where its canonical form differs.
_ORIGINAL = "_pincite_page_content"
# A model whose window has no room for headings beside a passage sees one window after the other.
_NARROW = 2 * HEADING_TOKENS
_BYTES_A_TOKEN = 4  # of English; any other embedder of LangChain counts bytes


def stored(id: str, text: str, metadata: Mapping[str, Any]) -> types.Document:
    """A LangChain document as the library's: its source is the id, its title the metadata's.

    Raises:
        UsageError: the id or the metadata cannot be stored as JSON, or use a name of ours.
    """
    for ours in (_ORIGINAL, TAGS):
        if ours in metadata:
            raise UsageError(f"the metadata of {id!r} use the key {ours!r}, which is reserved")
    try:
        kept = json.loads(json.dumps(dict(metadata)))
        json.dumps([id, kept], ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"the document {id!r} cannot be stored ({error}); its id and metadata must be text "
            "and JSON values, so turn anything else into text first"
        ) from error
    body = canonical(text)
    titles = [kept.get("title"), kept.get("source"), id]
    return types.Document(
        source=id,
        title=next((title for title in titles if isinstance(title, str) and title), ""),
        text=body,
        sections=(Section(Span(0, len(body))),),
        metadata=kept if body == text else {**kept, _ORIGINAL: json.dumps(text)},
    )


def restored(document: types.Document) -> Document:
    """The LangChain document that ``stored`` was given."""
    original = document.metadata.get(_ORIGINAL)
    return Document(
        id=document.source,
        page_content=document.text if original is None else json.loads(original),
        metadata=public(document.metadata),
    )


def public(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata as they were given."""
    return {key: value for key, value in metadata.items() if key != _ORIGINAL}


def passages(document: types.Document, embedder: Embedder) -> list[Passage]:
    """The document in passages of whole sentences, as every other of the library; none if blank."""
    if embedder.window < _NARROW:
        return _windows(document, embedder)
    size = PASSAGE_TOKENS * (_BYTES_A_TOKEN if isinstance(embedder, LangChainEmbedder) else 1)
    return segment(document, embedder, size)


def _windows(document: types.Document, embedder: Embedder) -> list[Passage]:
    """A passage for each window of the text, without the blanks around it."""
    found = []
    for window in windows(document.text, embedder.window, embedder.count):
        piece = document.text[window.start : window.end]
        if piece.strip():
            start = window.start + len(piece) - len(piece.lstrip())
            span = Span(start, window.start + len(piece.rstrip()))
            found.append(Passage(span, (span,)))
    return found


def wanted_tags(filter: Filter) -> list[str] | None:
    """The tags that a filter names; None where it names none.

    >>> wanted_tags({TAGS: "law", "year": 2024}), wanted_tags({"year": 2024})
    (['law'], None)
    """
    if not isinstance(filter, Mapping) or TAGS not in filter:
        return None
    tags = filter[TAGS]
    return [tags] if isinstance(tags, str) else list(tags)


def matches(metadata: dict[str, Any], filter: Filter) -> bool:
    """Whether a document's metadata pass the filter, its tags apart.

    >>> matches({"year": 2024}, {"year": 2024}), matches({}, lambda metadata: "year" in metadata)
    (True, False)

    Raises:
        TypeError: the filter is neither a mapping nor a function.
    """
    if callable(filter):
        return bool(filter(metadata))
    if not isinstance(filter, Mapping):
        raise TypeError(
            f"the filter {filter!r} is neither a mapping of metadata values nor a function of the "
            "metadata"
        )
    return all(
        key in metadata and metadata[key] == value for key, value in filter.items() if key != TAGS
    )
