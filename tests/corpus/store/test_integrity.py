"""What the quick and the deep look at a library find, whatever was done to its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from tests.corpus.store.test_library import make, put
from tests.corpus.store.test_library_faults import behind_our_back
from tests.corpus.store.test_library_keeping import full

UNIT = "x'003C0000000000000000003C00000000'"  # two rows of four numbers, float16
LONG = "x'00400000000000000040000000000000'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a closed library: a document that has everything, and a plain one."""
    with Library.open(tmp_path / "library", create=True) as library:
        full(library)
        put(library, make("Plain.\nText.", "b"))
        library.record_failures([Refusal("c", "c is encrypted; decrypt it")])
    return tmp_path / "library"


def found(folder: Path, *, deep: bool) -> str:
    with Library.open(folder) as library:
        return "\n".join(library.problems(deep=deep))


def test_a_sound_library_has_no_problems(folder: Path) -> None:
    assert found(folder, deep=True) == found(folder, deep=False) == ""


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM contents WHERE rowid = 1", "1 documents have no text"),
        ("DELETE FROM vectors WHERE rowid = 1", "from passages to vectors lead nowhere"),
        ("UPDATE documents SET warnings = '{'", "not what Pincite writes"),
        ("UPDATE documents SET origin = '{\"size\": 1}'", "not what Pincite writes"),
        ("UPDATE refusals SET origin = '7'", "not what Pincite writes"),
        ("DELETE FROM meta WHERE key = 'generation'", "no generation"),
        ("DROP TABLE tags", "no such table"),
    ],
)
def test_the_quick_look_finds_damage_to_the_structure(folder: Path, damage: str, said: str) -> None:
    behind_our_back(folder, damage)
    assert said in found(folder, deep=False)
    assert said in found(folder, deep=True)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE contents SET text = text || '!'", "its text is not the text that was ingested"),
        ("UPDATE documents SET characters = 7", "its row does not fit its text"),
        ("UPDATE documents SET paged = 7", "its row does not fit its text"),
        ("UPDATE contents SET sections = '[[0, 4, 0, []]]'", "its sections do not tile it"),
        ("UPDATE contents SET pages = '[[0, 99, 1]]'", "its pages are out of place"),
        ("UPDATE layouts SET words = x'00'", "not what Pincite writes"),
        ("UPDATE passages SET end = 99", "passages are out of place"),
        ("UPDATE passages SET start = 1, sentences = '[[0, 1]]'", "sentences of"),
        ("UPDATE passages SET sentences = '[[3, 4], [1, 2]]'", "sentences of"),
        ("UPDATE passages SET path = '[\"H\"]'", "are those of another text"),
        ("UPDATE vectors SET data = x'00'", "the vectors of 4 passages are damaged"),
        (f"UPDATE vectors SET data = {LONG}", "the vectors of 4 passages are damaged"),
        (
            "UPDATE vectors SET data = zeroblob(8) WHERE rowid = 1",
            "0 passages are damaged and of 2",
        ),
        ("UPDATE tags SET tag = tag || ','", "the tag 'law,' is none that Pincite writes"),
        ("UPDATE tags SET tag = ' ' || tag", "the tag ' old' is none that Pincite writes"),
    ],
)
def test_the_deep_look_finds_damage_to_any_value(folder: Path, damage: str, said: str) -> None:
    behind_our_back(folder, damage)
    assert said in found(folder, deep=True)


def test_a_document_that_is_not_of_its_id_is_a_problem(folder: Path) -> None:
    behind_our_back(folder, "UPDATE documents SET source = 'z' WHERE source = 'b'")
    assert "document 'z': its row does not fit its text" in found(folder, deep=True)


def test_rounded_and_silent_vectors_are_sound(folder: Path) -> None:
    behind_our_back(folder, f"UPDATE vectors SET data = {UNIT}")
    assert found(folder, deep=True) == ""
    behind_our_back(folder, "UPDATE vectors SET data = zeroblob(16)")
    assert found(folder, deep=True) == ""


def test_vectors_that_a_stopped_run_has_left_are_no_problem(folder: Path) -> None:
    behind_our_back(folder, f"INSERT INTO vectors VALUES (x'01', {UNIT})")
    assert found(folder, deep=True) == ""


def test_one_sentence_names_all_that_is_wrong_with_a_document(folder: Path) -> None:
    behind_our_back(
        folder,
        "UPDATE documents SET paged = 7 WHERE source = 'b'",
        "UPDATE contents SET sections = '[]' WHERE document IN"
        " (SELECT id FROM documents WHERE source = 'b')",
    )
    assert found(folder, deep=True) == (
        "document 'b': its sections do not tile it and its row does not fit its text; ingest it "
        "again, or restore the library file from a copy"
    )
