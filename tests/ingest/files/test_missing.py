"""Folders that are gone: forgotten when they are named, and when it is no disk that is missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pincite.corpus.errors import SourceNotFoundError
from pincite.corpus.store.library import Library
from pincite.ingest.events import Summary
from pincite.ingest.files import missing
from pincite.ingest.files.walk import find_sources
from pincite.ingest.pipeline import Options, ingest_sources
from tests.ingest.test_pipeline import CountingEmbedder, held, outcomes
from tests.ingest.test_pipeline_files import folder, library, take, write

__all__ = ["folder", "library"]  # fixtures


def sync(library: Library, *paths: Path) -> Summary:
    sources = find_sources(paths, may_be_empty=True, may_be_missing=True)
    return ingest_sources(sources, library, CountingEmbedder(), options=Options(sync=True))


def test_a_named_folder_that_is_gone_takes_its_documents_along(
    library: Library, folder: Path
) -> None:
    for name in ("a.txt", "in/b.txt"):
        write(folder / name, f"Gulls nest. {name}")
    write(folder / "c.txt", b"\0\1\2")
    beside = write(folder.parent / "folder2" / "d.txt", "Owls hunt.")
    take(library, folder)
    take(library, beside.parent)
    shutil.rmtree(folder)
    assert outcomes(sync(library, folder)) == [("a.txt", "removed"), ("b.txt", "removed")]
    assert (list(held(library)), library.refusals()) == ([str(beside)], [])


def test_a_named_file_that_is_gone_is_forgotten_beside_what_is_there(
    library: Library, folder: Path
) -> None:
    file = write(folder / "a.txt", "Gulls nest.")
    write(folder.parent / "other" / "b.txt", "Owls hunt.")
    take(library, folder)
    file.unlink()
    events = outcomes(sync(library, file, folder.parent / "other"))
    assert events == [("b.txt", "added"), ("a.txt", "removed")]


def test_a_path_that_the_library_knows_nothing_of_is_an_error_and_changes_nothing(
    library: Library, folder: Path
) -> None:
    write(folder / "a.txt", "Gulls nest.")
    take(library, folder)
    (folder / "a.txt").unlink()
    with pytest.raises(SourceNotFoundError, match="no document of the library lies in it"):
        sync(library, folder, folder.parent / "fold")
    assert len(held(library)) == 1


@pytest.mark.parametrize("left", ["nothing", "an empty folder", "an empty folder above"])
def test_documents_of_a_disk_that_is_not_mounted_are_not_forgotten(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    monkeypatch.setattr(missing, "_MOUNT_FOLDERS", (str(folder.parent / "mnt"),))
    disk = folder.parent / "mnt" / "disk"
    named = disk / "in" if left.endswith("above") else disk
    write(named / "a.txt", "Gulls nest.")
    take(library, named)
    shutil.rmtree(disk)
    if left != "nothing":
        disk.mkdir()
    (event,) = sync(library, named).events
    assert (event.outcome, event.source) == ("refused", str(named))
    assert "its disk is not mounted" in event.reason
    assert len(held(library)) == 1


def test_a_folder_on_a_mounted_disk_is_forgotten_like_any_other(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "_MOUNT_FOLDERS", (str(folder.parent / "mnt"),))
    disk = folder.parent / "mnt" / "disk"
    write(disk / "in" / "a.txt", "Gulls nest.")
    take(library, disk)
    shutil.rmtree(disk / "in")
    usual = os.path.ismount
    monkeypatch.setattr(os.path, "ismount", lambda path: path == str(disk) or usual(path))
    assert outcomes(sync(library, disk / "in")) == [("a.txt", "removed")]
