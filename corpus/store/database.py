"""One SQLite file, spoken to in transactions, with its errors turned into ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from pincite.corpus.errors import (
    DiskFullError,
    LibraryDamagedError,
    LibraryError,
    LibraryLockedError,
    LibraryNotFoundError,
    LibraryReadOnlyError,
)
from pincite.corpus.store import last_commit, read_only
from pincite.corpus.store.integrity import OLDER, deep_problems, problems
from pincite.corpus.store.large_rows import SqlLargeRows
from pincite.corpus.store.last_commit import Commit
from pincite.corpus.store.protocol import LargeRows, Rows
from pincite.corpus.store.schema import migrate
from pincite.corpus.store.seals import Execute

FILE_NAME = "library.sqlite"
LOCK_WAIT_SECONDS = 5.0
_SIGNS_OF_DAMAGE = (
    *("no such table", "no such column", "already exists", "duplicate column", "malformed"),
    *("Could not decode", "has no column", "unsupported file format", "unrecognized token"),
    *("no such collation", "no such index", "no such function", "syntax error", "too big"),
)
_SIGNS_OF_A_FULL_DISK = ("is full", "disk I/O error", "unable to open")
_LEAST_SPACE = 1 << 20  # bytes


class Database:
    """The connection to the file in ``folder``. Safe to use from several threads."""

    is_shared = False

    def __init__(
        self, folder: Path, connection: sqlite3.Connection, *, is_read_only: bool = False
    ) -> None:
        self.folder = folder
        self.name = str(folder)
        self.large: LargeRows = self.large_of(self.rows)
        self.is_read_only = is_read_only
        self.reopened = 0  # times that a file which cannot be written was changed by another
        self._connection = connection
        self._lock = threading.RLock()
        self._state = read_only.state(folder / FILE_NAME) if is_read_only else None

    @classmethod
    def open(cls, folder: Path, *, create: bool) -> Self:
        """Open the file in ``folder``, migrated; with ``create``, make it where there is none.

        Raises:
            LibraryNotFoundError: nothing is there and ``create`` is false.
            LibraryDamagedError: the file is not a sound library.
            LibraryVersionError: a newer Pincite wrote it.
            LibraryLockedError: another process held it for too long.
            LibraryError: the folder cannot be made, read or written.
        """
        file = folder / FILE_NAME
        if folder.exists() and not folder.is_dir():
            raise LibraryError(f"{folder} is a file; name the folder of a library with --library")
        if not create and not file.exists():
            raise LibraryNotFoundError(
                f"{folder} has no library; make one with: pincite ingest PATH"
            )
        if not create and _is_empty(file):
            raise damaged(folder, "it is empty")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"the folder {folder} cannot be made ({error.strerror}); name another with "
                "--library FOLDER"
            ) from error
        with _mapped(folder):
            if file.exists() and not _is_writable(file):
                return cls(folder, read_only.connect(file), is_read_only=True)
            try:
                return cls(folder, _connect(file))
            except sqlite3.OperationalError as error:
                if not _may_be_read(file, error):
                    raise
                return cls(folder, read_only.connect(file), is_read_only=True)

    def close(self) -> None:
        """Give the file back. Closing twice is harmless."""
        with self._lock:
            self._connection.close()

    def damage(self, why: object) -> LibraryDamagedError:
        """The error for a file that is not what Pincite wrote."""
        return damaged(self.folder, why)

    def large_of(self, rows: Rows) -> LargeRows:
        """The texts, passages and vectors of the documents that ``rows`` lists: all, or a view."""
        return SqlLargeRows(rows)

    def problems(self, *, deep: bool) -> list[str]:
        """What is wrong with the file, a sentence each; see `pincite.corpus.store.integrity`."""
        found = (deep_problems if deep else problems)(self)
        return [OLDER, *found] if self.is_in_memory else found

    def notes(self) -> list[str]:
        """Nothing: each row has its sum."""
        return []

    def stage(self, id: str) -> None:
        """Nothing: statements see all rows."""

    def note(self, commit: Commit | None) -> None:
        """Note a commit beside the file, so that its loss is noticed."""
        last_commit.note(self.folder, commit)

    @property
    def is_in_memory(self) -> bool:
        """Whether it is a copy of a file of an older schema, which cannot be written."""
        return self.is_read_only and not self.rows("PRAGMA database_list")[0][2]

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows that the statement gives; none where a value is no text that a row can have."""
        with self._lock, _mapped(self.folder):
            if self.is_read_only and not self._connection.in_transaction:
                self._follow()
            try:
                return self._connection.execute(statement, values).fetchall()
            except UnicodeEncodeError:  # half of a character, which JSON and file names may have
                return []

    def _leave_read_only(self) -> None:
        """Open the file for writing after all: the disk may have space by now."""
        file = self.folder / FILE_NAME
        if not _is_writable(file):
            raise LibraryReadOnlyError(
                f"the library {self.folder} can be read and not written; check its folder's "
                "permissions, or work on a copy of the folder"
            )
        connection = _connect(file)
        self._connection.close()
        self._connection, self.is_read_only = connection, False
        self.reopened += 1

    def _follow(self) -> None:
        """Open a file again that we may not write, and that another has changed meanwhile."""
        state = read_only.state(self.folder / FILE_NAME)
        if state != self._state:
            connection = read_only.connect(self.folder / FILE_NAME)
            self._connection.close()
            self._connection, self._state = connection, state
            self.reopened += 1

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

    @contextmanager
    def beside(self, folder: Path) -> Iterator[None]:
        """While it lasts, statements see the library in ``folder`` as ``beside``."""
        with self._lock:
            self.rows("ATTACH DATABASE ? AS beside", [str(folder / FILE_NAME)])
            try:
                yield
            finally:
                self.rows("DETACH DATABASE beside")

    def shrink(self) -> int:
        """Give the space that nothing uses back to the disk; the number of bytes given back.

        Raises:
            LibraryLockedError: another process reads or writes for too long.
        """
        with self._lock:
            before = self._settled_size()
            self.rows("VACUUM")
            return max(0, before - self._settled_size())

    def _settled_size(self) -> int:
        """The file's size with the log beside it taken in, so that two sizes compare."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return (self.folder / FILE_NAME).stat().st_size

    @contextmanager
    def writing(self) -> Iterator[Execute]:
        """One transaction: all of it happens, or nothing."""
        with self._lock, _mapped(self.folder):
            if self.is_read_only:
                self._leave_read_only()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise


def _connect(file: Path) -> sqlite3.Connection:
    """A connection that reads and writes, to a file of today's schema."""
    connection = sqlite3.connect(
        file, timeout=LOCK_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        _write_ahead(connection)
        migrate(connection, str(file.parent))
    except BaseException:
        connection.close()
        raise
    return connection


def _is_writable(file: Path) -> bool:
    return os.access(file.parent, os.W_OK) and os.access(file, os.W_OK)


def _may_be_read(file: Path, error: sqlite3.Error) -> bool:
    """Whether a file that cannot be opened for writing may still be read."""
    is_there = file.exists() and file.stat().st_size > 0
    return is_there and any(sign in str(error) for sign in _SIGNS_OF_A_FULL_DISK)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL mode, once and for all."""
    patience = time.monotonic() + LOCK_WAIT_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            # Two that switch at once are told "locked" at once, whatever the time-out.
            if time.monotonic() > patience:
                raise
            time.sleep(0.01)


def _is_empty(file: Path) -> bool:
    # While a first writer is at work, what it wrote may still stand in the log beside the file.
    return file.stat().st_size == 0 and not file.with_name(f"{FILE_NAME}-wal").exists()


@contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    """Errors of SQLite as ours."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        if "closed" in str(error):
            raise LibraryError(f"the library {folder} was closed; open it again") from error
        raise damaged(folder, error) from error
    except sqlite3.OperationalError as error:
        said = str(error)
        if any(sign in said for sign in _SIGNS_OF_DAMAGE):
            raise damaged(folder, error) from error
        if "locked" in said or "busy" in said:
            raise LibraryLockedError(
                f"another process is writing to the library {folder} (waited "
                f"{LOCK_WAIT_SECONDS:g} s); try again when it has finished"
            ) from error
        if "is full" in said or ("I/O error" in said and _is_full(folder)):
            raise DiskFullError(
                f"the disk of the library {folder} is full, so nothing was changed; free some "
                "space and run it again"
            ) from error
        if "readonly" in said:
            raise LibraryReadOnlyError(
                f"the library {folder} can be read and not written; check its folder's permissions"
            ) from error
        raise LibraryError(
            f"the library {folder} cannot be used: {error}; check its folder's permissions and "
            "the space on its disk"
        ) from error
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise damaged(folder, error) from error
    except MemoryError as error:
        raise damaged(folder, "it asks for more memory than there is") from error


def _is_full(folder: Path) -> bool:
    """Whether SQLite may have found no room for what it keeps beside the file."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_SPACE
    except OSError:
        return False


def damaged(folder: Path, why: object) -> LibraryDamagedError:
    """The error for a library file that is not what Pincite wrote."""
    return LibraryDamagedError(
        f"the library file {folder / FILE_NAME} is damaged ({why}); restore it from a copy, or "
        "move it away and ingest the documents again"
    )
