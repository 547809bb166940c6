"""Commits over several tables: all of it or nothing, nothing lost, nothing doubled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import lance
import pytest

from pincite.corpus.errors import LibraryChangedError, LibraryError
from pincite.corpus.shared import commit
from pincite.corpus.shared.change import Change
from pincite.corpus.shared.examination import differences
from pincite.corpus.shared.lance_errors import ConflictError
from pincite.corpus.store.library import Library
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.upkeep import publish
from tests.corpus.shared.stores import rows, shared
from tests.retrieval.conftest import fill, make_document

ROOT = Path(__file__).parents[3]


def test_the_same_documents_twice_are_there_once(library: Library) -> None:
    again = [library.document(id) for id in library.ids()]
    before = library.counts()
    fill(library, *again)
    assert library.counts() == before
    assert rows(library) == {"documents": 3, "contents": 3, "passages": before[1]}
    assert library.problems(deep=True) == differences(shared(library)) == []


def test_a_replaced_document_goes_and_comes_in_one_commit(
    library: Library, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    apply = commit._apply

    def looking(*values: object, **named: object) -> object:
        with open_library(address) as other:
            seen.append({other.document(id).text for id in other.ids()})
        return apply(*values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(commit, "_apply", looking)
    before = {library.document(id).text for id in library.ids()}
    fill(library, make_document("Entirely other words.", "birds.txt"))
    assert seen
    assert all(texts == before for texts in seen)
    assert "Entirely other words." in {library.document(id).text for id in library.ids()}


def test_a_generation_is_raised_by_documents_and_by_no_index(library: Library) -> None:
    generation, tables = library.generation, dict(shared(library).tables().head.tables)
    publish(library, anew=True)
    assert library.generation == generation
    assert shared(library).tables().head.tables["passages"] != tables["passages"]
    fill(library, make_document("A whale sings.", "whale.txt"))
    assert library.generation == generation + 1


def test_two_who_write_at_once_lose_nothing(address: str, library: Library) -> None:
    def write(name: str) -> None:
        with open_library(address) as own:
            for i in range(4):
                fill(own, make_document(f"The gull {name} eats fish {i}.", f"{name}{i}.txt"))

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert library.counts()[0] == 3 + 8
    assert library.generation == 1 + 8
    assert library.problems(deep=True) == differences(shared(library)) == []


def test_who_changes_what_another_has_just_changed_is_told(
    library: Library, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, done = shared(library)._heads.move, []

    def beaten(head: object) -> object:
        if not done:
            done.append(True)
            with open_library(address) as other:
                fill(other, make_document("Written by another.", "birds.txt"))
        return move(head)  # type: ignore[arg-type]

    fill(library, make_document("First words.", "other.txt"))  # ids are reserved by now
    monkeypatch.setattr(shared(library)._heads, "move", beaten)
    with pytest.raises(LibraryChangedError, match="run it again"):
        fill(library, make_document("Written by us.", "birds.txt"))
    assert library.document(library.find("birds.txt").id).text == "Written by another."
    assert library.problems(deep=True) == differences(shared(library)) == []


@pytest.mark.parametrize("step", ["_apply", "sync", "move"])
def test_a_commit_that_fails_in_the_middle_has_not_happened(
    library: Library, address: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    fill(library, make_document("First words.", "other.txt"))
    heads, before, calls = shared(library)._heads, library.sources(), []
    owner = {"_apply": commit, "sync": heads.durable, "move": heads}[step]
    real = getattr(owner, step)

    def failing(*values: object, **named: object) -> object:
        calls.append(step)
        if step != "_apply" or len(calls) == 3:  # two tables have a new version by then
            raise LibraryError("the power went")
        return real(*values, **named)

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, failing)
        with pytest.raises(LibraryError, match="the power went"):
            fill(library, make_document("Never seen words.", "never.txt"))
    with open_library(address) as other:
        assert library.sources() == other.sources() == before
        fill(other, make_document("A whale sings.", "whale.txt"))
        assert library.problems(deep=True) == differences(shared(library)) == []
        assert "never.txt" not in library.sources().values()
        assert library.counts()[0] == len(before) + 1


def test_a_killed_writer_leaves_nothing_torn_and_loses_nothing(address: str) -> None:
    with open_library(address, create=True) as library:
        for number in range(3):
            command = [sys.executable, "-m", "tests.corpus.shared.writer", address, str(number)]
            writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert writer.stdout is not None
            said = [writer.stdout.readline()]
            threading.Event().wait(random.uniform(0, 0.4))
            writer.send_signal(signal.SIGKILL)
            said += writer.stdout.readlines()
            writer.wait()
            there = [s for s in library.sources().values() if s.startswith(f"{number}-")]
            assert len(said) <= len(there) <= len(said) + 1
            assert library.problems(deep=True) == []
        assert differences(shared(library)) == []


def test_the_head_moves_only_from_where_it_was(library: Library) -> None:
    heads = shared(library)._heads
    head = heads.latest()
    heads.move(head)
    with pytest.raises(ConflictError):
        heads.move(head)


def test_ids_are_reserved_for_one(library: Library, address: str) -> None:
    with open_library(address) as other:
        ranges = [shared(one).reserve(10) for one in (library, other, library)]
    assert len({id for one in ranges for id in one}) == 30


def test_a_table_that_another_tool_cleans_up_keeps_what_is_the_library(library: Library) -> None:
    for i in range(3):
        fill(library, make_document(f"A whale {i} sings.", f"whale{i}.txt"))
    tables = shared(library).tables()
    for version in tables.head.tables.values():
        path = tables.place.table(version.path)
        lance.dataset(path).cleanup_old_versions(
            retain_versions=1, error_if_tagged_old_versions=False
        )
    assert library.problems(deep=True) == differences(shared(library)) == []


def test_who_was_overtaken_just_before_the_commit_is_told_too(
    library: Library, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = shared(library)
    commit_of = store._commit

    def late(change: Change) -> object:
        with open_library(address) as other:
            fill(other, make_document("Written by another.", "birds.txt"))
        return commit_of(change)

    fill(library, make_document("First words.", "other.txt"))
    monkeypatch.setattr(store, "_commit", late)
    with pytest.raises(LibraryChangedError, match="run it again"):
        fill(library, make_document("Written by us.", "birds.txt"))
    assert [s for s in library.sources().values() if s == "birds.txt"] == ["birds.txt"]
    assert library.document(library.find("birds.txt").id).text == "Written by another."
