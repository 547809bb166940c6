"""Reading a library's file where nothing may be written, and following those who may."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pincite.corpus.errors import LibraryReadOnlyError
from pincite.corpus.store import database
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from pincite.corpus.store.schema import MIGRATIONS
from tests.corpus.store.test_library import make, put, sources

OLDER = (  # a library of the schema before there were sums
    "ALTER TABLE documents DROP COLUMN passages",
    "ALTER TABLE documents DROP COLUMN parts",
    "ALTER TABLE documents DROP COLUMN passage_sum",
    "ALTER TABLE passages DROP COLUMN text_sum",
    *(
        f"ALTER TABLE {table} DROP COLUMN sum"
        for table in (
            *("documents", "contents", "passages", "vectors", "layouts", "originals", "refusals"),
        )
    ),
    "DELETE FROM meta WHERE key NOT IN ('generation', 'embedder')",
    "PRAGMA user_version = 3",
)


def made_older(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        for statement in OLDER:
            connection.execute(statement)
        connection.commit()
    (folder / "last_commit.json").unlink()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a closed library of two documents."""
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, make("One.\nShared.", "a"), make("Shared.", "b"))
        library.tag([library.find("a").id], add=["law"])
    return tmp_path / "library"


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a medium that is read only."""
    monkeypatch.setattr(database, "_is_writable", lambda file: False)


@pytest.mark.usefixtures("unwritable")
def test_a_library_that_may_not_be_written_is_read_and_leaves_no_trace(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    with Library.open(folder) as library:
        assert (sources(library), library.generation) == (["a", "b"], 1)
        assert library.tagged(["law"]) == {library.find("a").id}
        assert library.problems() == []
        with pytest.raises(LibraryReadOnlyError, match="can be read and not written"):
            put(library, make("Two.", "c"))
        assert sorted(path.name for path in folder.iterdir()) == before


def test_what_another_writes_meanwhile_is_seen(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "_is_writable", lambda file: False)
        reader = Library.open(folder)
    with reader, Library.open(folder) as writer:
        before = reader.change_counter
        put(writer, make("Two.", "c"))
        assert sources(reader) == ["a", "b", "c"]
        assert reader.change_counter != before
        assert reader.tags() == {"law": 1}


def test_a_library_is_written_once_it_may_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "_is_writable", lambda file: False)
        library = Library.open(folder)
    with library:
        put(library, make("Two.", "c"))
        assert sources(library) == ["a", "b", "c"]


@pytest.mark.usefixtures("unwritable")
def test_an_older_library_that_may_not_be_written_is_read_from_memory(folder: Path) -> None:
    made_older(folder)
    before = (folder / FILE_NAME).read_bytes()
    with Library.open(folder) as library:
        assert sources(library) == ["a", "b"]
        assert library.document(library.find("a").id).text == "One.\nShared."
        (problem,) = library.problems()
        assert "an older Pincite wrote the library, which so has no sums to check" in problem
    assert (folder / FILE_NAME).read_bytes() == before


def test_an_older_library_gets_its_sums_when_it_is_opened(folder: Path) -> None:
    made_older(folder)
    with Library.open(folder) as library:
        ids = library.passage_ids(entry.id for entry in library.entries())
        assert len(library.vectors(ids)) == len(library.passages_texts(ids)) == 3
        assert library.tagged(["law"]) == {library.find("a").id}
        assert library.problems() == []
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
