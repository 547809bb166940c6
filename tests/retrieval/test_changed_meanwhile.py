"""Somebody else writes to the library while a question is answered, or indexes are built."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

import pincite.retrieval.pipeline
from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.indexes import index_problems, open_indexes, publish
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.stores import IN_BOTH


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


@IN_BOTH
def test_a_library_that_never_holds_still_is_an_error_that_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = iter(range(1000))

    def replace() -> None:
        with open_library(library.name) as other:
            fill(other, make_document(f"The gull number {next(turn)} nests.", "birds.txt"))

    with engine_on(library.name) as engine:
        interrupt(monkeypatch, replace)
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
