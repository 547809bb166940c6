"""Somebody else writes to the library while a question is answered, or indexes are built."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

import pincite.retrieval.pipeline
from pincite.corpus.errors import IndexDamagedError, LibraryChangedError
from pincite.corpus.store.document_state import DocumentState
from pincite.corpus.store.library import Library
from pincite.retrieval import source_cache
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search import indexes, manifest
from pincite.retrieval.search.indexes import index_problems, open_indexes, publish
from pincite.retrieval.search.segment_builder import SegmentBuilder
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.stores import IN_BOTH

SIDES = ("left", "right")
STAGES = ("embed", "dense", "lexical", "fuse", "read", "quote", "verify", "confidence")


def engine_on(folder: str) -> Engine:
    engine = Engine.open(folder, settings=hashing_settings(), embedder=HashingEmbedder())
    engine.warm_up()
    return engine


def interrupt(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Run ``act`` between search and reading, each time."""
    real = pincite.retrieval.pipeline.read

    def read(*arguments: Any, **named: Any) -> Any:
        act()
        return real(*arguments, **named)

    monkeypatch.setattr(pincite.retrieval.pipeline, "read", read)


@IN_BOTH
def test_a_document_removed_while_it_is_read_is_simply_no_longer_quoted(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove() -> None:
        with open_library(library.name) as other:
            if entry := other.entry("birds.txt"):
                other.remove([entry.id])

    with engine_on(library.name) as engine:
        interrupt(monkeypatch, remove)
        answer = engine.ask("Where do gulls nest?")
    assert "gull" not in " ".join(quote.text.lower() for quote in answer.quotes)
    assert answer.trace.generation == library.generation


@IN_BOTH
def test_a_document_renamed_while_it_is_read_is_quoted_under_its_new_name(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename() -> None:
        with open_library(library.name) as other:
            if entry := other.entry("birds.txt"):
                other.rename(entry.id, "gulls.txt", "Gulls")

    with engine_on(library.name) as engine:
        engine.ask("Where do gulls nest?")  # so that the document is at hand under its old id
        interrupt(monkeypatch, rename)
        answer = engine.ask("Where do gulls nest?")
    new = library.find("gulls.txt").id
    assert {quote.document for quote in answer.quotes if "Gulls nest" in quote.text} == {new}
    assert {passage.document for passage in answer.nearest} & {new}
    assert answer.trace.generation == library.generation


@IN_BOTH
def test_a_new_title_is_shown_by_an_engine_that_was_open_before(library: Library) -> None:
    with engine_on(library.name) as engine:
        engine.ask("Where do gulls nest?")
        with open_library(library.name) as other:
            other.rename(other.find("birds.txt").id, "birds.txt", "Birds of the coast")
        assert engine.ask("Where do gulls nest?").quotes[0].title == "Birds of the coast"


def write_version(folder: Path, version: int) -> None:
    """Two documents in one transaction, by another process."""
    with Library.open(folder, create=True) as other:
        fill(other, *(make_document(said(side, version), f"{side}.txt") for side in SIDES))


def said(side: str, version: int) -> str:
    return f"The {side} barrel of the cellar holds {version} litres.\n"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("question", "writes"),
    [("How many litres does each barrel hold?", 1), ("What are the documents about?", 1000)],
    ids=["once", "always"],
)
def test_at_whatever_stage_others_write_an_answer_is_of_one_generation(
    tmp_path: Path, stage: str, question: str, writes: int
) -> None:
    write_version(tmp_path, 1)
    versions = iter(range(2, 2 + writes))

    def watch(now: str) -> None:
        if now == stage and (version := next(versions, None)):
            write_version(tmp_path, version)

    with engine_on(str(tmp_path)) as engine:
        answer = engine.ask(question, watch=watch)
        newest = next(versions, 2 + writes) - 1
    assert len(answer.quotes) == len(SIDES)
    shown = {quote.text.split()[-2] for quote in answer.quotes}
    assert len(shown) == 1
    assert int(shown.pop()) == answer.trace.generation
    if writes == 1:
        assert answer.trace.generation == newest


def test_passages_are_told_with_the_generation_that_they_are_of(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = iter(range(1000))

    def replace() -> None:
        with open_library(library.name) as other:
            fill(other, make_document(f"The gull number {next(turn)} nests.", "birds.txt"))

    before = library.generation
    with engine_on(library.name) as engine:
        interrupt(monkeypatch, replace)
        passages, generation = engine.search_and_generation("Where do gulls nest?")
    number = generation - before - 1
    assert passages[0].text == f"The gull number {number} nests."


def test_indexes_in_memory_have_all_documents_of_their_generation(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they are built, others replace the documents that they are built from."""
    real = SegmentBuilder.add

    def add(builder: SegmentBuilder, read: Library, document: DocumentState) -> None:
        with Library.open(library.folder) as other:
            for id in other.ids() & {document.id}:
                other.rename(id, f"new-{id[:8]}.txt")
        real(builder, read, document)

    monkeypatch.setattr(indexes, "_load", lambda *_: (None, {"": "damaged"}))
    monkeypatch.setattr(indexes, "_publish", Mock(side_effect=OSError("no space")))
    monkeypatch.setattr(manifest, "latest", Mock(side_effect=IndexDamagedError("damaged")))
    monkeypatch.setattr(SegmentBuilder, "add", add)
    before = library.generation
    opened = open_indexes(library, lambda sentence: None)
    assert (opened.generation, len(opened.dense)) == (before, library.counts()[1])
    assert library.generation > before


def test_an_engine_says_nothing_of_damage_where_others_have_only_added_a_document(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, said = source_cache.open_indexes, list[str]()

    def opened_late(*arguments: Any) -> Any:
        opened = real(*arguments)
        with Library.open(library.folder) as other:
            fill(other, make_document("A kraken sleeps.", "kraken.txt"))
        return opened

    monkeypatch.setattr(source_cache, "open_indexes", opened_late)
    with Engine(library, HashingEmbedder(), hashing_settings(), said.append) as engine:
        engine.warm_up()
    assert said == []


@IN_BOTH
def test_a_library_that_never_holds_still_is_an_error_that_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = iter(range(1000))

    with engine_on(library.name) as engine:
        real = engine._cache.sources

        def sources() -> Any:
            found = real()
            with open_library(library.name) as other:
                fill(other, make_document(f"The gull number {next(turn)} nests.", "birds.txt"))
            return found

        monkeypatch.setattr(engine._cache, "sources", sources)
        with pytest.raises(LibraryChangedError, match="ask again"):
            engine.ask("Where do gulls nest?")


def test_two_processes_that_publish_at_once_leave_sound_indexes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.rename

    def late(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "rename", real)
        publish(library)  # the other process, a moment earlier
        real(source, target)

    monkeypatch.setattr(os, "rename", late)
    publish(library)
    assert index_problems(library) == []


def test_what_a_killed_build_left_is_cleared_away_and_a_running_one_left_alone(
    library: Library,
) -> None:
    (place,) = (library.folder / "indexes").iterdir()
    left = [place / ".aside-killed", place / "segments" / "killed"]
    running = [place / ".aside-running", place / "segments" / "running"]
    for folders, age in ((left, 7200), (running, 5)):
        for folder in folders:
            folder.mkdir()
            os.utime(folder, (time.time() - age,) * 2)
    fill(library, make_document("A kraken.", "kraken.txt"))
    assert [folder.exists() for folder in (*left, *running)] == [False, False, True, True]
    assert index_problems(library) == []


@pytest.mark.parametrize("which", ["indexes", "indexes/*", "indexes/*/segments", "indexes/*/1"])
def test_a_file_in_the_place_of_a_folder_of_the_indexes_gives_way(
    library: Library, which: str
) -> None:
    (folder,) = library.folder.glob(which)
    aside = folder.rename(library.folder / "elsewhere")
    folder.write_text("not a folder")
    opened = open_indexes(library, lambda sentence: None)
    assert len(opened.dense) == len(opened.lexical) == 12
    assert aside.is_dir()
    assert index_problems(library) == []
