"""What is put into a library, and what comes out of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import DocumentNotFoundError, EmbedderMismatchError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Page, Passage, Section, Span
from pincite.ingest.cutting.passages import segment
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.stores import STORES, new_library

MAKER = "maker@4"
Item = tuple[Document, list[Passage]]
Rows = NDArray[np.float32]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(canonical)
TEXTS = WORDS | st.lists(
    st.sampled_from(["Gull. ", "é", "😀 ", "\u2028", "\n\n", "One two. ", "\u0301", "'\"\\", "%_"]),
    max_size=25,
).map(lambda pieces: canonical("".join(pieces)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def tiles(data: st.DrawFn, length: int) -> list[Span]:
    inner = data(st.sets(st.integers(1, max(1, length - 1)), max_size=3))
    bounds = [0, *sorted(cut for cut in inner if cut < length), length]
    return [Span(start, end) for start, end in pairwise(bounds)]


@st.composite
def items(draw: st.DrawFn) -> Item:
    """A document with sections and pages anywhere, and its passages."""
    text = draw(TEXTS)
    document = Document(
        source=draw(WORDS),
        title=draw(WORDS),
        text=text,
        sections=tuple(
            Section(span, tuple(draw(st.lists(WORDS, max_size=3))), span.start)
            for span in tiles(draw, len(text))
        ),
        pages=tuple(Page(span, n) for n, span in enumerate(tiles(draw, len(text)), 1)),
        media_type=draw(st.sampled_from(["text/plain", "text/markdown"])),
        metadata=draw(st.dictionaries(WORDS, JSON, max_size=3)),
    )
    return document, segment(document, HashingEmbedder(), passage_tokens=3)


def rows_of(passage: Passage, text: str) -> Rows:
    """Vectors that only this passage has."""
    seed = int.from_bytes(passage.key(text)[:8], "little")
    rows = np.random.default_rng(seed).normal(size=(1 + len(passage.sentences), 4))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def put(library: Library, *items: Item, maker: str = MAKER) -> None:
    vectors = {p.key(d.text): rows_of(p, d.text) for d, passages in items for p in passages}
    library.put(items, vectors, maker)


def make(text: str, source: str) -> Item:
    """A document whose every line is a passage of one sentence."""
    document = Document(source, "T", text, (Section(Span(0, len(text))),))
    ends = [i for i, character in enumerate(text + "\n") if character == "\n"]
    spans = [Span(start + 1, end) for start, end in pairwise([-1, *ends])]
    return document, [Passage(span, (span,)) for span in spans]


def vector_count(library: Library, *items: Item) -> int:
    """How many of the items' passage keys have vectors."""
    return len(library.embedded({p.key(d.text) for d, passages in items for p in passages}))


def sources(library: Library) -> list[str]:
    return [entry.source for entry in library.entries()]


@pytest.fixture(params=STORES)
def library(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Library]:
    with new_library(tmp_path / "library", request.param) as opened:
        yield opened


@settings(max_examples=60)
@given(st.lists(items(), max_size=4, unique_by=lambda item: item[0].source))
def test_what_was_put_is_read_back_equal_after_reopening(stored: list[Item]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(folder, create=True) as library:
            put(library, *stored)
        with Library.open(folder) as library:
            check_holds(library, stored)


def check_holds(library: Library, stored: Sequence[Item]) -> None:
    by_source = {d.source: (d, passages) for d, passages in stored}
    assert sorted(sources(library)) == sorted(by_source)
    for entry in library.entries():
        document, passages = by_source[entry.source]
        assert library.document(entry.id) == document
        assert (entry.id, entry.title) == (document.id, document.title)
        assert (entry.characters, entry.passages) == (len(document.text), len(passages))
        assert entry.metadata == document.metadata
        found = library.passages(library.passage_ids([entry.id]))
        assert [found[id].passage for id in sorted(found)] == passages
        vectors = library.vectors(found)
        for id, passage in zip(sorted(found), passages, strict=True):
            np.testing.assert_array_equal(vectors[id], rows_of(passage, document.text))
    texts = {d.id: d.text for d, _ in by_source.values()}
    for found_passage, _, text in library.passage_texts():
        span = found_passage.passage.span
        assert text == texts[found_passage.document][span.start : span.end]
    assert library.problems() == []


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "x", "y\nz", "x\nz"]))))
def test_after_any_puts_and_removals_the_library_holds_the_last_of_each(
    steps: list[tuple[str, str]],
) -> None:
    """An empty text stands for a removal."""
    held: dict[str, Item] = {}
    seen: set[int] = set()
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(folder, create=True) as library,
    ):
        for number, (source, text) in enumerate(steps, start=1):
            before = set(library.passage_ids(d.id for d, _ in held.values()))
            if text:
                held[source] = make(text, source)
                put(library, held[source])
            else:
                gone = held.pop(source, None)
                library.remove([gone[0].id] if gone else [])
            assert library.generation == number
            after = set(library.passage_ids(d.id for d, _ in held.values()))
            assert not (after - before) & seen, "a passage id was used again"
            seen |= after
        check_holds(library, list(held.values()))
        every = [make(text, "any") for text in ("x", "y\nz", "x\nz")]
        used = {p.key(d.text) for d, passages in held.values() for p in passages}
        assert vector_count(library, *every) == len(used), "vectors that nothing uses"


def test_replacing_a_document_drops_what_only_it_used(library: Library) -> None:
    put(library, make("One.\nShared.", "a"), make("Shared.", "b"))
    old = library.entries()[0].id
    put(library, make("Two.", "a"))
    assert sources(library) == ["a", "b"]
    assert library.passage_ids([old]) == []
    assert vector_count(library, make("One.", "a")) == 0
    assert vector_count(library, make("Shared.\nTwo.", "a")) == 2


def test_vectors_go_with_the_last_document_that_uses_them(library: Library) -> None:
    one, other = make("Shared.", "a"), make("Shared.", "b")
    put(library, one, other)
    library.remove([one[0].id])
    assert vector_count(library, other) == 1
    library.remove([other[0].id])
    assert vector_count(library, other) == 0


def test_the_same_text_under_two_names_is_two_documents_with_one_set_of_vectors(
    library: Library,
) -> None:
    one, other = make("Same.", "a"), make("Same.", "b")
    put(library, one)
    library.put([other], {}, MAKER)  # its vectors are here already
    assert sources(library) == ["a", "b"]
    assert one[0].id != other[0].id
    first, second = library.passage_ids([one[0].id, other[0].id])
    vectors = library.vectors([first, second])
    np.testing.assert_array_equal(vectors[first], vectors[second])


def test_many_documents_are_found_by_many_ids(library: Library) -> None:
    many = [make(f"Text {n}.", f"{n:04}") for n in range(1201)]
    put(library, *many)
    ids = library.passage_ids(d.id for d, _ in many)
    assert len(ids) == len(library.passages(ids)) == len(library.vectors(ids)) == 1201
    assert vector_count(library, *many) == 1201
    assert [id for id, _ in library.passage_vectors()] == ids


def test_passages_that_are_gone_are_left_out(library: Library) -> None:
    item = make("One.\nTwo.", "a")
    put(library, item)
    ids = library.passage_ids([item[0].id])
    library.remove([item[0].id])
    assert library.passages(ids) == {}
    assert library.vectors(ids) == {}


def test_a_removed_document_is_not_found(library: Library) -> None:
    item = make("One.", "a")
    put(library, item)
    library.remove([item[0].id])
    assert library.entries() == []
    with pytest.raises(DocumentNotFoundError, match=item[0].id[:12]):
        library.document(item[0].id)


def test_metadata_and_title_may_change_under_the_same_text(library: Library) -> None:
    document, passages = make("One.", "a")
    put(library, (document, passages))
    changed = replace(document, title="New", metadata={"by": "Ada"})
    put(library, (changed, passages))
    assert library.document(document.id) == changed
    assert len(library.entries()) == 1


def test_a_library_belongs_to_the_embedder_of_its_first_document(library: Library) -> None:
    put(library, make("One.", "a"))
    with pytest.raises(EmbedderMismatchError, match=r"maker@4.*other@4"):
        put(library, make("Two.", "b"), maker="other@4")
    assert (library.fingerprint, library.generation) == (MAKER, 1)
    assert sources(library) == ["a"]


def test_an_empty_library_belongs_to_no_embedder(library: Library) -> None:
    library.require("any@1")
    assert (library.fingerprint, library.generation) == (None, 0)


def test_a_document_is_found_by_its_source_and_by_the_start_of_its_id(library: Library) -> None:
    items = [make(f"Text {n}.", f"file {n}") for n in range(20)]
    put(library, *items)
    for document, _ in items:
        assert library.find(document.source).id == document.id
        assert library.find(document.id[:6]).id == library.find(document.id).id == document.id


def test_documents_are_found_by_words_that_they_have_to_the_letter(library: Library) -> None:
    put(library, make("One 🦉\nTwo.", "c"), make("two", "b"), make("One 🦉\nTwo, three", "a"))
    ids = {entry.source: entry.id for entry in library.entries()}
    assert library.with_words("🦉\nTwo", 5) == [ids["a"], ids["c"]]
    assert library.with_words("🦉\nTwo", 1) == [ids["a"]]
    assert library.with_words("%", 5) == []


@pytest.mark.parametrize("name", ["", "file", "%%%%%%", "______", "FILE 1", "f" * 65, "file 1\0"])
def test_a_name_that_is_no_document_is_not_found(library: Library, name: str) -> None:
    put(library, make("One.", "file 1"))
    with pytest.raises(DocumentNotFoundError, match="has no document"):
        library.find(name)


def test_five_digits_of_an_id_are_too_few(library: Library) -> None:
    item = make("One.", "a")
    put(library, item)
    with pytest.raises(DocumentNotFoundError, match="has no document"):
        library.find(item[0].id[:5])


def test_a_start_that_two_ids_share_is_refused_with_their_number(library: Library) -> None:
    seen: dict[str, Item] = {}
    for number in range(100_000):
        item = make("One.", str(number))
        if (start := item[0].id[:6]) in seen:
            break
        seen[start] = item
    put(library, item, seen[start])
    with pytest.raises(DocumentNotFoundError, match="matches 2 documents: "):
        library.find(start)
    assert library.find(item[0].id).source == item[0].source
