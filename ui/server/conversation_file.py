"""The SQLite file of what people keep on the server: only its owner reads it.

It lies beside the library and is no part of it: a library is the same without.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from pincite.corpus.errors import (
    DiskFullError,
    LibraryError,
    LibraryLockedError,
    LibraryReadOnlyError,
)

FILE_NAME = "conversations.sqlite"
_VERSION = 1  # of the tables
_TABLES = """
CREATE TABLE IF NOT EXISTS conversations (
    person     TEXT NOT NULL,  -- their name; empty where nobody has one
    id         TEXT NOT NULL,
    title      TEXT NOT NULL,
    updated_at TEXT NOT NULL,  -- ISO 8601, UTC
    turns      TEXT NOT NULL,  -- JSON [{question, answer}, …], an answer as Answer.to_json
    PRIMARY KEY (person, id)
) STRICT;
CREATE TABLE IF NOT EXISTS feedback (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    person   TEXT NOT NULL,
    at       TEXT NOT NULL,    -- ISO 8601, UTC
    verdict  TEXT NOT NULL,    -- up, down
    question TEXT NOT NULL,
    history  TEXT NOT NULL,    -- JSON [{role, text}, …]
    answer   TEXT NOT NULL     -- JSON {status, confidence, quotes: [{source, start, end, text, …}]}
) STRICT;
CREATE INDEX IF NOT EXISTS feedback_by_person ON feedback(person);
"""
_LOCK_WAIT_SECONDS = 5.0
_KINDS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), DiskFullError),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), LibraryReadOnlyError),
}
_SIGNS = {
    "locked": LibraryLockedError,
    "busy": LibraryLockedError,
    "is full": DiskFullError,
    "readonly": LibraryReadOnlyError,
}

Execute = Callable[[str, Sequence[Any]], sqlite3.Cursor]


class ConversationFile:
    """The open file. Safe to use from several threads.

    Whatever reads or writes raises `LibraryError` where the file cannot be used any more.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the file in ``folder``, or make it.

        Raises:
            LibraryReadOnlyError, DiskFullError: it cannot be made.
            LibraryError: it is damaged, a newer Pincite wrote it, or it cannot be read.
        """
        file = folder / FILE_NAME
        try:
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            file.chmod(0o600)
        except OSError as error:
            kind = _KINDS.get(error.errno or 0, LibraryError)
            raise kind(
                f"what people keep in {file} cannot be opened ({error.strerror}); check the "
                "permissions of the file and its folder, and the space on its disk"
            ) from error
        with _mapped(file):
            connection = sqlite3.connect(
                file, timeout=_LOCK_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                _prepare(connection, file)
            except BaseException:
                connection.close()
                raise
        return cls(file, connection)

    def close(self) -> None:
        """Give the file back. Closing twice is harmless."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows that the statement gives."""
        with self._lock, _mapped(self.path):
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[Execute]:
        """One transaction: all of it happens, or nothing."""
        with self._lock, _mapped(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


class SharedFile:
    """The file in a folder, opened when it is first needed, for all who use it at once.

    So a library has no such file as long as nobody has anything to keep.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: ConversationFile | None = None
        self._lock = threading.Lock()

    def opened(self) -> ConversationFile:
        """The open file.

        Raises:
            LibraryError: see `ConversationFile.open`.
        """
        with self._lock:
            if self._file is None:
                self._file = ConversationFile.open(self._folder)
            return self._file

    def close(self) -> None:
        """Give the file back; it is opened again when it is needed."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise LibraryError(
            f"the conversations in {file} have the form {version}, and this Pincite knows forms up "
            f"to {_VERSION}; open them with the newer Pincite that wrote them"
        )
    connection.execute("PRAGMA secure_delete = ON")  # what was deleted is not left in the file
    (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if sound != "ok":
        raise damaged(file, sound)
    connection.executescript(_TABLES)
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def now() -> str:
    """The time, as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


@contextmanager
def _mapped(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        kinds = (kind for sign, kind in _SIGNS.items() if sign in str(error))
        raise next(kinds, LibraryError)(
            f"what people keep in {file} cannot be used now ({error}); try again, or check the "
            "permissions of the file and the space on its disk"
        ) from error
    except sqlite3.DatabaseError as error:
        raise damaged(file, error) from error


def damaged(file: Path, why: object) -> LibraryError:
    """The error for a file that is not what Pincite wrote."""
    return LibraryError(
        f"the conversations in {file} are damaged ({why}); move the file away, and a new one is "
        "made"
    )
