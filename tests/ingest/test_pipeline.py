"""Documents on their way into a library."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import EmbedderMismatchError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.ingest import storing
from pincite.ingest.files.walk import Source, find_sources
from pincite.ingest.pipeline import Event, Listener, Summary, ingest_documents, ingest_sources
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.search.indexes import index_problems
from tests.retrieval.conftest import make_document

GULLS = "Gulls nest on cliffs. They eat fish."
OWLS = "Owls hunt at night. They eat mice."


class CountingEmbedder(HashingEmbedder):
    """Remembers what it was given to embed."""

    def __init__(self, dimension: int = 16) -> None:
        super().__init__(dimension)
        self.given: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.given.extend(texts)
        return super().embed_documents(texts)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as opened:
        yield opened


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


def take(library: Library, embedder: CountingEmbedder, *documents: Document) -> Summary:
    """Take the documents in, a sentence a passage or little more; forget what was embedded."""
    embedder.given.clear()
    return ingest_documents(documents, library, embedder, passage_tokens=4)


def outcomes(summary: Summary) -> list[tuple[str, str]]:
    return [(Path(event.source).name, event.outcome) for event in summary.events]


def held(library: Library) -> dict[str, str]:
    """The text of each document by its source."""
    return {e.source: library.document(e.id).text for e in library.entries()}


def test_a_new_document_is_added_with_its_passages(
    library: Library, embedder: CountingEmbedder
) -> None:
    summary = take(library, embedder, make_document(GULLS, "a.txt"))
    assert summary.events == [Event("a.txt", "added", 2)]
    assert held(library) == {"a.txt": GULLS}
    texts = [text for _, _, text in library.passage_texts()]
    assert texts == ["Gulls nest on cliffs.", "They eat fish."]


def test_each_vector_is_that_of_its_own_text(library: Library, embedder: CountingEmbedder) -> None:
    text = "== Birds ==\nGulls nest. Owls hunt.\n== More ==\n" + OWLS
    take(library, embedder, make_document(text, "a.txt"))
    for stored, _, _ in library.passage_texts():
        texts = [stored.passage.embedded_text(text), *stored.passage.sentence_texts(text)]
        rows = library.vectors([stored.id])[stored.id]
        np.testing.assert_allclose(rows, embedder.embed_documents(texts), atol=1e-3)


def test_an_unchanged_document_embeds_nothing_and_commits_nothing(
    library: Library, embedder: CountingEmbedder
) -> None:
    take(library, embedder, make_document(GULLS, "a.txt"))
    before = library.generation, library.entries()
    summary = take(library, embedder, make_document(GULLS, "a.txt"))
    assert summary.events == [Event("a.txt", "unchanged", 2)]
    assert (embedder.given, summary.embedded) == ([], 0)
    assert (library.generation, library.entries()) == before


def test_a_changed_document_replaces_its_old_self(
    library: Library, embedder: CountingEmbedder
) -> None:
    take(library, embedder, make_document(GULLS, "a.txt"))
    summary = take(library, embedder, make_document(OWLS, "a.txt"))
    assert summary.events == [Event("a.txt", "replaced", 2)]
    assert held(library) == {"a.txt": OWLS}
    texts = [text for _, _, text in library.passage_texts()]
    assert texts == ["Owls hunt at night.", "They eat mice."]


def test_only_what_changed_in_a_document_is_embedded_again(
    library: Library, embedder: CountingEmbedder
) -> None:
    take(library, embedder, make_document(f"{GULLS} Swans swim in pairs.", "a.txt"))
    changed = "A new start was made. Gulls nest on cliffs. They eat crabs. Swans swim in pairs."
    take(library, embedder, make_document(changed, "a.txt"))
    assert set(embedder.given) == {"A new start was made.", "They eat crabs."}
    assert held(library) == {"a.txt": changed}


def test_identical_text_in_two_files_is_embedded_once_and_stays_two_documents(
    library: Library, embedder: CountingEmbedder
) -> None:
    both = [make_document(GULLS, "a.txt"), make_document(GULLS, "b.txt")]
    summary = take(library, embedder, *both)
    assert sorted(embedder.given) == ["Gulls nest on cliffs.", "They eat fish."]
    assert held(library) == {"a.txt": GULLS, "b.txt": GULLS}
    assert summary.count("added") == 2


def test_identical_text_in_a_later_file_is_not_embedded_again(
    library: Library, embedder: CountingEmbedder
) -> None:
    take(library, embedder, make_document(GULLS, "a.txt"))
    summary = take(library, embedder, make_document(GULLS, "b.txt"))
    assert (embedder.given, summary.embedded) == ([], 0)
    assert held(library) == {"a.txt": GULLS, "b.txt": GULLS}


def test_a_new_title_replaces_without_embedding(
    library: Library, embedder: CountingEmbedder
) -> None:
    document = make_document(GULLS, "a.txt")
    take(library, embedder, document)
    summary = take(library, embedder, replace(document, title="On gulls"))
    assert summary.events == [Event("a.txt", "replaced", 2)]
    assert embedder.given == []
    assert [(entry.source, entry.title) for entry in library.entries()] == [("a.txt", "On gulls")]


def test_new_metadata_replaces_without_embedding(
    library: Library, embedder: CountingEmbedder
) -> None:
    document = make_document(GULLS, "a.txt")
    take(library, embedder, document)
    summary = take(library, embedder, replace(document, metadata={"by": "Ada"}))
    assert (outcomes(summary), embedder.given) == ([("a.txt", "replaced")], [])
    assert [entry.metadata for entry in library.entries()] == [{"by": "Ada"}]


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([GULLS, OWLS, f"{GULLS} {OWLS}"])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12)
@given(st.lists(STEPS, max_size=3))
def test_after_any_runs_the_library_holds_the_last_text_of_each_source(
    runs: list[list[tuple[str, str]]],
) -> None:
    expected: dict[str, str] = {}
    embedder = CountingEmbedder()
    with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
        for steps in runs:
            expected |= dict(steps)
            last = [make_document(text, source) for source, text in dict(steps).items()]
            take(library, embedder, *last)
            assert held(library) == expected
            again = take(library, embedder, *last)
            assert {outcome for _, outcome in outcomes(again)} == {"unchanged"}
            assert embedder.given == []
        assert library.problems() == []


def test_a_refused_source_stops_nothing_and_is_reported_with_its_reason(
    tmp_path: Path, library: Library, embedder: CountingEmbedder
) -> None:
    for name, data in {"a.txt": b"One.", "b.txt": b"\0\1", "c.txt": b" ", "d.txt": b"Two."}.items():
        (tmp_path / name).write_bytes(data)
    heard: list[Event] = []
    gone = Source(tmp_path / "gone.txt")
    sources = [*find_sources(sorted(tmp_path.glob("*.txt"))), gone]
    summary = ingest_sources(sources, library, embedder, Listener(on_event=heard.append))
    assert (summary.count("added"), summary.count("refused")) == (2, 3)
    assert sorted(held(library).values()) == ["One.", "Two."]
    reasons = {Path(event.source).name: event.reason for event in summary.refused}
    assert list(reasons) == ["b.txt", "c.txt", "gone.txt"]
    assert "holds binary data" in reasons["b.txt"]
    assert "is empty" in reasons["c.txt"]
    assert "does not exist" in reasons["gone.txt"]
    assert sorted(heard, key=str) == sorted(summary.events, key=str)


def test_a_source_that_is_refused_now_keeps_what_was_taken_in_before(
    tmp_path: Path, library: Library, embedder: CountingEmbedder
) -> None:
    file = tmp_path / "a.txt"
    file.write_text(GULLS, "utf-8")
    ingest_sources([Source(file)], library, embedder)
    file.write_bytes(b"\0\1")
    summary = ingest_sources([Source(file)], library, embedder)
    assert outcomes(summary) == [("a.txt", "refused")]
    assert held(library) == {str(file): GULLS}


def test_what_is_reported_is_committed_already(
    tmp_path: Path, library: Library, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_BATCH_PASSAGES", 2)
    seen: list[tuple[str, bool]] = []

    def look(event: Event) -> None:
        with Library.open(library.folder) as another:
            seen.append((event.source, another.entry(event.source) is not None))

    documents = [make_document(f"{GULLS} Text {n}.", f"{n}.txt") for n in range(4)]
    ingest_documents(documents, library, embedder, Listener(on_event=look))
    assert seen == [(f"{n}.txt", True) for n in range(4)]


def test_what_was_reported_stays_when_a_later_document_fails(
    library: Library, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_BATCH_PASSAGES", 1)
    heard: list[Event] = []

    def documents() -> Iterator[Document]:
        yield make_document(GULLS, "a.txt")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest_documents(documents(), library, embedder, Listener(on_event=heard.append))
    assert [(event.source, event.outcome) for event in heard] == [("a.txt", "added")]
    assert held(library) == {"a.txt": GULLS}


def test_signs_of_life_add_up_to_what_was_embedded(
    library: Library, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.ingest.storing._SIGN_PASSAGES", 3)
    signs: list[int] = []
    document = make_document(" ".join(f"Gull {n} sat there." for n in range(50)), "a.txt")
    listener = Listener(on_embedded=signs.append)
    summary = ingest_documents([document], library, embedder, listener, passage_tokens=8)
    assert max(signs) == 3
    assert sum(signs) == summary.embedded == summary.events[0].passages > 20


def test_the_library_of_another_embedder_is_refused_and_unchanged(
    library: Library, embedder: CountingEmbedder
) -> None:
    take(library, embedder, make_document(GULLS, "a.txt"))
    other = CountingEmbedder(32)
    with pytest.raises(EmbedderMismatchError, match=r"hashing@16.*hashing@32"):
        take(library, other, make_document(OWLS, "a.txt"))
    assert (library.generation, library.fingerprint) == (1, "hashing@16+parts")
    assert held(library) == {"a.txt": GULLS}
    assert other.given == []


def test_the_indexes_are_published_after_a_change(
    library: Library, embedder: CountingEmbedder
) -> None:
    for text in (GULLS, OWLS):
        take(library, embedder, make_document(text, "a.txt"))
        assert index_problems(library) == []
    assert len(list((library.folder / "indexes").iterdir())) == 1


def test_without_documents_nothing_is_committed_or_published(
    library: Library, embedder: CountingEmbedder
) -> None:
    assert take(library, embedder).events == []
    assert library.generation == 0
    assert not (library.folder / "indexes").exists()
