"""Is a library file what Pincite wrote? Every row is read and held against what it must be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from corpus.database import Database
from corpus.errors import LibraryError
from corpus.rows import (
    PASSAGE_COLUMNS,
    SELECT_DOCUMENT,
    document_from,
    passage_from,
    pinned,
)
from corpus.types import Document, Passage, Span

_BYTES = 2  # of a number in a vector: float16


def problems(database: Database) -> list[str]:
    """What is wrong with the file, a sentence each; an empty list when it is sound.

    Checks SQLite's own structure, every reference, each document's hash and sections, each
    passage's offsets, and the size of each vector.
    """
    found: list[str] = []
    for check in (_structure, _generation, _documents, _vectors):
        try:
            found.extend(check(database))
        except LibraryError as error:
            found.append(str(error))
    return found


def _structure(database: Database) -> Iterator[str]:
    yield from (row[0] for row in database.rows("PRAGMA integrity_check") if row[0] != "ok")
    broken = database.rows("PRAGMA foreign_key_check")
    for lead, count in Counter(f"{row[0]} to {row[2]}" for row in broken).items():
        yield f"{count} references from {lead} lead nowhere"


def _generation(database: Database) -> Iterator[str]:
    rows = database.rows("SELECT value FROM meta WHERE key = 'generation'")
    if not rows or not str(rows[0][0]).isdigit():
        yield "the library has no generation; restore the library file from a copy"


def _documents(database: Database) -> Iterator[str]:
    for (id,) in database.rows("SELECT id FROM documents ORDER BY source"):
        try:
            row = database.rows(f"{SELECT_DOCUMENT} WHERE id = ?", [id])[0]
            document = pinned(document_from(row))
            if not _tiled(document):
                yield f"the sections of {document.source!r} do not tile it; ingest it again"
            rows = database.rows(
                f"SELECT {PASSAGE_COLUMNS} FROM passages p WHERE p.document = ?", [id]
            )
            wrong = sum(not _inside(passage_from(row).passage, document) for row in rows)
            if wrong:
                yield f"{wrong} passages of {document.source!r} are out of place; ingest it again"
        except LibraryError as error:
            yield f"document {str(id)[:12]}: {error}"


def _tiled(document: Document) -> bool:
    ends = [0, *(section.span.end for section in document.sections)]
    starts = [*(section.span.start for section in document.sections), len(document.text)]
    return bool(document.sections) and ends == starts


def _inside(passage: Passage, document: Document) -> bool:
    whole = Span(0, len(document.text))
    cuts = passage.sentences
    return bool(cuts) and whole.contains(passage.span) and all(map(passage.span.contains, cuts))


def _vectors(database: Database) -> Iterator[str]:
    statement = (
        "SELECT DISTINCT length(v.data), json_array_length(p.sentences)"
        " FROM passages p JOIN vectors v ON v.key = p.key"
    )
    dimensions = {size / _BYTES / (1 + sentences) for size, sentences in database.rows(statement)}
    if len(dimensions) > 1 or not all(d >= 1 and d.is_integer() for d in dimensions):
        yield "the vectors are damaged; restore the library file, or ingest anew"
