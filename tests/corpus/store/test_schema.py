"""The library file's tables, and how an older file gets those of today."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pincite.corpus.errors import LibraryError, LibraryVersionError
from pincite.corpus.store import schema
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from pincite.corpus.store.schema import MIGRATIONS, migrate
from pincite.corpus.types import Document, Page, Passage, Section, Span
from tests.corpus.store.test_library import make, put, sources

NOTES = """
    -- A semicolon; in a comment and in a value is no end of a statement.
    CREATE TABLE notes (words TEXT NOT NULL DEFAULT 'one; two') STRICT;
    INSERT INTO notes DEFAULT VALUES;
"""
MORE = "INSERT INTO notes SELECT words || ', then more' FROM notes;\n"
BROKEN = "INSERT INTO notes VALUES ('lost');\nINSERT INTO nowhere VALUES (1);\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a closed library of today with a document in it."""
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, make("One.", "a"))
    return tmp_path / "library"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def ask(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return connection.execute(statement).fetchall()


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def known(monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    """This Pincite knows these migrations after those of today."""
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, *more))


def test_a_library_keeps_a_write_ahead_log(folder: Path) -> None:
    assert ask(folder, "PRAGMA journal_mode") == [("wal",)]


def test_a_new_library_has_the_schema_of_today(folder: Path) -> None:
    assert ask(folder, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_opening_a_library_of_today_again_changes_no_table(folder: Path) -> None:
    before = ask(folder, "SELECT name, sql FROM sqlite_schema")
    Library.open(folder, create=True).close()
    assert ask(folder, "SELECT name, sql FROM sqlite_schema") == before
    assert ask(folder, "SELECT count(*) FROM documents") == [(1,)]


def test_an_older_library_goes_through_the_new_migrations_in_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(monkeypatch, NOTES, MORE)
    with Library.open(folder) as library:
        assert sources(library) == ["a"]
        assert library.problems() == []
    assert ask(folder, "SELECT words FROM notes") == [("one; two",), ("one; two, then more",)]
    assert ask(folder, "PRAGMA user_version") == [(len(MIGRATIONS) + 2,)]


def test_a_migration_is_run_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, NOTES)
    for _ in range(2):
        Library.open(folder).close()
    known(monkeypatch, NOTES, MORE)
    for _ in range(2):
        Library.open(folder).close()
    assert ask(folder, "SELECT count(*) FROM notes") == [(2,)]


def test_a_migration_that_fails_is_undone_and_those_before_it_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(monkeypatch, NOTES, BROKEN, MORE)
    with pytest.raises(LibraryError, match="no such table: nowhere"):
        Library.open(folder)
    assert ask(folder, "SELECT words FROM notes") == [("one; two",)]
    assert ask(folder, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    known(monkeypatch, NOTES, MORE)
    with Library.open(folder) as library:
        assert sources(library) == ["a"]
    assert ask(folder, "SELECT count(*) FROM notes") == [(2,)]


def test_a_new_library_whose_migration_fails_has_no_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (MIGRATIONS[0] + "INSERT INTO nowhere VALUES (1);",))
    with pytest.raises(LibraryError, match="no such table: nowhere"):
        Library.open(tmp_path, create=True)
    assert ask(tmp_path, "SELECT name FROM sqlite_schema") == []
    monkeypatch.undo()
    with Library.open(tmp_path, create=True) as library:
        assert library.generation == 0


def test_migrating_leaves_no_transaction_open(connection: sqlite3.Connection) -> None:
    migrate(connection, "library")
    assert version(connection) == len(MIGRATIONS)
    assert not connection.in_transaction


@pytest.mark.parametrize("ahead", [1, 100])
def test_a_schema_from_the_future_is_refused_with_both_numbers(
    connection: sqlite3.Connection, ahead: int
) -> None:
    future = len(MIGRATIONS) + ahead
    connection.execute(f"PRAGMA user_version = {future}")
    with pytest.raises(LibraryVersionError, match=rf"schema {future}.*up to {len(MIGRATIONS)}"):
        migrate(connection, "library")
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == []


def test_a_passage_cannot_be_stored_without_its_document(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "INSERT INTO passages (document, start, end, sentences, path, key)"
                " SELECT 'none', 0, 1, '[]', '[]', key FROM vectors"
            )


def test_a_library_of_the_first_schema_keeps_all_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text moves to another table; nothing else that it says changes."""
    text, words = "One é.\nTwo.", (Section(Span(0, 11), ("H",), 0),)
    document = Document("a", "T", text, words, (Page(Span(0, 11), 3),), metadata={"by": "Ada"})
    passage = Passage(Span(0, 6), (Span(0, 6),), ("H",))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", MIGRATIONS[:1])
        Library.open(tmp_path, create=True).close()
    vector = np.array([[1, 0], [0, 1]], "<f2").tobytes()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute(
            "INSERT INTO documents VALUES (?, 'a', 'T', 'text/plain', ?, ?, ?, ?, ?, '2024-05-01')",
            [
                document.id,
                text,
                document.text_sha256,
                '[[0, 11, 0, ["H"]]]',
                "[[0, 11, 3]]",
                '{"by": "Ada"}',
            ],
        )
        connection.execute("INSERT INTO vectors VALUES (?, ?)", [passage.key(text), vector])
        connection.execute(
            "INSERT INTO passages VALUES (7, ?, 0, 6, '[[0, 6]]', '[\"H\"]', ?)",
            [document.id, passage.key(text)],
        )
        connection.execute("INSERT INTO meta VALUES ('embedder', 'maker@2')")
        connection.commit()
    with Library.open(tmp_path) as library:
        assert library.document(document.id) == document
        (entry,) = library.entries()
        assert (entry.characters, entry.pages, entry.passages) == (11, 1, 1)
        assert library.passages([7])[7].passage == passage
        assert library.problems() == []
