"""What a shared library says: the catalogue, kept up with what others commit, and the tables."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from pincite.corpus.errors import LibraryChangedError, LibraryDamagedError, LibraryError
from pincite.corpus.shared import catalogue
from pincite.corpus.shared.analysis import Analysis, require_same
from pincite.corpus.shared.head import Head, Heads
from pincite.corpus.shared.large_rows import SharedLargeRows
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.session import HEADS, forget
from pincite.corpus.shared.tables import DOCUMENTS
from pincite.corpus.shared.tableset import Tables, one_of
from pincite.corpus.store.last_commit import Commit
from pincite.corpus.store.protocol import LargeRows, Rows
from pincite.corpus.store.rows import Row

_LOOK_SECONDS = 0.5  # between two looks at a bucket for what others have committed
_TRIES = 3
_AT_ONCE = 5000  # documents that are read at once


class ReadableStore:
    """The reading half of a `pincite.corpus.shared.store.SharedStore`."""

    is_shared = True
    reopened = 0

    def __init__(
        self, place: Place, heads: Heads, analysis: Analysis, *, rebuilding: bool = False
    ) -> None:
        """
        Args:
            place: of the library.
            heads: of it.
            analysis: of this Pincite.
            rebuilding: whether its terms may be of an older one, because they are made anew.

        Raises:
            LibraryVersionError: its terms are of another one.
            LibraryError: it cannot be read.
        """
        self.place = place
        self.name = place.name
        self.folder = place.folder
        self.analysis = analysis
        self._heads = heads
        self._rebuilding = rebuilding
        self._lock = threading.RLock()
        self._connection = catalogue.open_catalogue(place.name)
        self._head = Head()
        self._tables = Tables(place, self._head)
        self._followed = 0  # heads, with the session that the tables share
        self._looked = float("-inf")
        self.large: LargeRows = self.large_of(self.rows)
        self._follow()

    # Reading

    def large_of(self, rows: Rows) -> LargeRows:
        """The texts, passages and vectors of the documents that ``rows`` lists."""
        return SharedLargeRows(rows, self.tables)

    def tables(self) -> Tables:
        """The tables as they are now, or were when the transaction began that is open."""
        with self._lock:
            if not self._connection.in_transaction:
                self._follow()
            return self._tables

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of the catalogue that a statement gives."""
        with self._lock:
            try:
                if not self._connection.in_transaction:
                    self._follow()
                return self._connection.execute(statement, values).fetchall()
            except UnicodeEncodeError:  # half of a character
                return []
            except sqlite3.ProgrammingError as error:
                raise LibraryError(f"the library {self.name} was closed; open it again") from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Until it ends, all that is read here is of one moment. May stand inside another."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self.rows("BEGIN")
            try:
                yield
            finally:
                self.rows("ROLLBACK")

    def _follow(self, *, at_once: bool = False) -> None:
        """Take over what others have committed."""
        now = time.monotonic()
        wait = 0 if at_once or self.place.local is not None else _LOOK_SECONDS
        if now - self._looked < wait:
            return
        for again in reversed(range(_TRIES)):
            head = self._heads.latest()
            try:
                if head.number != self._head.number:
                    self._move_to(head)
                break
            except LibraryChangedError:  # it was compacted in this very moment
                if not again:
                    raise
        self._looked = now

    def _move_to(self, head: Head) -> None:
        if not self._rebuilding:
            require_same(self.name, head.analysis, self.analysis)
        tables = Tables(self.place, head, self._known())
        gone, new, refusals = self._difference(tables)
        catalogue.follow(self._connection, head, gone, new, refusals)
        self._head, self._tables = head, tables

    def _known(self) -> Tables | None:
        """The tables whose memory is used on; None where it is time to begin anew."""
        self._followed += 1
        if self._followed <= HEADS:
            return self._tables
        forget()
        self._heads.reopen()
        self._followed = 0
        return None

    def _difference(self, tables: Tables) -> tuple[list[str], Iterable[pa.Table], pa.Table | None]:
        gone: list[str] = []
        new: Iterable[pa.Table] = ()
        if self._is_other("documents", tables):
            sums = tables.read("documents", ["id", "sum"])
            gone, lacking = catalogue.differences(self._connection, sums)
            new = _documents(tables, lacking, everything=len(lacking) == sums.num_rows)
        refusals = None
        if self._is_other("refusals", tables):
            refusals = tables.read("refusals", ["source", "reason", "origin", "seen_at", "sum"])
        return gone, new, refusals

    def _is_other(self, name: str, tables: Tables) -> bool:
        return self._head.tables.get(name) != tables.head.tables.get(name)

    def damage(self, why: object) -> LibraryDamagedError:
        """The error for a library that is not what Pincite wrote."""
        return LibraryDamagedError(
            f"the library {self.name} is damaged ({why}); see: pincite doctor --deep; restore the "
            "store from a copy, or ingest the documents into a new one"
        )

    def note(self, commit: Commit | None) -> None:
        """Nothing: a head that has moved does not go back."""

    def close(self) -> None:
        """Give the catalogue back. Closing twice is harmless."""
        with self._lock:
            self._connection.close()


def _documents(tables: Tables, ids: list[str], *, everything: bool) -> Iterator[pa.Table]:
    names = DOCUMENTS.names
    if everything:
        yield tables.read("documents", names)
        return
    for start in range(0, len(ids), _AT_ONCE):
        yield tables.read("documents", names, one_of("id", ids[start : start + _AT_ONCE]))
