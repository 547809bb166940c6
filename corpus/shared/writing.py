"""What is put into a shared library, and taken out of it: one transaction, one commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import pyarrow as pa

from pincite.corpus.errors import (
    LibraryChangedError,
    LibraryDamagedError,
    LibraryError,
    UsageError,
)
from pincite.corpus.shared import catalogue
from pincite.corpus.shared.analysis import Analysis, require_same
from pincite.corpus.shared.change import Change, Values
from pincite.corpus.shared.commit import commit, reserve
from pincite.corpus.shared.creation import with_passages
from pincite.corpus.shared.fragments import Fragments, write_fragments
from pincite.corpus.shared.harvest import harvest, unpacked
from pincite.corpus.shared.head import Head, Heads
from pincite.corpus.shared.large_rows import SharedLargeRows
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.probe import require_safe_commits
from pincite.corpus.shared.reading import ReadableStore
from pincite.corpus.shared.tableset import Tables
from pincite.corpus.store.seals import Execute, seal_document

_BLOCK = 1 << 28  # passage ids that a process reserves at once; 2^53, which JSON can say, has 2^25


class WritableStore(ReadableStore):
    """The writing half of a `pincite.corpus.shared.store.SharedStore`."""

    def __init__(
        self, place: Place, heads: Heads, analysis: Analysis, *, rebuilding: bool = False
    ) -> None:
        self._ids = range(0)
        self._is_safe = False
        super().__init__(place, heads, analysis, rebuilding=rebuilding)

    @contextmanager
    def writing(self) -> Iterator[Execute]:
        """One transaction over the catalogue and what is put, which becomes one commit."""
        with self._transaction(lambda change: None) as run:
            yield run

    def put_written(
        self,
        rows: Sequence[Values],
        fragments: Mapping[str, Fragments],
        counts: Mapping[str, int],
        embedder: str,
    ) -> None:
        """Put documents whose large rows are written; see `pincite.corpus.shared.parts`.

        Args:
            rows: of the table ``documents``.
            fragments: by table, what was written.
            counts: what they add to the table ``counts``.
            embedder: what made their vectors.

        Raises:
            UsageError: two have the same source.
        """

        def complete(change: Change) -> None:
            change.replace_large({str(row["id"]) for row in rows})
            change.fragments = dict(fragments)
            change.counts.update(counts)

        sources: set[str] = set()
        with self._transaction(complete) as run:
            for row in rows:
                if row["source"] in sources:
                    raise UsageError(f"{row['source']} was given twice; give each document once")
                sources.add(row["source"])
                self._replace(run, row)
            run("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", [embedder])
            run("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    def require_writable(self) -> None:
        """Check once that commits to this store are safe.

        Raises:
            LibraryError: they are not.
        """
        if not self._is_safe:
            require_safe_commits(self.place)
            self._is_safe = True

    def stage(self, id: str) -> None:
        """Show the large rows of a document to the statements of this transaction."""
        last = self._last_id()
        names = (*catalogue.STAGED_CONTENTS, *catalogue.STAGED_PARTS)
        contents = self._tables.rows("contents", names, "document", [id])
        passages = self.large.passage_vector_rows(
            one for _, _, ids in self.large.passage_lists([id]) for one in ids
        )
        catalogue.stage(self._connection, id, contents, passages)
        # They keep their ids, which may be of another process's; new ones come after our own.
        statement = "UPDATE sqlite_sequence SET seq = ? WHERE name = 'passages'"
        self._connection.execute(statement, [last])

    def reserve(self, count: int) -> range:
        """Passage ids that nobody else gets, now or ever."""
        with self._lock:
            return reserve(self._heads, count)

    def remember_embedder(self, fingerprint: str) -> None:
        """Note what made the vectors, where the catalogue does not say so."""
        statement = "INSERT OR IGNORE INTO meta VALUES ('embedder', ?)"
        self._connection.execute(statement, [fingerprint])

    @contextmanager
    def _transaction(self, complete: Callable[[Change], None]) -> Iterator[Execute]:
        """A transaction in the catalogue, and the commit that it becomes."""
        with self._lock:
            self.require_writable()
            self._follow(at_once=True)
            require_same(self.name, self._head.analysis, self.analysis)
            self._reserve()
            run = self._begin()
            try:
                before = self._generation()
                yield run
                self._check_ids()
                change = harvest(self._connection, self.analysis, self._stored_vectors, self._write)
                complete(change)
                change.raised = self._generation() - before
                head = self._commit(change)
                self._take_over(change, head)
                run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    run("ROLLBACK")
                raise
            self._settle(head)

    def _reserve(self) -> None:
        if len(self._ids) < _BLOCK // 2:
            self._ids = reserve(self._heads, _BLOCK)
            self._follow(at_once=True)

    def _begin(self) -> Execute:
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        run("PRAGMA defer_foreign_keys = ON")  # passages whose vectors the store has
        run("DELETE FROM sqlite_sequence WHERE name = 'passages'")
        run("INSERT INTO sqlite_sequence VALUES ('passages', ?)", [self._ids.start - 1])
        catalogue.forget_touched(self._connection)
        return run

    def _generation(self) -> int:
        statement = "SELECT value FROM meta WHERE key = 'generation'"
        return int(self._connection.execute(statement).fetchone()[0])

    def _last_id(self) -> int:
        statement = "SELECT seq FROM sqlite_sequence WHERE name = 'passages'"
        return int(self._connection.execute(statement).fetchone()[0])

    def _check_ids(self) -> None:
        if self._last_id() >= self._ids.stop:
            raise LibraryError(
                f"more passages were put at once than the {len(self._ids)} for which ids were "
                "reserved; reserve more, or put fewer"
            )

    def _replace(self, run: Execute, row: Values) -> None:
        """Put the row of a document into the catalogue, in the place of the one of its source."""
        source = row["source"]
        carried = [tag for (tag,) in run(_TAGS_OF, [source]).fetchall()]
        for (old,) in run("SELECT id FROM documents WHERE source = ?", [source]).fetchall():
            run("DELETE FROM firsts WHERE document = ?", [old])
            run("DELETE FROM documents WHERE id = ?", [old])
        run("DELETE FROM refusals WHERE source = ?", [source])
        tags = json.loads(row["tags"]) or carried
        catalogue.put(self._connection, {**row, "tags": json.dumps(tags)})
        seal_document(run, row["id"])

    def _stored_vectors(self, keys: Iterable[bytes]) -> Mapping[bytes, bytes]:
        return SharedLargeRows(self.rows, lambda: self._tables).vectors(keys)

    def _write(self, name: str, table: pa.Table) -> Fragments:
        head = self._head
        if name == "passages":
            size = table.schema.field("vector").type.list_size
            head = with_passages(self.place, self._heads, size)
        return write_fragments(self.place, head.tables[name].path, table)

    def _commit(self, change: Change) -> Head:
        rows = self.rows("SELECT value FROM meta WHERE key = 'embedder'")
        change.embedder = rows[0][0] if rows else None
        if not change:
            return self._head
        gone = self._tables.rows("documents", ("first",), "id", change.contents_gone)
        change.firsts_gone = {first for (first,) in gone if first is not None}
        for (counts,) in self._tables.rows(
            "contents", ("counts",), "document", change.contents_gone
        ):
            with suppress(LibraryDamagedError):  # else it could not be removed; doctor says more
                change.counts.subtract(unpacked(counts))
        return commit(
            self.place, self._heads, self._head, change, lambda head: self._check(head, change)
        )

    def _check(self, head: Head, change: Change) -> None:
        """Check that nobody has touched the same documents meanwhile."""
        tables = Tables(self.place, head, self._tables)
        ids = sorted({*change.before, *(row["id"] for row in change.documents)})
        sources = sorted({row["source"] for row in change.documents})
        there = {
            *tables.rows("documents", ("id", "sum"), "id", ids),
            *tables.rows("documents", ("id", "sum"), "source", sources),
        }
        if there != set(change.before.items()):
            raise LibraryChangedError(
                f"another process changed the same documents of {self.name} meanwhile, so nothing "
                "was changed; run it again"
            )

    def _take_over(self, change: Change, head: Head) -> None:
        """Bring the catalogue to what was committed."""
        for id in change.before:
            self._connection.execute("DELETE FROM firsts WHERE document = ?", [id])
        firsts = [(row["id"], row["first"]) for row in change.documents if row["first"] is not None]
        self._connection.executemany("INSERT OR REPLACE INTO firsts VALUES (?, ?)", firsts)
        self._ids = range(max(self._last_id() + 1, self._ids.start), self._ids.stop)
        catalogue.forget_staged(self._connection)
        catalogue.note(self._connection, head)

    def _settle(self, head: Head) -> None:
        """Go on from a commit of our own; what others have committed before it is read."""
        if head.number != self._head.number:
            self._move_to(head)


_TAGS_OF = (
    "SELECT t.tag FROM tags t JOIN documents d ON d.id = t.document WHERE d.source = ? ORDER BY 1"
)
