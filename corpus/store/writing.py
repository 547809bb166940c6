"""What is put into a library, and what is taken out of it, one transaction each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.counts import counted
from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.store import last_commit
from pincite.corpus.store.reading import ReadableLibrary
from pincite.corpus.store.rows import Refusal, contents_row, document_row, origin_json, passage_row
from pincite.corpus.store.seals import Execute, seal_commit, seal_document, seal_parts
from pincite.corpus.types import Document, Origin, Passage

_AT_ONCE = 2000  # passages whose vectors are looked for at once; bounds memory


class WritableLibrary(ReadableLibrary):
    """The writing half of a `pincite.corpus.store.library.Library`."""

    @contextmanager
    def _writing(self) -> Iterator[Execute]:
        """One transaction, counted, and noted beside the file when it is committed."""
        with self._database.writing() as run:
            yield run
            seal_commit(run)
            commit = last_commit.stored(run)
        self._database.note(commit)

    def put(
        self,
        documents: Sequence[tuple[Document, Collection[Passage]]],
        vectors: Mapping[bytes, NDArray[np.floating[Any]]],
        fingerprint: str,
        originals: Mapping[str, bytes] | None = None,
        tags: Mapping[str, Iterable[str]] | None = None,
        added_at: Mapping[str, str] | None = None,
    ) -> None:
        """Store documents with their passages in one transaction; each replaces its old self.

        A document keeps the tags of the one it replaces; a refusal of its source is forgotten.

        Args:
            documents: each with its passages.
            vectors: by passage key, unit rows ``(1 + sentences, dimension)``; keys that the library
                has already may be left out.
            fingerprint: the embedder that made them.
            originals: by source, the bytes of the files that are to be kept.
            tags: by source, the tags instead of those of the one replaced.
            added_at: by source, when it was first taken in (ISO 8601, UTC); by default now.

        Raises:
            EmbedderMismatchError: the library belongs to another embedder.
            LibraryLockedError: another process is writing.
            LibraryChangedError: vectors that were here, and so were left out, are here no more.
        """
        originals, tags, added_at = originals or {}, tags or {}, added_at or {}
        now = _now()
        with self._writing() as run:
            self.require(fingerprint)
            run("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", [fingerprint])
            _insert_vectors(run, vectors)
            self._check_vectors(documents)
            freed: list[tuple[bytes]] = []
            for document, passages in documents:
                source = document.source
                freed += run(f"{_KEYS_OF} WHERE d.source = ?", [source]).fetchall()
                carried = [row[0] for row in run(_TAGS_OF, [source]).fetchall()]
                run("DELETE FROM documents WHERE source = ?", [source])
                run("DELETE FROM refusals WHERE source = ?", [source])
                run(_INSERT_DOCUMENT, document_row(document, added_at.get(source, now)))
                run(_INSERT_CONTENTS, contents_row(document))
                for tag in tags.get(source, carried):
                    run("INSERT INTO tags VALUES (?, ?)", [document.id, tag])
                for passage in passages:
                    run(_INSERT_PASSAGE, passage_row(passage, document))
                if document.layout is not None:
                    layout = document.layout.to_bytes()
                    run(_INSERT_LAYOUT, [document.id, layout])
                if source in originals:
                    run(_INSERT_ORIGINAL, [document.id, originals[source]])
                seal_parts(run, document.id)
                seal_document(run, document.id)
            self._finish(run, freed)

    def store_vectors(
        self, vectors: Mapping[bytes, NDArray[np.floating[Any]]], fingerprint: str
    ) -> None:
        """Store vectors ahead of the document that they are for: a long one comes in parts.

        Raises:
            EmbedderMismatchError: the library belongs to another embedder.
        """
        with self._writing() as run:
            self.require(fingerprint)
            run("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", [fingerprint])
            _insert_vectors(run, vectors)

    def touch(self, origins: Mapping[str, Origin]) -> None:
        """Note by source that files were looked at again and still give the same documents."""
        with self._writing() as run:
            for source, origin in origins.items():
                if (entry := self.entry(source)) is not None:
                    row = [origin_json(origin), entry.id]
                    run("UPDATE documents SET origin = ? WHERE id = ?", row)
                    seal_document(run, entry.id)

    def record_failures(self, refusals: Sequence[Refusal]) -> None:
        """Note files that could not be read. What the library says to questions stays the same.

        ``seen_at`` is now where the refusal has none.
        """
        now = _now()
        with self._writing() as run:
            for refusal in refusals:
                origin = origin_json(refusal.origin)
                row = [refusal.source, refusal.reason, origin, refusal.seen_at or now]
                run(_INSERT_REFUSAL, row)

    def clear_failures(self, sources: Iterable[str]) -> None:
        """Forget that these files could not be read."""
        with self._writing() as run:
            for source in sources:
                run("DELETE FROM refusals WHERE source = ?", [source])

    def remove(self, ids: Sequence[str]) -> None:
        """Forget these documents, their passages and the vectors that nothing else uses.

        That their files could not be read of late is forgotten too.
        """
        with self._writing() as run:
            freed: list[tuple[bytes]] = []
            for id in ids:
                freed += run(f"{_KEYS_OF} WHERE d.id = ?", [id]).fetchall()
                run(_FORGIVE_DOCUMENT, [id])
                run("DELETE FROM documents WHERE id = ?", [id])
            self._finish(run, freed)

    def mark_damaged(self, ids: Iterable[str]) -> None:
        """Make the next `pincite ingest` read the files of these documents anew.

        Until then nothing is told of them, because their sums do not fit. It counts as a change, so
        that indexes take up what was mended.
        """
        with self._writing() as run:
            for id in ids:
                run("UPDATE documents SET sum = x'' WHERE id = ?", [id])
            self._finish(run)

    def _check_vectors(self, documents: Sequence[tuple[Document, Collection[Passage]]]) -> None:
        every = (p.key(document.text) for document, passages in documents for p in passages)
        missing = 0
        while keys := set(islice(every, _AT_ONCE)):
            missing += len(keys - self.embedded(keys))
        if missing:
            raise LibraryChangedError(
                f"another process removed {counted(missing, 'vector')} from {self.name} that "
                "were about to be used again; run it again"
            )

    def _finish(self, run: Execute, freed: Sequence[tuple[bytes]] = ()) -> None:
        for (key,) in freed:
            run(_DROP_ORPHAN, [key])
        run("UPDATE meta SET value = value + 1 WHERE key = 'generation'")


def _insert_vectors(run: Execute, vectors: Mapping[bytes, NDArray[np.floating[Any]]]) -> None:
    for key, rows in vectors.items():
        run(_INSERT_VECTORS, [key, np.ascontiguousarray(rows, "<f2").tobytes()])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


_KEYS_OF = "SELECT DISTINCT p.key FROM passages p JOIN documents d ON d.id = p.document"
_TAGS_OF = "SELECT t.tag FROM tags t JOIN documents d ON d.id = t.document WHERE d.source = ?"
_INSERT_DOCUMENT = (
    "INSERT INTO documents (id, source, title, media_type, text_sha256, metadata, added_at,"
    " characters, paged, origin, warnings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_CONTENTS = (
    "INSERT INTO contents (document, text, sections, pages, regions, sum)"
    " VALUES (?1, ?2, ?3, ?4, ?5, row_sum(?1, ?3, ?4, ?5))"
)
_INSERT_PASSAGE = (
    "INSERT INTO passages (document, start, end, sentences, path, columns, context, kind, hidden,"
    " key, text_sum, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, zeroblob(16))"
)
_INSERT_VECTORS = (  # what is there already stays, unless it was damaged
    "INSERT INTO vectors VALUES (?1, ?2, blob_sum(?1, ?2)) ON CONFLICT (key) DO UPDATE"
    " SET data = excluded.data, sum = excluded.sum WHERE sum != blob_sum(key, data)"
)
_INSERT_LAYOUT = "INSERT INTO layouts VALUES (?1, ?2, blob_sum(?1, ?2))"
_INSERT_ORIGINAL = "INSERT INTO originals VALUES (?1, ?2, blob_sum(?1, ?2))"
_INSERT_REFUSAL = "INSERT OR REPLACE INTO refusals VALUES (?1, ?2, ?3, ?4, row_sum(?1, ?2, ?3, ?4))"
_DROP_ORPHAN = (
    "DELETE FROM vectors WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM passages WHERE key = ?1)"
)
_FORGIVE_DOCUMENT = (
    "DELETE FROM refusals WHERE source = (SELECT source FROM documents WHERE id = ?)"
)
