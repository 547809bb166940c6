"""Segments: however a library came about, its indexes answer as if they had been built at once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.query import Query
from pincite.retrieval.search import indexes as indexes_module
from pincite.retrieval.search import manifest
from pincite.retrieval.search.indexes import (
    Indexes,
    index_differences,
    index_problems,
    open_indexes,
    publish,
)
from pincite.retrieval.search.segments import Segment
from tests.retrieval.conftest import fill, make_document

NAMES = ["birds.txt", "ships.txt", "bread.md", "lamps.txt"]
SENTENCES = [
    "Gulls nest on cliffs in spring.",
    "The site acceptance test (SAT) is in May.",
    "A storm broke the mainmast near Iceland.",
    "Lamp oil was stored below deck in nine barrels.",
    "Bake the loaf at 220 degrees.",
    "The barn owl hunts mice at night.",
    "Site acceptance comes before the request for comments (RFC).",
]
QUESTIONS = ["Where do gulls nest?", "storm SAT oil", "bake the loaf of Gulls", "request for owls"]

TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8).map(
    lambda said: "\n\n".join(said) + "\n"
)
STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(NAMES), TEXTS),
    st.tuples(st.just("remove"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("title"), st.sampled_from(NAMES), st.sampled_from(["Gulls", "Oil lamps"])),
    st.tuples(st.just("tag"), st.sampled_from(NAMES), st.sampled_from(["sea", "old"])),
    st.tuples(st.just("recut"), st.sampled_from(NAMES), TEXTS),
)


@contextmanager
def small_segments() -> Iterator[None]:
    """Sizes at which a handful of passages is merged."""
    policy = "pincite.retrieval.search.merge_policy"
    with (
        patch(f"{policy}.LARGEST", 24),
        patch(f"{policy}._NEARLY_LARGEST", 18),
        patch(f"{policy}._SMALLEST", 2),
        patch(f"{policy}._FAN", 2),
        patch("pincite.retrieval.search.segment_builder.AT_ONCE", 6),
        patch("pincite.retrieval.search.dense.CODED_FROM", 5),
    ):
        yield


def take(library: Library, step: tuple[str, str, Any]) -> None:
    """Do what a step says, where it can be done, without publishing."""
    verb, name, what = step
    entry = library.entry(name)
    with patch("pincite.ingest.pipeline.publish"):
        if verb in ("put", "recut"):
            fill(library, make_document(what, name), passage_tokens=12 if verb == "put" else 30)
    if entry is None:
        return
    if verb == "remove":
        library.remove([entry.id])
    elif verb == "rename" and library.entry(what) is None:
        library.rename(entry.id, what)
    elif verb == "title":
        library.rename(entry.id, name, what)
    elif verb == "tag":
        library.tag([entry.id], add=[what])


def said(indexes: Indexes) -> list[Any]:
    """All that the indexes say to some questions, and the library's words."""
    found: list[Any] = [indexes.vocabulary.text, indexes.short_forms.to_json()]
    for question in QUESTIONS:
        query = Query.of(question, indexes, HashingEmbedder())
        for k in (2, 50):
            found.append(list(indexes.dense.search(query.vector, k).items()))
            found.append(list(indexes.lexical.search(query.wanted, k).items()))
            odd = [id for id in indexes.lexical.ids() if id % 2]
            found.append(list(indexes.dense.search(query.vector, k, odd).items()))
            found.append(list(indexes.lexical.search(query.wanted, k, odd).items()))
    return found


def built_at_once(library: Library) -> list[Any]:
    """What the indexes of the same library say that are built from nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "library")
        library._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(library.folder, folder, ignore=shutil.ignore_patterns("indexes"))
        with Library.open(folder) as copy:
            return said(open_indexes(copy, print))


def place(library: Library) -> Path:
    (folder,) = (library.folder / "indexes").iterdir()
    return folder


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(STEPS, st.booleans()), min_size=1, max_size=12))
def test_any_sequence_of_changes_gives_the_answers_of_indexes_built_at_once(
    steps: list[tuple[tuple[str, str, Any], bool]],
) -> None:
    with (
        small_segments(),
        tempfile.TemporaryDirectory() as scratch,
        Library.open(Path(scratch, "library"), create=True) as library,
    ):
        complaints: list[str] = []
        held: list[Indexes] = []  # as a server has the last ones open
        for step, is_published in steps:
            take(library, step)
            if is_published:
                publish(library)
                held = [open_indexes(library, complaints.append)]
        held.append(open_indexes(library, complaints.append))
        assert said(held[-1]) == built_at_once(library)
        assert complaints == index_problems(library) == index_differences(library) == []


def test_segments_are_merged_and_stay_few() -> None:
    with (
        tempfile.TemporaryDirectory() as scratch,
        Library.open(Path(scratch, "library"), create=True) as library,
    ):
        with small_segments():
            for number in range(40):
                fill(library, make_document(SENTENCES[number % 7], f"{number}.txt"))
        sizes = [files.passages for files in manifest.latest(place(library)).segments]
        assert sum(sizes) == 40
        assert len(sizes) <= 8
        assert len(list((place(library) / "segments").iterdir())) == len(sizes)
        assert said(open_indexes(library, print)) == built_at_once(library)


def test_a_segment_of_which_most_is_gone_is_written_anew(library: Library) -> None:
    fill(library, make_document("\n\n".join(SENTENCES * 6), "long.txt"))
    publish(library, anew=True)
    library.remove([library.find("long.txt").id])
    publish(library)
    (files,) = manifest.latest(place(library)).segments
    assert (files.passages, files.gone) == (12, ())
    assert said(open_indexes(library, print)) == built_at_once(library)


@pytest.mark.parametrize("documents", [5, 80])
def test_adding_one_document_reads_and_writes_that_one_however_large_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, documents: int
) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        texts = ["\n\n".join([f"Number {n}.", *SENTENCES[:3]]) for n in range(documents)]
        fill(library, *(make_document(text, f"{n}.txt") for n, text in enumerate(texts)))
        before = {files.name for files in manifest.latest(place(library)).segments}
        read: list[str] = []
        vectors: list[int] = []
        opened: list[str] = []
        texts_of, vectors_of = Library.document_passages, Library.vectors
        monkeypatch.setattr(
            Library,
            "document_passages",
            lambda self, ids: texts_of(self, [read.append(id) or id for id in ids]),  # type: ignore[func-returns-value]
        )
        monkeypatch.setattr(
            Library,
            "vectors",
            lambda self, ids: vectors_of(self, [vectors.append(id) or id for id in ids]),  # type: ignore[func-returns-value]
        )
        load = indexes_module.segments.load
        monkeypatch.setattr(
            indexes_module.segments,
            "load",
            lambda folder, files: opened.append(files.name) or load(folder, files),  # type: ignore[func-returns-value]
        )
        fill(library, make_document(SENTENCES[5], "new.txt"))
        new = [f for f in manifest.latest(place(library)).segments if f.name not in before]
        id = library.find("new.txt").id
        assert (read, vectors) == ([id], library.passage_ids([id]))
        assert ([files.passages for files in new], opened) == ([1], [])


def test_a_segment_that_is_open_is_not_read_again(library: Library) -> None:
    first = open_indexes(library, print)
    fill(library, make_document("A kraken.", "kraken.txt"))
    second = open_indexes(library, print)
    assert second.segments[0] is first.segments[0]
    assert len(second.segments) == 2


def test_only_the_segment_that_is_damaged_is_built_anew(library: Library) -> None:
    fill(library, make_document("A kraken.", "kraken.txt"))
    before = said(open_indexes(library, print))
    large, small = manifest.latest(place(library)).segments
    (place(library) / "segments" / small.name / "terms").write_bytes(b"damaged")
    complaints: list[str] = []
    assert said(open_indexes(library, complaints.append)) == before
    assert len(complaints) == 1
    after = manifest.latest(place(library)).segments
    assert after[0] == large
    assert [files.passages for files in after] == [12, 1]
    assert not (place(library) / "segments" / small.name).exists()
    assert index_problems(library) == []


def test_a_library_put_back_from_a_copy_is_searched_as_it_is(
    library: Library, tmp_path: Path
) -> None:
    library._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "copy.sqlite"
    shutil.copy(library.folder / "library.sqlite", copy)
    for _ in range(2):
        fill(library, make_document("A kraken sleeps.", "kraken.txt"))
    folder = library.folder
    library.close()
    for file in folder.glob("library.sqlite*"):
        file.unlink()
    shutil.copy(copy, folder / "library.sqlite")
    assert Library.accept(folder) > 0
    with Library.open(folder) as again:
        fill(again, make_document("Quite another text in the same place.", "tales.txt"))
        fill(again, make_document("And one more.", "more.txt"))
        assert said(open_indexes(again, print)) == built_at_once(again)
        assert index_differences(again) == []


def test_a_large_segment_has_short_codes_and_the_list_says_how_good_they_are(
    library: Library,
) -> None:
    with small_segments():
        publish(library, anew=True)
    (coded, *_) = manifest.latest(place(library)).segments
    assert coded.recall is not None
    assert 0 <= coded.recall <= 1
    assert "codes" in coded.files
    assert open_indexes(library, print).segments[0].dense.short is not None
    fill(library, make_document("A kraken.", "kraken.txt"))
    small = manifest.latest(place(library)).segments[-1]
    assert (small.recall, "codes" in small.files) == (None, False)


@pytest.mark.parametrize("damage", [b"damaged", None, "other"])
def test_damaged_codes_are_told_and_written_anew(
    library: Library, damage: bytes | str | None
) -> None:
    with small_segments():
        publish(library, anew=True)
    before = said(open_indexes(library, print))
    files = next(iter(manifest.latest(place(library)).segments))
    codes = place(library) / "segments" / files.name / "codes"
    if damage == "other":
        data = bytearray(codes.read_bytes())
        data[-1] ^= 1
        damage = bytes(data)
    codes.unlink() if damage is None else codes.write_bytes(damage)
    (problem,) = index_problems(library)
    assert "codes" in problem
    complaints: list[str] = []
    assert said(open_indexes(library, complaints.append)) == before
    assert len(complaints) == 1
    assert index_problems(library) == index_differences(library) == []


def test_when_the_disk_is_full_at_a_merge_the_segments_stay_as_they_are_and_answer(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Segment, folder: Path) -> Any:
        if len(self) > 1:
            raise OSError(28, "No space left on device")
        return save(self, folder)

    save = Segment.save
    with small_segments():
        for number in range(3):
            fill(library, make_document(SENTENCES[number], f"{number}.txt"))
        before = {files.name for files in manifest.latest(place(library)).segments}
        monkeypatch.setattr(Segment, "save", full)
        fill(library, make_document(SENTENCES[4], "more.txt"))
        after = {files.name for files in manifest.latest(place(library)).segments}
        assert before < after
        assert {path.name for path in (place(library) / "segments").iterdir()} == after
        assert said(open_indexes(library, print)) == built_at_once(library)
        monkeypatch.undo()
        fill(library, make_document(SENTENCES[5], "last.txt"))
        assert len(manifest.latest(place(library)).segments) < len(after) + 1
