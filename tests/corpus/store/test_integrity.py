"""What the quick and the deep look at a library find, whatever was done to its rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.store.seals import seal_all
from pincite.corpus.store.sums import register
from tests.corpus.store.test_library import make, put
from tests.corpus.store.test_library_faults import behind_our_back
from tests.corpus.store.test_library_keeping import full

_PARTS = "its sections, pages or regions were changed"
UNIT = "x'003C0000000000000000003C00000000'"  # two rows of four numbers, float16
LONG = "x'00400000000000000040000000000000'"

EXCHANGE = (  # the vectors of the first and the third passage
    "CREATE TEMP TABLE was AS SELECT 4 - rowid AS id, data FROM vectors",
    "UPDATE vectors SET data = was.data FROM was WHERE id = vectors.rowid AND id IN (1, 3)",
)


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


def sealed(folder: Path) -> None:
    """Make the sums fit what is there, as in a library that is older than they are."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        register(connection)
        seal_all(connection.execute)
        connection.commit()


def test_a_sound_library_has_no_problems(folder: Path) -> None:
    assert found(folder, deep=True) == found(folder, deep=False) == ""


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM contents WHERE rowid = 1", "1 document has no text"),
        (
            "DELETE FROM vectors WHERE rowid = 1",
            "from passages to vectors leads nowhere",
        ),
        ("UPDATE refusals SET origin = '7'", "has a damaged row"),
        ("DELETE FROM refusals", "it holds 0 refusals, and 1 were stored"),
        ("DELETE FROM layouts", "it holds 0 layouts, and 1 were stored"),
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
        ("UPDATE layouts SET words = x'00'", "has a damaged row"),
        ("UPDATE passages SET end = 99", "passages are out of place"),
        ("UPDATE passages SET start = 1, sentences = '[[0, 1]]'", "sentences of"),
        ("UPDATE passages SET sentences = '[[3, 4], [1, 2]]'", "sentences of"),
        ("UPDATE passages SET path = '[\"H\"]'", "are those of another text"),
        ("UPDATE vectors SET data = x'00'", "document 'a': the vectors of 2 of its passages are"),
        (f"UPDATE vectors SET data = {LONG}", "document 'b': the vectors of 2 of its passages"),
        (
            "UPDATE vectors SET data = zeroblob(8) WHERE rowid = 1",
            "there are vectors of 2 sizes",
        ),
        ("UPDATE tags SET tag = tag || ','", "the tag 'law,' is none that Pincite writes"),
        ("UPDATE tags SET tag = ' ' || tag", "the tag ' old' is none that Pincite writes"),
    ],
)
def test_the_deep_look_finds_what_stood_wrong_before_there_were_sums(
    folder: Path, damage: str, said: str
) -> None:
    """An older library is sealed as it is, so its values are held against each other too."""
    behind_our_back(folder, damage)
    sealed(folder)
    assert said in found(folder, deep=True)


@pytest.mark.parametrize("look", ["quick", "deep"])
@pytest.mark.parametrize(
    "change",
    [
        "title = 'Another'",
        "media_type = 'text/html'",
        "added_at = '2020-01-01'",
        'metadata = \'{"date": "2020-01-01"}\'',
        "warnings = '[]'",
        "origin = NULL",
        "source = 'z'",
        "characters = 7",
        "passages = 7",
        "passage_sum = x'00'",
    ],
)
def test_both_looks_find_a_field_of_a_document_that_was_changed(
    folder: Path, change: str, look: str
) -> None:
    behind_our_back(folder, f"UPDATE documents SET {change} WHERE source = 'a'")
    said = found(folder, deep=look == "deep")
    assert "its title, kind, dates, tags, warnings or origin" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tags SET tag = 'war' WHERE tag = 'law'",
        "DELETE FROM tags WHERE tag = 'law'",
        "INSERT INTO tags SELECT id, 'new' FROM documents WHERE source = 'b'",
    ],
)
def test_both_looks_find_a_tag_that_was_changed(folder: Path, change: str) -> None:
    behind_our_back(folder, change)
    for deep in (False, True):
        assert "its title, kind, dates, tags, warnings or origin" in found(folder, deep=deep)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE contents SET sections = replace(sections, '[]', '[\"H\"]')", _PARTS),
        ("UPDATE contents SET pages = '[[0, 9, 2]]'", _PARTS),
        ("UPDATE contents SET regions = '[[0, 4, \"note\"]]'", _PARTS),
        ("UPDATE layouts SET words = zeroblob(9)", "where its words stand was changed"),
        ("UPDATE originals SET data = x'00'", "its file was changed"),
        ("UPDATE passages SET start = start + 1 WHERE id = 2", "1 of its passages were changed"),
        ("UPDATE passages SET end = end - 1 WHERE id = 2", "1 of its passages were changed"),
        ("UPDATE passages SET kind = 'row' WHERE id = 2", "1 of its passages were changed"),
        ("UPDATE passages SET hidden = 1 WHERE id = 2", "1 of its passages were changed"),
        ("UPDATE passages SET sentences = '[[5, 8]]' WHERE id = 2", "1 of its passages were"),
        ("UPDATE passages SET id = 9 WHERE id = 2", "the list of its passages was changed"),
        ("DELETE FROM passages WHERE id = 2", "the list of its passages was changed"),
        ("UPDATE vectors SET data = zeroblob(16) WHERE rowid = 1", "the vectors of 1 of its"),
    ],
)
def test_the_deep_look_finds_damage_to_any_value(folder: Path, damage: str, said: str) -> None:
    behind_our_back(folder, damage)
    assert said in found(folder, deep=True)


def test_vectors_that_were_exchanged_are_named_with_their_documents(folder: Path) -> None:
    behind_our_back(folder, *EXCHANGE)
    assert found(folder, deep=True).splitlines() == [
        f"document {source!r}: the vectors of 1 of its passages are damaged; make them anew: "
        "pincite doctor --repair"
        for source in ("a", "b")
    ]


def test_a_document_that_is_not_of_its_id_is_a_problem(folder: Path) -> None:
    behind_our_back(folder, "UPDATE documents SET source = 'z' WHERE source = 'b'")
    sealed(folder)
    assert "document 'z': its row does not fit its text" in found(folder, deep=True)


def test_rounded_and_silent_vectors_are_sound(folder: Path) -> None:
    behind_our_back(folder, f"UPDATE vectors SET data = {UNIT}")
    sealed(folder)
    assert found(folder, deep=True) == ""
    behind_our_back(folder, "UPDATE vectors SET data = zeroblob(16)")
    sealed(folder)
    assert found(folder, deep=True) == ""


def test_vectors_that_a_stopped_run_has_left_are_no_problem(folder: Path) -> None:
    behind_our_back(folder, f"INSERT INTO vectors VALUES (x'01', {UNIT}, x'')")
    assert found(folder, deep=True) == ""


def test_one_sentence_names_all_that_is_wrong_with_a_document(folder: Path) -> None:
    behind_our_back(
        folder,
        "UPDATE documents SET paged = 7 WHERE source = 'b'",
        "UPDATE contents SET sections = '[]' WHERE document IN"
        " (SELECT id FROM documents WHERE source = 'b')",
    )
    mend = "mend it with: pincite doctor --repair, or restore the library file from a copy"
    assert found(folder, deep=True) == (
        "document 'b': its title, kind, dates, tags, warnings or origin were changed and its "
        f"sections, pages or regions were changed; {mend}"
    )
    sealed(folder)
    assert found(folder, deep=True) == (
        f"document 'b': its sections do not tile it and its row does not fit its text; {mend}"
    )
