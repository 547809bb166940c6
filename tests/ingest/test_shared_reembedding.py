"""Another embedder for a shared library, in one commit, whoever asks and writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import EmbedderMismatchError, LibraryChangedError
from pincite.corpus.shared.change import Change
from pincite.corpus.shared.examination import differences
from pincite.corpus.store.library import Library
from pincite.ingest.reembedding import reembed
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from tests.corpus.shared.conftest import bucket, in_bucket
from tests.corpus.shared.object_store import Bucket
from tests.corpus.shared.stores import shared
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents

__all__ = ["bucket", "in_bucket"]  # fixtures
QUESTION = "Why did the captain repair the rudder?"


@pytest.fixture
def address(tmp_path: Path) -> str:
    """Where a library of three documents is."""
    address = f"lance://{tmp_path / 'library'}"
    with open_library(address, create=True) as library:
        fill(library, *small_documents(), passage_tokens=96)
        library.tag([library.find("birds.txt").id], add=["sea"])
    return address


class Interrupting(HashingEmbedder):
    """Does something else once, before it embeds."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__(32)
        self._act: Callable[[], None] | None = act

    def embed_documents(self, texts: Sequence[str]) -> Any:
        act, self._act = self._act, None
        if act is not None:
            act()
        return super().embed_documents(texts)


def is_sound(library: Library) -> bool:
    found = library.problems(deep=True) + library.notes() + differences(shared(library))
    assert found == []
    return True


def test_everything_but_passages_and_vectors_is_as_it_was(address: str) -> None:
    with open_library(address) as library:
        before = {id: (library.document(id), library.find(id).added_at) for id in library.ids()}
        generation = library.generation
        summary = reembed(library, HashingEmbedder(32))
        assert summary.embedded > 0
        assert library.generation == generation + 1
        assert library.fingerprint == HashingEmbedder(32).fingerprint
        assert is_sound(library)
    with open_library(address) as library:
        after = {id: (library.document(id), library.find(id).added_at) for id in library.ids()}
        assert {id: (d.text, at) for id, (d, at) in after.items()} == {
            id: (d.text, at) for id, (d, at) in before.items()
        }
        assert library.tags() == {"sea": 1}
        engine = Engine(library, HashingEmbedder(32), hashing_settings())
        assert "leaked" in engine.ask(QUESTION).quotes[0].text
        reembed(library, HashingEmbedder(16))  # and once more, from there
        assert library.fingerprint == HashingEmbedder(16).fingerprint
        library.compact()
        assert is_sound(library)


def test_the_tables_before_go_when_the_library_is_compacted(address: str, tmp_path: Path) -> None:
    with open_library(address) as library:
        before = {version.path for version in shared(library).tables().head.tables.values()}
        reembed(library, HashingEmbedder(32))
        assert {path for path in before if (tmp_path / "library" / path).exists()} == before
        library.compact()
        left = {path for path in before if (tmp_path / "library" / path).exists()}
        assert {path.partition("-")[0] for path in left} == {"refusals"}
        assert shared(library).tables().head.left == {}
        assert is_sound(library)


def test_an_answer_in_progress_is_finished_and_the_next_names_the_setting(address: str) -> None:
    with open_library(address) as library, open_library(address) as other:
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        with library.snapshot():
            passages = list(library.passage_texts())
            reembed(other, HashingEmbedder(32))
            assert library.fingerprint == HashingEmbedder().fingerprint
            assert list(library.passage_texts()) == passages
        said = r"hashing@32.*hashing@256.*choose the first with PINCITE_EMBEDDER"
        with pytest.raises(EmbedderMismatchError, match=said) as told:
            engine.ask(QUESTION)
        assert "\n" not in str(told.value)


def test_what_others_put_and_remove_meanwhile_is_taken_over(address: str) -> None:
    def change() -> None:
        with open_library(address) as other:
            fill(other, make_document("A whale sings.", "whale.txt"))
            other.remove([other.find("bread.md").id])
            other.tag([other.find("ships.txt").id], add=["late"])

    with open_library(address) as library:
        reembed(library, Interrupting(change))
        assert set(library.sources().values()) == {"birds.txt", "ships.txt", "whale.txt"}
        assert library.tags() == {"sea": 1, "late": 1}
        assert library.fingerprint == HashingEmbedder(32).fingerprint
        assert is_sound(library)


def test_what_was_embedded_before_a_stop_is_not_embedded_again(address: str) -> None:
    def stop(*values: object) -> None:
        raise KeyboardInterrupt

    with open_library(address) as library, pytest.MonkeyPatch.context() as patched:
        patched.setattr("pincite.corpus.shared.store.put_in_place", stop)
        with pytest.raises(KeyboardInterrupt):
            reembed(library, HashingEmbedder(32))
        assert library.fingerprint == HashingEmbedder().fingerprint
        assert is_sound(library)
    with open_library(address) as library:
        assert reembed(library, HashingEmbedder(32)).embedded == 0
        assert is_sound(library)


def test_what_was_left_of_a_stopped_run_goes_when_the_library_is_compacted(
    address: str, tmp_path: Path
) -> None:
    with open_library(address) as library, pytest.MonkeyPatch.context() as patched:
        patched.setattr("pincite.corpus.shared.store.put_in_place", lambda *values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reembed(library, HashingEmbedder(32))
        assert list((tmp_path / "library").glob("beside-*"))
        library.compact()
        assert not list((tmp_path / "library").glob("beside-*"))


def test_who_compacts_while_it_is_at_work_stops_it_and_harms_nothing(address: str) -> None:
    def compact() -> None:
        with open_library(address) as other:
            other.compact()

    with open_library(address) as library:
        with pytest.raises(LibraryChangedError):
            reembed(library, Interrupting(compact))
        assert library.fingerprint == HashingEmbedder().fingerprint
        assert is_sound(library)


def test_who_was_about_to_commit_to_the_tables_before_changes_nothing(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(address) as library:
        fill(library, make_document("First words.", "first.txt"))
        store = shared(library)
        commit_of = store._commit

        def late(change: Change) -> object:
            monkeypatch.setattr(store, "_commit", commit_of)
            with open_library(address) as other:
                reembed(other, HashingEmbedder())  # with the same embedder
            return commit_of(change)

        monkeypatch.setattr(store, "_commit", late)
        with pytest.raises(LibraryChangedError, match="run it again"):
            fill(library, make_document("A whale sings.", "whale.txt"))
        assert "whale.txt" not in library.sources().values()
        fill(library, make_document("A whale sings.", "whale.txt"))
        assert is_sound(library)


def test_in_a_bucket_it_is_the_same(in_bucket: str, bucket: Bucket) -> None:
    with open_library(in_bucket, create=True) as library:
        fill(library, *small_documents(), passage_tokens=96)
        before = {version.path for version in shared(library).tables().head.tables.values()}
        reembed(library, HashingEmbedder(32))
        assert library.fingerprint == HashingEmbedder(32).fingerprint
        assert is_sound(library)
        library.compact()
        roots = {key.split("/")[1] for key in bucket.objects}
        assert {path.partition("-")[0] for path in before & roots} == {"refusals"}
        assert is_sound(library)
