"""The derived indexes: whatever happens to them on disk, the answers stay the same."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import DiskFullError, IndexDamagedError, LibraryError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.query import Query
from pincite.retrieval.search import checksums, manifest
from pincite.retrieval.search.indexes import (
    Indexes,
    compact,
    index_problems,
    is_published,
    open_indexes,
    publish,
)
from tests.retrieval.conftest import fill, make_document, small_documents

QUESTIONS = ["Where do gulls nest?", "storm mast captain", "bake bread in a bowl"]
Found = list[tuple[dict[int, float], dict[int, float]]]


def results(indexes: Indexes) -> Found:
    """What both indexes say to a few questions."""
    embed = HashingEmbedder().embed_query
    wanted = [Query.of(q, indexes, HashingEmbedder()).wanted for q in QUESTIONS]
    return [
        (indexes.dense.search(embed(q), 5), indexes.lexical.search(terms, 5))
        for q, terms in zip(QUESTIONS, wanted, strict=True)
    ]


def opened(library: Library) -> tuple[Found, list[str]]:
    """What the indexes say, and what was said on opening them."""
    said: list[str] = []
    return results(open_indexes(library, said.append)), said


def place(library: Library) -> Path:
    """The folder of the indexes that count."""
    (folder,) = (path for path in (library.folder / "indexes").iterdir() if path.is_dir())
    return folder


def manifest_of(library: Library) -> Path:
    """The list of segments that counts."""
    return max(place(library).glob("*/manifest.json"), key=lambda file: int(file.parent.name))


def files(folder: Path) -> list[Path]:
    found = (f for f in folder.rglob("*") if f.is_file())
    return sorted(found, key=lambda f: (f.name, f.stat().st_size, str(f)))


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in folder.rglob("*")
        if f.is_file()
    }


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Found]:
    """A library's folder with sound indexes, and what they say; to be copied."""
    folder = tmp_path_factory.mktemp("sound") / "library"
    with Library.open(folder, create=True) as made:
        fill(made, *small_documents())
        fill(made, make_document("The kraken sleeps below Iceland.", "kraken.txt"))
        made.remove([made.find("ships.txt").id])
        found, said = opened(made)
    assert not said
    return folder, found


def test_indexes_that_nothing_happened_to_are_opened_without_a_word(library: Library) -> None:
    before = hashes(library.folder / "indexes")
    _, said = opened(library)
    assert (said, index_problems(library)) == ([], [])
    assert hashes(library.folder / "indexes") == before


@settings(max_examples=60)
@given(
    which=st.integers(0, 1000), where=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255)
)
def test_a_byte_flipped_anywhere_is_noticed_and_changes_no_answer(
    sound: tuple[Path, Found], which: int, where: float, mask: int
) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(shutil.copytree(sound[0], Path(scratch, "library")))
        with Library.open(folder) as library:
            file = files(place(library))[which % len(files(place(library)))]
            data = bytearray(file.read_bytes())
            assume(data)
            data[int(where * len(data))] ^= mask
            file.write_bytes(data)
            (problem,) = index_problems(library)
            found, said = opened(library)
            assert found == sound[1]
            assert said == [f"{problem}; it is rebuilt from the library"]
            assert index_problems(library) == []


def test_a_thousand_flipped_bytes_are_all_noticed_on_opening(sound: tuple[Path, Found]) -> None:
    chance = random.Random(7)
    (place,) = (sound[0] / "indexes").iterdir()
    listed = manifest.latest(place)
    folder = place / str(listed.number)
    checks: list[tuple[Path, Callable[[], object]]] = [
        (folder / "manifest.json", lambda: manifest.latest(place))
    ]
    for segment in listed.segments:
        for name, checksum in segment.files.items():
            file = place / "segments" / segment.name / name
            checks.append((file, partial(checksums.read, file, checksum)))
    for _ in range(1000):
        file, check = chance.choice(checks)
        data = file.read_bytes()
        where = chance.randrange(len(data))
        flipped = bytearray(data)
        flipped[where] ^= chance.randrange(1, 256)
        file.write_bytes(flipped)
        with pytest.raises(IndexDamagedError):
            check()
        file.write_bytes(data)
        check()


def test_any_deleted_file_is_rebuilt(sound: tuple[Path, Found], tmp_path: Path) -> None:
    with Library.open(sound[0]) as library:
        names = [f.relative_to(sound[0]) for f in files(place(library))]
    assert {name.name for name in names} == {
        "manifest.json",
        "documents",
        "dense.faiss",
        "terms",
        "words",
    }
    for number, name in enumerate(names):
        folder = Path(shutil.copytree(sound[0], tmp_path / str(number)))
        (folder / name).unlink()
        with Library.open(folder) as library:
            (problem,) = index_problems(library)
            found, said = opened(library)
        assert found == sound[1]
        assert said == [f"{problem}; it is rebuilt from the library"]


def sealed(value: Any) -> bytes:
    """A manifest of this value whose sum is right."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


@pytest.mark.parametrize(
    "rewritten",
    [
        b"",
        b"{",
        b"\x00\x01\x02",
        b'{"number": 1, "generation": 1, "segments": []}',
        sealed(b"{"),
        sealed(b"[" * 100_000),
        sealed([]),
        sealed(None),
        sealed(7),
        sealed("text"),
        sealed({}),
        sealed({"number": 1}),
        sealed({"number": 1, "generation": 1, "segments": 7}),
        sealed({"number": 1, "generation": 1, "segments": [7]}),
        sealed({"number": 1, "generation": 1, "segments": [{"name": "nowhere"}]}),
        sealed({"number": 2, "generation": 1, "segments": []}),
        sealed({"number": 1, "generation": 1, "segments": [], "more": 1}),
    ],
)
def test_a_manifest_of_another_shape_is_damage(library: Library, rewritten: bytes) -> None:
    before, _ = opened(library)
    manifest_of(library).write_bytes(rewritten)
    (problem,) = index_problems(library)
    assert "damaged manifest" in problem
    assert opened(library) == (before, [f"{problem}; it is rebuilt from the library"])


@pytest.mark.parametrize(
    "named", [{}, {"dense.faiss": {"size": 1, "sectors": "0", "sha256": "0"}}, 7]
)
def test_a_manifest_that_names_other_files_is_damage(library: Library, named: Any) -> None:
    before, _ = opened(library)
    value = json.loads(manifest_of(library).read_bytes().partition(b"\n")[2])
    value["segments"][0]["files"] = named
    manifest_of(library).write_bytes(sealed(value))
    (problem,) = index_problems(library)
    assert opened(library) == (before, [f"{problem}; it is rebuilt from the library"])


@pytest.mark.parametrize("kept", [1, 10, 60, 66, -1, -2])
def test_a_truncated_manifest_is_damage(library: Library, kept: int) -> None:
    before, _ = opened(library)
    file = manifest_of(library)
    file.write_bytes(file.read_bytes()[:kept])
    found, said = opened(library)
    assert (found, len(said)) == (before, 1)
    assert "manifest" in said[0]


def test_indexes_of_another_generation_are_not_used(library: Library) -> None:
    stale = Path(shutil.copytree(place(library), library.folder / "stale"))
    fill(library, make_document("A kraken nests in the storm.", "kraken.txt"))
    after, _ = opened(library)
    present = place(library)
    shutil.rmtree(present)
    stale.rename(present)
    assert "another generation" in index_problems(library)[0]
    assert opened(library) == (after, [])
    assert index_problems(library) == []


def test_indexes_whose_words_were_cut_in_another_way_are_not_used(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = opened(library)
    old = place(library)
    monkeypatch.setattr("pincite.retrieval.search.indexes.ANALYSIS", "of another day")
    assert not is_published(library)
    assert opened(library) == (before, [])
    assert is_published(library)
    assert place(library) != old


@pytest.mark.parametrize("name", ["7-0123456789ab", "0123456789ab"])
def test_indexes_of_an_older_pincite_are_built_anew_with_one_word(
    library: Library, name: str
) -> None:
    before, _ = opened(library)
    shutil.rmtree(place(library))
    older = library.folder / "indexes" / name
    older.mkdir()
    (older / "dense.faiss").write_bytes(b"of another format")
    found, said = opened(library)
    assert found == before
    assert [sentence for sentence in said if "of an older Pincite" in sentence] == said
    assert len(said) == 1
    assert not older.exists()
    assert opened(library) == (before, [])


def test_looking_for_problems_changes_nothing(library: Library) -> None:
    next(place(library).rglob("dense.faiss")).write_bytes(b"damaged")
    before = hashes(library.folder)
    (problem,) = index_problems(library)
    assert "dense.faiss is damaged" in problem
    assert hashes(library.folder) == before


def test_looking_for_problems_makes_no_index_where_there_is_none(library: Library) -> None:
    shutil.rmtree(library.folder / "indexes")
    (problem,) = index_problems(library)
    assert "there is no index" in problem
    assert not (library.folder / "indexes").exists()


def test_the_whole_folder_can_be_deleted(library: Library) -> None:
    before, _ = opened(library)
    shutil.rmtree(library.folder / "indexes")
    assert opened(library) == (before, [])  # nothing was damaged, so nothing is said
    assert index_problems(library) == []


def refuse(*_: Any, **__: Any) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize(
    ("owner", "name"), [(os, "rename"), (os, "fsync"), (Path, "mkdir")], ids=lambda v: str(v)
)
def test_where_nothing_can_be_written_the_indexes_are_built_in_memory_with_a_word(
    library: Library, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    before, _ = opened(library)
    shutil.rmtree(library.folder / "indexes")
    monkeypatch.setattr(owner, name, refuse)
    found, said = opened(library)
    assert found == before
    assert len(said) == 1
    assert "cannot be kept on disk" in said[0]
    assert "in memory" in said[0]


def test_what_could_not_be_finished_leaves_nothing_behind(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(library.folder / "indexes")
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(LibraryError, match=r"cannot be written \(.*the library itself has all"):
        publish(library)
    assert files(library.folder / "indexes") == []


def test_a_full_disk_leaves_the_old_list_in_its_place(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(place(library))
    monkeypatch.setattr(os, "fsync", full)
    with Library.open(library.folder) as writer:
        writer.remove([writer.find("ships.txt").id])
        with pytest.raises(DiskFullError, match=r"No space .*run: pincite rebuild"):
            publish(writer)
    assert files(place(library)) == before
    found, said = opened(library)
    assert len(said) == 1
    assert "No space left on device" in said[0]
    assert "in memory" in said[0]
    monkeypatch.undo()
    assert opened(library) == (found, [])


def test_compacted_indexes_hold_no_word_of_a_document_that_was_removed(library: Library) -> None:
    def holds(word: bytes) -> bool:
        return any(word in file.read_bytes() for file in files(place(library)))

    more = make_document("\n\n".join(f"Owl {n} hunts mice at night." for n in range(9)), "y.txt")
    fill(library, make_document("The gull qzx is here.", "x.txt"), more)
    library.remove([library.find("x.txt").id])
    publish(library)
    assert holds(b"qzx")  # it is only noted to be gone
    before, _ = opened(library)
    compact(library)
    assert not holds(b"qzx")
    assert opened(library) == (before, [])
    now = files(place(library))
    compact(library)
    assert files(place(library)) == now


def full(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def test_what_a_killed_process_left_does_no_harm(library: Library) -> None:
    before, _ = opened(library)
    left = place(library) / "segments" / "0123"
    left.mkdir()
    (left / "dense.faiss").write_bytes(b"half of it")
    aside = place(library) / ".aside-0123"
    aside.mkdir()
    assert opened(library) == (before, [])
    publish(library)
    assert opened(library) == (before, [])


def test_publishing_drops_older_lists_and_the_segments_that_only_they_name(
    library: Library,
) -> None:
    (first,) = (place(library) / "segments").iterdir()
    library.remove([entry.id for entry in library.entries()])
    fill(library, make_document("A kraken.", "kraken.txt"))
    (present,) = (place(library) / "segments").iterdir()
    assert present != first
    assert [f.name for f in place(library).iterdir() if f.name.isdigit()] == ["2"]


def test_publishing_twice_changes_no_answer(library: Library) -> None:
    before, _ = opened(library)
    publish(library)
    assert opened(library) == (before, [])


def test_opening_sees_what_was_taken_in_since(library: Library) -> None:
    before, _ = opened(library)
    fill(library, make_document("Gulls nest on the kraken.", "kraken.txt"))
    after = open_indexes(library, print)
    assert after.generation == library.generation
    assert results(after) != before


def test_indexes_of_an_empty_library_are_empty_and_sound(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as empty:
        said: list[str] = []
        for _ in range(2):
            indexes = open_indexes(empty, said.append)
            assert (len(indexes.dense), len(indexes.lexical)) == (0, 0)
    assert said == []


def test_indexes_overtaken_by_a_commit_are_not_published(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter(["A kraken."])
    write = checksums.write

    def write_while_another_commits(*arguments: Any) -> Any:
        for text in texts:
            with Library.open(library.folder) as other:
                fill(other, make_document(text, "kraken.txt"))
        return write(*arguments)

    library.remove([library.find("ships.txt").id])
    fill(library, make_document("Oil.", "ships.txt"))
    shutil.rmtree(place(library))
    monkeypatch.setattr("pincite.retrieval.search.segments.write", write_while_another_commits)
    publish(library)
    assert index_problems(library) == []
