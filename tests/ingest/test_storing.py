"""The one way into a library, whoever takes documents in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pincite.corpus.errors import EmbedderMismatchError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Passage
from pincite.ingest import storing
from pincite.ingest.cutting.passages import segment
from pincite.ingest.events import Event
from pincite.ingest.storing import NO_PASSAGES, Item, Storing, batches, with_warnings
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.test_pipeline import CountingEmbedder, held
from tests.retrieval.conftest import make_document

GULLS, OWLS = "Gulls nest on cliffs.", "Owls hunt at night."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as opened:
        yield opened


def item(text: str, source: str) -> Item:
    document = make_document(text, source)
    return Item(document, segment(document, HashingEmbedder()))


def test_only_what_is_missing_is_embedded_and_each_fate_is_said(library: Library) -> None:
    embedder = CountingEmbedder()
    store = Storing(library, embedder).store
    assert store([item(GULLS, "a.txt")]) == [Event("a.txt", "added", 1)]
    embedder.given.clear()
    events = store([item(OWLS, "a.txt"), item(GULLS, "b.txt")])
    assert events == [Event("a.txt", "replaced", 1), Event("b.txt", "added", 1)]
    assert embedder.given == [OWLS]
    assert held(library) == {"a.txt": OWLS, "b.txt": GULLS}
    assert library.problems() == []


def test_vectors_that_an_item_brings_are_not_made_again(library: Library) -> None:
    brought = item(GULLS, "a.txt")
    vectors = Storing(library, HashingEmbedder(16)).embed([brought])
    embedder = CountingEmbedder()
    Storing(library, embedder).store([replace(brought, vectors=vectors)])
    assert (embedder.given, library.problems()) == ([], [])


def test_nothing_to_store_is_no_commit(library: Library) -> None:
    assert Storing(library, HashingEmbedder()).store([]) == []
    assert (library.generation, library.fingerprint) == (0, None)


def test_the_library_of_another_embedder_takes_nothing(library: Library) -> None:
    Storing(library, HashingEmbedder(16)).store([item(GULLS, "a.txt")])
    with pytest.raises(EmbedderMismatchError, match="hashing@32"):
        Storing(library, HashingEmbedder(32))


def test_documents_are_gathered_in_batches_and_of_one_name_the_last_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storing, "_BATCH_PASSAGES", 2)
    items = [item(GULLS, "a.txt"), item(OWLS, "a.txt"), item(GULLS, "b.txt")]
    gathered = [[(i.document.source, i.document.text) for i in b] for b in batches(items)]
    assert gathered == [[("a.txt", OWLS)], [("b.txt", GULLS)]]


def test_text_without_a_passage_is_warned_of_until_it_has_one() -> None:
    document = make_document(GULLS, "a.txt")
    mute = with_warnings(document, [], HashingEmbedder())
    assert mute.warnings == (NO_PASSAGES,)
    again = with_warnings(mute, segment(mute, HashingEmbedder()), HashingEmbedder())
    assert again.warnings == ()


class Watched(Collection[Passage]):
    """Passages that say how far they have been gone through."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self.given = 0

    def __len__(self) -> int:
        return len(self._passages)

    def __iter__(self) -> Iterator[Passage]:
        self.given = 0
        for passage in self._passages:
            self.given += 1
            yield passage

    def __contains__(self, passage: object) -> bool:
        return passage in self._passages


@pytest.mark.parametrize("passages", [30, 90])
def test_of_a_long_document_few_passages_are_in_flight_and_none_is_told_before_all_are_stored(
    library: Library, passages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = 4
    monkeypatch.setattr(storing, "_PART_PASSAGES", part)
    text = "\n\n".join(f"Gull {n} sat on cliff {n}." for n in range(passages))
    document = make_document(text, "a.txt")
    watched = Watched(segment(document, HashingEmbedder(), passage_tokens=6))
    embedded, most = 0, 0

    def hear(number: int) -> None:
        nonlocal embedded, most
        most = max(most, watched.given - embedded)
        embedded += number
        assert library.entries() == []

    events = Storing(library, HashingEmbedder(), hear).store([Item(document, watched)])
    assert len(watched) == passages
    assert most <= 2 * part
    assert events == [Event("a.txt", "added", passages)]
    assert (embedded, library.problems()) == (passages, [])
