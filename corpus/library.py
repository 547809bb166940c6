"""The library: one SQLite file that is the one source of truth.

It holds documents, their passages and the vectors; everything else on disk is derived from it
and can be deleted. A transaction is the commit point, and each commit raises the generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from corpus.database import Database, Execute, chunks, damaged, marks
from corpus.errors import (
    DocumentNotFoundError,
    EmbedderMismatchError,
    LibraryChangedError,
)
from corpus.layout import Layout
from corpus.rows import (
    PASSAGE_COLUMNS,
    SELECT_DOCUMENT,
    SELECT_ENTRY,
    Entry,
    Refusal,
    StoredPassage,
    document_from,
    document_row,
    entry_from,
    origin_json,
    passage_from,
    passage_row,
    pinned,
    refusal_from,
    sound,
    vectors_from,
)
from corpus.soundness import problems
from corpus.types import Document, Passage


class Library:
    """The documents, passages and vectors in one folder. Safe to use from several threads.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
    ...     library.generation, library.entries()
    (0, [])
    """

    def __init__(self, database: Database) -> None:
        self.folder = database.folder
        self._database = database

    @classmethod
    def open(cls, folder: str | Path, *, create: bool = False) -> Self:
        """Open the library in ``folder``; with ``create``, make it where there is none.

        Raises:
            LibraryError: as ``Database.open`` says.
        """
        return cls(Database.open(Path(folder), create=create))

    def close(self) -> None:
        """Give the file back. Closing twice is harmless."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What the library says of itself

    @property
    def generation(self) -> int:
        """How many commits the library has seen."""
        rows = self._database.rows("SELECT value FROM meta WHERE key = 'generation'")
        if not rows or not str(rows[0][0]).isdigit():
            raise damaged(self.folder, "it has no generation")
        return int(rows[0][0])

    @property
    def fingerprint(self) -> str | None:
        """The embedder that made the vectors; None until the first document is stored."""
        rows = self._database.rows("SELECT value FROM meta WHERE key = 'embedder'")
        return rows[0][0] if rows else None

    def require(self, fingerprint: str) -> None:
        """Check that vectors of the embedder ``fingerprint`` belong here.

        Raises:
            EmbedderMismatchError: the library's vectors were made by another embedder.
        """
        if self.fingerprint not in (None, fingerprint):
            raise EmbedderMismatchError(
                f"the library {self.folder} was made with the embedder {self.fingerprint}, and "
                f"this is {fingerprint}; choose the first with PINCITE_EMBEDDER, or ingest the "
                "documents into a new library (--library PATH) to embed them again"
            )

    def entries(self) -> list[Entry]:
        """Every document, by source name."""
        return [entry_from(row) for row in self._database.rows(f"{SELECT_ENTRY} ORDER BY d.source")]

    def entry(self, name: str) -> Entry | None:
        """The document whose source name is ``name``, if there is one."""
        rows = self._database.rows(f"{SELECT_ENTRY} WHERE d.source = ?", [name])
        return entry_from(rows[0]) if rows else None

    def find(self, name: str) -> Entry:
        """The document that a person calls ``name``: its source, or its id's first digits (6+).

        Raises:
            DocumentNotFoundError: there is none, or several ids begin so.
        """
        if (exact := self.entry(name)) is not None:
            return exact
        where = "length(?1) >= 6 AND substr(d.id, 1, length(?1)) = ?1"
        rows = self._database.rows(f"{SELECT_ENTRY} WHERE {where}", [name])
        matches = [entry_from(row) for row in rows]
        if len(matches) == 1:
            return matches[0]
        problem = f"{len(matches)} documents whose id begins with" if matches else "no document"
        raise DocumentNotFoundError(
            f"the library {self.folder} has {problem} {name!r}; see: pincite documents"
        )

    def refusals(self) -> list[Refusal]:
        """The files that could not be read, by source name."""
        rows = self._database.rows(f"{_SELECT_REFUSAL} ORDER BY source")
        return [refusal_from(row) for row in rows]

    def refusal(self, source: str) -> Refusal | None:
        """Why ``source`` could not be read, if it could not."""
        rows = self._database.rows(f"{_SELECT_REFUSAL} WHERE source = ?", [source])
        return refusal_from(rows[0]) if rows else None

    # Reading

    def document(self, id: str) -> Document:
        """The document with its text, checked against the hash that pins it.

        Raises:
            DocumentNotFoundError: no document has this id.
            LibraryDamagedError: the stored text is not the text that was taken in.
        """
        rows = self._database.rows(f"{SELECT_DOCUMENT} WHERE id = ?", [id])
        if not rows:
            raise DocumentNotFoundError(f"the library {self.folder} has no document {id[:12]}")
        return pinned(document_from(rows[0]))

    def layout(self, id: str) -> Layout | None:
        """Where the document's words stand on its pages; None for a format without pages."""
        rows = self._database.rows("SELECT words FROM layouts WHERE document = ?", [id])
        return sound(Layout.from_bytes)(rows[0][0]) if rows else None

    def original(self, id: str) -> bytes | None:
        """The bytes of the file that the document was read from, if they were kept."""
        rows = self._database.rows("SELECT data FROM originals WHERE document = ?", [id])
        return rows[0][0] if rows else None

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
        statement = (
            f"SELECT {PASSAGE_COLUMNS}, d.title, substr(d.text, p.start + 1, p.end - p.start)"
            " FROM passages p JOIN documents d ON d.id = p.document WHERE p.id > ?"
            " ORDER BY p.id LIMIT 2000"
        )
        last = 0
        while rows := self._database.rows(statement, [last]):
            for row in rows:
                yield passage_from(row[:-2]), row[-2], row[-1]
            last = rows[-1][0]

    def passage_ids(self, documents: Iterable[str]) -> list[int]:
        """The ids of all passages of these documents, in order."""
        return sorted(
            row[0]
            for chunk in chunks(documents)
            for row in self._database.rows(
                f"SELECT id FROM passages WHERE document IN ({marks(chunk)})", chunk
            )
        )

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
                "SELECT id FROM passages WHERE id > ? ORDER BY id LIMIT 2000", [last]
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

    # Writing

    def put(
        self,
        documents: Sequence[tuple[Document, Sequence[Passage]]],
        vectors: Mapping[bytes, NDArray[np.floating[Any]]],
        fingerprint: str,
        originals: Mapping[str, bytes] | None = None,
    ) -> None:
        """Store documents with their passages in one transaction; each replaces its old self.

        A document keeps the tags of the one it replaces; a refusal of its source is forgotten.

        Args:
            documents: each with its passages.
            vectors: by passage key, unit rows ``(1 + sentences, dimension)``; keys that the library
                has already may be left out.
            fingerprint: the embedder that made them.
            originals: by source, the bytes of the files that are to be kept.

        Raises:
            EmbedderMismatchError: the library belongs to another embedder.
            LibraryLockedError: another process is writing.
            LibraryChangedError: vectors that were here, and so were left out, are here no more.
        """
        added_at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.writing() as run:
            self.require(fingerprint)
            run("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", [fingerprint])
            for key, rows in vectors.items():
                data = np.ascontiguousarray(rows, "<f2").tobytes()
                run("INSERT OR IGNORE INTO vectors VALUES (?, ?)", [key, data])
            self._check_vectors(documents)
            freed: list[tuple[bytes]] = []
            for document, passages in documents:
                freed += run(f"{_KEYS_OF} WHERE d.source = ?", [document.source]).fetchall()
                tags = run(_TAGS_OF, [document.source]).fetchall()
                run("DELETE FROM documents WHERE source = ?", [document.source])
                run("DELETE FROM refusals WHERE source = ?", [document.source])
                run(_INSERT_DOCUMENT, document_row(document, added_at))
                for (tag,) in tags:
                    run("INSERT INTO tags VALUES (?, ?)", [document.id, tag])
                for passage in passages:
                    run(_INSERT_PASSAGE, passage_row(passage, document))
                if document.layout is not None:
                    layout = document.layout.to_bytes()
                    run("INSERT INTO layouts VALUES (?, ?)", [document.id, layout])
                if originals and document.source in originals:
                    original = originals[document.source]
                    run("INSERT INTO originals VALUES (?, ?)", [document.id, original])
            self._finish(run, freed)

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Note files that could not be read. What the library says to questions stays the same."""
        seen_at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.writing() as run:
            for refusal in refusals:
                origin = origin_json(refusal.origin)
                run(_INSERT_REFUSAL, [refusal.source, refusal.reason, origin, seen_at])

    def forgive(self, sources: Iterable[str]) -> None:
        """Forget that these files could not be read."""
        with self._database.writing() as run:
            for source in sources:
                run("DELETE FROM refusals WHERE source = ?", [source])

    def remove(self, ids: Sequence[str]) -> None:
        """Forget these documents, their passages and the vectors that nothing else uses."""
        with self._database.writing() as run:
            freed: list[tuple[bytes]] = []
            for id in ids:
                freed += run(f"{_KEYS_OF} WHERE d.id = ?", [id]).fetchall()
                run("DELETE FROM documents WHERE id = ?", [id])
            self._finish(run, freed)

    def _check_vectors(self, documents: Sequence[tuple[Document, Sequence[Passage]]]) -> None:
        keys = {p.key(document.text) for document, passages in documents for p in passages}
        if missing := len(keys - self.embedded(keys)):
            raise LibraryChangedError(
                f"another process removed {missing} vectors from {self.folder} that were about to "
                "be used again; run it again"
            )

    def _finish(self, run: Execute, freed: list[tuple[bytes]]) -> None:
        for (key,) in freed:
            run(_DROP_ORPHAN, [key])
        run("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    # Health

    def problems(self) -> list[str]:
        """What is wrong with the file, a sentence each; see `corpus.soundness`."""
        return problems(self._database)


_KEYS_OF = "SELECT DISTINCT p.key FROM passages p JOIN documents d ON d.id = p.document"
_TAGS_OF = "SELECT t.tag FROM tags t JOIN documents d ON d.id = t.document WHERE d.source = ?"
_SELECT_REFUSAL = "SELECT source, reason, origin, seen_at FROM refusals"
_INSERT_DOCUMENT = "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_REFUSAL = "INSERT OR REPLACE INTO refusals VALUES (?, ?, ?, ?)"
_INSERT_PASSAGE = (
    "INSERT INTO passages (document, start, end, sentences, path, key) VALUES (?, ?, ?, ?, ?, ?)"
)
_DROP_ORPHAN = (
    "DELETE FROM vectors WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM passages WHERE key = ?1)"
)
