from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from pincite.corpus.errors import ModelError
from pincite.ingest.langchain import PinciteVectorStore
from pincite.retrieval.embedding.embedder import windows
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.langchain import LangChainEmbedder, PinciteEmbeddings, as_embedder

FAKE = DeterministicFakeEmbedding(size=6)


class Broken(Embeddings):
    """Gives what it is told to for documents, and two numbers for a question."""

    def __init__(self, rows: list[list[float]], model: object = None) -> None:
        self.rows = rows
        self.model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.rows

    def embed_query(self, text: str) -> list[float]:
        return [3.0, 4.0]


def test_our_vectors_are_lists_of_floats_of_unit_length() -> None:
    embeddings = PinciteEmbeddings(HashingEmbedder(8))
    rows = [*embeddings.embed_documents(["a whale", ""]), embeddings.embed_query("a whale")]
    assert all(type(row) is list and type(value) is float for row in rows for value in row)
    assert [len(row) for row in rows] == [8, 8, 8]
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1])
    assert embeddings.embed_documents([]) == []


def test_our_vectors_come_asynchronously_too() -> None:
    embeddings = PinciteEmbeddings(HashingEmbedder(8))
    assert asyncio.run(embeddings.aembed_query("a gull")) == embeddings.embed_query("a gull")


def test_the_default_embedder_is_the_one_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_EMBEDDER", "hashing")
    assert PinciteEmbeddings().embedder.fingerprint == HashingEmbedder().fingerprint


def test_a_text_beyond_the_window_is_seen_to_its_end() -> None:
    class Truncating(HashingEmbedder):
        def embed_documents(self, texts: list[str]) -> object:  # type: ignore[override]
            return super().embed_documents(
                [" ".join(text.split()[: self.window]) for text in texts]
            )

    embeddings = PinciteEmbeddings(Truncating(64, window=4))
    short, long, other = embeddings.embed_documents(
        ["one two three four", "one two three four axolotl", "one two three four gull"]
    )
    assert long != short
    assert long != other
    assert np.linalg.norm(long) == pytest.approx(1)


def test_texts_keep_their_own_vectors_beside_longer_ones() -> None:
    embeddings = PinciteEmbeddings(HashingEmbedder(64, window=2))
    texts = ["a", "one two three four five", "b", "c d e"]
    together = embeddings.embed_documents(texts)
    apart = [embeddings.embed_documents([text])[0] for text in texts]
    assert np.allclose(together, apart, atol=1e-6)


def test_a_fingerprint_names_class_model_and_dimension() -> None:
    assert LangChainEmbedder(FAKE).fingerprint == "DeterministicFakeEmbedding@6+parts"
    assert LangChainEmbedder(Broken([], "small-3")).fingerprint == "Broken:small-3@2+parts"
    assert LangChainEmbedder(Broken([], object())).fingerprint == "Broken@2+parts"
    assert LangChainEmbedder(FAKE, name="mine").fingerprint == "mine@6+parts"


def test_langchains_vectors_become_unit_vectors() -> None:
    embedder = LangChainEmbedder(FAKE)
    rows = embedder.embed_documents(["a", "b", ""])
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1])
    assert embedder.embed_query("a") == pytest.approx(rows[0])
    assert embedder.embed_documents([]).shape == (0, 6)


def test_a_row_of_zeros_stays() -> None:
    assert LangChainEmbedder(Broken([[0, 0]])).embed_documents(["a"]).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        ([[1, 2]], "1 vectors of dimension .2. for 2 texts"),
        ([[1, 2], [1, 2, 3]], r"\[2, 3\] for 2 texts, and its dimension was 2"),
        ([[1, 2], [1, float("nan")]], "not finite"),
    ],
)
def test_vectors_that_cannot_be_right_are_refused(rows: list[list[float]], numbers: str) -> None:
    with pytest.raises(ModelError, match=numbers):
        LangChainEmbedder(Broken(rows)).embed_documents(["a", "b"])


@given(st.text(max_size=60), st.integers(1, 20))
def test_no_piece_of_a_text_exceeds_the_window(text: str, window: int) -> None:
    embedder = LangChainEmbedder(FAKE, window=window)
    pieces = [text[s.start : s.end] for s in windows(text, embedder.window, embedder.count)]
    assert "".join(pieces) == text
    assert all(len(p.encode("utf-8", "surrogatepass")) <= window or len(p) == 1 for p in pieces)


def test_a_question_beyond_the_window_is_averaged() -> None:
    embedder = LangChainEmbedder(FAKE, window=2)
    expected = embedder.embed_query("ab") + embedder.embed_query("cd")
    raw = np.mean([FAKE.embed_query("ab"), FAKE.embed_query("cd")], axis=0)
    found = embedder.embed_query("abcd")
    assert np.linalg.norm(found) == pytest.approx(1)
    assert found == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert raw.shape == found.shape


def test_ours_are_not_wrapped_twice() -> None:
    embedder = HashingEmbedder()
    assert as_embedder(PinciteEmbeddings(embedder)) is embedder


def test_a_store_takes_a_wider_window(tmp_path: Path) -> None:
    wide = PinciteEmbeddings(LangChainEmbedder(FAKE, window=10_000))
    text = "word " * 1500
    with PinciteVectorStore.from_texts([text], wide, path=tmp_path) as store:
        scored = store.similarity_search_with_score(text.strip())
    assert scored[0][1] == pytest.approx(1, abs=1e-3)  # one passage: the whole text
