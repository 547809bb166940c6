"""Libraries that are missing, damaged, changed behind our back, or written to wrongly."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pincite.corpus.errors import (
    LibraryChangedError,
    LibraryDamagedError,
    LibraryError,
    LibraryNotFoundError,
    LibraryVersionError,
)
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from tests.corpus.store.test_library import MAKER, make, put, rows_of, sources, vector_count

PAGE = 4096  # bytes of a page of SQLite's
_OF_7 = "WHERE document = (SELECT id FROM documents WHERE source = 'file 07')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a closed library of 50 documents, several pages long."""
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, *(make(f"Text {n}.\n" + "More. " * 50, f"file {n:02}") for n in range(50)))
    return tmp_path / "library"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "small", create=True) as opened:
        put(opened, make("One.\nShared.", "a"), make("Shared.", "b"))
        yield opened


def behind_our_back(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def check_unchanged(library: Library) -> None:
    assert (library.generation, library.fingerprint) == (1, MAKER)
    assert sources(library) == ["a", "b"]
    entry = library.find("a")
    assert library.document(entry.id).text == "One.\nShared."
    assert len(library.passage_ids([entry.id])) == 2
    assert library.problems() == []


def test_a_put_without_the_vectors_it_needs_changes_nothing(library: Library) -> None:
    fine, lacking = make("New.", "a"), make("Without vectors.", "c")
    vectors = {fine[1][0].key("New."): rows_of(fine[1][0], "New.")}
    with pytest.raises(LibraryChangedError, match="another process removed 1 vector from"):
        library.put([fine, lacking], vectors, MAKER)
    check_unchanged(library)
    assert vector_count(library, fine, lacking) == 0


def test_a_put_that_fails_at_its_last_document_changes_nothing(library: Library) -> None:
    document, passages = make("Other.", "c")
    wrong = replace(document, title="\ud800")  # cannot be stored
    items = [make("New.", "a"), (wrong, passages)]
    vectors = {p.key(d.text): rows_of(p, d.text) for d, some in items for p in some}
    with pytest.raises(UnicodeEncodeError):
        library.put(items, vectors, MAKER)
    check_unchanged(library)
    put(library, make("Later.", "c"))
    assert sources(library) == ["a", "b", "c"]


def test_a_put_that_is_interrupted_changes_nothing(library: Library) -> None:
    class Interrupted(dict[bytes, object]):
        def items(self) -> Iterator[tuple[bytes, object]]:  # type: ignore[override]
            passage = make("New.", "a")[1][0]
            yield passage.key("New."), rows_of(passage, "New.")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.put([make("New.", "a")], Interrupted(), MAKER)  # type: ignore[arg-type]
    check_unchanged(library)
    assert vector_count(library, make("New.", "a")) == 0


def test_without_leave_to_make_one_a_missing_library_is_not_found_or_made(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError, match="pincite ingest"):
        Library.open(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_not_a_library_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError):
        Library.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_a_file_is_no_folder_for_a_library(tmp_path: Path, create: bool) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Notes.", "utf-8")
    with pytest.raises(LibraryError, match=r"notes\.txt is a file"):
        Library.open(file, create=create)
    assert file.read_text("utf-8") == "Notes."


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("Notes.", "utf-8")
    with pytest.raises(LibraryError, match="cannot be made"):
        Library.open(tmp_path / "file" / "library", create=True)


def test_a_library_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    with Library.open(tmp_path / "é 😀" / "deep", create=True) as library:
        assert not library.entries()
        assert not library.problems()


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    library = Library.open(tmp_path, create=True)
    library.close()
    library.close()
    with Library.open(tmp_path) as again:
        assert again.generation == 0


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("size", [100, PAGE, 10 * PAGE + 7])
def test_bytes_that_are_no_database_are_damage_and_are_left_alone(
    tmp_path: Path, size: int, create: bool
) -> None:
    garbage = random.Random(size).randbytes(size)
    (tmp_path / FILE_NAME).write_bytes(garbage)
    with pytest.raises(LibraryDamagedError, match=r"is damaged.*restore it from a copy"):
        Library.open(tmp_path, create=create)
    assert (tmp_path / FILE_NAME).read_bytes() == garbage


def test_a_library_emptied_behind_our_back_is_damaged_and_not_taken_for_a_new_one(
    folder: Path,
) -> None:
    (folder / FILE_NAME).write_bytes(b"")
    with pytest.raises(LibraryDamagedError, match="is empty"):
        Library.open(folder)
    assert (folder / FILE_NAME).read_bytes() == b""


@pytest.mark.parametrize("kept", [50, PAGE, 3 * PAGE, -PAGE])
def test_a_library_cut_short_is_damaged(folder: Path, kept: int) -> None:
    file = folder / FILE_NAME
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(LibraryDamagedError, match="is damaged"):
        Library.open(folder)


def test_pages_overwritten_with_noise_are_named_as_problems_or_refused(folder: Path) -> None:
    data = bytearray((folder / FILE_NAME).read_bytes())
    data[PAGE:] = random.Random(1).randbytes(len(data) - PAGE)
    (folder / FILE_NAME).write_bytes(data)
    with pytest.raises(LibraryDamagedError), Library.open(folder) as library:
        library.entries()


def test_a_library_of_a_newer_pincite_is_refused_and_stays_as_it_is(folder: Path) -> None:
    behind_our_back(folder, "PRAGMA user_version = 99")
    before = (folder / FILE_NAME).read_bytes()
    with pytest.raises(LibraryVersionError, match=r"has schema 99.*newer Pincite"):
        Library.open(folder)
    assert (folder / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("change", ["text || '!'", "replace(text, 'Text', 'Test')", "''"])
def test_a_text_changed_behind_our_back_is_never_given_out(folder: Path, change: str) -> None:
    behind_our_back(folder, f"UPDATE contents SET text = {change} {_OF_7}")
    with Library.open(folder) as library:
        with pytest.raises(LibraryDamagedError, match=r"'file 07'.*not the text that was ingested"):
            library.document(library.find("file 07").id)
        assert library.document(library.find("file 08").id).text.startswith("Text 8.")
        (problem,) = library.problems()
        assert "'file 07'" in problem


def test_a_damaged_document_is_mended_by_putting_it_again(folder: Path) -> None:
    behind_our_back(folder, f"UPDATE contents SET text = 'x' {_OF_7}")
    with Library.open(folder) as library:
        put(library, make("Text 7.", "file 07"))
        assert library.problems() == []
        assert library.document(library.find("file 07").id).text == "Text 7."


def test_a_passage_without_its_vectors_or_its_document_is_a_problem(folder: Path) -> None:
    behind_our_back(
        folder,
        "DELETE FROM vectors WHERE key = (SELECT key FROM passages WHERE id = 1)",
        "DELETE FROM documents WHERE source = 'file 49'",
    )
    with Library.open(folder) as library:
        problems = "\n".join(library.problems())
    assert "1 reference from passages to vectors leads nowhere" in problems
    assert "from passages to documents lead nowhere" in problems


def test_a_sound_library_has_no_problems(folder: Path) -> None:
    with Library.open(folder) as library:
        assert library.problems() == []


@pytest.mark.parametrize("change", ["sections = '[[1]]'", "sections = '{'", "pages = '7'"])
def test_a_document_whose_parts_were_changed_behind_our_back_is_damaged(
    folder: Path, change: str
) -> None:
    behind_our_back(folder, f"UPDATE contents SET {change} {_OF_7}")
    with Library.open(folder) as library:
        with pytest.raises(LibraryDamagedError, match="not what Pincite writes"):
            library.document(library.find("file 07").id)
        assert library.document(library.find("file 08").id).text.startswith("Text 8.")
        assert len(library.problems()) == 1


@pytest.mark.parametrize("change", ["path = 'x'", "sentences = '[[4, 2]]'", "end = start - 1"])
def test_a_passage_changed_behind_our_back_is_damaged(folder: Path, change: str) -> None:
    behind_our_back(folder, f"UPDATE passages SET {change} WHERE id = 7")
    with Library.open(folder) as library:
        with pytest.raises(LibraryDamagedError, match="not what Pincite writes"):
            library.passages([7])
        with pytest.raises(LibraryDamagedError):
            list(library.passage_texts())
        assert list(library.passages([8])) == [8]


def test_vectors_cut_short_are_damaged_and_a_problem(folder: Path) -> None:
    behind_our_back(folder, "UPDATE vectors SET data = substr(data, 1, length(data) - 1)")
    with Library.open(folder) as library:
        with pytest.raises(LibraryDamagedError):
            library.vectors([1])
        problems = library.problems()
        assert len(problems) == 50
        assert problems[7] == (
            "document 'file 07': the vectors of 2 of its passages are damaged; make them anew: "
            "pincite doctor --repair"
        )


@pytest.mark.parametrize("change", ["DELETE FROM meta", "UPDATE meta SET value = 'x'"])
def test_a_library_without_its_generation_is_damaged(folder: Path, change: str) -> None:
    behind_our_back(folder, change)
    with Library.open(folder) as library, pytest.raises(LibraryDamagedError, match="no generation"):
        _ = library.generation


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM meta",
        "UPDATE meta SET value = 'x' WHERE key = 'generation'",
        "DROP TABLE meta",
        "UPDATE documents SET metadata = '{'",
        "UPDATE contents SET sections = '[]'",
        "UPDATE contents SET sections = '[[5, 9, 5, []]]'",
        "UPDATE documents SET title = CAST(x'ff41' AS TEXT)",
        "UPDATE passages SET path = 'x'",
        "UPDATE passages SET sentences = '['",
        "UPDATE passages SET sentences = '[]'",
        "UPDATE passages SET end = start - 1",
        "UPDATE passages SET end = 100000",
    ],
)
def test_whatever_pincite_cannot_have_written_is_a_problem(folder: Path, damage: str) -> None:
    behind_our_back(folder, damage)
    with Library.open(folder) as library:
        assert library.problems()
