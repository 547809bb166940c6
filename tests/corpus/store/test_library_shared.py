"""One library in several threads and processes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from pincite.corpus.errors import DocumentNotFoundError, LibraryLockedError
from pincite.corpus.store import database
from pincite.corpus.store.library import Library
from tests.conftest import locked
from tests.corpus.store.test_library import make, put, sources

# Puts a document, as often as told, and dies where told: at the first or second passage's
# vectors, or between the documents, all of it in the middle of a put.
_DIES = """
import os, signal, sys
import numpy as np
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Passage, Section, Span

folder, where = sys.argv[1:]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Vectors(dict):
    def items(self):
        for number, item in enumerate(super().items()):
            if where == f"vector {number}":
                die()
            yield item

class Documents(list):
    reads = 0
    def __iter__(self):
        self.reads += 1
        for number, item in enumerate(super().__iter__()):
            if self.reads > 1 and where == f"document {number}":
                die()
            yield item

documents, vectors = Documents(), Vectors()
for source in ("a", "b"):
    text = "New text of " + source
    span = Span(0, len(text))
    passage = Passage(span, (span,))
    documents.append((Document(source, "T", text, (Section(span),)), [passage]))
    vectors[passage.key(text)] = np.full((2, 4), 0.5, np.float32)
library = Library.open(folder)
library.put(documents, vectors, "maker@4")
if where == "after":
    die()
"""

_DIES_IN_TRANSACTION = """
import os, sys
from pincite.corpus.store.library import Library

library = Library.open(sys.argv[1])
with library._database.writing() as run:
    run("DELETE FROM documents")
    run("UPDATE meta SET value = 99 WHERE key = 'generation'")
    os._exit(9)
"""


def run(script: str, *arguments: object) -> int:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, timeout=60).returncode


@pytest.mark.parametrize("where", ["vector 0", "vector 1", "document 0", "document 1"])
def test_a_process_killed_in_the_middle_of_a_put_leaves_the_last_commit(
    tmp_path: Path, where: str
) -> None:
    kept = make("Kept.", "a")
    with Library.open(tmp_path, create=True) as library:
        put(library, kept)
    assert run(_DIES, tmp_path, where) == -9
    with Library.open(tmp_path) as library:
        assert (library.generation, sources(library)) == (1, ["a"])
        assert library.document(kept[0].id) == kept[0]
        assert library.problems() == []
        put(library, make("Later.", "b"))
        assert sources(library) == ["a", "b"]


def test_a_process_killed_just_after_a_put_has_committed_it(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        put(library, make("Old.", "a"))
    assert run(_DIES, tmp_path, "after") == -9
    with Library.open(tmp_path) as library:
        assert (library.generation, sources(library)) == (2, ["a", "b"])
        assert library.problems() == []


def test_a_process_that_ends_in_a_transaction_leaves_the_last_commit(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        put(library, make("Kept.", "a"))
    assert run(_DIES_IN_TRANSACTION, tmp_path) == 9
    with Library.open(tmp_path) as library:
        assert (library.generation, sources(library)) == (1, ["a"])


def test_a_library_open_here_sees_what_another_process_commits(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        put(library, make("Old.", "a"))
        assert run(_DIES, tmp_path, "nowhere") == 0
        assert (library.generation, sources(library)) == (2, ["a", "b"])


def test_while_another_process_writes_reading_goes_on_and_writing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 0.05)
    item = make("One.", "a")
    with Library.open(tmp_path, create=True) as library:
        put(library, item)
        with locked(tmp_path / database.FILE_NAME):
            with pytest.raises(LibraryLockedError, match=r"another process.*waited 0\.05 s"):
                put(library, make("Two.", "b"))
            with pytest.raises(LibraryLockedError):
                library.remove([item[0].id])
            assert library.document(item[0].id) == item[0]
            with Library.open(tmp_path) as another:
                assert sources(another) == ["a"]
        put(library, make("Two.", "b"))
        assert (library.generation, sources(library)) == (2, ["a", "b"])


def test_a_new_library_that_another_process_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 0.05)
    sqlite3.connect(tmp_path / database.FILE_NAME).close()
    with locked(tmp_path / database.FILE_NAME), pytest.raises(LibraryLockedError):
        Library.open(tmp_path, create=True)
    with Library.open(tmp_path, create=True) as library:
        assert library.generation == 0


def test_a_writer_waits_for_another_to_finish(tmp_path: Path) -> None:
    """Two writers with a library each; every put of both is a commit of its own."""
    troubles: list[Exception] = []

    def write(name: str) -> None:
        try:
            with Library.open(tmp_path) as library:
                for number in range(10):
                    put(library, make(f"Text {number}.", f"{name} {number}"))
        except Exception as error:
            troubles.append(error)

    Library.open(tmp_path, create=True).close()
    threads = [threading.Thread(target=write, args=[name]) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    with Library.open(tmp_path) as library:
        assert library.generation == len(library.entries()) == 20
        assert library.problems() == []


def test_reading_and_writing_at_once_shows_only_whole_commits(tmp_path: Path) -> None:
    """Each commit holds two documents of one text; a reader never sees texts of two commits."""
    rounds = [[make(f"Round {n}.", source) for source in ("a", "b")] for n in range(25)]
    troubles: list[object] = []
    done = threading.Event()

    def read(library: Library) -> None:
        while not done.is_set():
            try:
                entries = library.entries()
                with suppress(DocumentNotFoundError):  # replaced since
                    library.document(entries[0].id)
            except Exception as error:
                troubles.append(error)
                return
            if len(entries) != 2 or len({entry.text_sha256 for entry in entries}) != 1:
                troubles.append(entries)

    with Library.open(tmp_path, create=True) as library, Library.open(tmp_path) as another:
        put(library, *rounds[0])
        threads = [threading.Thread(target=read, args=[one]) for one in (library, another)]
        for thread in threads:
            thread.start()
        for items in rounds[1:]:
            put(library, *items)
        done.set()
        for thread in threads:
            thread.join()
        assert troubles == []
        assert library.generation == another.generation == 25
