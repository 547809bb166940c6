"""`doctor --deep` holds every file that a library uses against what was written."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.shared import durable, file_sums
from pincite.corpus.shared.file_check import unchecked
from pincite.corpus.shared.files import content, drop
from pincite.corpus.store.library import Library
from pincite.retrieval.health import examine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.upkeep import publish
from pincite.retrieval.settings import Settings
from tests.corpus.shared.object_store import Bucket
from tests.corpus.shared.stores import shared
from tests.corpus.shared.test_parts import WHALE, part_of
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents

STORED = Path(__file__).parent / "libraries" / "pylance-14.0.2"


def nothing_is_unchecked(library: Library) -> bool:
    store = shared(library)
    return unchecked(store.place, store.tables().head)[0] == 0


def lists(library: Library) -> list[str]:
    return file_sums.lists(shared(library).place)


def test_every_file_has_a_sum_after_every_kind_of_commit(library: Library) -> None:
    assert nothing_is_unchecked(library)
    id = library.find("birds.txt").id
    for work in (
        lambda: library.tag([id], add=["sea"]),
        lambda: fill(library, make_document("Other words on bread.", "bread.md")),
        lambda: library.remove([library.find("ships.txt").id]),
        lambda: publish(library),
        lambda: fill(library, make_document("A whale sings.", "whale.txt")),
        lambda: library.compact(),
    ):
        work()
        assert nothing_is_unchecked(library)
    assert library.problems(deep=True) == library.notes() == []


def test_a_commit_writes_down_what_it_adds_and_a_merge_leaves_one_list(library: Library) -> None:
    place, sizes, seen = shared(library).place, [], set(lists(library))
    for i in range(4):
        fill(library, make_document(f"The gull {i} eats fish.", f"gull{i}.txt"))
        (added,) = set(lists(library)) - seen
        seen.add(added)
        sizes.append(len(content(place, added)))
    assert max(sizes) < 1.2 * min(sizes)
    publish(library)
    assert len(lists(library)) == 1
    assert nothing_is_unchecked(library)
    assert library.problems(deep=True) == []


def test_no_file_is_read_twice_for_its_sum(
    address: str, in_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()
    sum_of = file_sums.sum_of

    def counting(place: object, path: str) -> object:
        read[path] += 1
        return sum_of(place, path)  # type: ignore[arg-type]

    monkeypatch.setattr(file_sums, "sum_of", counting)
    for where in (address, in_bucket):
        with open_library(where, create=True) as library:
            fill(library, *small_documents())
            fill(library, make_document("Other words.", "birds.txt"))
            publish(library)
    assert any("_deletions/" in path for path in read)
    assert set(read.values()) == {1}


def turned(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def shortened(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-3])


@pytest.mark.parametrize(
    ("harm", "said"),
    [(Path.unlink, "is missing"), (shortened, "were written"), (turned, "have turned")],
)
def test_a_file_that_is_not_what_was_written_is_named_in_one_sentence(
    library: Library, harm: Callable[[Path], None], said: str
) -> None:
    fill(library, make_document("Other words.", "birds.txt"))  # so that rows are deleted
    place, head = shared(library).place, shared(library).tables().head
    patterns = {
        "contents": "data/*.lance",
        "passages": "_indices/*/part_0_invert.lance",
        "counts": "_indices/*/page_data.lance",
        "documents": "_deletions/*",
    }
    known, _ = file_sums.noted(place, head.sums)
    harmed = []
    for table, pattern in patterns.items():
        folder = library.folder / head.tables[table].path
        harmed.append(next(file for file in sorted(folder.glob(pattern)) if _path(file) in known))
        harm(harmed[-1])
    harmed.append(library.folder / file_sums.manifest(*_version(head.tables["refusals"])))
    harm(harmed[-1])
    problems = [p for p in examine(settings(library), deep=True).problems if "the file " in p]
    for file in harmed:
        (problem,) = (p for p in problems if _path(file) in p)
        assert said in problem
        assert "\n" not in problem
        assert "pincite rebuild" in problem or "restore it from a copy" in problem
    assert len(problems) == len(harmed)


def _path(file: Path) -> str:
    """Below the library's root."""
    return file.as_posix().split("/shared/", 1)[1]


def _version(version: object) -> tuple[str, int]:
    return version.path, version.number  # type: ignore[attr-defined]


def settings(library: Library) -> Settings:
    return hashing_settings(library=library.name)


def test_a_library_of_an_older_pincite_is_unchecked_and_not_damaged(tmp_path: Path) -> None:
    shutil.copytree(STORED, tmp_path / "library")
    with open_library(f"lance://{tmp_path / 'library'}") as library:
        assert library.problems(deep=True) == []
        (note,) = library.notes()
        assert "cannot be checked" in note
        fill(library, make_document("A whale sings.", "whale.txt"))
        publish(library)
        assert library.notes()  # nobody knows yet whether the older files are what was written
        library.compact()
        assert library.notes() == library.problems(deep=True) == []


def test_a_list_of_sums_that_is_gone_is_told_and_made_anew(library: Library) -> None:
    place = shared(library).place
    for file in lists(library):
        drop(place, file)
    (problem,) = library.problems(deep=True)
    assert "list of sums" in problem
    fill(library, make_document("A whale sings.", "whale.txt"))
    publish(library)
    assert len(library.problems(deep=True)) == 1  # a merge hides nothing
    library.compact()
    assert library.problems(deep=True) == library.notes() == []


def test_an_object_of_a_bucket_that_was_turned_or_is_gone_is_named(
    in_bucket: str, bucket: Bucket
) -> None:
    with open_library(in_bucket, create=True) as library:
        fill(library, *small_documents())
        assert library.problems(deep=True) == library.notes() == []
        place, tables = shared(library).place, shared(library).tables()
        path = tables.head.tables["passages"].path
        files = file_sums.table_files(place, tables.table("passages"), path)
        one, other, *_ = sorted(file for file in files if "/_indices/" in file)
        data = bucket.objects[f"library/{one}"]
        bucket.objects[f"library/{one}"] = data[:50] + bytes([data[50] ^ 1]) + data[51:]
        del bucket.objects[f"library/{other}"]
        found = library.problems(deep=True)
        assert any(one in problem and "have turned" in problem for problem in found)
        assert any(other in problem and "is missing" in problem for problem in found)


def _synced(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The paths that are forced to the disk from now on."""
    synced: set[str] = set()
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.add(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return synced


def test_what_a_worker_writes_is_on_the_disk_before_anybody_commits_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = _synced(monkeypatch)
    part = part_of(library, WHALE)
    written = [path for one in part.fragments.values() for path in one.sums]
    assert {path.split("-")[0] for path in written} == {"contents", "passages"}
    assert {str(library.folder / path) for path in written} <= synced


class _Counted:
    """An entry of a folder that counts how many dates are asked for, but those of lists of sums.

    There are few of these, for a merge leaves one.
    """

    asked = 0

    def __init__(self, entry: os.DirEntry[str]) -> None:
        self._entry = entry

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entry, name)

    def stat(self) -> os.stat_result:
        type(self).asked += Path(self._entry.path).parent.name != file_sums.FOLDER
        return self._entry.stat()


def test_a_commit_asks_for_no_more_dates_the_more_files_there_are(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    @contextmanager
    def scandir(folder: str) -> Iterator[Iterator[_Counted]]:
        with real(folder) as entries:
            yield map(_Counted, entries)

    monkeypatch.setattr(durable, "_SLACK_NS", 0)
    monkeypatch.setattr(durable.os, "scandir", scandir)
    asked = []
    for number in range(14):
        _Counted.asked = 0
        fill(library, make_document(f"The gull has {number} eggs.", f"{number}.txt"))
        asked.append(_Counted.asked)
    # Files have the dates of a coarser clock. All of them would be three times as many.
    assert max(asked[10:]) < 1.5 * max(asked[1:5])
    assert min(asked) > 0


def test_each_file_of_a_commit_is_forced_to_the_disk_once_the_folder_has_many(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        fill(library, make_document(f"The gull has {number} eggs.", f"{number}.txt"))
    before = set(library.folder.rglob("*"))
    synced = _synced(monkeypatch)
    fill(library, make_document("A whale has none.", "whale.txt"))
    library.remove([library.find("1.txt").id])
    new = {path for path in library.folder.rglob("*") if path.is_file()} - before
    assert new
    assert {str(path) for path in new if "/probe/" not in str(path)} <= synced


def test_a_list_of_sums_that_is_written_again_is_forced_to_the_disk_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, place = _synced(monkeypatch), shared(library).place
    written = library.folder / file_sums.FOLDER / ("0" * 64)
    kept = durable.Durable(place)
    for _ in range(2):
        kept.begin()
        written.write_bytes(b"the same")
        os.utime(written.parent, (0, 0))  # as if its folder had been the same for long
        kept.sync()
        assert str(written) in synced
        synced.clear()
        time.sleep(0.02)  # so that the file has another date
