"""The same contents under two names: two documents, and it is said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.ingest.events import Summary
from pincite.ingest.files.copies import same_contents
from tests.ingest.test_pipeline import held
from tests.ingest.test_pipeline_files import folder, library, take, write

__all__ = ["folder", "library"]  # fixtures

GULLS = "Gulls nest on cliffs."


def copies(summary: Summary) -> dict[str, str]:
    return {Path(event.source).name: Path(event.same_as).name for event in summary.copies}


def copied(file: Path, other: Path) -> None:
    write(other, file.read_bytes())


@pytest.mark.parametrize("make", [copied, os.link])
def test_a_file_under_two_names_stays_two_documents_and_says_so_each_time(
    library: Library, folder: Path, make: Callable[[Path, Path], None]
) -> None:
    file = write(folder / "a.txt", GULLS)
    write(folder / "b.txt", "Owls hunt.")
    make(file, folder / "c.txt")
    assert copies(take(library, folder)) == {"c.txt": "a.txt"}
    assert copies(take(library, folder)) == {"c.txt": "a.txt"}
    assert len(held(library)) == 3
    assert same_contents(library.entries()) == {str(folder / "c.txt"): str(file)}


def test_a_file_that_was_renamed_is_no_copy_of_what_it_was(library: Library, folder: Path) -> None:
    file = write(folder / "a.txt", GULLS)
    take(library, folder)
    file.rename(folder / "b.txt")
    assert copies(take(library, folder, sync=True)) == {}


def test_a_file_that_changed_is_a_copy_no_more(library: Library, folder: Path) -> None:
    file = write(folder / "a.txt", GULLS)
    copied(file, folder / "b.txt")
    assert copies(take(library, folder)) == {"b.txt": "a.txt"}
    write(file, "Gulls eat fish.")
    assert copies(take(library, folder)) == {}
    assert same_contents(library.entries()) == {}
