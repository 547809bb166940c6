"""The retriever, asked questions that lean on a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain import PinciteRetriever
from pincite.retrieval.settings import load_settings
from tests.retrieval.conftest import make_document

GULLS = "Herring gulls nest on cliffs. They lay three eggs in May."
OWLS = "Barn owls nest in old barns. They hunt voles at night."
OF_OWLS, OF_GULLS = "What do barn owls hunt?", "How many eggs do herring gulls lay?"
LEANS = "And where do they nest?"
ALONE = GULLS  # what comes first where nothing is leaned on
IN_PARTS = [
    {"type": "text", "text": OF_OWLS},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}},
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("library")
    embedder = HashingEmbedder()
    with Library.open(folder, create=True) as library:
        made = [make_document(GULLS, "gulls.txt"), make_document(OWLS, "owls.txt")]
        ingest_documents(made, library, embedder)
    with Engine.open(folder, embedder=embedder, settings=load_settings(threshold=0.2)) as opened:
        yield opened


@pytest.fixture(params=["passages", "quotes"])
def retriever(engine: Engine, request: pytest.FixtureRequest) -> PinciteRetriever:
    return PinciteRetriever(engine=engine, k=1, mode=request.param)


def texts(found: list[Document]) -> list[str]:
    return [document.page_content for document in found]


@pytest.mark.parametrize(
    "turn",
    [
        HumanMessage(OF_OWLS),
        HumanMessage(IN_PARTS),  # type: ignore[arg-type]
        ("human", OF_OWLS),
        ("user", OF_OWLS),
        {"role": "user", "content": OF_OWLS},
        {"type": "human", "content": OF_OWLS},
        OF_OWLS,
    ],
    ids=["message", "parts", "human", "user", "role", "type", "words"],
)
def test_a_follow_up_finds_what_it_leans_on_in_any_form_of_message(
    retriever: PinciteRetriever, turn: Any
) -> None:
    assert texts(retriever.invoke(LEANS, history=[turn])) == [OWLS]


@pytest.mark.parametrize(("before", "said"), [(OF_OWLS, OWLS), (OF_GULLS, GULLS)])
def test_the_same_question_after_another_finds_other_things(
    retriever: PinciteRetriever, before: str, said: str
) -> None:
    assert texts(retriever.invoke(LEANS, history=[("user", before)])) == [said]
    assert texts(asyncio.run(retriever.ainvoke(LEANS, history=[("user", before)]))) == [said]


@pytest.mark.parametrize(
    "told",
    [
        AIMessage(OWLS),
        AIMessageChunk(content=OWLS),
        ("ai", OWLS),
        {"role": "assistant", "content": OWLS},
    ],
)
def test_what_the_model_said_is_leaned_on(retriever: PinciteRetriever, told: Any) -> None:
    assert texts(retriever.invoke(LEANS, history=[("user", "Which are there?"), told])) == [OWLS]


def test_instructions_and_results_of_tools_are_not_leaned_on(retriever: PinciteRetriever) -> None:
    history = [SystemMessage(OF_OWLS), ToolMessage(OWLS, tool_call_id="1"), ("system", OF_OWLS)]
    assert texts(retriever.invoke(LEANS, history=history)) == [ALONE]
    beside = [("user", OF_OWLS), SystemMessage(OF_GULLS), ToolMessage(GULLS, tool_call_id="1")]
    assert texts(retriever.invoke(LEANS, history=beside)) == [OWLS]


@pytest.mark.parametrize(
    "history", [[], (), [AIMessage(OWLS)], [HumanMessage("")], [("user", "?!"), ("ai", OWLS)]]
)
def test_with_nothing_before_it_a_follow_up_is_taken_as_it_stands(
    retriever: PinciteRetriever, history: Any
) -> None:
    assert texts(retriever.invoke(LEANS, history=history)) == [ALONE]


def test_history_and_another_k_go_together(retriever: PinciteRetriever) -> None:
    assert texts(retriever.invoke(LEANS, k=2, history=[("user", OF_OWLS)])) == [OWLS, GULLS]


def test_all_of_a_batch_lean_on_the_same_history(retriever: PinciteRetriever) -> None:
    found = retriever.batch([LEANS, OF_GULLS], history=[("user", OF_OWLS)])
    assert [texts(one) for one in found] == [[OWLS], [GULLS]]


def test_a_retriever_bound_to_a_history_works_in_a_chain(retriever: PinciteRetriever) -> None:
    chain = retriever.bind(history=[("user", OF_OWLS)]) | texts
    assert chain.invoke(LEANS) == [OWLS]
    assert asyncio.run(chain.ainvoke(LEANS)) == [OWLS]


def test_the_messages_of_a_filled_in_prompt_can_be_the_history(
    retriever: PinciteRetriever,
) -> None:
    prompt = ChatPromptTemplate([("system", "Be brief."), MessagesPlaceholder("before")])
    messages = prompt.invoke({"before": [("user", OF_OWLS), ("ai", "Voles.")]}).to_messages()
    assert texts(retriever.invoke(LEANS, history=messages)) == [OWLS]


def test_the_history_of_one_question_is_not_kept_for_the_next(retriever: PinciteRetriever) -> None:
    retriever.invoke(LEANS, history=[("user", OF_OWLS)])
    assert texts(retriever.invoke(LEANS)) == [ALONE]


@pytest.mark.parametrize("turn", [("nobody", "Why?"), {"content": "Why?"}, 7])
def test_what_is_no_message_is_refused(retriever: PinciteRetriever, turn: Any) -> None:
    with pytest.raises(UsageError, match="the history is not a list of messages"):
        retriever.invoke(LEANS, history=[turn])


def test_one_message_is_a_history_of_one(retriever: PinciteRetriever) -> None:
    for one in (OF_OWLS, {"role": "user", "content": OF_OWLS}, HumanMessage(OF_OWLS)):
        assert texts(retriever.invoke(LEANS, history=one)) == [OWLS]
