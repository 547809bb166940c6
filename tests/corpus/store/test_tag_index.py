"""Tags are taken from sound rows, and only rows that have changed are looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.store import tag_index
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import listed_from
from tests.corpus.store.test_library_faults import behind_our_back
from tests.retrieval.conftest import fill, make_document
from tests.stores import STORES, new_library


@pytest.fixture(params=STORES)
def library(tmp_path: Path, request: pytest.FixtureRequest) -> Library:
    library = new_library(tmp_path / "library", request.param)
    fill(library, *(make_document(f"A gull nests on cliff {n}.", f"{n}.txt") for n in range(5)))
    library.tag([entry.id for entry in library.entries()], add=["sea"])
    return library


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources of the rows that are checked."""
    seen: list[str] = []
    monkeypatch.setattr(
        tag_index, "listed_from", lambda row: [seen.append(row[1]), listed_from(row)][1]
    )
    return seen


def test_after_a_change_only_what_was_changed_is_looked_at(
    library: Library, looked_at: list[str]
) -> None:
    assert library.tags() == {"sea": 5}
    assert len(looked_at) == 5
    looked_at.clear()
    library.tag([library.find("3.txt").id], add=["cliff"])
    fill(library, make_document("An owl hunts mice.", "owl.txt"))
    assert library.tags() == {"cliff": 1, "sea": 5}
    assert sorted(looked_at) == ["3.txt", "owl.txt"]


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abc"), st.booleans()), max_size=8))
def test_it_says_what_the_entries_say(changes: list[tuple[int, str, bool]]) -> None:
    import tempfile

    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), create=True) as library,
    ):
        fill(library, *(make_document(f"A gull nests on cliff {n}.", f"{n}.txt") for n in range(5)))
        for number, tag, adds in changes:
            id = library.find(f"{number}.txt").id
            library.tag([id], **{"add" if adds else "remove": [tag]})
            entries = library.entries()
            for one in library.tags():
                expected = {entry.id for entry in entries if one in entry.tags}
                assert library.tagged([one]) == expected != set()


@pytest.mark.parametrize("library", ["folder"], indirect=True)
def test_a_damaged_document_has_no_tag_and_a_lost_one_is_missed(library: Library) -> None:
    folder = library.folder
    assert library.tags() == {"sea": 5}
    behind_our_back(folder, "UPDATE documents SET title = 'x', sum = x'00' WHERE source = '1.txt'")
    assert library.tags() == {"sea": 4}
    behind_our_back(folder, "DELETE FROM documents WHERE source = '2.txt'")
    with pytest.raises(LibraryDamagedError, match="it holds 4 documents, and 5 were stored"):
        library.tags()
