"""Sums of rows, and texts of passages that are checked by theirs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.store.library import Library
from pincite.corpus.store.sums import blob_sum, row_sum
from tests.corpus.store.test_library import Item, items, make, put
from tests.corpus.store.test_library_faults import behind_our_back

VALUES = st.none() | st.integers() | st.text() | st.binary()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, make("One é.\nTwo 🦉.\nThree.", "a"), make("Four.", "b"))
    return tmp_path / "library"


@given(st.lists(VALUES), st.lists(VALUES))
def test_rows_have_the_same_sum_only_where_they_are_the_same(one: list, other: list) -> None:  # type: ignore[type-arg]
    as_hex = [
        [value.hex() if isinstance(value, bytes) else value for value in row]
        for row in (one, other)
    ]
    assert (row_sum(*one) == row_sum(*other)) == (as_hex[0] == as_hex[1])


@given(st.binary(min_size=32, max_size=32), st.binary(), st.integers(0))
def test_a_changed_byte_changes_the_sum(key: bytes, data: bytes, place: int) -> None:
    changed = bytearray(data + b"\0")
    changed[place % len(changed)] ^= 1
    assert blob_sum(key, bytes(changed)) != blob_sum(key, data + b"\0")


@settings(max_examples=20)
@given(st.lists(items(), max_size=3, unique_by=lambda item: item[0].source))
def test_the_texts_of_passages_are_those_of_their_documents(stored: list[Item]) -> None:
    with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
        put(library, *stored)
        texts = {document.id: document.text for document, _ in stored}
        ids = library.passage_ids(texts)
        assert library.passages_texts(ids) == {
            id: texts[kept.document][kept.passage.span.start : kept.passage.span.end]
            for id, kept in library.passages(ids).items()
        }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE contents SET text = replace(text, 'Two', 'Ten')", "'a' .*text of its passage 2"),
        ("UPDATE passages SET start = 1 WHERE id = 2", "'a' .*the row of its passage 2"),
        ("UPDATE passages SET text_sum = zeroblob(16) WHERE id = 2", "the row of its passage 2"),
        ("DELETE FROM contents", "text of its passage"),
    ],
)
def test_a_text_that_was_changed_is_refused(folder: Path, change: str, said: str) -> None:
    behind_our_back(folder, change)
    with Library.open(folder) as library, pytest.raises(LibraryDamagedError, match=said):
        library.passages_texts([2])


def test_only_what_is_read_is_checked(folder: Path) -> None:
    behind_our_back(folder, "UPDATE contents SET text = replace(text, 'Two', 'Ten')")
    with Library.open(folder) as library:
        assert library.passages_texts([1, 3, 4, 99]) == {1: "One é.", 3: "Three.", 4: "Four."}


def test_a_change_that_pincite_makes_is_sealed_and_damage_is_not(folder: Path) -> None:
    behind_our_back(folder, "UPDATE passages SET kind = 'row' WHERE id = 2")
    with Library.open(folder) as library:
        a, b = (library.find(name).id for name in "ab")
        library.rename(b, "c", "New")
        library.tag([library.find("c").id], add=["law"])
        with pytest.raises(LibraryDamagedError, match="the row of its passage 2"):
            library.rename(a, "z")
        (problem,) = library.problems()
        assert problem.startswith("document 'a': 1 of its passages were changed")
