from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import InMemoryRecordManager, index

from pincite.corpus.errors import LibraryNotFoundError, UsageError
from pincite.corpus.store.library import Library
from pincite.ingest.langchain import PinciteVectorStore
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain import PinciteEmbeddings
from pincite.retrieval.langchain.embeddings import as_embedder
from pincite.retrieval.reading.choose import LONGEST_JOINED

HASHING = PinciteEmbeddings(HashingEmbedder())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PinciteVectorStore]:
    with PinciteVectorStore.open(tmp_path / "store", HASHING) as opened:
        yield opened


def contents(documents: list[Document]) -> list[str]:
    return [document.page_content for document in documents]


# What is given comes back


@pytest.mark.parametrize(
    "text",
    [
        "cafe\u0301\r\nbar\x00",
        "\ufeffmark",
        "\ud800 alone",
        "  spaced \n",
        "\u2126",
        "",
        " \n",
        "plain",
    ],
)
def test_page_content_comes_back_to_the_letter(store: PinciteVectorStore, text: str) -> None:
    store.add_texts([text], [{"n": 1}], ids=["a"])
    given = Document(id="a", page_content=text, metadata={"n": 1})
    assert store.get_by_ids(["a"]) == [given]
    assert store.similarity_search("anything") == ([given] if text.strip() else [])


def test_the_original_text_is_not_seen_by_a_filter(store: PinciteVectorStore) -> None:
    store.add_texts(["cafe\u0301"], [{"n": 1}])
    assert store.similarity_search("cafe", filter=lambda metadata: metadata == {"n": 1})


def test_a_long_text_is_found_by_its_last_words(store: PinciteVectorStore) -> None:
    long = "filler words of no interest " * 400 + "the axolotl regrows its limbs"
    store.add_texts([long, "a short note on gardening"], ids=["long", "short"])
    scored = store.similarity_search_with_score("does the axolotl regrow its limbs?", k=2)
    assert [document.id for document, _ in scored] == ["long", "short"]
    assert scored[0][0].page_content == long


def test_k_documents_come_back_although_one_has_all_the_best_passages(
    store: PinciteVectorStore,
) -> None:
    store.add_texts(["whale " * 5000, "a whale and a gull", "a gull"], ids=["1", "2", "3"])
    assert [d.id for d in store.similarity_search("whale", k=3)] == ["1", "2", "3"]


def test_the_same_text_under_two_ids_stays_two_documents(store: PinciteVectorStore) -> None:
    store.add_texts(["twin", "twin"], ids=["a", "b"])
    assert {document.id for document in store.similarity_search("twin")} == {"a", "b"}
    store.delete(["a"])
    assert [document.id for document in store.similarity_search("twin")] == ["b"]


def test_an_id_given_twice_in_one_call_means_its_last_text(store: PinciteVectorStore) -> None:
    assert store.add_texts(["first", "last"], ids=["a", "a"]) == ["a", "a"]
    assert contents(store.similarity_search("first")) == ["last"]


def test_ids_that_are_not_given_are_distinct_uuids(store: PinciteVectorStore) -> None:
    ids = store.add_texts(["a", "a"])
    assert len(set(ids)) == 2
    assert all(len(id) == 36 and id[14] == "4" for id in ids)


def test_delete_without_ids_empties_the_store(store: PinciteVectorStore) -> None:
    store.add_texts(["a", "b"])
    assert store.delete() is True
    assert store.similarity_search("a") == []


# What is refused


@pytest.mark.parametrize("kwargs", [{"ids": ["1"]}, {"metadatas": [{}, {}, {}]}])
def test_numbers_that_differ_are_refused(store: PinciteVectorStore, kwargs: Any) -> None:
    with pytest.raises(ValueError, match="2 texts came with"):
        store.add_texts(["a", "b"], **kwargs)


@pytest.mark.parametrize(
    "metadata", [{"when": object()}, {"name": "\ud800"}, {"_pincite_page_content": "x"}]
)
def test_metadata_that_cannot_be_kept_are_refused(
    store: PinciteVectorStore, metadata: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match="'b'"):
        store.add_texts(["a", "b"], [{}, metadata], ids=["a", "b"])
    assert store.get_by_ids(["a"]) == []


def test_a_misspelt_search_argument_is_refused(store: PinciteVectorStore) -> None:
    with pytest.raises(TypeError, match="filters"):
        store.similarity_search("a", filters={"year": 2024})


def test_a_filter_of_another_kind_is_refused(store: PinciteVectorStore) -> None:
    store.add_texts(["a"])
    with pytest.raises(TypeError, match="year = 2024"):
        store.similarity_search("a", filter="year = 2024")  # type: ignore[arg-type]


def test_texts_need_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="path="):
        PinciteVectorStore.from_texts(["a"], HASHING)
    assert list(tmp_path.iterdir()) == []


# Beside others


def test_what_another_process_writes_is_seen(store: PinciteVectorStore, tmp_path: Path) -> None:
    store.add_texts(["a gull"], ids=["old"])
    assert len(store.similarity_search("whale", k=9)) == 1
    with PinciteVectorStore.open(tmp_path / "store", HASHING) as other:
        other.add_texts(["a whale"], ids=["new"])
        other.delete(["old"])
    assert contents(store.similarity_search("whale", k=9)) == ["a whale"]


def test_an_engine_answers_from_the_stores_folder(
    store: PinciteVectorStore, tmp_path: Path
) -> None:
    store.add_documents(
        [
            Document(id="1", page_content="Gulls sleep on the roof.", metadata={"title": "Gulls"}),
            Document(id="2", page_content="", metadata={}),
            Document(
                id="3", page_content=" \n Whales sing across oceans.\n", metadata={"source": "w.md"}
            ),
        ]
    )
    with Engine.open(tmp_path / "store", embedder=HASHING.embedder) as engine:
        answer = engine.ask("Where do gulls sleep?")
        nearest = engine.search("Where do whales sing?")[0]
        assert engine.library.problems() == []
        assert {entry.title for entry in engine.library.entries()} == {"Gulls", "2", "w.md"}
    assert answer.quotes[0].text == "Gulls sleep on the roof."
    assert answer.quotes[0].title == "Gulls"
    assert (nearest.text, nearest.start) == ("Whales sing across oceans.", 3)


class Bytes(Embeddings):
    """Words hashed, behind LangChain's interface: it tells neither its window nor its tokens."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in HashingEmbedder().embed_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


@pytest.mark.parametrize("embeddings", [HASHING, Bytes()])
def test_an_engine_quotes_a_sentence_of_a_long_text_which_is_found_whole(
    tmp_path: Path, embeddings: Embeddings
) -> None:
    text = " ".join(f"Gull number {n} sat on the long pier." for n in range(60))
    text += " The whale sang to the harbour at midnight. " + text
    with PinciteVectorStore.open(tmp_path, embeddings) as store:
        store.add_texts([text, "Owls hunt."], ids=["long", "short"])
        assert contents(store.similarity_search("When did the whale sing?", k=1)) == [text]
        assert len(store.similarity_search("gull", k=9)) == 2
    with Engine.open(tmp_path, embedder=as_embedder(embeddings)) as engine:
        answer = engine.ask("Who sang to the harbour at midnight?")
        assert engine.library.problems() == []
        sizes = [len(p.text) for p in engine.search("gull pier", k=5)]
    assert [text[start:end] for start, end in answer.quotes[0].highlights] == [
        "The whale sang to the harbour at midnight."
    ]
    assert len(answer.quotes[0].text) <= LONGEST_JOINED < len(text)
    assert 200 < max(sizes) < 800


def test_text_that_is_there_already_is_not_embedded_again(tmp_path: Path) -> None:
    seen: list[str] = []

    class Counting(HashingEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            seen.extend(texts)
            return super().embed_documents(texts)

    with PinciteVectorStore.open(tmp_path, PinciteEmbeddings(Counting())) as store:
        store.add_texts(["a", "b", "a"])
        store.add_texts(["b", "c"])
        store.add_texts(["a"])
    assert sorted(seen) == ["a", "b", "c"]


def test_threads_add_and_search_at_once(store: PinciteVectorStore) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for n in range(5):
                store.add_texts([f"whale {name} {n}"], ids=[f"{name}-{n}"])
                assert store.similarity_search(f"whale {name} {n}", k=1)
                store.delete([f"{name}-{n}"] if n % 2 else [])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[name]) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.similarity_search("whale", k=99)) == 18


def test_langchains_indexing_keeps_the_store_in_step(store: PinciteVectorStore) -> None:
    records = InMemoryRecordManager(namespace="test")
    records.create_schema()
    first = [Document(page_content=text, metadata={"source": text}) for text in ("a", "b")]
    index(first, records, store, cleanup="full", key_encoder="sha256")
    result = index(first[1:], records, store, cleanup="full", key_encoder="sha256")
    assert (result["num_skipped"], result["num_deleted"]) == (1, 1)
    assert contents(store.similarity_search("a", k=9)) == ["b"]


def test_a_refused_store_leaves_the_file_free(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError):
        Library.open(tmp_path / "none")
    with pytest.raises(ValueError, match="1 texts"):
        PinciteVectorStore.from_texts(["a"], HASHING, ids=["1", "2"], path=tmp_path)
    with PinciteVectorStore.open(tmp_path, HASHING) as store:
        assert store.similarity_search("a") == []
