"""What was removed in a page comes back as it was, or a sentence says why not."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import (
    DiskFullError,
    DocumentNotFoundError,
    NameTakenError,
    UsageError,
)
from pincite.corpus.exporting import export
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.types import Document, Section, Span
from pincite.ingest import importing
from pincite.ingest.pipeline import ingest_documents
from pincite.ingest.wastebin import Wastebin
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.retrieval.conftest import fill, small_documents


class Silent(HashingEmbedder):
    """An embedder that must not be asked for anything."""

    def embed_documents(self, texts: Any) -> Any:
        raise AssertionError("something was embedded")


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=60)
_DOCUMENTS = st.builds(
    lambda title, text, metadata, warnings: Document(
        "a/file.txt",
        title,
        f"One. {text} two.\nThree.",
        (Section(Span(0, len(text) + 17), ("H",)),),
        metadata=metadata,
        warnings=warnings,
    ),
    _WORDS,
    _WORDS,
    st.dictionaries(_WORDS, _WORDS, max_size=2),
    st.tuples() | st.tuples(_WORDS),
)
_TAGS = st.sets(st.sampled_from(["sea", "annual report", "日本", "<b>"]))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as opened:
        fill(opened, *small_documents())
        yield opened


def holdings(library: Library) -> str:
    """Everything in the library, vectors and all."""
    file = library.folder / f"{library.generation}.jsonl"
    export(library, file, vectors=True)
    text = file.read_text("ascii")
    file.unlink()
    return text


@settings(max_examples=10)
@given(document=_DOCUMENTS, tags=_TAGS, original=st.none() | st.binary(), refused=st.booleans())
def test_removing_and_undoing_gives_the_same_library_and_embeds_nothing(
    document: Document, tags: set[str], original: bytes | None, refused: bool
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(folder, create=True) as library,
    ):
        ingest_documents([document], library, HashingEmbedder())
        (entry,) = library.entries()
        library.tag([entry.id], add=tags)
        if refused:
            library.record_failures([Refusal(entry.source, "it is locked now")])
        before = holdings(library)
        bin = Wastebin(library, Silent(), library.remove)
        removed = bin.remove(entry.id)
        assert library.entries() == library.refusals() == []
        bin.undo(removed.token)
        assert holdings(library) == before
        assert library.problems() == []


def test_a_removal_is_undone_once(library: Library) -> None:
    bin = Wastebin(library, Silent(), library.remove)
    removed = bin.remove(library.find("birds.txt").id)
    bin.undo(removed.token)
    with pytest.raises(UsageError, match="can no longer be undone"):
        bin.undo(removed.token)
    with pytest.raises(UsageError, match="can no longer be undone"):
        bin.undo("../../etc/passwd")


def test_what_took_the_name_meanwhile_is_not_overwritten(library: Library) -> None:
    bin = Wastebin(library, Silent(), library.remove)
    removed = bin.remove(library.find("birds.txt").id)
    other = next(entry for entry in library.entries())
    library.rename(other.id, "birds.txt")
    before = holdings(library)
    with pytest.raises(NameTakenError, match=r"there is a document 'birds\.txt' again"):
        bin.undo(removed.token)
    assert holdings(library) == before
    library.rename(library.find("birds.txt").id, other.source)
    bin.undo(removed.token)
    assert library.entry("birds.txt") is not None


def test_two_that_remove_the_same_document_remove_it_once(library: Library) -> None:
    bin = Wastebin(library, Silent(), library.remove)
    id = library.find("birds.txt").id
    bin.remove(id)
    with pytest.raises(DocumentNotFoundError):
        bin.remove(id)


def test_what_the_indexes_could_not_follow_is_said_and_can_still_be_undone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = holdings(library)

    def full(*_: object) -> None:
        raise DiskFullError("the indexes cannot be written")

    def remove(ids: Sequence[str]) -> None:
        library.remove(ids)
        full()

    bin = Wastebin(library, Silent(), remove)
    removed = bin.remove(library.find("birds.txt").id)
    assert library.entry("birds.txt") is None
    assert "indexes" in removed.problem
    monkeypatch.setattr(importing, "publish", full)
    assert "indexes" in bin.undo(removed.token).problem
    assert holdings(library) == before
    with pytest.raises(UsageError, match="can no longer be undone"):
        bin.undo(removed.token)


def test_what_could_not_be_removed_is_not_to_be_undone(library: Library) -> None:
    def refuse(ids: Sequence[str]) -> None:
        raise DiskFullError("the library cannot be written to")

    bin = Wastebin(library, Silent(), refuse)
    with pytest.raises(DiskFullError):
        bin.remove(library.find("birds.txt").id)
    assert library.entry("birds.txt") is not None
    assert not bin._kept
    assert not list(Path(bin._folder.name).iterdir())


@pytest.mark.parametrize("bounds", [{"most": 1}, {"most_bytes": 1}])
def test_the_newest_removals_are_kept_and_the_oldest_let_go(
    library: Library, bounds: dict[str, int]
) -> None:
    bin = Wastebin(library, Silent(), library.remove, **bounds)
    first, second = (bin.remove(entry.id) for entry in library.entries()[:2])
    with pytest.raises(UsageError, match="no longer"):
        bin.undo(first.token)
    assert library.entry(bin.undo(second.token).source) is not None


def test_the_pulse_changes_with_every_change_and_with_nothing_else(library: Library) -> None:
    with Library.open(library.folder) as other:
        id = library.find("birds.txt").id
        seen = [library.change_counter]
        for change in (
            lambda: other.tag([id], add=["sea"]),
            lambda: library.tag([id], add=["old"], remove=["sea"]),
            lambda: other.record_failures([Refusal("a", "b")]),
            lambda: library.remove([id]),
        ):
            change()
            library.entries()
            assert library.change_counter == library.change_counter
            seen.append(library.change_counter)
        assert len(set(seen)) == len(seen)
