"""Each fault of the community's FAISS store, and what stands near to it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from pincite.corpus.errors import EmbedderMismatchError, PinciteError
from pincite.ingest.langchain import PinciteVectorStore
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain import PinciteEmbeddings

HASHING = PinciteEmbeddings(HashingEmbedder())


class Table(Embeddings):
    """Vectors by text, of any length and dimension; ones for any other text."""

    def __init__(self, vectors: dict[str, list[float]]) -> None:
        self.vectors = vectors
        self.other = [1.0 for _ in next(iter(vectors.values()), [0.0, 0.0])]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.vectors.get(text, self.other)


COMPASS = Table({"east": [3, 0], "north": [0, 0.2], "north-east": [5, 5], "west": [-7, 0]})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PinciteVectorStore]:
    with PinciteVectorStore.open(tmp_path / "store", HASHING) as opened:
        yield opened


@pytest.fixture
def compass(tmp_path: Path) -> Iterator[PinciteVectorStore]:
    texts = ["east", "north", "north-east", "west"]
    with PinciteVectorStore.from_texts(
        texts, COMPASS, ids=texts, path=tmp_path / "compass"
    ) as made:
        yield made


def contents(documents: list[Document]) -> list[str]:
    return [document.page_content for document in documents]


def test_adding_an_existing_id_keeps_rows_and_ids_in_step(compass: PinciteVectorStore) -> None:
    compass.add_texts(["north"], ids=["east"])
    compass.delete(["north"])
    for text, id in {"north": "east", "north-east": "north-east", "west": "west"}.items():
        (found, score) = compass.similarity_search_with_score(text, k=1)[0]
        assert (found.id, found.page_content) == (id, text)
        assert score == pytest.approx(1, abs=1e-3)


def test_the_nearer_document_has_the_higher_relevance(compass: PinciteVectorStore) -> None:
    found = compass.similarity_search_with_relevance_scores("east", k=4)
    assert contents([document for document, _ in found]) == ["east", "north-east", "north", "west"]
    assert [score for _, score in found] == pytest.approx([1, 0.854, 0.5, 0], abs=1e-3)


@pytest.mark.filterwarnings("error")  # LangChain only warns of a relevance outside [0, 1]
def test_relevance_stays_within_0_and_1_whatever_the_vectors(tmp_path: Path) -> None:
    generator = np.random.default_rng(7)
    rows = generator.normal(size=(50, 3)) * 10.0 ** generator.integers(-6, 6, size=(50, 1))
    vectors = {
        f"{sign}{i}": (sign * row).tolist() for i, row in enumerate(rows) for sign in (1, -1)
    }
    with PinciteVectorStore.from_texts(list(vectors), Table(vectors), path=tmp_path) as store:
        for text in list(vectors)[:20]:
            found = store.similarity_search_with_relevance_scores(text, k=100)
            scores = [score for _, score in found]
            assert len(scores) == 100
            assert 0 <= min(scores) <= max(scores) <= 1
            assert found[0][0].page_content == text


def test_a_score_threshold_is_a_relevance(compass: PinciteVectorStore) -> None:
    retriever = compass.as_retriever(
        search_type="similarity_score_threshold", search_kwargs={"score_threshold": 0.8, "k": 4}
    )
    assert contents(retriever.invoke("east")) == ["east", "north-east"]


def test_a_store_that_is_opened_again_gives_the_same_scores(tmp_path: Path) -> None:
    with PinciteVectorStore.from_texts(["east", "north-east"], COMPASS, path=tmp_path) as store:
        before = store.similarity_search_with_relevance_scores("north")
    with PinciteVectorStore.open(tmp_path, Table(COMPASS.vectors)) as store:
        assert store.similarity_search_with_relevance_scores("north") == before


def test_a_store_made_by_another_embedder_refuses_and_names_both(tmp_path: Path) -> None:
    PinciteVectorStore.from_texts(["a"], DeterministicFakeEmbedding(size=6), path=tmp_path).close()
    with pytest.raises(EmbedderMismatchError, match=r"@6.*, .*@7.*; open it with .* folder"):
        PinciteVectorStore.open(tmp_path, DeterministicFakeEmbedding(size=7))


@pytest.mark.parametrize(
    "filter",
    [{"shelf": "rare"}, lambda metadata: metadata["shelf"] == "rare"],
    ids=["dict", "call"],
)
def test_a_filter_finds_all_five_matches_among_a_thousand(
    store: PinciteVectorStore, filter: Any
) -> None:
    common = [f"the same words about whales, copy {n}" for n in range(995)]
    rare = [f"something else entirely {n}" for n in range(5)]
    metadatas = [{"shelf": "common"} for _ in common] + [{"shelf": "rare"} for _ in rare]
    store.add_texts(common + rare, metadatas)
    found = store.similarity_search("the same words about whales", k=5, filter=filter)
    assert sorted(contents(found)) == rare
    diverse = store.max_marginal_relevance_search("the same words", k=5, filter=filter)
    assert sorted(contents(diverse)) == rare


def test_a_vector_of_another_dimension_is_refused_with_both_numbers(
    compass: PinciteVectorStore,
) -> None:
    with pytest.raises(ValueError, match=r"\(5,\).*dimension 2"):
        compass.similarity_search_by_vector([1.0] * 5)
    with pytest.raises(ValueError, match=r"\(5,\).*dimension 2"):
        compass.max_marginal_relevance_search_by_vector([1.0] * 5)


def test_an_embedding_whose_dimension_changes_is_refused_with_both_numbers(tmp_path: Path) -> None:
    table = Table({"good": [1, 0], "bad": [1, 0, 0]})
    with PinciteVectorStore.open(tmp_path, table) as store:
        with pytest.raises(PinciteError, match=r"\[2, 3\].*dimension was 2"):
            store.add_texts(["good", "bad"], ids=["1", "2"])
        assert store.get_by_ids(["1", "2"]) == []


def test_nothing_is_pickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("pickle was used")

    with monkeypatch.context() as patched:
        for name in ("dump", "dumps", "load", "loads", "Pickler", "Unpickler"):
            patched.setattr(pickle, name, refuse)
        store = PinciteVectorStore.from_texts(["a whale"], HASHING, [{"a": 1}], path=tmp_path)
        with Engine.open(tmp_path, embedder=HASHING.embedder) as engine:
            engine.search("whale")
        store.close()
        with PinciteVectorStore.open(tmp_path, HASHING) as store:
            assert store.similarity_search("whale")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert (tmp_path / "library.sqlite") in files
    assert [file for file in files if is_pickle(file)] == []


def is_pickle(file: Path) -> bool:
    try:
        pickle.loads(file.read_bytes())
    except Exception:  # what is no pickle fails in any way
        return False
    return True


def test_a_filter_sees_what_was_written_since_the_last_one(store: PinciteVectorStore) -> None:
    rare = {"shelf": "rare"}
    store.add_texts(["a"], [rare], ids=["a"])
    assert len(store.similarity_search("a", filter=rare)) == 1
    store.add_texts(["b", "a"], [rare, {}], ids=["b", "a"])
    assert contents(store.similarity_search("a", filter=rare)) == ["b"]


def test_diverse_results_leave_out_the_twin(compass: PinciteVectorStore) -> None:
    compass.add_texts(["east"], ids=["twin"])
    near = compass.similarity_search("east", k=2)
    diverse = compass.max_marginal_relevance_search("east", k=2, lambda_mult=0.3)
    assert contents(near) == ["east", "east"]
    assert diverse[0].page_content == "east"
    assert diverse[1].page_content != "east"


def test_a_vector_that_is_not_finite_is_refused(compass: PinciteVectorStore) -> None:
    with pytest.raises(ValueError, match="not finite"):
        compass.similarity_search_by_vector([float("nan"), 1.0])


def test_an_impossible_weight_of_diversity_is_refused(compass: PinciteVectorStore) -> None:
    with pytest.raises(ValueError, match=r"1\.5"):
        compass.max_marginal_relevance_search("east", lambda_mult=1.5)
