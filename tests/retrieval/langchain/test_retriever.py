from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnablePassthrough
from pydantic import ValidationError

from pincite.corpus import types
from pincite.corpus.errors import DocumentNotFoundError, QuestionError
from pincite.corpus.store.library import Library
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain import PinciteRetriever
from pincite.retrieval.settings import load_settings

GULLS = (
    "Gulls\nGulls sleep on the roof. They eat herring.\nLamp\nThe keeper trims the lamp at dusk."
)
WHALES = "Whales sing across oceans."
QUESTION = "Who trims the lamp?"


def sectioned() -> types.Document:
    cut = GULLS.index("Lamp")
    first = types.Section(types.Span(0, cut), ("Gulls",), 6)
    second = types.Section(types.Span(cut, len(GULLS)), ("Gulls", "Lamp"), cut + 5)
    pages = (types.Page(types.Span(0, cut), 1), types.Page(types.Span(cut, len(GULLS)), 2))
    return types.Document("birds.pdf", "Birds", GULLS, (first, second), pages)


def whole() -> types.Document:
    return types.Document(
        "whales.txt", "Whales", WHALES, (types.Section(types.Span(0, len(WHALES))),)
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    embedder = HashingEmbedder()
    with Library.open(tmp_path, create=True) as library:
        ingest_documents([sectioned(), whole()], library, embedder)
    with Engine.open(tmp_path, embedder=embedder, settings=load_settings(threshold=0.2)) as opened:
        yield opened


@pytest.mark.parametrize("mode", ["passages", "quotes"])
def test_a_document_is_verbatim_and_carries_its_citation(engine: Engine, mode: str) -> None:
    best = PinciteRetriever(engine=engine, mode=mode).invoke(QUESTION)[0]  # type: ignore[arg-type]
    citation = best.metadata
    assert best.page_content == "The keeper trims the lamp at dusk."
    assert GULLS[citation["start"] : citation["end"]] == best.page_content
    assert citation["source"] == "birds.pdf"
    assert citation["document"] == engine.library.find("birds.pdf").id
    assert citation["title"] == "Birds"
    assert citation["section"] == ["Gulls", "Lamp"]
    assert citation["page"] == 2
    assert 0 < citation["score"] <= 1
    assert citation["generation"] == engine.library.generation
    assert best.id == f"{citation['document']}:{citation['start']}-{citation['end']}"


def test_a_quote_says_where_the_answer_is_and_how_sure(engine: Engine) -> None:
    quote = PinciteRetriever(engine=engine, mode="quotes").invoke(QUESTION)[0].metadata
    assert quote["highlights"] == [[quote["start"], quote["end"]]]
    assert 0 < quote["confidence"] <= 1
    assert (quote["status"], quote["context"], quote["places"]) == ("ANSWERED", [], [])


def test_an_unsure_quote_says_so_and_comes_all_the_same(engine: Engine) -> None:
    strict = Engine(engine.library, engine.embedder, load_settings(threshold=1))
    best, *_ = PinciteRetriever(engine=strict, mode="quotes").invoke(QUESTION)
    assert best.page_content == "The keeper trims the lamp at dusk."
    assert best.metadata["status"] == "UNSURE"


def test_a_quote_brings_its_context_and_its_other_places(tmp_path: Path) -> None:
    text = "The keeper lives on the rock. He trims the lamp at dusk, when the ships come in."
    embedder = HashingEmbedder()
    sections = (types.Section(types.Span(0, len(text))),)
    copies = [types.Document(f"{name}.txt", name.title(), text, sections) for name in ("a", "b")]
    with Library.open(tmp_path, create=True) as library:
        ingest_documents(copies, library, embedder)
        asked = Engine(library, embedder, load_settings(threshold=0.2))
        (quote,) = PinciteRetriever(engine=asked, mode="quotes").invoke(QUESTION)
    (place,) = quote.metadata["places"]
    assert {quote.metadata["title"], place["title"]} == {"A", "B"}
    assert (place["start"], place["end"], place["section"]) == (0, len(text), [])
    for piece in quote.metadata["context"]:
        assert text[piece["start"] : piece["end"]] == piece["text"]


def test_no_quotes_come_when_the_documents_do_not_answer(engine: Engine) -> None:
    question = "Which currency did Zanzibar mint?"
    assert PinciteRetriever(engine=engine, mode="quotes").invoke(question) == []
    assert PinciteRetriever(engine=engine).invoke(question)


@pytest.mark.parametrize("mode", ["passages", "quotes"])
def test_k_limits_what_comes_and_can_be_named_for_one_question(engine: Engine, mode: str) -> None:
    retriever = PinciteRetriever(engine=engine, k=1, mode=mode)  # type: ignore[arg-type]
    assert len(retriever.invoke("gulls lamp whales herring")) == 1
    assert len(retriever.invoke("gulls lamp whales herring", k=2)) == 2
    assert len(asyncio.run(retriever.ainvoke("gulls lamp whales herring", k=2))) == 2


@pytest.mark.parametrize("mode", ["passages", "quotes"])
def test_documents_restrict_by_source_or_id(engine: Engine, mode: str) -> None:
    for name in ("whales.txt", engine.library.find("whales.txt").id[:8]):
        retriever = PinciteRetriever(engine=engine, documents=[name], mode=mode)  # type: ignore[arg-type]
        found = retriever.invoke("Who sings? Who trims the lamp?")
        assert [document.metadata["source"] for document in found] == ["whales.txt"]


def test_a_document_that_is_not_there_is_named(engine: Engine) -> None:
    with pytest.raises(DocumentNotFoundError, match=r"birds\.txt"):
        PinciteRetriever(engine=engine, documents=["birds.txt"]).invoke(QUESTION)


def test_it_works_in_a_chain(engine: Engine) -> None:
    def cite(documents: list[Document]) -> str:
        return "; ".join(f"“{d.page_content}” ({d.metadata['title']})" for d in documents)

    chain = {
        "quotes": PinciteRetriever(engine=engine, k=1) | cite,
        "question": RunnablePassthrough(),
    }
    expected = {"quotes": "“The keeper trims the lamp at dusk.” (Birds)", "question": QUESTION}
    runnable = RunnablePassthrough() | chain
    assert runnable.invoke(QUESTION) == expected
    assert asyncio.run(runnable.ainvoke(QUESTION)) == expected
    assert runnable.batch([QUESTION] * 4) == [expected] * 4


def test_an_empty_question_is_refused(engine: Engine) -> None:
    with pytest.raises(QuestionError):
        PinciteRetriever(engine=engine).invoke(" ")


@pytest.mark.parametrize("setting", [{"k": 0}, {"mode": "quote"}, {"documentz": ["a"]}])
def test_impossible_and_unknown_settings_are_refused(engine: Engine, setting: object) -> None:
    with pytest.raises(ValidationError):
        PinciteRetriever(engine=engine, **setting)  # type: ignore[arg-type]
