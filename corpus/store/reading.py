"""What a library says of itself, and what is read from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import (
    DocumentNotFoundError,
    EmbedderMismatchError,
    TagNotFoundError,
)
from pincite.corpus.store import names
from pincite.corpus.store.database import Database, chunks, damaged, marks
from pincite.corpus.store.document_state import SELECT_STATE, DocumentState
from pincite.corpus.store.rows import (
    PASSAGE_COLUMNS,
    SELECT_DOCUMENT,
    SELECT_ENTRY,
    SELECT_REFUSAL,
    SELECT_TAKEN,
    Entry,
    Refusal,
    StoredPassage,
    Taken,
    document_from,
    entry_from,
    passage_from,
    pinned,
    refusal_from,
    sound,
    taken_from,
    vectors_from,
)
from pincite.corpus.types import Document, Layout

_AT_ONCE = 2000  # rows read at once while all are gone through
_TITLE_TEXT = (
    "SELECT d.title, c.text FROM documents d JOIN contents c ON c.document = d.id WHERE d.id = ?"
)
_OLDER = (
    "an older Pincite made it, so embed everything anew: pincite reembed (in Python: "
    "pincite.ingest.reembedding.reembed)"
)
_REMEDY = (
    "choose the first with PINCITE_EMBEDDER, or embed everything anew with the second: "
    "pincite reembed"
)


class ReadableLibrary:
    """The reading half of a `pincite.corpus.store.library.Library`."""

    def __init__(self, database: Database) -> None:
        self.folder = database.folder
        self._database = database

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
            raise damaged(self.folder, "it has no generation")
        return int(rows[0][0])

    @property
    def change_counter(self) -> tuple[int, int]:
        """Another value once anything in the file has been changed, by whomever.

        It is cheap to ask for, and compares only with others of the same open library.
        """
        statement = "SELECT data_version, total_changes() FROM pragma_data_version"
        ((others, ours),) = self._database.rows(statement)
        return others, ours

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
                f"the library {self.folder} was made with the embedder {made_by}, and this is "
                f"{fingerprint}; {_OLDER if is_older else remedy}"
            )

    def document_count(self) -> int:
        """How many documents there are."""
        ((documents,),) = self._database.rows("SELECT count(*) FROM documents")
        return int(documents)

    def counts(self) -> tuple[int, int]:
        """How many documents and passages there are."""
        ((passages,),) = self._database.rows("SELECT count(*) FROM passages")
        return self.document_count(), passages

    def entries(self) -> list[Entry]:
        """Every document, by source name."""
        return [entry_from(row) for row in self._database.rows(f"{SELECT_ENTRY} ORDER BY d.source")]

    def entry(self, name: str) -> Entry | None:
        """The document whose source name is ``name``, if there is one."""
        rows = self._database.rows(f"{SELECT_ENTRY} WHERE d.source = ?", [name])
        return entry_from(rows[0]) if rows else None

    def find(self, name: str) -> Entry:
        """The document that a person calls ``name``: see `pincite.corpus.store.names`.

        Raises:
            DocumentNotFoundError: there is none.
            AmbiguousIdError: the name may mean several.
        """
        return names.find(self._database, name)

    def find_refused(self, name: str) -> str | None:
        """The source of the file that could not be read and that a person calls ``name``, if any.

        Raises:
            AmbiguousIdError: the name may mean several.
        """
        return names.find_refused(self._database, name)

    def tags(self) -> dict[str, int]:
        """Every tag, in alphabetical order, with the number of documents that carry it."""
        return dict(self._database.rows("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY tag"))

    def tagged(self, tags: Iterable[str]) -> set[str]:
        """The ids of the documents that carry any of these tags.

        Raises:
            TagNotFoundError: no document carries one of them.
        """
        found: set[str] = set()
        for tag in tags:
            rows = self._database.rows("SELECT document FROM tags WHERE tag = ?", [tag])
            if not rows:
                raise TagNotFoundError(
                    f"no document of {self.folder} carries the tag {tag!r}; {self.known_tags()}"
                )
            found.update(row[0] for row in rows)
        return found

    def taken(self) -> dict[str, Taken]:
        """By source, what tells whether a file has changed since it was taken in."""
        return {row[0]: taken_from(row) for row in self._database.rows(SELECT_TAKEN)}

    def known_tags(self) -> str:
        """The tags in words, for messages."""
        known = ", ".join(self.tags())
        return f"the tags are {known}" if known else "there are no tags yet; see: pincite tag"

    def refusals(self) -> list[Refusal]:
        """The files that could not be read, by source name."""
        rows = self._database.rows(f"{SELECT_REFUSAL} ORDER BY source")
        return [refusal_from(row) for row in rows]

    def refusal(self, source: str) -> Refusal | None:
        """Why ``source`` could not be read, if it could not."""
        rows = self._database.rows(f"{SELECT_REFUSAL} WHERE source = ?", [source])
        return refusal_from(rows[0]) if rows else None

    # Documents and passages

    def document(self, id: str) -> Document:
        """The document with its text, checked against the hash that pins it.

        Raises:
            DocumentNotFoundError: no document has this id.
            LibraryDamagedError: the stored text is not the text that was taken in.
        """
        rows = self._database.rows(f"{SELECT_DOCUMENT} WHERE d.id = ?", [id])
        if not rows:
            raise DocumentNotFoundError(f"the library {self.folder} has no document {id[:12]}")
        return pinned(document_from(rows[0]))

    def with_words(self, words: str, most: int) -> list[str]:
        """The ids of the first ``most`` documents, by source name, that have just these words."""
        statement = (
            "SELECT d.id FROM documents d JOIN contents c ON c.document = d.id"
            " WHERE instr(c.text, ?) > 0 ORDER BY d.source LIMIT ?"
        )
        return [row[0] for row in self._database.rows(statement, [words, most])]

    def layout(self, id: str) -> Layout | None:
        """Where the document's words stand on its pages; None for a format without pages."""
        rows = self._database.rows("SELECT words FROM layouts WHERE document = ?", [id])
        return sound(Layout.from_bytes)(rows[0][0]) if rows else None

    def original(self, id: str) -> bytes | None:
        """The bytes of the file that the document was read from, if they were kept."""
        rows = self._database.rows("SELECT data FROM originals WHERE document = ?", [id])
        return rows[0][0] if rows else None

    def has_original(self, id: str) -> bool:
        """Whether the bytes of the file that the document was read from were kept."""
        return bool(self._database.rows("SELECT 1 FROM originals WHERE document = ?", [id]))

    def passages(self, ids: Iterable[int]) -> dict[int, StoredPassage]:
        """The passages with these ids, those that are no longer there left out."""
        found = (
            passage_from(row)
            for chunk in chunks(ids)
            for row in self._database.rows(
                f"SELECT {PASSAGE_COLUMNS} FROM passages p WHERE p.id IN ({marks(chunk)})", chunk
            )
        )
        return {stored.id: stored for stored in found}

    def passage_texts(self) -> Iterator[tuple[StoredPassage, str, str]]:
        """Every passage with its document's title and its own text, by id."""
        for stored, title, text in self.passages_in_texts():
            span = stored.passage.span
            yield stored, title, text[span.start : span.end]

    def passages_in_texts(self) -> Iterator[tuple[StoredPassage, str, str]]:
        """Every passage with its document's title and its document's whole text, by id."""
        return self.document_passages(state.id for state in self.document_states())

    def document_passages(self, ids: Iterable[str]) -> Iterator[tuple[StoredPassage, str, str]]:
        """The same for the passages of these documents, in the order of the documents."""
        statement = f"SELECT {PASSAGE_COLUMNS} FROM passages p WHERE p.document = ? ORDER BY p.id"
        for id in ids:
            said = self._database.rows(_TITLE_TEXT, [id])
            rows = self._database.rows(statement, [id])
            for title, text in said:  # none where it has just been removed
                for stored in map(passage_from, rows):
                    yield stored, title, text

    def document_states(self) -> list[DocumentState]:
        """Every document that has passages, by its first passage. Reads no text."""
        return [DocumentState(*row) for row in self._database.rows(SELECT_STATE)]

    def passage_ids(self, documents: Iterable[str]) -> list[int]:
        """The ids of all passages of these documents, in order."""
        return sorted(
            row[0]
            for chunk in chunks(documents)
            for row in self._database.rows(
                f"SELECT id FROM passages WHERE document IN ({marks(chunk)})", chunk
            )
        )

    # Vectors

    def vectors(self, ids: Iterable[int]) -> dict[int, NDArray[np.float32]]:
        """For each passage id, unit rows ``(1 + sentences, dimension)``, its own first."""
        found: dict[int, NDArray[np.float32]] = {}
        for chunk in chunks(ids):
            for id, data, cuts in self._database.rows(
                "SELECT p.id, v.data, json_array_length(p.sentences) FROM passages p"
                f" JOIN vectors v ON v.key = p.key WHERE p.id IN ({marks(chunk)})",
                chunk,
            ):
                found[id] = vectors_from(data, cuts)
        return found

    def passage_vectors(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Every passage's id and vector ``(dimension,)``, by id."""
        last = 0
        while ids := [
            row[0]
            for row in self._database.rows(
                f"SELECT id FROM passages WHERE id > ? ORDER BY id LIMIT {_AT_ONCE}", [last]
            )
        ]:
            for id, rows in sorted(self.vectors(ids).items()):
                yield id, rows[0]
            last = ids[-1]

    def embedded(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the passage keys whose vectors are already here."""
        return {
            row[0]
            for chunk in chunks(keys)
            for row in self._database.rows(
                f"SELECT key FROM vectors WHERE key IN ({marks(chunk)})", chunk
            )
        }
