"""Asking some of the documents: those named, those tagged, those that are both."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import DocumentNotFoundError, TagNotFoundError, UsageError
from pincite.corpus.store.database import Database
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.ingest.langchain import PinciteVectorStore
from pincite.ingest.langchain.documents import TAGS
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain import PinciteEmbeddings, PinciteRetriever
from pincite.retrieval.libraries import open_library
from tests.retrieval.conftest import TEXTS, fill, hashing_settings, make_document
from tests.stores import IN_BOTH

QUESTION = "Where do gulls nest in a storm, and who kneads the dough?"
WORDS = ["gull", "storm", "lamp", "captain", "nest", "loaf", "owl", "cliff", "rudder", "sailor"]


def tag(library: Library, **tags: Sequence[str]) -> None:
    """Tag documents, named without their suffix."""
    for entry in library.entries():
        library.tag([entry.id], add=tags.get(Path(entry.source).stem, ()))


def asked(engine: Engine, **choice: Any) -> set[str]:
    """The sources that a search finds passages in."""
    return {engine.document(p.document).source for p in engine.search(QUESTION, 100, **choice)}


@IN_BOTH
@pytest.mark.parametrize(
    ("choice", "sources"),
    [
        ({}, {"birds.txt", "ships.txt", "bread.md"}),
        ({"documents": ["birds.txt"]}, {"birds.txt"}),
        ({"tags": ["sea"]}, {"birds.txt", "ships.txt"}),
        ({"tags": ["kitchen"]}, {"bread.md"}),
        ({"tags": ["kitchen", "old"]}, {"bread.md", "ships.txt"}),
        ({"tags": ["  sea "]}, {"birds.txt", "ships.txt"}),
        ({"documents": ["birds.txt", "bread.md"], "tags": ["sea"]}, {"birds.txt"}),
        ({"documents": ["ships.txt"], "tags": ["old", "kitchen"]}, {"ships.txt"}),
        ({"tags": []}, set()),
    ],
)
def test_a_document_is_asked_if_it_is_named_and_carries_any_of_the_tags(
    engine: Engine, choice: dict[str, Any], sources: set[str]
) -> None:
    tag(engine.library, birds=["sea"], ships=["sea", "old"], bread=["kitchen"])
    assert asked(engine, **choice) == sources
    answer = engine.ask(QUESTION, **choice)
    shown = (*answer.quotes, *answer.nearest)
    assert {engine.document(item.document).source for item in shown} <= sources


def test_a_new_tag_counts_at_once_and_no_index_is_made_for_it(engine: Engine) -> None:
    engine.warm_up()
    (folder,) = (engine.library.folder / "indexes").iterdir()
    before = sorted(folder.rglob("*"))
    with open_library(engine.library.name) as other:
        tag(other, birds=["sea"])
        assert asked(engine, tags=["sea"]) == {"birds.txt"}
        tag(other, ships=["sea"])
        assert asked(engine, tags=["sea"]) == {"birds.txt", "ships.txt"}
    assert list((engine.library.folder / "indexes").iterdir()) == [folder]
    assert sorted(folder.rglob("*")) == before


@IN_BOTH
def test_an_unknown_tag_is_refused_with_those_that_there_are(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], bread=["kitchen"])
    with pytest.raises(TagNotFoundError, match=r"tag 'cats'; the tags are kitchen, sea"):
        engine.ask(QUESTION, tags=["sea", "cats"])


def test_a_choice_that_leaves_no_document_is_refused(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], bread=["kitchen"])
    with pytest.raises(TagNotFoundError, match="none of the named documents has the tag 'sea'"):
        engine.search(QUESTION, documents=["bread.md"], tags=["sea"])


def test_a_name_or_tag_that_cannot_be_one_is_refused(engine: Engine) -> None:
    with pytest.raises(DocumentNotFoundError, match=r"'gone\.txt'"):
        engine.ask(QUESTION, documents=["gone.txt"])
    with pytest.raises(UsageError, match="a comma"):
        engine.ask(QUESTION, tags=["a,b"])


@IN_BOTH
def test_as_many_passages_as_asked_for_come_from_a_small_scope(engine: Engine) -> None:
    """The filter is inside the search: better passages elsewhere take nobody's place."""
    narrow = Engine(engine.library, HashingEmbedder(), hashing_settings(candidates=1))
    tag(engine.library, bread=["kitchen"])
    words = "gulls nest on cliffs in spring"
    assert len(narrow.search(words, 3, tags=["kitchen"])) == 3


@st.composite
def shelves(draw: st.DrawFn) -> tuple[list[Document], set[str]]:
    """Documents of the same few words, and which of them are asked."""
    sentence = st.lists(st.sampled_from(WORDS), min_size=2, max_size=6).map(" ".join)
    text = st.lists(sentence, min_size=1, max_size=5).map(lambda some: ". ".join(some) + ".")
    texts = draw(st.lists(text, min_size=2, max_size=6))
    documents = [make_document(body, f"{number}.txt") for number, body in enumerate(texts)]
    names = st.sampled_from([document.source for document in documents])
    return documents, draw(st.sets(names, min_size=1))


@settings(max_examples=12)
@given(shelves(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join))
def test_asking_some_documents_is_asking_a_library_of_only_those(
    shelf: tuple[list[Document], set[str]], question: str
) -> None:
    """Exactly so by meaning; how rare a word is, is counted over the whole library."""
    documents, chosen = shelf
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder, "all"), create=True) as every:
            fill(every, *documents)
            every.tag([every.find(name).id for name in chosen], add=["some"])
            by_tag, by_name = (
                ranked(every, question, tags=["some"]),
                ranked(every, question, documents=sorted(chosen)),
            )
        with Library.open(Path(folder, "some"), create=True) as some:
            fill(some, *(document for document in documents if document.source in chosen))
            alone = ranked(some, question)
    assert by_tag == by_name == alone


def ranked(library: Library, question: str, **choice: Any) -> list[tuple[str, int, float]]:
    engine = Engine(library, HashingEmbedder(), hashing_settings(dense_weight=1.0))
    found = engine.search(question, 100, **choice)
    return [(library.document(p.document).source, p.start, p.score) for p in found]


@pytest.mark.parametrize("mode", ["passages", "quotes"])
def test_a_retriever_asks_the_tagged_documents(engine: Engine, mode: Any) -> None:
    tag(engine.library, ships=["sea"])
    found = PinciteRetriever(engine=engine, mode=mode, tags=["sea"]).invoke("Where do gulls nest?")
    assert {document.metadata["source"] for document in found} == {"ships.txt"}


def test_a_vector_store_searches_the_tagged_documents(tmp_path: Path) -> None:
    texts = list(TEXTS.values())
    embeddings = PinciteEmbeddings(HashingEmbedder())
    years = [{"year": 2023}, {"year": 2024}, {"year": 2024}]
    store = PinciteVectorStore.from_texts(
        texts, embeddings, years, ids=["a", "b", "c"], path=tmp_path
    )
    with store, Library.open(tmp_path) as library:
        tag(library, a=["sea"], b=["sea", "old"])

        def found(filter: Any) -> set[str | None]:
            return {document.id for document in store.similarity_search("nest", 9, filter=filter)}

        assert found({TAGS: "sea"}) == found({TAGS: ["sea", "old"]}) == {"a", "b"}
        assert found({TAGS: ["sea"], "year": 2024}) == {"b"}
        tag(library, c=["sea"])
        assert found({TAGS: "sea"}) == {"a", "b", "c"}
        with pytest.raises(TagNotFoundError, match="the tags are old, sea"):
            found({TAGS: "cats"})
        with pytest.raises(UsageError, match="which is reserved"):
            store.add_texts(["x"], [{TAGS: "sea"}])


# Cost


def rows_read(monkeypatch: pytest.MonkeyPatch, engine: Engine, **choice: Any) -> int:
    """How many rows of the library a question reads when it is asked the second time."""
    read: list[int] = []
    real = Database.rows

    def counted(database: Database, *statement: Any) -> list[tuple[Any, ...]]:
        rows = real(database, *statement)
        read.append(len(rows))
        return rows

    engine.ask(QUESTION, **choice)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "rows", counted)
        engine.ask(QUESTION, **choice)
    return sum(read)


def test_a_choice_of_documents_reads_no_more_rows_of_a_larger_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = hashing_settings(read_passages=3, candidates=20)
    read = []
    for size in (20, 100):
        with Library.open(tmp_path / str(size), create=True) as library:
            fill(
                library,
                *(make_document(f"Gull {n} nests in a storm.", f"{n}.txt") for n in range(size)),
            )
            library.tag([entry.id for entry in library.entries()[::2]], add=["half"])
            engine = Engine(library, HashingEmbedder(), chosen)
            view = engine.limited_to(["half"])
            read.append(
                [
                    rows_read(monkeypatch, engine),
                    rows_read(monkeypatch, engine, tags=["half"]),
                    rows_read(monkeypatch, view),
                ]
            )
    small, large = read
    assert all(many <= few + 5 for few, many in zip(small, large, strict=True))
