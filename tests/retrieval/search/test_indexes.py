"""The derived indexes: whatever happens to them on disk, the answers stay the same."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.query import Query
from pincite.retrieval.search.indexes import (
    Indexes,
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
    """The folder of the present generation's indexes."""
    return next((library.folder / "indexes").glob(f"{library.generation}-*"))


def files(folder: Path) -> list[Path]:
    found = (f for f in folder.rglob("*") if f.is_file() and f.suffix != ".lock")
    return sorted(found, key=lambda f: (f.suffix, f.stat().st_size, f.name))


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
            if file.name == "manifest.json":  # one blank for another is no damage
                assume(not same_json(bytes(data), file.read_bytes()))
            file.write_bytes(data)
            (problem,) = index_problems(library)
            found, said = opened(library)
            assert found == sound[1]
            assert said == [f"{problem}; it is rebuilt from the library"]
            assert index_problems(library) == []


def same_json(left: bytes, right: bytes) -> bool:
    try:
        return bool(json.loads(left) == json.loads(right))
    except ValueError:
        return False


def test_any_deleted_file_is_rebuilt(sound: tuple[Path, Found], tmp_path: Path) -> None:
    with Library.open(sound[0]) as library:
        names = [f.relative_to(sound[0]) for f in files(place(library))]
    assert {"dense.faiss", "manifest.json", "meta.json"} <= {name.name for name in names}
    for number, name in enumerate(names):
        folder = Path(shutil.copytree(sound[0], tmp_path / str(number)))
        (folder / name).unlink()
        with Library.open(folder) as library:
            (problem,) = index_problems(library)
            found, said = opened(library)
        assert found == sound[1]
        assert said == [f"{problem}; it is rebuilt from the library"]


@pytest.mark.parametrize(
    "rewritten",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '"text"',
        "{}",
        '{"format": 1, "generation": 1}',
        '{"files": {}}',
        '{"format": 1, "files": {}}',
        '{"format": 2, "generation": 1, "files": {}}',
        '{"format": 1, "generation": 2, "files": {}}',
        '{"format": 1, "generation": 1, "files": {"dense.faiss": null}}',
        '{"format": 1, "generation": 1, "files": {"nowhere": "00"}}',
        '{"format": 1, "generation": 1, "files": 7',
        "\x00\x01\x02",
    ],
)
def test_a_manifest_of_another_shape_is_damage(library: Library, rewritten: str) -> None:
    before, _ = opened(library)
    (place(library) / "manifest.json").write_text(rewritten, "utf-8")
    (problem,) = index_problems(library)
    assert opened(library) == (before, [f"{problem}; it is rebuilt from the library"])


@pytest.mark.parametrize("kept", [1, 10, 60, -1, -2])
def test_a_truncated_manifest_is_damage(library: Library, kept: int) -> None:
    before, _ = opened(library)
    manifest = place(library) / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:kept])
    found, said = opened(library)
    assert (found, len(said)) == (before, 1)
    assert "manifest" in said[0]


def test_an_index_of_another_generation_in_the_place_of_this_one_is_not_used(
    library: Library,
) -> None:
    stale = place(library).rename(library.folder / "stale")
    fill(library, make_document("A kraken nests in the storm.", "kraken.txt"))
    after, _ = opened(library)
    present = place(library)
    shutil.rmtree(present)
    stale.rename(present)
    found, said = opened(library)
    assert found == after
    assert len(said) == 1
    assert "generation" in said[0]


def test_indexes_whose_words_were_cut_in_another_way_are_not_used(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = opened(library)
    monkeypatch.setattr("pincite.retrieval.search.indexes.ANALYSIS", "of another day")
    assert not is_published(library)
    assert opened(library) == (before, [])
    assert is_published(library)
    assert [folder.name for folder in (library.folder / "indexes").iterdir()] == [
        place(library).name
    ]


def test_looking_for_problems_changes_nothing(library: Library) -> None:
    (place(library) / "dense.faiss").write_bytes(b"damaged")
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
    ("owner", "name"), [(os, "rename"), (Path, "mkdir"), (Path, "write_text")], ids=lambda v: str(v)
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
    assert "built in memory" in said[0]


def test_what_could_not_be_finished_leaves_nothing_behind(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(library.folder / "indexes")
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(PermissionError):
        publish(library)
    assert list((library.folder / "indexes").iterdir()) == []


def test_what_a_killed_process_left_does_no_harm(library: Library) -> None:
    before, _ = opened(library)
    left = library.folder / "indexes" / ".aside-0123"
    left.mkdir()
    (left / "dense.faiss").write_bytes(b"half of it")
    assert opened(library) == (before, [])
    publish(library)
    assert opened(library) == (before, [])


def test_publishing_drops_the_indexes_of_older_generations(library: Library) -> None:
    first = place(library)
    fill(library, make_document("A kraken.", "kraken.txt"))
    assert not first.exists()
    assert list((library.folder / "indexes").iterdir()) == [place(library)]


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


def commit_during(library: Library) -> Callable[..., str]:
    """A stand-in for ``json.dumps`` that lets another process commit meanwhile, once."""
    texts = iter(["A kraken."])
    dumps = json.dumps

    def dump(value: Any, **options: Any) -> str:
        for text in texts:
            with Library.open(library.folder) as other:
                fill(other, make_document(text, "kraken.txt"))
        return dumps(value, **options)

    return dump


def test_indexes_overtaken_by_a_commit_are_not_published(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.retrieval.search.indexes.json.dumps", commit_during(library))
    publish(library)
    assert library.generation == 2
    assert index_problems(library) == []
    assert list((library.folder / "indexes").iterdir()) == [place(library)]
