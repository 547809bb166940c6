"""Is a library file what Pincite wrote?

The quick look reads what is small: the references between the tables and the list of documents.
The deep one reads every page of the file, every text, offset and vector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pincite.corpus.checks import are_unit, document_faults, passage_faults
from pincite.corpus.errors import LibraryError, UsageError
from pincite.corpus.store.database import Database
from pincite.corpus.store.rows import (
    PASSAGE_COLUMNS,
    SELECT_DOCUMENT,
    SELECT_ENTRY,
    SELECT_REFUSAL,
    Row,
    document_from,
    entry_from,
    passage_from,
    refusal_from,
    sound,
    vectors_from,
)
from pincite.corpus.tags import checked_tag
from pincite.corpus.types import Document, Layout, Passage

_AT_ONCE = 1000  # vectors of passages
_AGAIN = "ingest it again, or restore the library file from a copy"


def problems(database: Database) -> list[str]:
    """What is wrong with the file's structure, a sentence each; an empty list when it is sound."""
    return _found(database, _generation, _references, _lists)


def deep_problems(database: Database) -> list[str]:
    """What is wrong with anything in the file.

    Checks SQLite's own structure, every reference, each document's hash, sections, pages and
    layout, each passage's and sentence's offsets and key, and the number, size and length of their
    vectors; tags and refusals too. Vectors that nothing uses are no problem: a run that was stopped
    may have left them, and the next one takes them up.
    """
    return _found(database, _pages, _generation, _references, _lists, _tags, _documents, _vectors)


def _found(database: Database, *checks: Callable[[Database], Iterator[str]]) -> list[str]:
    found: list[str] = []
    for check in checks:
        try:
            with database.reading():
                found.extend(check(database))
        except LibraryError as error:
            found.append(str(error))
    return found


def _pages(database: Database) -> Iterator[str]:
    yield from (row[0] for row in database.rows("PRAGMA integrity_check") if row[0] != "ok")


def _generation(database: Database) -> Iterator[str]:
    rows = database.rows("SELECT value FROM meta WHERE key = 'generation'")
    if not rows or not str(rows[0][0]).isdigit():
        yield "the library has no generation; restore the library file from a copy"


def _references(database: Database) -> Iterator[str]:
    broken = database.rows("PRAGMA foreign_key_check")
    for lead, count in Counter(f"{row[0]} to {row[2]}" for row in broken).items():
        yield f"{count} references from {lead} lead nowhere"
    (missing,) = database.rows(
        "SELECT count(*) FROM documents WHERE id NOT IN (SELECT document FROM contents)"
    )
    if missing[0]:
        yield f"{missing[0]} documents have no text; restore the library file from a copy"


def _lists(database: Database) -> Iterator[str]:
    readers: tuple[tuple[str, Callable[[Row], object]], ...] = (
        (SELECT_ENTRY, entry_from),
        (SELECT_REFUSAL, refusal_from),
    )
    for statement, read in readers:
        for row in database.rows(statement):
            try:
                read(row)
            except LibraryError as error:
                yield f"{str(row[0])[:12]}: {error}"


def _tags(database: Database) -> Iterator[str]:
    for (tag,) in database.rows("SELECT DISTINCT tag FROM tags"):
        try:
            if checked_tag(tag) == tag:
                continue
        except UsageError:
            pass
        yield f"the tag {tag!r} is none that Pincite writes; remove it: pincite tag"


def _documents(database: Database) -> Iterator[str]:
    for (id,) in database.rows("SELECT id FROM documents ORDER BY source"):
        try:
            yield from _document(database, id)
        except LibraryError as error:
            yield f"document {str(id)[:12]}: {error}"


def _document(database: Database, id: str) -> Iterator[str]:
    rows = database.rows(f"{SELECT_DOCUMENT} WHERE d.id = ?", [id])
    if not rows:
        return  # a document without a text is named with the references
    document = document_from(rows[0])
    for (words,) in database.rows("SELECT words FROM layouts WHERE document = ?", [id]):
        document = replace(document, layout=sound(Layout.from_bytes)(words))
    faults = list(document_faults(document))
    noted = database.rows("SELECT id, characters, paged FROM documents WHERE id = ?", [id])
    if noted != [(document.id, len(document.text), len(document.pages))]:
        faults.append("its row does not fit its text")
    if not faults:  # so that passages can be held against the text and its sections
        rows = database.rows(
            f"SELECT {PASSAGE_COLUMNS}, p.key FROM passages p WHERE p.document = ?", [id]
        )
        passages = [passage_from(row[:-1]).passage for row in rows]
        faults += passage_faults(document, passages)
        if not faults and (strange := _strange(document, passages, [row[-1] for row in rows])):
            faults.append(
                f"the vectors of {strange} of its passages are those of another text, or of an "
                "older Pincite"
            )
    if faults:
        yield f"document {document.source!r}: {' and '.join(faults)}; {_AGAIN}"


def _strange(document: Document, passages: Sequence[Passage], keys: Sequence[bytes]) -> int:
    """How many passages have a key that is not that of what is embedded of them."""
    own = (passage.key(document.text) for passage in passages)
    return sum(key != stored for key, stored in zip(own, keys, strict=True))


def _vectors(database: Database) -> Iterator[str]:
    dimensions: set[int] = set()
    wrong = last = 0
    while rows := database.rows(
        "SELECT p.id, json_array_length(p.sentences), v.data FROM passages p"
        f" JOIN vectors v ON v.key = p.key WHERE p.id > ? ORDER BY p.id LIMIT {_AT_ONCE}",
        [last],
    ):
        for _, sentences, data in rows:
            try:
                vectors = vectors_from(data, sentences)
            except LibraryError:
                wrong += 1
                continue
            dimensions.add(vectors.shape[1])
            wrong += not are_unit(vectors)
        last = rows[-1][0]
    if wrong or len(dimensions) > 1:
        sizes = f" and of {len(dimensions)} sizes" if len(dimensions) > 1 else ""
        yield f"the vectors of {wrong} passages are damaged{sizes}; make them anew: pincite reembed"
