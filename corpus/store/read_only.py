"""A library's file where nothing may be written: a read-only medium, a foreign folder, a full disk.

SQLite reads a file with a write-ahead log only if it can keep a file of shared memory beside it. So
where no log stands there, the file is opened as one that nobody changes, and whoever reads looks
whether that is still true.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pincite.corpus.errors import LibraryReadOnlyError
from pincite.corpus.store.schema import is_of_today, migrate
from pincite.corpus.store.sums import register

State = tuple[int, ...]


def connect(file: Path) -> sqlite3.Connection:
    """A connection that only reads, to a file of today's schema.

    A file of an older schema is copied into memory, where it gets the schema of today.

    Raises:
        LibraryReadOnlyError: its latest commits are in a log that cannot be read here.
    """
    how = "mode=ro" if _has_log(file) else "mode=ro&immutable=1"
    connection = _open(f"{file.absolute().as_uri()}?{how}")
    try:
        register(connection)
        if is_of_today(connection, str(file.parent)):
            connection.execute("PRAGMA query_only = ON")
            return connection
        memory = _open(":memory:")
        connection.backup(memory)
    except sqlite3.OperationalError as error:
        connection.close()
        if _has_log(file) and "unable to open" in str(error):
            raise LibraryReadOnlyError(
                f"the latest commits of the library {file.parent} are in {file.name}-wal, which "
                "cannot be read where nothing may be written; copy the folder to where you can "
                "write, and ask there"
            ) from error
        raise
    except BaseException:
        connection.close()
        raise
    connection.close()
    migrate(memory, str(file.parent))
    return memory


def state(file: Path) -> State:
    """Another value once somebody has changed the file or its log."""
    return tuple(
        value
        for path in (file, _log(file))
        if path.exists()
        for facts in [path.stat()]
        for value in (facts.st_mtime_ns, facts.st_size, facts.st_ino)
    )


def _open(address: str) -> sqlite3.Connection:
    return sqlite3.connect(
        address,
        uri=address != ":memory:",
        timeout=5.0,
        isolation_level=None,
        check_same_thread=False,
    )


def _log(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _has_log(file: Path) -> bool:
    return _log(file).exists() and _log(file).stat().st_size > 0
