"""Files whose size and date say nothing: put in another's place, or only moved and touched."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.types import Origin
from tests.ingest.test_pipeline import held, outcomes
from tests.ingest.test_pipeline_files import (
    LONG_AGO_NS,
    folder,
    library,
    opened,
    take,
    write,
)

__all__ = ["folder", "library", "opened"]  # fixtures

OLD, NEW = "The gate code is 4471.", "The gate code is 9902."


def origin_in(library: Library, name: str = "gate.txt") -> Origin:
    (origin,) = (e.origin for e in library.entries() if Path(e.source).name == name)
    assert origin is not None
    return origin


def test_a_file_put_in_anothers_place_with_its_size_and_date_is_read(
    library: Library, folder: Path
) -> None:
    file = write(folder / "gate.txt", OLD)
    take(library, folder)
    os.replace(write(folder / ".new", NEW), file)
    assert outcomes(take(library, folder)) == [("gate.txt", "replaced")]
    assert held(library) == {str(file): NEW}


@pytest.mark.parametrize("change", ["mode", "link", "copy"])
def test_a_file_whose_entry_changed_is_compared_once_and_is_unchanged(
    library: Library, folder: Path, opened: list[str], change: str
) -> None:
    file = write(folder / "gate.txt", OLD)
    take(library, folder)
    if change == "mode":
        file.chmod(0o600)
    elif change == "link":
        os.link(file, folder.parent / "other name")
    else:
        os.replace(write(folder / ".new", OLD), file)
    opened.clear()
    assert outcomes(take(library, folder)) == [("gate.txt", "unchanged")]
    assert (opened, library.generation) == (["gate.txt"], 1)
    opened.clear()
    assert outcomes(take(library, folder)) == [("gate.txt", "unchanged")]
    assert opened == []


def test_an_old_library_is_trusted_once_and_then_knows_which_file_it_was(
    library: Library, folder: Path, opened: list[str]
) -> None:
    file = write(folder / "gate.txt", OLD)
    take(library, folder)
    library.touch({str(file): replace(origin_in(library), inode=0, ctime_ns=0)})
    opened.clear()
    assert outcomes(take(library, folder)) == [("gate.txt", "unchanged")]
    assert opened == []
    status = file.stat()
    assert origin_in(library).inode == status.st_ino
    assert origin_in(library).ctime_ns == status.st_ctime_ns
    os.replace(write(folder / ".new", NEW), file)
    assert outcomes(take(library, folder)) == [("gate.txt", "replaced")]


def test_hash_opens_every_file_and_finds_what_no_date_tells(
    library: Library, folder: Path, opened: list[str]
) -> None:
    changed = write(folder / "a.txt", OLD)
    write(folder / "b.txt", OLD)
    take(library, folder)
    changed.write_text(NEW, "utf-8")
    os.utime(changed, ns=(LONG_AGO_NS, LONG_AGO_NS + len(OLD)))
    status, origin = changed.stat(), origin_in(library, "a.txt")
    same = replace(origin, inode=status.st_ino, ctime_ns=status.st_ctime_ns)
    library.touch({str(changed): same})  # as on a disk whose numbers tell nothing
    opened.clear()
    assert outcomes(take(library, folder)) == [("a.txt", "unchanged"), ("b.txt", "unchanged")]
    assert opened == []
    assert outcomes(take(library, folder, hash=True)) == [
        ("b.txt", "unchanged"),
        ("a.txt", "replaced"),
    ]
    assert sorted(opened) == ["a.txt", "b.txt"]
