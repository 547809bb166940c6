"""The library file's tables, as numbered migrations.

A library's ``PRAGMA user_version`` counts the migrations that it has been through. A migration
never changes once it has been released; a new need is a new entry at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from pincite.corpus.errors import LibraryVersionError
from pincite.corpus.store.seals import Execute, seal_all
from pincite.corpus.store.sums import register

MIGRATIONS = (
    """
    CREATE TABLE meta (
        key   TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT;
    INSERT INTO meta VALUES ('generation', '0');

    CREATE TABLE documents (
        id            TEXT PRIMARY KEY,        -- hash of source name and text
        source        TEXT NOT NULL UNIQUE,    -- the name it was taken in under
        title         TEXT NOT NULL,
        media_type    TEXT NOT NULL,
        text          TEXT NOT NULL,           -- canonical
        text_sha256   TEXT NOT NULL,
        sections      TEXT NOT NULL,           -- JSON [[start, end, body, [heading, …]], …]
        pages         TEXT NOT NULL,           -- JSON [[start, end, number], …]
        metadata      TEXT NOT NULL,           -- JSON object
        added_at      TEXT NOT NULL            -- ISO 8601, UTC
    ) STRICT;

    CREATE TABLE vectors (
        key  BLOB PRIMARY KEY,                 -- Passage.key
        data BLOB NOT NULL                     -- float16: the passage, then each of its sentences
    ) STRICT;

    CREATE TABLE passages (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice
        document  TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
        start     INTEGER NOT NULL,
        end       INTEGER NOT NULL,
        sentences TEXT NOT NULL,               -- JSON [[start, end], …], offsets in the document
        path      TEXT NOT NULL,               -- JSON [heading, …]
        key       BLOB NOT NULL REFERENCES vectors(key)
    ) STRICT;
    CREATE INDEX passages_by_document ON passages(document);
    CREATE INDEX passages_by_key ON passages(key);
    """,
    """
    CREATE TABLE contents (                    -- apart, so that a list of documents reads no text
        document TEXT PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,
        text     TEXT NOT NULL,                -- canonical
        sections TEXT NOT NULL,                -- JSON [[start, end, body, [heading, …]], …]
        pages    TEXT NOT NULL                 -- JSON [[start, end, number], …]
    ) STRICT;
    INSERT INTO contents SELECT id, text, sections, pages FROM documents;

    ALTER TABLE documents ADD COLUMN characters INTEGER NOT NULL DEFAULT 0;     -- of the text
    ALTER TABLE documents ADD COLUMN paged      INTEGER NOT NULL DEFAULT 0;     -- pages
    ALTER TABLE documents ADD COLUMN origin     TEXT;                   -- JSON, see types.Origin
    ALTER TABLE documents ADD COLUMN warnings   TEXT NOT NULL DEFAULT '[]';  -- JSON [sentence, …]
    UPDATE documents SET characters = length(text), paged = json_array_length(pages);
    ALTER TABLE documents DROP COLUMN text;
    ALTER TABLE documents DROP COLUMN sections;
    ALTER TABLE documents DROP COLUMN pages;

    CREATE TABLE tags (
        document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
        tag      TEXT NOT NULL,
        PRIMARY KEY (document, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tags_by_tag ON tags(tag);

    CREATE TABLE layouts (
        document TEXT PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,
        words    BLOB NOT NULL                 -- see pincite.corpus.types
    ) STRICT;

    CREATE TABLE originals (
        document TEXT PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,
        data     BLOB NOT NULL                 -- the file's own bytes
    ) STRICT;

    CREATE TABLE refusals (                    -- files that could not be read
        source  TEXT PRIMARY KEY,
        reason  TEXT NOT NULL,
        origin  TEXT,                          -- JSON; NULL where the file could not be opened
        seen_at TEXT NOT NULL                  -- ISO 8601, UTC
    ) STRICT;
    """,
    """
    ALTER TABLE contents ADD COLUMN regions TEXT NOT NULL DEFAULT '[]';  -- [[start, end, kind], …]
    ALTER TABLE passages ADD COLUMN columns TEXT NOT NULL DEFAULT '[]';  -- JSON [name, …]
    ALTER TABLE passages ADD COLUMN context TEXT NOT NULL DEFAULT '[]';  -- [[[start, end], …], …]
    ALTER TABLE passages ADD COLUMN kind    TEXT NOT NULL DEFAULT 'prose';
    ALTER TABLE passages ADD COLUMN hidden  INTEGER NOT NULL DEFAULT 0;
    """,
    """
    ALTER TABLE documents ADD COLUMN passages    INTEGER NOT NULL DEFAULT 0;    -- how many it has
    ALTER TABLE documents ADD COLUMN parts       INTEGER NOT NULL DEFAULT 0;    -- 1 layout, 2 file
    ALTER TABLE documents ADD COLUMN passage_sum BLOB    NOT NULL DEFAULT x'';  -- of their ids
    ALTER TABLE documents ADD COLUMN sum         BLOB    NOT NULL DEFAULT x'';  -- see sums.py
    ALTER TABLE contents  ADD COLUMN sum         BLOB    NOT NULL DEFAULT x'';
    ALTER TABLE passages  ADD COLUMN text_sum    BLOB    NOT NULL DEFAULT x'';  -- of its own text
    ALTER TABLE passages  ADD COLUMN sum         BLOB    NOT NULL DEFAULT x'';
    ALTER TABLE vectors   ADD COLUMN sum         BLOB    NOT NULL DEFAULT x'';
    ALTER TABLE layouts   ADD COLUMN sum         BLOB    NOT NULL DEFAULT x'';
    ALTER TABLE originals ADD COLUMN sum         BLOB    NOT NULL DEFAULT x'';
    ALTER TABLE refusals  ADD COLUMN sum         BLOB    NOT NULL DEFAULT x'';
    INSERT INTO meta VALUES
        ('commits', '0'),                      -- then how many rows a table should have
        ('documents', '0'), ('refusals', '0'), ('layouts', '0'), ('originals', '0');
    """,
)
# What SQL alone cannot do, by the number of the migration that it ends.
_AFTER: Mapping[int, Callable[[Execute], None]] = {4: seal_all}


def migrate(connection: sqlite3.Connection, name: str) -> None:
    """Bring the file behind ``connection`` up to this Pincite's schema, one transaction a step.

    Raises:
        LibraryVersionError: the file has been through more migrations than we know.
    """
    register(connection)
    version = _version(connection, name)
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        # Another process may migrate at the same moment: whoever gets the lock second looks again.
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] < number:
                for statement in _statements(script):
                    connection.execute(statement)
                if number in _AFTER:
                    _AFTER[number](connection.execute)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def is_of_today(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the file behind ``connection`` has been through all migrations.

    Raises:
        LibraryVersionError: it has been through more than we know.
    """
    return _version(connection, name) == len(MIGRATIONS)


def _version(connection: sqlite3.Connection, name: str) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise LibraryVersionError(
            f"the library {name} has schema {version}, and this Pincite knows schemas up to "
            f"{len(MIGRATIONS)}; open it with the newer Pincite that wrote it"
        )
    return version


def _statements(script: str) -> list[str]:
    # executescript() would commit before it starts, and so break the transaction around it.
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
