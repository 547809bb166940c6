"""How the value types lie in the library's rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from pincite.corpus import codec
from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.types import Document, Origin, Passage, sha256

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
class StoredPassage:
    """A passage in its document's library. ``id`` is never used twice in one library."""

    id: int
    document: str
    passage: Passage


SELECT_ENTRY = (
    "SELECT d.id, d.source, d.title, d.media_type, d.text_sha256, d.characters, d.paged,"
    " (SELECT count(*) FROM passages p WHERE p.document = d.id),"
    " d.added_at, d.metadata, d.origin, d.warnings,"
    " (SELECT json_group_array(t.tag) FROM tags t WHERE t.document = d.id)"
    " FROM documents d"
)
SELECT_TAKEN = (
    "SELECT d.source, d.id, d.title, (SELECT count(*) FROM passages p WHERE p.document = d.id),"
    " EXISTS (SELECT 1 FROM originals o WHERE o.document = d.id), d.origin FROM documents d"
)
SELECT_DOCUMENT = (
    "SELECT d.source, d.title, c.text, c.sections, c.pages, c.regions, d.media_type, d.metadata,"
    " d.text_sha256, d.origin, d.warnings"
    " FROM documents d JOIN contents c ON c.document = d.id"
)
SELECT_REFUSAL = "SELECT source, reason, origin, seen_at FROM refusals"
PASSAGE_COLUMNS = (
    "p.id, p.document, p.start, p.end, p.sentences, p.path, p.columns, p.context, p.kind, p.hidden"
)


_P = ParamSpec("_P")
_T = TypeVar("_T")


def sound(read: Callable[_P, _T]) -> Callable[_P, _T]:
    """Make a row that Pincite cannot have written a damaged library.

    Raises:
        LibraryDamagedError: ``read`` stumbled over the row's values.
    """

    @wraps(read)
    def checked(*values: _P.args, **named: _P.kwargs) -> _T:
        try:
            return read(*values, **named)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise LibraryDamagedError(
                f"a row of the library is not what Pincite writes ({error}); restore the library "
                "file from a copy, or move it away and ingest the documents again"
            ) from error

    return checked


@sound
def entry_from(row: Row) -> Entry:
    """The entry in a row of ``SELECT_ENTRY``."""
    id, source, title, media_type, digest, characters, pages, passages, added_at, *more = row
    metadata, origin, warnings, tags = more
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


@sound
def taken_from(row: Row) -> Taken:
    """What stands in a row of ``SELECT_TAKEN``, after the source."""
    _, id, title, passages, original, origin = row
    return Taken(id, title, passages, bool(original), _origin(origin))


@sound
def refusal_from(row: Row) -> Refusal:
    """The refusal in a row of ``refusals``."""
    source, reason, origin, seen_at = row
    return Refusal(source, reason, _origin(origin), seen_at)


# A question reads some 180 passages, the best of them twice, and the next one many of the same. A
# passage is made of nothing but its row, so what is remembered cannot be out of date; at some 2 kB
# each, row and passage, it takes 8 MB at most.
@lru_cache(maxsize=4096)
@sound
def passage_from(row: Row) -> StoredPassage:
    """The passage in a row of ``PASSAGE_COLUMNS``."""
    id, document, start, end, sentences, path, columns, context, kind, hidden = row
    lists = map(json.loads, (sentences, path, columns, context))
    return StoredPassage(id, document, codec.passage_from([start, end, *lists, kind, hidden]))


@sound
def vectors_from(data: bytes, sentences: int) -> NDArray[np.float32]:
    """Rows ``(1 + sentences, dimension)`` of a passage: its own vector, then its sentences'."""
    return np.frombuffer(data, "<f2").reshape(1 + sentences, -1).astype(np.float32)


def passage_row(passage: Passage, document: Document) -> Row:
    """The values of a new row of ``passages``, after its id."""
    start, end, *lists, kind, hidden = codec.passage_values(passage)
    key = passage.key(document.text)
    return (document.id, start, end, *map(_json, lists), kind, int(hidden), key)


@sound
def document_from(row: Row) -> Document:
    """The document in a row of ``SELECT_DOCUMENT``."""
    source, title, text, sections, pages, regions, media_type, *more = row
    metadata, digest, origin, warnings = more
    parts = {"sections": sections, "pages": pages, "regions": regions}
    return Document(
        source=source,
        title=title,
        text=text,
        media_type=media_type,
        metadata=json.loads(metadata),
        text_sha256=digest,
        origin=_origin(origin),
        warnings=tuple(json.loads(warnings)),
        **codec.structure_from({name: json.loads(value) for name, value in parts.items()}),
    )


def pinned(document: Document) -> Document:
    """The document, checked against the hash that pins its text.

    Raises:
        LibraryDamagedError: its text is not the text that was taken in.
    """
    if sha256(document.text) != document.text_sha256:
        raise LibraryDamagedError(
            f"the text of {document.source!r} in the library is not the text that was taken in; "
            "ingest it again, or restore the library file"
        )
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
