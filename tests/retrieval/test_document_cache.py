"""Documents are read and hashed once until they change, and no more are kept than may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pincite.corpus import types
from pincite.corpus.errors import DocumentNotFoundError, LibraryDamagedError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, sha256
from pincite.retrieval.document_cache import DocumentCache
from pincite.retrieval.engine import Engine
from tests.retrieval.conftest import TEXTS, fill, make_document

GULLS = "Where do gulls nest?"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the library's documents that are hashed from now on."""
    seen: list[str] = []
    texts = {make_document(text, source).text for source, text in TEXTS.items()}

    def counted(text: str) -> str:
        seen.extend([text] if text in texts else [])
        return sha256(text)

    monkeypatch.setattr(types, "sha256", counted)
    return seen


def test_a_text_is_hashed_once_for_all_questions_and_quotes(
    engine: Engine, hashed: list[str]
) -> None:
    for _ in range(3):
        assert engine.ask(GULLS).quotes
    assert len(hashed) == len(set(hashed)) <= len(TEXTS)


def test_another_document_makes_none_be_read_again(engine: Engine, hashed: list[str]) -> None:
    engine.ask(GULLS)
    before = list(hashed)
    fill(engine.library, make_document("A lamp burns oil.", "lamp.txt"))
    hashed.clear()
    engine.ask(GULLS)
    assert before
    assert hashed == []


def test_what_has_changed_is_read_again(engine: Engine) -> None:
    cache, library = DocumentCache(engine.library), engine.library
    birds, bread = library.find("birds.txt").id, library.find("bread.md").id
    assert cache.document(birds) is cache.document(birds)
    kept = cache.document(bread)
    library.rename(library.find("ships.txt").id, "boats.txt")
    library.tag([birds], add=["sea"])
    library.remove([bread])
    cache.renew()
    assert cache.document(birds) == library.document(birds)
    with pytest.raises(DocumentNotFoundError):
        cache.document(bread)
    assert kept.text


def test_a_new_title_under_the_old_name_is_seen(engine: Engine) -> None:
    cache, library = DocumentCache(engine.library), engine.library
    old = library.find("birds.txt")
    assert cache.document(old.id).title == old.title
    library.rename(old.id, "birds.txt", "Birds of the coast")
    cache.renew()
    assert cache.document(old.id).title == "Birds of the coast"


def test_what_was_read_before_it_changed_is_not_kept_beyond_that(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, library = DocumentCache(engine.library), engine.library
    old = library.find("birds.txt")

    def slowly(id: str) -> tuple[Document, bytes]:
        """Reads the document, which gets another title before the cache has it."""
        monkeypatch.undo()
        found = library.document_and_sum(id)
        library.rename(id, "birds.txt", "Birds of the coast")
        cache.renew()
        return found

    monkeypatch.setattr(library, "document_and_sum", slowly)
    assert cache.document(old.id).title == old.title
    assert cache.document(old.id).title == "Birds of the coast"


def test_what_a_question_reads_is_fetched_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    large = engine.library.store.large
    real = large.document_rows
    monkeypatch.setattr(
        large, "document_rows", lambda ids: calls.append(len(wanted := list(ids))) or real(wanted)
    )
    quotes = engine.ask("Where do gulls nest, and how is bread baked?").quotes
    assert quotes
    assert len(calls) == 1
    assert calls[0] > 1


def test_documents_are_loaded_ahead_as_one_by_one(library: Library) -> None:
    ids = [entry.id for entry in library.entries()]
    cache, plain = DocumentCache(library), DocumentCache(library)
    cache.load([*ids, "nobody"])
    assert [cache.document(id) for id in ids] == [plain.document(id) for id in ids]
    assert all(cache.document(id) is cache.document(id) for id in ids)


def test_what_is_long_is_not_loaded_ahead(library: Library) -> None:
    lengths = sorted(len(library.document(entry.id).text) for entry in library.entries())
    ids = [entry.id for entry in library.entries()]
    for most in (0, lengths[0], sum(lengths[:2]), sum(lengths)):
        found = library.documents_and_sums(ids, most)
        assert sum(len(document.text) for document, _ in found.values()) <= most
        assert len(found) == sum(sum(lengths[: n + 1]) <= most for n in range(len(lengths)))


def test_a_document_of_another_id_is_no_document_loaded_ahead(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [entry.id for entry in library.entries()]
    large = library.store.large
    real = large.document_rows
    monkeypatch.setattr(large, "document_rows", lambda wanted: real(ids[:2]))
    with pytest.raises(LibraryDamagedError, match="for another document"):
        library.documents_and_sums(ids[1:3], 10**6)


def test_no_more_characters_are_kept_than_may_be(library: Library) -> None:
    ids = [entry.id for entry in library.entries()]
    cache = DocumentCache(library, characters=1)
    first = cache.document(ids[0])
    assert cache.document(ids[0]) is first  # the latest one is kept, however long
    cache.document(ids[1])
    assert cache.document(ids[0]) is not first
    assert cache.document(ids[0]) == first


def test_a_text_under_a_foreign_hash_is_not_pinned() -> None:
    document = make_document("A gull nests.")
    assert document.is_pinned
    assert not replace(document, text="A gull rests.").is_pinned
