"""A document with all that a library keeps of it, as one line of JSON and back.

The form stands in docs/json.md. Every line says which version of it it is in.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pincite.corpus import codec
from pincite.corpus.checks import are_unit, document_faults, passage_faults
from pincite.corpus.errors import LibraryDamagedError, RecordError, UsageError
from pincite.corpus.store.reading import ReadableLibrary
from pincite.corpus.store.rows import Entry, Refusal, vectors_from
from pincite.corpus.tags import checked_tag
from pincite.corpus.types import Document, Layout, Origin, Passage, PassageKind, RegionKind

VERSION = 2  # of the form; the first had no regions, and passages no columns … hidden


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A document's passages with their vectors: unit rows ``(1 + sentences, dimension)``."""

    fingerprint: str
    passages: list[Passage]
    vectors: list[NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A document with its layout, and what the library keeps beside it."""

    document: Document
    tags: tuple[str, ...]
    added_at: str
    original: bytes | None = None
    cut: Cut | None = None


def records(library: ReadableLibrary, *, vectors: bool) -> Iterator[Record | Refusal]:
    """Everything in the library: the documents by source, then the files that were not read."""
    library.require_sound()
    for entry in library.entries():
        yield record_of(library, entry, vectors=vectors)
    yield from library.refusals()


def record_of(library: ReadableLibrary, entry: Entry, *, vectors: bool = False) -> Record:
    """All that the library keeps of one document."""
    document = replace(library.document(entry.id), layout=library.layout(entry.id))
    cut = None
    if vectors and library.fingerprint is not None:
        ids = library.passage_ids([entry.id])
        stored, rows = library.passages(ids), library.vectors(ids)
        passages = [stored[id].passage for id in ids]
        cut = Cut(library.fingerprint, passages, [rows[id] for id in ids])
    return Record(document, entry.tags, entry.added_at, library.original(entry.id), cut)


def to_line(record: Record | Refusal) -> str:
    """The record as one line of JSON, in ASCII, without the line end."""
    if isinstance(record, Refusal):
        return json.dumps({"pincite": VERSION, **record.to_json()})
    document = record.document
    layout = None if document.layout is None else _base64(document.layout.to_bytes())
    return json.dumps(
        {
            "pincite": VERSION,
            "state": "read with warnings" if document.warnings else "read",
            "id": document.id,
            **codec.described(document),
            **parts(document),
            "tags": record.tags,
            "added_at": record.added_at,
            "layout": layout,
            "original": None if record.original is None else _base64(record.original),
            "cut": None if record.cut is None else _cut_json(record.cut),
        }
    )


def parts(document: Document) -> dict[str, Any]:
    """A document's text, sections, pages and regions as JSON values."""
    return {"text": document.text, **codec.named(codec.structure(document))}


def from_line(line: bytes) -> Record | Refusal:
    """The record in a line that ``to_line`` wrote.

    Raises:
        RecordError: it did not write this, or the text, an offset or a vector was changed since.
    """
    try:
        fields = _LINE.validate_json(line)
        if isinstance(fields, _RefusedLine):
            return Refusal(fields.source, fields.reason, fields.origin, fields.seen_at)
        return _from_fields(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise RecordError(f"{place}: {first['msg']}" if place else first["msg"]) from error
    except (binascii.Error, ValueError) as error:
        raise RecordError(str(error)) from error


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Section(_Strict):
    start: int
    end: int
    body: int
    path: list[str]


class _Page(_Strict):
    start: int
    end: int
    number: int


class _Region(_Strict):
    start: int
    end: int
    kind: RegionKind


class _Passage(_Strict):
    start: int
    end: int
    sentences: list[tuple[int, int]]
    path: list[str]
    columns: list[str] = []
    context: list[list[tuple[int, int]]] = []
    kind: PassageKind = "prose"
    hidden: bool = False
    vectors: str


class _Cut(_Strict):
    fingerprint: str
    passages: list[_Passage]


class _Line(_Strict):
    pincite: Literal[1, 2]
    state: Literal["read", "read with warnings"]
    id: str
    source: str
    title: str
    media_type: str
    text_sha256: str
    text: str
    sections: list[_Section]
    pages: list[_Page]
    regions: list[_Region] = []
    metadata: dict[str, Any]
    origin: Origin | None
    warnings: list[str]
    tags: list[str]
    added_at: str
    layout: str | None
    original: str | None
    cut: _Cut | None


class _RefusedLine(_Strict):
    pincite: Literal[1, 2]
    state: Literal["refused"]
    source: str
    reason: str
    origin: Origin | None
    seen_at: str


_LINE: TypeAdapter[_Line | _RefusedLine] = TypeAdapter(
    Annotated[_Line | _RefusedLine, Field(discriminator="state")]
)


def _cut_json(cut: Cut) -> dict[str, Any]:
    return {
        "fingerprint": cut.fingerprint,
        "passages": [
            {
                **dict(zip(codec.PASSAGE_NAMES, codec.passage_values(passage), strict=True)),
                "vectors": _base64(np.ascontiguousarray(rows, "<f2").tobytes()),
            }
            for passage, rows in zip(cut.passages, cut.vectors, strict=True)
        ],
    }


def _from_fields(line: _Line) -> Record:
    values = line.model_dump()
    values.update(codec.unnamed({part: values[part] for part in codec.NAMES}))
    layout = None if line.layout is None else Layout.from_bytes(_bytes(line.layout))
    document = codec.document_from(values, line.text, layout)
    faults = list(document_faults(document))
    if document.id != line.id:
        faults.append("its id is not that of this text under this name")
    cut = None if line.cut is None else _cut_from(line.cut)
    if cut is not None and not faults:
        faults += passage_faults(document, cut.passages)
        faults += [] if all(map(are_unit, cut.vectors)) else ["a vector is not of unit length"]
    if faults:
        raise RecordError(f"the document {line.source!r}: {' and '.join(faults)}")
    datetime.fromisoformat(line.added_at)
    return Record(
        document,
        tuple(sorted(set(map(_tag, line.tags)))),
        line.added_at,
        None if line.original is None else _bytes(line.original),
        cut,
    )


def _cut_from(cut: _Cut) -> Cut:
    passages = [
        codec.passage_from([getattr(p, name) for name in codec.PASSAGE_NAMES]) for p in cut.passages
    ]
    try:
        vectors = [vectors_from(_bytes(p.vectors), len(p.sentences)) for p in cut.passages]
    except LibraryDamagedError as error:
        raise RecordError("the vectors of a passage are not as many as it has sentences") from error
    if len({rows.shape[1] for rows in vectors}) > 1:
        raise RecordError("the vectors are of several dimensions")
    return Cut(cut.fingerprint, passages, vectors)


def _tag(tag: str) -> str:
    try:
        kept = checked_tag(tag)
    except UsageError as error:
        raise RecordError(str(error)) from error
    if kept != tag:
        raise RecordError(f"the tag {tag!r} is not in the form {kept!r}")
    return tag


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
