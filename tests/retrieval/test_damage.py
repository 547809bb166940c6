"""Whatever is done to the bytes of a library, all that is shown is right, or nothing is."""

from __future__ import annotations

import contextlib
import random
import shutil
from pathlib import Path

import pytest

from pincite.corpus.errors import LibraryDamagedError, PinciteError
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from pincite.ingest.reembedding import repair
from pincite.ingest.storing import Storing
from tests.corpus.store.test_integrity import EXCHANGE
from tests.corpus.store.test_library_faults import behind_our_back
from tests.retrieval.damaged_library import (
    EMBEDDER,
    QUESTIONS,
    check_true,
    damaged,
    item,
    make_sound,
    seen,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a closed library with its indexes, to be copied."""
    folder = tmp_path_factory.mktemp("sound") / "library"
    make_sound(folder)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "library"))


def check_damage(sound: Path, work: Path, seed: int, times: int) -> None:
    """Damage a copy so often, and look at all of it; the indexes are there or not."""
    right, data = seen(sound), (sound / FILE_NAME).read_bytes()
    chance = random.Random(seed)
    refused = 0
    for _ in range(times):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(sound, work)
        (work / FILE_NAME).write_bytes(damaged(data, chance))
        if chance.random() < 0.3:
            shutil.rmtree(work / "indexes")
        try:
            check_true(work, right)
        except PinciteError:
            refused += 1
        try:
            with Library.open(work) as library:
                library.problems(deep=True)
        except PinciteError:
            pass
    assert 0 < refused < times  # it was damage, and of some of it nothing is told


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_byte_never_changes_an_answer(sound: Path, tmp_path: Path, seed: int) -> None:
    check_damage(sound, tmp_path / "library", seed, 50)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_thousand_damaged_bytes_never_change_an_answer(
    sound: Path, tmp_path: Path, seed: int
) -> None:
    check_damage(sound, tmp_path / "library", seed, 1000)


def test_exchanged_vectors_are_left_out_and_made_anew(folder: Path) -> None:
    right = seen(folder)
    behind_our_back(folder, *EXCHANGE)
    check_true(folder, right)
    said = r"a vector of its passage .*doctor --repair"
    with Library.open(folder) as library, pytest.raises(LibraryDamagedError, match=said):
        list(library.passage_vectors())
    with Library.open(folder) as library:
        assert repair(library, EMBEDDER).passages == 2
        assert repair(library, EMBEDDER).passages == 0
        assert library.problems() == []
    assert seen(folder) == right


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents SET title = 'Another' WHERE source = '0.txt'",
        "UPDATE documents SET media_type = 'text/html' WHERE source = '0.txt'",
        "UPDATE documents SET metadata = '{\"date\": \"1999\"}' WHERE source = '0.txt'",
        "UPDATE documents SET added_at = '1999-01-01' WHERE source = '0.txt'",
        "UPDATE tags SET tag = 'old' WHERE tag = 'law'",
        "DELETE FROM tags WHERE tag = 'old'",
        "DELETE FROM passages WHERE id = 1",
    ],
)
def test_what_was_changed_behind_our_back_is_never_shown(folder: Path, change: str) -> None:
    right = seen(folder)
    behind_our_back(folder, change)
    with contextlib.suppress(PinciteError):
        check_true(folder, right)
    with Library.open(folder) as library:
        assert library.problems(deep=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE contents SET sections = replace(sections, 'Notes', 'Lies')", "where its sections"),
        ("UPDATE contents SET pages = replace(pages, '1]]', '7]]')", "where its sections, pages"),
        ("UPDATE passages SET end = end - 1", "the row of its passage"),
        ("UPDATE passages SET path = '[]'", "the row of its passage"),
        ("UPDATE passages SET id = id + 100", "changed"),
        ("DELETE FROM documents WHERE source = '8.txt'", "it holds 8 documents|has no document"),
        ("DELETE FROM originals", "its file, which is lost"),
        ("DELETE FROM layouts", "where its words stand, which is lost"),
    ],
)
def test_where_nothing_is_left_or_something_is_lost_the_library_is_refused(
    folder: Path, change: str, said: str
) -> None:
    behind_our_back(folder, change)
    with pytest.raises(PinciteError, match=said):
        seen(folder)
    with Library.open(folder) as library:
        assert library.problems(deep=True)


def test_a_damaged_document_is_mended_by_the_next_ingest_of_its_file(folder: Path) -> None:
    right = seen(folder)
    behind_our_back(folder, "UPDATE contents SET pages = '[]' WHERE rowid = 1")
    with Library.open(folder) as library:
        assert repair(library, EMBEDDER).documents == ("0.txt",)
        assert "0.txt" not in library.taken()
        Storing(library, EMBEDDER).store([item(0)])
        assert library.problems() == []
        entries = {entry.source: entry.tags for entry in library.entries()}
    assert entries["0.txt"] == ("law",)
    question = QUESTIONS[1][0]
    assert seen(folder)[question]["quotes"] == right[question]["quotes"]
