"""Documents that workers write, and that one commit makes visible."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from pincite.corpus.errors import EmbedderMismatchError, LibraryError, UsageError
from pincite.corpus.shared.examination import differences
from pincite.corpus.shared.parts import Part, commit_parts, write_part
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.ingest.cutting.passages import segment
from pincite.ingest.storing import embed
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.search.columns import Columns
from tests.corpus.shared.stores import rows, shared
from tests.retrieval.conftest import fill, make_document

EMBEDDER = HashingEmbedder()


def part_of(library: Library, *documents: Document) -> Part:
    """As a worker makes it in a process of its own."""
    items = [(document, segment(document, EMBEDDER)) for document in documents]
    missing = {p.key(d.text): (p, d.text) for d, passages in items for p in passages}
    ids = shared(library).reserve(len(missing))
    made = write_part(
        library.name,
        Columns(),
        ids,
        items,
        embed(missing, EMBEDDER, lambda passages: None),
        EMBEDDER.fingerprint,
    )
    return pickle.loads(pickle.dumps(made))


WHALE, GULL = make_document("A whale sings.", "w.txt"), make_document("A gull eats fish.", "g.txt")


def test_parts_become_visible_together_in_one_generation(library: Library) -> None:
    before, generation = library.counts()[0], library.generation
    parts = [part_of(library, WHALE), part_of(library, GULL)]
    assert library.counts()[0] == before
    assert commit_parts(library, parts) == generation + 1
    assert library.counts()[0] == before + 2
    assert library.document(WHALE.id).text == WHALE.text
    assert library.problems(deep=True) == differences(shared(library)) == []


def test_a_job_that_is_repeated_doubles_nothing(library: Library) -> None:
    part_of(library, WHALE)  # its worker died, so nobody commits it
    for _ in range(2):
        commit_parts(library, [part_of(library, WHALE, GULL)])
    assert rows(library)["contents"] == library.counts()[0] == 3 + 2
    assert library.problems(deep=True) == differences(shared(library)) == []


def test_a_part_replaces_what_stood_under_its_names_and_keeps_tags(library: Library) -> None:
    fill(library, WHALE)
    library.tag([WHALE.id], add=["sea"])
    other = make_document("A whale dives.", "w.txt")
    commit_parts(library, [part_of(library, other)])
    assert library.tagged(["sea"]) == {other.id}
    assert WHALE.id not in library.ids()
    assert differences(shared(library)) == []


def test_a_part_is_what_put_would_have_made(library: Library) -> None:
    fill(library, WHALE)
    put = library.passages_vectors(library.passage_ids([WHALE.id]))
    commit_parts(library, [part_of(library, WHALE)])
    written = library.passages_vectors(library.passage_ids([WHALE.id]))
    assert [p.passage for p, _ in put.values()] == [p.passage for p, _ in written.values()]
    assert [v.tolist() for _, v in put.values()] == [v.tolist() for _, v in written.values()]


def test_a_source_in_two_parts_is_refused(library: Library) -> None:
    parts = [part_of(library, WHALE), part_of(library, WHALE)]
    with pytest.raises(UsageError, match=r"w\.txt"):
        commit_parts(library, parts)
    assert WHALE.id not in library.ids()


def test_a_part_of_another_embedder_is_refused(library: Library) -> None:
    part = replace(part_of(library, WHALE), embedder="other@1")
    with pytest.raises(EmbedderMismatchError, match="other@1"):
        commit_parts(library, [part])


def test_more_passages_than_ids_are_refused(library: Library) -> None:
    passages = segment(WHALE, EMBEDDER)
    vectors = embed({p.key(WHALE.text): (p, WHALE.text) for p in passages}, EMBEDDER, print)
    ids = shared(library).reserve(1)[:0]
    with pytest.raises(LibraryError, match="reserved"):
        write_part(library.name, Columns(), ids, [(WHALE, passages)], vectors, EMBEDDER.fingerprint)
