from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.query import Query
from pincite.retrieval.search.indexes import Indexes, open_indexes
from pincite.retrieval.search.search import Hit, search
from pincite.retrieval.trace import Stages
from tests.retrieval.conftest import TEXTS, fill, make_document, query_for

QUESTIONS = ["Where do gulls nest?", "the captain in the storm", "zzz", "bake bread", "who is it"]


def found(
    library: Library, question: str, indexes: Indexes | None = None, **rest: Any
) -> list[Hit]:
    options: dict[str, Any] = {"k": 5, "candidates": 50, "dense_weight": 0.5} | rest
    indexes = indexes or open_indexes(library, print)
    query = Query.of(question, indexes, HashingEmbedder())
    return search(query.vector, query.wanted, indexes, library, **options)


def ids(hits: list[Hit]) -> list[int]:
    return [hit.stored.id for hit in hits]


def text_of(library: Library, hit: Hit) -> str:
    span = hit.stored.passage.span
    return library.document(hit.stored.document).text[span.start : span.end]


@pytest.mark.parametrize("name", TEXTS)
def test_a_passage_is_the_best_hit_for_its_own_words(library: Library, name: str) -> None:
    for stored, _, text in list(library.passage_texts()):
        if library.document(stored.document).source == name:
            assert text_of(library, found(library, text)[0]) == text


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_hits_come_best_first_each_once_with_scores_between_0_and_1(
    library: Library, question: str, weight: float
) -> None:
    hits = found(library, question, k=99, dense_weight=weight)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(set(ids(hits))) == len(hits) == len(list(library.passage_texts()))


@pytest.mark.parametrize("k", [1, 2, 4])
def test_fewer_hits_are_the_first_of_more(library: Library, k: int) -> None:
    question = "gulls nest on cliffs in a storm"
    assert found(library, question, k=k) == found(library, question, k=9)[:k]


def test_a_hit_tells_what_each_index_thought_of_it(library: Library) -> None:
    indexes = open_indexes(library, print)
    question = "gulls nest on cliffs"
    dense = indexes.dense.search(HashingEmbedder().embed_query(question), 3)
    lexical = indexes.lexical.search(query_for(library, question).wanted, 3)
    hits = found(library, question, indexes, candidates=3, k=9)
    assert set(ids(hits)) == dense.keys() | lexical.keys()
    for hit in hits:
        assert hit.dense == dense.get(hit.stored.id)
        assert hit.lexical == lexical.get(hit.stored.id)


@settings(max_examples=30)
@given(st.sampled_from(QUESTIONS), st.integers(1, 6), st.data())
def test_only_allowed_passages_are_found_and_as_many_as_asked_for(
    shelf: tuple[Library, Indexes], question: str, k: int, data: st.DataObject
) -> None:
    library, indexes = shelf
    every = [stored.id for stored, _, _ in library.passage_texts()]
    allowed = data.draw(st.lists(st.sampled_from(every), unique=True))
    hits = found(library, question, indexes, k=k, allowed=allowed)
    assert set(ids(hits)) <= set(allowed)
    assert len(hits) == min(k, len(allowed))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Indexes]:
    library = Library.open(tmp_path_factory.mktemp("shelf"), create=True)
    fill(library, *(make_document(text, name) for name, text in TEXTS.items()))
    return library, open_indexes(library, print)


def test_passages_removed_since_the_indexes_were_opened_are_noticed(library: Library) -> None:
    indexes = open_indexes(library, print)
    library.remove([library.find("ships.txt").id])
    with pytest.raises(LibraryChangedError, match="ask again"):
        found(library, "the captain in the storm", indexes, k=99)


def test_the_time_of_each_stage_is_noted(library: Library) -> None:
    stages = Stages()
    found(library, "gulls", stages=stages)
    assert list(stages.milliseconds) == ["dense", "lexical", "fuse"]
