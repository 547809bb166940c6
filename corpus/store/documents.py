"""What a library says of itself, and the documents that are read from it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress

from pincite.corpus.errors import (
    DocumentNotFoundError,
    EmbedderMismatchError,
    LibraryDamagedError,
    TagNotFoundError,
)
from pincite.corpus.store import names
from pincite.corpus.store.chunks import chunks, marks
from pincite.corpus.store.damage import damaged_document, sound
from pincite.corpus.store.protocol import Part, Store
from pincite.corpus.store.rows import (
    ENTRY_WIDTH,
    LAYOUT,
    ORIGINAL,
    SELECT_ENTRY,
    SELECT_REFUSAL,
    DamagedDocument,
    Entry,
    Refusal,
    Row,
    Taken,
    document_from,
    entry_from,
    listed_from,
    refusal_from,
    taken_from,
)
from pincite.corpus.store.sums import blob_sum
from pincite.corpus.store.tag_index import TagIndex
from pincite.corpus.types import Document, Layout

_ID_DIGITS = 6  # that may stand for a whole id
_OLDER = (
    "an older Pincite made it, so embed everything again: pincite reembed (in Python: "
    "pincite.ingest.reembedding.reembed)"
)
_REMEDY = (
    "choose the first with PINCITE_EMBEDDER, or embed everything again with the second: "
    "pincite reembed"
)


class ReadableDocuments:
    """What a `pincite.corpus.store.library.Library` says of itself and its documents."""

    def __init__(self, database: Store) -> None:
        self.folder = database.folder
        self.name = database.name
        self._database = database
        self._count: tuple[tuple[int, int], int] | None = None
        self._has_others: tuple[tuple[int, int], str, bool] | None = None
        self._tags = TagIndex(database, self._require_all)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """While it lasts, everything read is of one moment, whoever else writes.

        Other threads that use this library wait meanwhile; other processes do not.
        """
        with self._database.reading():
            yield

    # What the library says of itself

    @property
    def generation(self) -> int:
        """How many commits the library has seen that could change an answer."""
        rows = self._database.rows("SELECT value FROM meta WHERE key = 'generation'")
        if not rows or not str(rows[0][0]).isdigit():
            raise self._database.damage("it has no generation")
        return int(rows[0][0])

    @property
    def change_counter(self) -> tuple[int, int]:
        """Another value once anything in the file has been changed, by whomever.

        It is cheap to ask for, and compares only with others of the same open library.
        """
        statement = "SELECT data_version, total_changes() FROM pragma_data_version"
        ((others, ours),) = self._database.rows(statement)
        return others + (self._database.reopened << 32), ours

    @property
    def fingerprint(self) -> str | None:
        """The embedder that made the vectors; None until the first document is stored."""
        rows = self._database.rows("SELECT value FROM meta WHERE key = 'embedder'")
        return rows[0][0] if rows else None

    def require(self, fingerprint: str, remedy: str = _REMEDY) -> None:
        """Check that vectors of the embedder ``fingerprint`` belong here.

        Raises:
            EmbedderMismatchError: the library's vectors were made by another embedder; ``remedy``
                says what the person can do.
        """
        made_by = self.fingerprint
        if made_by not in (None, fingerprint):
            is_older = fingerprint.startswith(f"{made_by}+")  # the same model, used as it was then
            raise EmbedderMismatchError(
                f"the library {self.name} was made with the embedder {made_by}, and this is "
                f"{fingerprint}; {_OLDER if is_older else remedy}"
            )

    def document_count(self) -> int:
        """How many documents there are. Counted once until anything is changed."""
        counter = self.change_counter
        if self._count is None or self._count[0] != counter:
            ((documents,),) = self._database.rows("SELECT count(*) FROM documents")
            self._count = counter, int(documents)
        return self._count[1]

    def counts(self) -> tuple[int, int]:
        """How many documents and passages there are."""
        return self.document_count(), self._database.large.passage_count()

    def entries(self) -> list[Entry]:
        """Every document, by source name, without those that `damaged` has."""
        return [one for one in self._listed() if isinstance(one, Entry)]

    def damaged(self) -> list[DamagedDocument]:
        """The documents whose rows are damaged, by source name: no list and no tag has them."""
        return [one for one in self._listed() if isinstance(one, DamagedDocument)]

    def _listed(self) -> list[Entry | DamagedDocument]:
        with self._database.reading():
            rows = self._database.rows(f"{SELECT_ENTRY} ORDER BY d.source")
            self._require_all("documents", {row[0] for row in rows})
        return [listed_from(row) for row in rows]

    def entry(self, name: str) -> Entry | None:
        """The document whose source name is ``name``, if there is one."""
        rows = self._database.rows(f"{SELECT_ENTRY} WHERE d.source = ?", [name])
        return entry_from(rows[0]) if rows else None

    def added_together(self, ids: Collection[str]) -> bool:
        """Whether these documents were taken in at once, by one upload or one run of ingest, and
        others at another time.

        Raises:
            LibraryDamagedError: the row of one of them is not what was stored.
        """
        rows = [self._database.rows(f"{SELECT_ENTRY} WHERE d.id = ?", [id]) for id in ids]
        times = {entry_from(row).added_at for found in rows for row in found}
        return len(times) == 1 and self._others_than(times.pop())

    def _others_than(self, time: str) -> bool:
        """Whether any was taken in at another time; it may take a look at all, so one for each
        change."""
        counter = self.change_counter
        if self._has_others is None or self._has_others[:2] != (counter, time):
            others = "SELECT 1 FROM documents WHERE added_at != ? LIMIT 1"
            self._has_others = counter, time, bool(self._database.rows(others, [time]))
        return self._has_others[2]

    def holds(self, name: str) -> bool:
        """Whether there is a document whose source name is ``name``, damaged or not."""
        return bool(self._database.rows("SELECT 1 FROM documents WHERE source = ?", [name]))

    def sources(self) -> dict[str, str]:
        """The ids of all documents with their source names, damaged or not."""
        return dict(self._database.rows("SELECT id, source FROM documents ORDER BY source"))

    def _require_all(self, table: str, keys: Collection[str]) -> None:
        """Check that as many rows of a table were found as were stored."""
        rows = self._database.rows("SELECT value FROM meta WHERE key = ?", [table])
        if not rows or rows[0][0] != str(len(keys)):
            kept = rows[0][0] if rows else "no number"
            raise self._database.damage(f"it holds {len(keys)} {table}, and {kept} were stored")

    def find(self, name: str) -> Entry:
        """The document that a person calls ``name``: see `pincite.corpus.store.names`.

        Raises:
            DocumentNotFoundError: there is none.
            AmbiguousIdError: the name may mean several.
        """
        return names.find(self._database, name)

    def find_damaged(self, name: str) -> tuple[str, str] | None:
        """The id and source of the damaged document of this source name, path or id, if any."""
        for id, source in self.sources().items():
            if source in (name, os.path.abspath(name)) or (
                len(name) >= _ID_DIGITS and id.startswith(name)
            ):
                try:
                    self.entry(source)
                    self.document(id)
                except LibraryDamagedError:
                    return id, source
        return None

    def find_refused(self, name: str) -> str | None:
        """The source of the file that could not be read and that a person calls ``name``, if any.

        Raises:
            AmbiguousIdError: the name may mean several.
        """
        return names.find_refused(self._database, name)

    def tags(self) -> dict[str, int]:
        """Every tag, in alphabetical order, with the number of documents that carry it."""
        return {tag: len(ids) for tag, ids in sorted(self._tagged().items())}

    def tagged(self, tags: Iterable[str]) -> set[str]:
        """The ids of the documents that carry any of these tags.

        Raises:
            TagNotFoundError: no document carries one of them.
        """
        found: set[str] = set()
        for tag in tags:
            ids = self._tagged().get(tag)
            if not ids:
                raise TagNotFoundError(
                    f"no document in {self.name} has the tag {tag!r}; {self.known_tags()}"
                )
            found.update(ids)
        return found

    def _tagged(self) -> Mapping[str, list[str]]:
        return self._tags.ids(self.change_counter)

    def taken(self) -> dict[str, Taken]:
        """By source, what tells whether a file has changed since it was taken in.

        Documents that are damaged are left out, so that their files are read anew.
        """
        found: dict[str, Taken] = {}
        for row in self._database.rows(SELECT_ENTRY):
            with suppress(LibraryDamagedError):
                source, taken = taken_from(row)
                found[source] = taken
        return found

    def known_tags(self) -> str:
        """The tags in words, for messages."""
        known = ", ".join(self.tags())
        return f"the tags are {known}" if known else "there are no tags yet; see: pincite tag"

    def refusals(self) -> list[Refusal]:
        """The files that could not be read, by source name."""
        with self._database.reading():
            rows = self._database.rows(f"{SELECT_REFUSAL} ORDER BY source")
            self._require_all("refusals", {row[0] for row in rows})
        return [refusal_from(row) for row in rows]

    def refusal(self, source: str) -> Refusal | None:
        """Why ``source`` could not be read, if it could not."""
        rows = self._database.rows(f"{SELECT_REFUSAL} WHERE source = ?", [source])
        return refusal_from(rows[0]) if rows else None

    # Documents

    def document(self, id: str) -> Document:
        """The document with its text, checked against its sums and the hash that pins its text.

        Raises:
            DocumentNotFoundError: no document has this id.
            LibraryDamagedError: it is not the document that was taken in.
        """
        return self.document_and_sum(id)[0]

    def document_and_sum(self, id: str) -> tuple[Document, bytes]:
        """The same with the sum of the document's row; see `document_sums`."""
        row = next(self._database.large.document_rows([id]), None)
        if row is None:
            raise DocumentNotFoundError(f"the library {self.name} has no document {id[:12]}")
        return self._document(row, {id}), row[ENTRY_WIDTH - 1]

    def _document(self, row: Row, asked: Set[str]) -> Document:
        document = document_from(row)
        if document.id not in asked:
            raise self._database.damage(f"it gives {document.source!r} for another document")
        return document

    def document_sums(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The sums of these documents by id, as far as they are there.

        Each time that a document is taken in, and whenever anything is said of it, it gets another
        one. No text is read.
        """
        return {
            id: kept
            for chunk in chunks(ids)
            for id, kept in self._database.rows(
                f"SELECT id, sum FROM documents WHERE id IN ({marks(chunk)})", chunk
            )
        }

    def with_words(self, words: str, most: int) -> list[str]:
        """The ids of the first ``most`` documents, by source name, that have just these words."""
        return self._database.large.documents_with(words, most)

    def layout(self, id: str) -> Layout | None:
        """Where the document's words stand on its pages; None for a format without pages."""
        data = self._blob(id, "layouts", LAYOUT, "where its words stand")
        return None if data is None else sound(Layout.from_bytes)(data)

    def original(self, id: str) -> bytes | None:
        """The bytes of the file that the document was read from, if they were kept."""
        return self._blob(id, "originals", ORIGINAL, "its file")

    def _blob(self, id: str, part: Part, flag: int, what: str) -> bytes | None:
        for data, kept in self._database.large.part_rows(part, id):
            if blob_sum(id, data) != kept:
                raise self._damaged(id, what)
            return bytes(data)
        if self._has(id, flag):
            raise self._damaged(id, f"{what}, which is lost,")
        return None

    def _has(self, id: str, part: int) -> bool:
        rows = self._database.rows("SELECT parts FROM documents WHERE id = ?", [id])
        return bool(rows and rows[0][0] & part)

    def _damaged(self, id: str, what: str) -> LibraryDamagedError:
        """The error for a document of which ``what`` is not what was stored."""
        rows = self._database.rows("SELECT source FROM documents WHERE id = ?", [id])
        return damaged_document(rows[0][0] if rows else None, id, what)

    def has_original(self, id: str) -> bool:
        """Whether the bytes of the file that the document was read from were kept."""
        return self._has(id, ORIGINAL)
