"""Renaming, tagging and compacting: what changes, and what stays."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import (
    DocumentNotFoundError,
    LibraryLockedError,
    NameTakenError,
    TagNotFoundError,
    UsageError,
)
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.tags import LONGEST_TAG, checked_tag
from pincite.corpus.types import Box, Layout, Origin, Page, Span
from tests.corpus.store.test_library import MAKER, Item, items, library, make, put, rows_of, sources

__all__ = ["library"]  # the fixture
ORIGIN = Origin("0" * 64, 4, 1_700_000_000_000_000_000, "text/plain/1")


def full(library: Library, source: str = "a") -> str:
    """Put a document that has everything that a document can have; its id."""
    document, passages = make("One.\nTwo.", source)
    document = replace(
        document,
        pages=(Page(Span(0, 9), 1),),
        metadata={"by": "Ada"},
        origin=ORIGIN,
        warnings=("page 2 has no text",),
        layout=Layout.of([(Span(0, 4), Box(1, 1, 2, 3, 4))]),
    )
    vectors = {p.key(document.text): rows_of(p, document.text) for p in passages}
    library.put([(document, passages)], vectors, MAKER, {source: b"One."})
    library.tag([document.id], add=["law", "old"])
    return document.id


def test_a_renamed_document_keeps_everything_but_its_name_and_id(library: Library) -> None:
    old = full(library)
    before, ids = library.find("a"), library.passage_ids([old])
    assert {stored.document for stored in library.passages(ids).values()} == {old}
    vectors = library.vectors(ids)
    new = library.rename(old, "b", "A better title")
    after = library.find("b")
    assert after == replace(before, id=new, source="b", title="A better title")
    assert library.document(new).id == new
    assert library.passage_ids([new]) == ids
    assert {stored.document for stored in library.passages(ids).values()} == {new}
    assert {id: rows.tolist() for id, rows in library.vectors(ids).items()} == {
        id: rows.tolist() for id, rows in vectors.items()
    }
    layout = library.layout(new)
    assert layout is not None
    assert layout.boxes(Span(0, 4)) == [Box(1, 1, 2, 3, 4)]
    assert library.original(new) == b"One."
    assert (sources(library), library.entry("a")) == (["b"], None)
    assert library.problems() == []


@settings(max_examples=20)
@given(items(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_document_can_have_any_name_that_is_text(item: Item, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as opened:
        document = item[0]
        put(opened, item)
        if not name.strip():
            with pytest.raises(UsageError, match="blank"):
                opened.rename(document.id, name)
            return
        new = opened.rename(document.id, name)
        assert opened.document(new) == replace(document, source=name)
        assert opened.problems() == []


def test_renaming_raises_the_generation_because_ids_and_titles_are_in_answers(
    library: Library,
) -> None:
    id = full(library)
    before = library.generation
    library.rename(id, "b")
    assert library.generation == before + 1


def test_a_title_alone_can_be_changed(library: Library) -> None:
    id = full(library)
    assert library.rename(id, "a", "New") == id
    assert library.find("a").title == "New"


def test_a_name_that_is_taken_is_refused_and_nothing_changes(library: Library) -> None:
    put(library, make("One.", "a"), make("Two.", "b"))
    with pytest.raises(NameTakenError, match=r"already has a document 'b'; remove it first"):
        library.rename(library.find("a").id, "b")
    assert (sources(library), library.generation) == (["a", "b"], 1)


@pytest.mark.parametrize(
    ("name", "title"), [(" ", None), ("b\0", None), ("b", ""), ("\ud800", None)]
)
def test_a_name_that_is_no_text_is_refused(library: Library, name: str, title: str | None) -> None:
    id = full(library)
    with pytest.raises(UsageError, match="blank or not valid text; choose another"):
        library.rename(id, name, title)
    assert sources(library) == ["a"]


def test_a_document_that_is_gone_cannot_be_renamed_or_tagged(library: Library) -> None:
    put(library, make("One.", "a"))
    with pytest.raises(DocumentNotFoundError):
        library.rename("0" * 64, "b")
    with pytest.raises(DocumentNotFoundError):
        library.tag([library.find("a").id, "0" * 64], add=["law"])
    assert library.tags() == {}


def test_a_refusal_goes_with_the_document_of_its_name_and_by_a_new_one(library: Library) -> None:
    put(library, make("One.", "a"), make("Two.", "b"))
    library.record_failures([Refusal(name, "it is locked") for name in ("a", "c", "d")])
    library.remove([library.find("a").id])
    library.rename(library.find("b").id, "c")
    assert [refusal.source for refusal in library.refusals()] == ["d"]


def test_tags_are_added_and_taken_without_a_new_generation(library: Library) -> None:
    put(library, make("One.", "a"), make("Two.", "b"), make("Three.", "c"))
    ids = {entry.source: entry.id for entry in library.entries()}
    library.tag([ids["a"], ids["b"]], add=["law", " old  stock "])
    library.tag([ids["b"]], add=["new", "law"], remove=["old stock", "never there"])
    assert [entry.tags for entry in library.entries()] == [("law", "old stock"), ("law", "new"), ()]
    assert library.tags() == {"law": 2, "new": 1, "old stock": 1}
    assert library.tagged(["new", "old stock"]) == {ids["a"], ids["b"]}
    assert library.generation == 1


def test_a_replaced_document_keeps_its_tags_and_a_removed_one_takes_them_along(
    library: Library,
) -> None:
    put(library, make("One.", "a"))
    library.tag([library.find("a").id], add=["law"])
    put(library, make("Other.", "a"))
    assert library.find("a").tags == ("law",)
    library.remove([library.find("a").id])
    assert library.tags() == {}


@pytest.mark.parametrize("known", [[], ["law", "old"]])
def test_a_tag_that_nothing_carries_is_named_with_those_that_there_are(
    library: Library, known: list[str]
) -> None:
    put(library, make("One.", "a"))
    library.tag([library.find("a").id], add=known)
    said = "the tags are law, old" if known else "there are no tags yet"
    with pytest.raises(TagNotFoundError, match=f"has the tag 'cats'; {said}"):
        library.tagged(["cats"])


@pytest.mark.parametrize("tag", ["", " \n", "a,b", "x" * (LONGEST_TAG + 1), "bell\x07"])
def test_what_is_no_short_word_is_no_tag(library: Library, tag: str) -> None:
    put(library, make("One.", "a"))
    with pytest.raises(UsageError, match="the tag"):
        library.tag([library.find("a").id], add=["fine", tag])
    assert library.tags() == {}


@given(st.text())
def test_a_tag_is_kept_in_one_form(tag: str) -> None:
    try:
        kept = checked_tag(tag)
    except UsageError:
        return
    assert checked_tag(f"  {kept} ") == kept
    assert kept.encode()


def test_compacting_drops_what_nothing_uses_and_makes_the_file_smaller(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as opened:
        put(opened, *(make(f"Text {n}.\n" + "More. " * 900, str(n)) for n in range(100)))
        opened.remove([entry.id for entry in opened.entries() if entry.source != "7"])
        opened.store_vectors({b"nobody's": np.ones((2, 4), np.float32)}, MAKER)
        file = tmp_path / "library.sqlite"
        generation = opened.generation
        freed = opened.compact()
        assert freed > 300_000
        assert file.stat().st_size < 200_000
        assert opened.embedded([b"nobody's"]) == set()
        assert (sources(opened), opened.generation) == (["7"], generation)
        assert opened.problems() == []
        assert opened.compact() == 0


def test_a_library_that_is_being_written_to_cannot_be_compacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.corpus.store.database.LOCK_WAIT_SECONDS", 0.05)
    with Library.open(tmp_path, create=True) as one, Library.open(tmp_path) as other:
        put(one, make("One.", "a"))
        with one._database.writing(), pytest.raises(LibraryLockedError, match="another process"):
            other.compact()
        assert sources(other) == ["a"]
