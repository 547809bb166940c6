"""What is damaged in a shared library is mended from what is not."""

from __future__ import annotations

import lance
import pytest

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.shared.examination import differences
from pincite.corpus.store.library import Library
from pincite.ingest.reembedding import repair
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.corpus.shared.stores import shared


def damage(library: Library, table: str, column: str, where: str) -> None:
    """Change a value behind the library's back, as a turned byte may, in the present version."""
    store = shared(library)
    head = store._heads.latest()
    version = head.tables[table]
    dataset = lance.dataset(store.place.table(version.path))
    dataset.update({column: "X'00112233'"}, where=where)
    moved = {**head.tables, table: type(version)(version.path, dataset.version)}
    store._heads.move(type(head)(**{**_values(head), "tables": moved}))


def _values(head: object) -> dict[str, object]:
    return {name: getattr(head, name) for name in type(head).__slots__}  # type: ignore


def test_a_damaged_vector_is_noticed_and_made_anew(library: Library) -> None:
    id = library.find("birds.txt").id
    damage(library, "passages", "data", f"document = '{id}'")
    with pytest.raises(LibraryDamagedError, match="a vector of its passage"):
        library.vectors(library.passage_ids([id]))
    assert library.problems(deep=True)
    done = repair(library, HashingEmbedder())
    assert (done.passages > 0, done.documents) == (True, ())
    assert library.problems(deep=True) == differences(shared(library)) == []


def test_a_damaged_document_is_marked_and_can_be_removed(library: Library) -> None:
    id = library.find("birds.txt").id
    damage(library, "contents", "sum", f"document = '{id}'")
    with pytest.raises(LibraryDamagedError, match=r"birds\.txt"):
        library.document(id)
    assert repair(library, HashingEmbedder()).documents == ("birds.txt",)
    library.remove([id])
    assert library.problems(deep=True) == []
