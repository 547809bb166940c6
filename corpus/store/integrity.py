"""Is a library file what Pincite wrote?

The quick look reads what is small: the references between the tables and the list of documents.
The deep one reads every page of the file, every text, offset and vector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pincite.corpus.checks import are_unit, document_faults, passage_faults
from pincite.corpus.counts import counted
from pincite.corpus.errors import LibraryError, UsageError
from pincite.corpus.store.damage import sound
from pincite.corpus.store.protocol import Catalogue
from pincite.corpus.store.rows import (
    ENTRY_WIDTH,
    PASSAGE_COLUMNS,
    SELECT_DOCUMENT,
    SELECT_ENTRY,
    SELECT_REFUSAL,
    Row,
    document_from,
    entry_from,
    passage_from,
    refusal_from,
    vectors_from,
)
from pincite.corpus.store.seals import COUNTED
from pincite.corpus.store.sums import blob_sum, row_sum, text_sum
from pincite.corpus.tags import checked_tag
from pincite.corpus.types import Document, Layout, Passage, sha256

OLDER = (
    "an older Pincite wrote the library, which so has no sums to check; they are made when it is "
    "opened where it can be written"
)
_AT_ONCE = 1000  # vectors of passages
_AGAIN = "mend it with: pincite doctor --repair, or restore the library file from a copy"
_ANEW = "make them anew: pincite doctor --repair"
_OF = "WHERE document = ?"
_BLOBS = (("layouts", "words", "where its words stand"), ("originals", "data", "its file"))


def problems(database: Catalogue) -> list[str]:
    """What is wrong with the file's structure, a sentence each; an empty list when it is sound."""
    return _found(database, _generation, _references, _counts, _lists)


def deep_problems(database: Catalogue) -> list[str]:
    """What is wrong with anything in the file.

    Checks SQLite's own structure, every reference, every sum, each document's hash, sections, pages
    and layout, each passage's and sentence's offsets and key, and the number, size and length of
    their vectors; tags and refusals too. Vectors that nothing uses are no problem: a run that was
    stopped may have left them, and the next one takes them up.
    """
    return [
        *_found(database, _pages, _generation, _references, _counts, _refusals, _tags),
        *_found(database, _documents, _vectors),
    ]


def _found(database: Catalogue, *checks: Callable[[Catalogue], Iterator[str]]) -> list[str]:
    found: list[str] = []
    for check in checks:
        try:
            with database.reading():
                found.extend(check(database))
        except LibraryError as error:
            found.append(str(error))
    return found


def _pages(database: Catalogue) -> Iterator[str]:
    yield from (row[0] for row in database.rows("PRAGMA integrity_check") if row[0] != "ok")


def _generation(database: Catalogue) -> Iterator[str]:
    rows = database.rows("SELECT value FROM meta WHERE key = 'generation'")
    if not rows or not str(rows[0][0]).isdigit():
        yield "the library has no generation; restore the library file from a copy"


def _references(database: Catalogue) -> Iterator[str]:
    broken = database.rows("PRAGMA foreign_key_check")
    for lead, count in Counter(f"{row[0]} to {row[2]}" for row in broken).items():
        leads = "leads" if count == 1 else "lead"
        yield f"{counted(count, 'reference')} from {lead} {leads} nowhere"
    ((missing,),) = database.rows(
        "SELECT count(*) FROM documents WHERE id NOT IN (SELECT document FROM contents)"
    )
    if missing:
        have = "has" if missing == 1 else "have"
        documents = counted(missing, "document")
        yield f"{documents} {have} no text; restore the library file from a copy"


def _counts(database: Catalogue) -> Iterator[str]:
    for table in COUNTED:
        ((count,),) = database.rows(f"SELECT count(*) FROM {table}")
        stored = database.rows("SELECT value FROM meta WHERE key = ?", [table])
        if not stored or stored[0][0] != str(count):
            kept = stored[0][0] if stored else "an unknown number"
            yield f"it holds {count} {table}, and {kept} were stored; restore it from a copy"


def _lists(database: Catalogue) -> Iterator[str]:
    yield from _rows(database, SELECT_ENTRY, entry_from)
    yield from _refusals(database)


def _refusals(database: Catalogue) -> Iterator[str]:
    yield from _rows(database, SELECT_REFUSAL, refusal_from)


def _rows(database: Catalogue, statement: str, read: Callable[[Row], object]) -> Iterator[str]:
    for row in database.rows(statement):
        try:
            read(row)
        except LibraryError as error:
            yield str(error)


def _tags(database: Catalogue) -> Iterator[str]:
    for (tag,) in database.rows("SELECT DISTINCT tag FROM tags"):
        try:
            if isinstance(tag, str) and checked_tag(tag) == tag:
                continue
        except UsageError:
            pass
        yield f"the tag {tag!r} is none that Pincite writes; remove it: pincite tag"


def _documents(database: Catalogue) -> Iterator[str]:
    for id, source in database.rows("SELECT id, source FROM documents ORDER BY source"):
        try:
            faults = [*_changed(database, id)] or [*_faults(database, id)]
        except LibraryError as error:
            faults = [str(error)]
        if faults:
            yield f"document {source!r}: {' and '.join(faults)}; {_AGAIN}"


def _changed(database: Catalogue, id: str) -> Iterator[str]:
    """What of a document does not fit its sums, a clause each."""
    for row in database.rows(f"{SELECT_DOCUMENT} WHERE d.id = ?", [id]):
        *entry, kept = row[:ENTRY_WIDTH]
        if row_sum(*entry) != kept:
            yield "its title, kind, dates, tags, warnings or origin were changed"
        text, *contents, kept = row[ENTRY_WIDTH:]
        if text is None:
            continue  # a document without a text is named with the references
        if sha256(text) != entry[4]:
            yield "its text is not the text that was ingested"
        if row_sum(*contents) != kept:
            yield "its sections, pages or regions were changed"
        yield from _changed_passages(database, id, text)
        for table, column, what in _BLOBS:
            for data, kept in database.rows(f"SELECT {column}, sum FROM {table} {_OF}", [id]):
                if blob_sum(id, data) != kept:
                    yield f"{what} was changed"


def _changed_passages(database: Catalogue, id: str, text: str) -> Iterator[str]:
    rows = database.rows(f"SELECT {PASSAGE_COLUMNS} FROM passages p {_OF} ORDER BY p.id", [id])
    ((kept,),) = database.rows("SELECT passage_sum FROM documents WHERE id = ?", [id])
    if row_sum(*(row[0] for row in rows)) != kept:
        yield "the list of its passages was changed"
    if changed := sum(row_sum(*row[:-1]) != row[-1] for row in rows):
        yield f"{changed} of its passages were changed"
    elif changed := sum(text_sum(text[row[2] : row[3]]) != row[-2] for row in rows):
        yield f"the texts of {changed} of its passages were changed"


def _faults(database: Catalogue, id: str) -> Iterator[str]:
    """What is wrong with a document that fits its sums: an older library was sealed as it was."""
    rows = database.rows(f"{SELECT_DOCUMENT} WHERE d.id = ?", [id])
    if not rows:
        yield "it is not found by its id"
    if not rows or rows[0][ENTRY_WIDTH] is None:
        return
    document = document_from(rows[0])
    for (words,) in database.rows(f"SELECT words FROM layouts {_OF}", [id]):
        document = replace(document, layout=sound(Layout.from_bytes)(words))
    faults = list(document_faults(document))
    noted = database.rows("SELECT id, characters, paged FROM documents WHERE id = ?", [id])
    if noted != [(document.id, len(document.text), len(document.pages))]:
        faults.append("its row does not fit its text")
    if not faults:  # so that passages can be held against the text and its sections
        rows = database.rows(f"SELECT {PASSAGE_COLUMNS} FROM passages p {_OF}", [id])
        passages = [passage_from(row).passage for row in rows]
        faults += passage_faults(document, passages)
        if not faults and (strange := _strange(document, passages, [row[-3] for row in rows])):
            faults.append(
                f"the vectors of {strange} of its passages are those of another text, or of an "
                "older Pincite"
            )
    yield from faults


def _strange(document: Document, passages: Sequence[Passage], keys: Sequence[bytes]) -> int:
    """How many passages have a key that is not that of what is embedded of them."""
    own = (passage.key(document.text) for passage in passages)
    return sum(key != stored for key, stored in zip(own, keys, strict=True))


def _vectors(database: Catalogue) -> Iterator[str]:
    dimensions: set[int] = set()
    wrong: Counter[str] = Counter()
    last = 0
    while rows := database.rows(
        "SELECT p.id, d.source, json_array_length(p.sentences), v.key, v.data, v.sum"
        " FROM passages p JOIN vectors v ON v.key = p.key JOIN documents d ON d.id = p.document"
        f" WHERE p.id > ? AND json_valid(p.sentences) ORDER BY p.id LIMIT {_AT_ONCE}",
        [last],
    ):
        for _, source, sentences, key, data, kept in rows:
            try:
                vectors = vectors_from(data, sentences)
            except LibraryError:
                wrong[source] += 1
                continue
            dimensions.add(vectors.shape[1])
            wrong[source] += blob_sum(key, data) != kept or not are_unit(vectors)
        last = rows[-1][0]
    for source, count in sorted((+wrong).items()):
        yield f"document {source!r}: the vectors of {count} of its passages are damaged; {_ANEW}"
    if len(dimensions) > 1:
        yield f"there are vectors of {len(dimensions)} sizes; make them anew: pincite reembed"
