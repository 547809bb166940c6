"""How the value types lie in the library's rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus import codec
from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.store.damage import changed_text, damaged_document, sound
from pincite.corpus.store.sums import row_sum, text_sum
from pincite.corpus.types import Document, Origin, Passage

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the library's list: a document without its text."""

    id: str
    source: str
    title: str
    media_type: str
    text_sha256: str
    characters: int
    pages: int
    passages: int
    added_at: str
    metadata: Mapping[str, Any]
    origin: Origin | None = None
    warnings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """``read``, or ``read with warnings``."""
        return "read with warnings" if self.warnings else "read"

    def to_json(self) -> dict[str, Any]:
        """The entry as JSON values."""
        return {"state": self.state, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Taken:
    """What it takes to see whether a document's file has changed; ``original``: is it kept?"""

    id: str
    title: str
    passages: int
    original: bool
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that could not be read, and why. ``origin`` is None where it could not be opened."""

    source: str
    reason: str
    origin: Origin | None = None
    seen_at: str = ""

    def to_json(self) -> dict[str, Any]:
        """The refusal as JSON values."""
        return {"state": "refused", **asdict(self)}


@dataclass(frozen=True, slots=True)
class DamagedDocument:
    """A document whose row is damaged, and what to do about it, in a sentence."""

    id: str
    source: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The document as JSON values."""
        return {"state": "damaged", **asdict(self)}


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage in its document's library. ``id`` is never used twice in one library."""

    id: int
    document: str
    passage: Passage


# What a sum is over, and the sum behind it. All but ``text``, which has a hash of its own.
ENTRY_COLUMNS = (
    "d.id, d.source, d.title, d.media_type, d.text_sha256, d.characters, d.paged, d.passages,"
    " d.added_at, d.metadata, d.origin, d.warnings,"
    " (SELECT json_group_array(t.tag) FROM tags t WHERE t.document = d.id), d.parts, d.passage_sum"
)
CONTENTS_COLUMNS = "c.document, c.sections, c.pages, c.regions"
SUMMED_PASSAGE = (
    "p.id, p.document, p.start, p.end, p.sentences, p.path, p.columns, p.context, p.kind, p.hidden,"
    " p.key, p.text_sum"
)
PASSAGE_COLUMNS = f"{SUMMED_PASSAGE}, p.sum"
KEY = 10  # where a passage's key stands among them
SELECT_ENTRY = f"SELECT {ENTRY_COLUMNS}, d.sum FROM documents d"
LAYOUT, ORIGINAL = 1, 2  # what ``parts`` says that there is of a document
SELECT_DOCUMENT = (
    f"SELECT {ENTRY_COLUMNS}, d.sum, c.text, {CONTENTS_COLUMNS}, c.sum"
    " FROM documents d LEFT JOIN contents c ON c.document = d.id"
)
SELECT_REFUSAL = "SELECT source, reason, origin, seen_at, sum FROM refusals"
ENTRY_WIDTH = 16  # values of an entry with its sum


@sound
def entry_from(row: Row) -> Entry:
    """The entry in a row of ``SELECT_ENTRY``, checked against its sum.

    Raises:
        LibraryDamagedError: it is not what was stored.
    """
    *values, kept = row
    id, source, title, media_type, digest, characters, pages, passages, added_at, *more = values
    if row_sum(*values) != kept:
        raise damaged_document(source, id, "its title, kind, dates, tags, warnings or origin")
    metadata, origin, warnings, tags, *_ = more
    return Entry(
        id=id,
        source=source,
        title=title,
        media_type=media_type,
        text_sha256=digest,
        characters=characters,
        pages=pages,
        passages=passages,
        added_at=added_at,
        metadata=json.loads(metadata),
        origin=_origin(origin),
        warnings=tuple(json.loads(warnings)),
        tags=tuple(sorted(json.loads(tags))),
    )


def listed_from(row: Row) -> Entry | DamagedDocument:
    """The entry in a row of ``SELECT_ENTRY``, or that it is damaged."""
    try:
        return entry_from(row)
    except LibraryDamagedError as error:
        return DamagedDocument(row[0], row[1], str(error))


@sound
def taken_from(row: Row) -> tuple[str, Taken]:
    """The source in a row of ``SELECT_ENTRY``, and what `Taken` has of it."""
    entry, original = entry_from(row), bool(row[-3] & ORIGINAL)
    return entry.source, Taken(entry.id, entry.title, entry.passages, original, entry.origin)


@sound
def refusal_from(row: Row) -> Refusal:
    """The refusal in a row of ``refusals``, checked against its sum."""
    *values, kept = row
    if row_sum(*values) != kept:
        raise ValueError(f"why {values[0]!r} could not be read was changed")
    source, reason, origin, seen_at = values
    return Refusal(source, reason, _origin(origin), seen_at)


# A question reads some 180 passages, the best of them twice, and the next one many of the same. A
# passage is made of nothing but its row, so what is remembered cannot be out of date; at some 2 kB
# each, row and passage, it takes 8 MB at most.
@lru_cache(maxsize=4096)
@sound
def passage_from(row: Row) -> StoredPassage:
    """The passage in a row of ``PASSAGE_COLUMNS``, checked against its sum.

    Raises:
        LibraryDamagedError: it is not what was stored.
    """
    id, document, start, end, sentences, path, columns, context, kind, hidden, *_ = checked(row)
    lists = map(json.loads, (sentences, path, columns, context))
    return StoredPassage(id, document, codec.passage_from([start, end, *lists, kind, hidden]))


def checked(row: Row) -> Row:
    """A row of ``PASSAGE_COLUMNS`` without its sum, which it is checked against."""
    *values, kept = row
    if row_sum(*values) != kept:
        raise damaged_document(None, values[1], f"the row of its passage {values[0]}")
    return tuple(values)


@sound
def vectors_from(data: bytes, sentences: int) -> NDArray[np.float32]:
    """Rows ``(1 + sentences, dimension)`` of a passage: its own vector, then its sentences'."""
    return np.frombuffer(data, "<f2").reshape(1 + sentences, -1).astype(np.float32)


def passage_row(passage: Passage, document: Document) -> Row:
    """The values of a new row of ``passages``, after its id."""
    start, end, *lists, kind, hidden = codec.passage_values(passage)
    key, own = passage.key(document.text), text_sum(document.text[start:end])
    return (document.id, start, end, *map(_json, lists), kind, int(hidden), key, own)


@sound
def document_from(row: Row) -> Document:
    """The document in a row of ``SELECT_DOCUMENT``, checked against its sums and its text's hash.

    Raises:
        LibraryDamagedError: it is not what was stored.
    """
    entry = entry_from(row[:ENTRY_WIDTH])
    text, *parts, kept = row[ENTRY_WIDTH:]
    if text is None:
        raise damaged_document(entry.source, entry.id, "its text is gone, which")
    if row_sum(*parts) != kept:
        what = "where its sections, pages or regions stand"
        raise damaged_document(entry.source, entry.id, what)
    lists = map(json.loads, parts[1:])
    document = Document(  # which hashes its text
        source=entry.source,
        title=entry.title,
        text=text,
        media_type=entry.media_type,
        metadata=entry.metadata,
        origin=entry.origin,
        warnings=entry.warnings,
        **codec.structure_from(dict(zip(codec.NAMES, lists, strict=True))),
    )
    if document.text_sha256 != entry.text_sha256:
        raise changed_text(entry.source)
    return document


def document_row(document: Document, added_at: str) -> Row:
    """The values of a new row of ``documents``."""
    return (
        document.id,
        document.source,
        document.title,
        document.media_type,
        document.text_sha256,
        _json(dict(document.metadata)),
        added_at,
        len(document.text),
        len(document.pages),
        origin_json(document.origin),
        _json(document.warnings),
    )


def contents_row(document: Document) -> Row:
    """The values of a new row of ``contents``."""
    parts = codec.structure(document)
    return (document.id, document.text, *(_json(parts[name]) for name in codec.NAMES))


def origin_json(origin: Origin | None) -> str | None:
    """An origin as it lies in a row."""
    return None if origin is None else _json(asdict(origin))


def _origin(value: str | None) -> Origin | None:
    return None if value is None else Origin(**json.loads(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
