"""One SQLite file, spoken to in transactions, with its errors turned into ours."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from pincite.corpus.errors import (
    LibraryDamagedError,
    LibraryError,
    LibraryLockedError,
    LibraryNotFoundError,
)
from pincite.corpus.store.schema import migrate

FILE_NAME = "library.sqlite"
LOCK_WAIT_SECONDS = 5.0
_SIGNS_OF_DAMAGE = ("no such table", "no such column", "malformed JSON", "Could not decode")
_BOUND = 500  # values bound to one statement; SQLite's own limit was once 999

_T = TypeVar("_T")

Execute = Callable[..., sqlite3.Cursor]


class Database:
    """The connection to the file in ``folder``. Safe to use from several threads."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection
        self._lock = threading.RLock()

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
                f"there is no library in {folder}; make one with: pincite ingest PATH"
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
            connection = sqlite3.connect(
                file, timeout=LOCK_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = FULL")
                _write_ahead(connection)
                migrate(connection, str(folder))
            except BaseException:
                connection.close()
                raise
        return cls(folder, connection)

    def close(self) -> None:
        """Give the file back. Closing twice is harmless."""
        with self._lock:
            self._connection.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows that the statement gives."""
        with self._lock, _mapped(self.folder):
            return self._connection.execute(statement, values).fetchall()

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
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise


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


def chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    """The values in lists short enough to be bound to one statement."""
    rest = list(values)
    for start in range(0, len(rest), _BOUND):
        yield rest[start : start + _BOUND]


def marks(values: Sequence[Any]) -> str:
    """A question mark for each value, for ``IN (…)``."""
    return ", ".join("?" * len(values))


@contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(sign in str(error) for sign in _SIGNS_OF_DAMAGE):
            raise damaged(folder, error) from error
        if "locked" in str(error) or "busy" in str(error):
            raise LibraryLockedError(
                f"another process is writing to the library {folder} (waited "
                f"{LOCK_WAIT_SECONDS:g} s); try again when it has finished"
            ) from error
        raise LibraryError(
            f"the library {folder} cannot be used: {error}; check its folder's permissions and "
            "the space on its disk"
        ) from error
    except sqlite3.DatabaseError as error:
        raise damaged(folder, error) from error


def damaged(folder: Path, why: object) -> LibraryDamagedError:
    """The error for a library that is not what Pincite wrote."""
    return LibraryDamagedError(
        f"the library file {folder / FILE_NAME} is damaged ({why}); restore it from a copy, or "
        "move it away and ingest the documents again"
    )
