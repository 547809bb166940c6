"""A library whose terms are of an older analysis of words: one command makes them anew for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from pincite.corpus.errors import LibraryChangedError, LibraryReadOnlyError, LibraryVersionError
from pincite.corpus.shared.analysis import Said
from pincite.corpus.shared.change import Change
from pincite.corpus.shared.examination import differences
from pincite.corpus.shared.parts import write_part
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.columns import Columns
from pincite.retrieval.search.upkeep import publish
from tests.conftest import Pincite
from tests.corpus.shared.stores import shared
from tests.corpus.shared.test_bucket import assert_is_one_sentence
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents


class Older(Columns):
    """An analysis of an older Pincite, which wrote words backwards."""

    @property
    def name(self) -> str:
        return "1 pincite_0"

    def terms(self, said: Said) -> str:
        return " ".join(f"{term[0]}{term[:0:-1]}" for term in super().terms(said).split())

    def counts(self, document: Iterable[Said], terms: Iterable[str]) -> Mapping[str, int]:
        return {**super().counts(document, terms), "w older": 1}


@pytest.fixture
def older(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a library is that an older Pincite has made."""
    with monkeypatch.context() as patched:
        patched.setattr("pincite.retrieval.search.columns.Columns", Older)
        with open_library(address, create=True) as library:
            fill(library, *small_documents())
    return address


def rebuild(address: str) -> None:
    """As `pincite rebuild` does."""
    with open_library(address, rebuilding=True) as library:
        publish(library, anew=True)


def test_a_rebuild_makes_the_terms_anew_in_one_commit(older: str) -> None:
    with open_library(older, rebuilding=True) as library:
        before, generation = _kept(library), library.generation
        assert differences(shared(library))
        publish(library, anew=True)
        assert library.generation == generation + 1
    with open_library(older) as library:
        assert _kept(library) == before
        assert library.problems(deep=True) == library.notes() == differences(shared(library)) == []
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        assert "mussels" in engine.ask("What does the herring gull eat?").quotes[0].text


def _kept(library: Library) -> list[object]:
    """What a rebuild leaves as it is."""
    return [
        (library.document(id), [(p, v.tolist()) for p, v in _vectors(library, id)])
        for id in sorted(library.ids())
    ]


def _vectors(library: Library, id: str) -> list[tuple[object, object]]:
    return list(library.passages_vectors(library.passage_ids([id])).values())  # type: ignore


def test_nothing_is_put_beside_terms_of_an_older_pincite(older: str) -> None:
    with (
        open_library(older, rebuilding=True) as library,
        pytest.raises(LibraryVersionError, match="pincite rebuild"),
    ):
        fill(library, make_document("A whale sings.", "whale.txt"))
    with pytest.raises(LibraryVersionError, match="pincite rebuild"):
        write_part(older, Columns(), range(1, 9), [], {}, HashingEmbedder().fingerprint)


def test_who_has_it_open_with_the_older_one_is_told_when_it_was_rebuilt(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("pincite.retrieval.search.columns.Columns", Older)
        library = open_library(older)
    with library:
        assert library.counts()[0] == 3
        rebuild(older)
        with pytest.raises(LibraryVersionError, match=r"newer Pincite.*install") as told:
            library.counts()
        assert_is_one_sentence(told.value)


def test_who_was_about_to_commit_older_terms_changes_nothing(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("pincite.retrieval.search.columns.Columns", Older)
        library = open_library(older)
    store = shared(library)
    commit_of = store._commit

    def late(change: Change) -> object:
        rebuild(older)
        return commit_of(change)

    monkeypatch.setattr(store, "_commit", late)
    with pytest.raises(LibraryChangedError, match="install that one here"):
        fill(library, make_document("A whale sings.", "whale.txt"))
    with open_library(older) as other:
        assert other.counts()[0] == 3
        assert differences(shared(other)) == []


def test_who_may_only_read_is_told_to_ask_somebody_who_may_write(
    older: str, pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINCITE_LIBRARY", older)

    def refuses(place: object) -> None:
        raise LibraryReadOnlyError("the folder cannot be written; check its permissions")

    with monkeypatch.context() as patched:
        patched.setattr("pincite.corpus.shared.writing.require_safe_commits", refuses)
        run = pincite("ask", "What does the herring gull eat?")
        assert (run.code, run.stderr.count("\n")) == (1, 1)
        assert "somebody who may write to it" in run.stderr
        assert pincite("rebuild").code == 1
    assert pincite("rebuild").code == 0
    assert "mussels" in pincite("ask", "What does the herring gull eat?").stdout
