from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from pincite.corpus.canonical import canonical
from pincite.ingest.langchain import PinciteVectorStore
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.langchain import PinciteEmbeddings
from pincite.retrieval.search.diversity import diverse

Model = dict[str, tuple[str, dict[str, Any]]]

EMBEDDER = HashingEmbedder(16, window=3)  # so narrow that most texts have several passages
IDS = st.sampled_from(["", "a", "b", "c", "d"])
WORDS = st.sampled_from(["gull", "whale", "lamp", "cafe\u0301", "\r\n", "\ufb01n", "\x00", " "])
TEXTS = st.lists(WORDS, max_size=8).map(" ".join) | st.text(max_size=12)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
METADATA = st.dictionaries(NAMES, VALUES, max_size=3)
ADDED = st.lists(st.tuples(IDS, TEXTS, METADATA), max_size=4)
STEPS = st.lists(ADDED | st.none() | st.lists(IDS, max_size=3).map(tuple), max_size=7)


def write(store: PinciteVectorStore, model: Model, step: Any) -> None:
    """Do one step to both: a list adds, a tuple deletes, None deletes everything."""
    if isinstance(step, list):
        store.add_texts(
            [text for _, text, _ in step],
            [metadata for _, _, metadata in step],
            ids=[id for id, _, _ in step],
        )
        model.update({id: (text, metadata) for id, text, metadata in step})
    else:
        store.delete(None if step is None else list(step))
        for id in list(model) if step is None else step:
            model.pop(id, None)


def by_id(documents: list[Document]) -> Model:
    assert len({document.id for document in documents}) == len(documents)
    return {str(d.id): (d.page_content, d.metadata) for d in documents}


def check(store: PinciteVectorStore, model: Model) -> None:
    assert by_id(store.get_by_ids(["", "a", "b", "c", "d", "e"])) == model
    findable = {id: kept for id, kept in model.items() if canonical(kept[0]).strip()}
    assert by_id(store.similarity_search("whale", k=99)) == findable
    assert by_id(store.max_marginal_relevance_search("whale", k=99)) == findable
    assert len(store.similarity_search("whale", k=2)) == min(2, len(findable))


@settings(max_examples=60)
@given(STEPS)
def test_any_run_of_writes_leaves_what_a_dict_would_hold(steps: list[Any]) -> None:
    model: Model = {}
    with tempfile.TemporaryDirectory() as folder:
        with PinciteVectorStore.open(folder, PinciteEmbeddings(EMBEDDER)) as store:
            for step in steps:
                write(store, model, step)
                check(store, model)
        with PinciteVectorStore.open(folder, PinciteEmbeddings(EMBEDDER)) as store:
            check(store, model)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), st.integers(0, 2))),
    st.integers(0, 12),
    st.none() | st.integers(0, 3),
)
def test_scores_are_the_best_window_s_cosine_of_the_documents_that_match(
    rows: list[tuple[str, int]], k: int, wanted: int | None
) -> None:
    query = EMBEDDER.embed_query("a whale and a lamp")
    expected = []
    for text, number in rows:
        words = canonical(text).split()
        pieces = [" ".join(words[i : i + 3]) for i in range(0, len(words), 3)]
        if pieces and wanted in (None, number):
            expected.append(float((EMBEDDER.embed_documents(pieces) @ query).max()))
    with (
        tempfile.TemporaryDirectory() as folder,
        PinciteVectorStore.open(folder, PinciteEmbeddings(EMBEDDER)) as store,
    ):
        store.add_texts([text for text, _ in rows], [{"n": number} for _, number in rows])
        found = store.similarity_search_with_score(
            "a whale and a lamp", k, None if wanted is None else {"n": wanted}
        )
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert scores == pytest.approx(sorted(expected, reverse=True)[:k], abs=2e-3)


@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(0, 8), st.floats(0, 1))
def test_diverse_choices_are_langchains_own(seed: int, n: int, k: int, weight: float) -> None:
    rows = np.random.default_rng(seed).normal(size=(n + 1, 5))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    vector, others = rows[0].astype(np.float32), list(rows[1:].astype(np.float32))
    theirs = maximal_marginal_relevance(vector, others, weight, k)  # type: ignore[arg-type]
    assert diverse(vector, others, k, weight) == theirs
