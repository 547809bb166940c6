"""Commits that are lost with SQLite's log, or with a file that was put in the library's place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pincite.corpus.errors import LibraryOlderError
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.last_commit import FILE
from pincite.corpus.store.library import Library
from tests.corpus.store.test_library import make, put, sources

_DIES = """
import os, sys
from pincite.corpus.store.library import Library
from tests.corpus.store.test_library import make, put

library = Library.open(sys.argv[1])
for name in "bcd":
    put(library, make(f"Text {name}.", name))
os._exit(9)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a library whose last three commits are in the log of a killed process."""
    folder = tmp_path / "library"
    with Library.open(folder, create=True) as library:
        put(library, make("Text a.", "a"))
    killed = subprocess.run([sys.executable, "-c", _DIES, str(folder)], timeout=60)
    assert killed.returncode == 9
    return folder


def log(folder: Path) -> Path:
    return folder / f"{FILE_NAME}-wal"


def test_what_a_killed_process_has_committed_is_there(folder: Path) -> None:
    assert log(folder).stat().st_size > 0
    with Library.open(folder) as library:
        assert sources(library) == ["a", "b", "c", "d"]


def test_a_lost_log_is_told_with_the_number_of_lost_commits(folder: Path) -> None:
    log(folder).unlink()
    for _ in range(2):
        with pytest.raises(LibraryOlderError, match=r"3 commits are missing.*doctor --accept"):
            Library.open(folder, create=True)


def test_a_log_that_is_cut_short_is_told(folder: Path) -> None:
    data = log(folder).read_bytes()
    log(folder).write_bytes(data[: len(data) - 100])
    with pytest.raises(LibraryOlderError, match="1 commit is missing"):
        Library.open(folder)


def test_what_is_left_can_be_accepted_and_no_generation_comes_twice(folder: Path) -> None:
    log(folder).unlink()
    assert Library.accept(folder) == 3
    with Library.open(folder) as library:
        assert (sources(library), library.problems()) == (["a"], [])
        assert library.generation > 4  # which the lost commits had come to
    assert Library.accept(folder) == 0


def test_tags_that_were_lost_are_noticed_though_they_raise_no_generation(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        put(library, make("One.", "a"))
    older = (tmp_path / FILE_NAME).read_bytes()
    with Library.open(tmp_path) as library:
        library.tag([library.find("a").id], add=["law"])
    (tmp_path / FILE_NAME).write_bytes(older)
    with pytest.raises(LibraryOlderError, match="1 commit is missing"):
        Library.open(tmp_path)


def test_indexes_of_a_later_generation_tell_it_without_the_note(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        put(library, make("One.", "a"))
    (tmp_path / FILE).unlink()
    manifest = tmp_path / "indexes" / "abc" / "7" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text('0a1b\n{"number": 7, "generation": 3}')
    with pytest.raises(LibraryOlderError, match="2 commits are missing"):
        Library.open(tmp_path)


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"commits": "x"}', b"\xff"])
def test_a_note_that_says_nothing_is_no_obstacle(folder: Path, note: bytes) -> None:
    (folder / FILE).write_bytes(note)
    with Library.open(folder) as library:
        assert len(sources(library)) == 4


def test_a_new_library_in_the_place_of_another_goes_on_counting(folder: Path) -> None:
    """So that no index of the one that was there before fits it."""
    for path in folder.glob(f"{FILE_NAME}*"):
        path.unlink()
    with Library.open(folder, create=True) as library:
        put(library, make("New.", "n"))
        assert (sources(library), library.generation) == (["n"], 6)


def test_a_copy_of_the_file_alone_is_a_library(tmp_path: Path) -> None:
    with Library.open(tmp_path / "one", create=True) as library:
        put(library, make("One.", "a"))
    (tmp_path / "two").mkdir()
    shutil.copy(tmp_path / "one" / FILE_NAME, tmp_path / "two")
    with Library.open(tmp_path / "two") as library:
        assert sources(library) == ["a"]
