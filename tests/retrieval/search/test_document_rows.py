"""A choice of documents is a mask over the rows of the indexes, whatever became of the library."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.retrieval.search.indexes import open_indexes, publish
from pincite.retrieval.search.rows import Rows
from tests.retrieval.conftest import fill, make_document

STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "rename"]), st.integers(0, 4)), max_size=6
)


def text(number: int, version: int) -> str:
    return " ".join(f"Gull {i} of flock {version} nests on cliff {number}." for i in range(4))


@settings(max_examples=25, deadline=None)
@given(STEPS, st.sets(st.integers(0, 4)))
def test_a_selection_has_the_rows_of_its_documents(
    steps: list[tuple[str, int]], chosen: set[int]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), create=True) as library,
    ):
        fill(library, *(make_document(text(n, 0), f"{n}.txt") for n in range(5)))
        publish(library)
        for version, (step, number) in enumerate(steps, start=1):
            entry = library.entry(f"{number}.txt")
            if step == "put":
                fill(library, make_document(text(number, version), f"{number}.txt"))
            elif entry is not None and step == "remove":
                library.remove([entry.id])
            elif entry is not None:
                library.rename(entry.id, f"{number}.txt", f"Title {version}")
            if version % 2:
                publish(library)
        indexes = open_indexes(library, print)
        ids = {e.id for e in library.entries() if int(e.source[0]) in chosen}
        selection = indexes.documents.select(ids | {"none"}, library)
        passages = library.passage_ids(ids)
        rows = np.concatenate([[], *(s.documents.ids for s in indexes.segments)])
        live = np.isin(rows, indexes.lexical.ids())
        assert sorted(rows[selection.rows & live].tolist()) == passages
        assert selection.passages == len(passages)
        everything = indexes.lexical.ids()
        assert [id for id in everything if selection.has(id)] == passages


def test_a_mask_and_the_ids_of_its_rows_choose_the_same() -> None:
    rows = Rows(np.array([7, 3, 9, 4]), np.array([True, True, False, True]))
    by_mask = rows.chosen(np.array([True, False, True, True]))
    by_ids = rows.chosen([7, 9, 4])
    assert by_mask is not None
    assert by_ids is not None
    assert by_mask.tolist() == by_ids.tolist() == [True, False, False, True]
    assert rows.chosen([]) is not None
