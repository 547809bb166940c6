"""Questions asked at the same time: each asker gets what they would get alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from pincite.corpus.store.library import Library
from pincite.ingest.pipeline import ingest_documents
from pincite.ingest.processes.page_images import Drawings
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.access import Person, admit
from pincite.ui.api.app import api
from pincite.ui.api.queue import Queue
from tests.retrieval.conftest import make_document

Request = tuple[str, str, str]  # who asks, what, and of which documents ("" for all)

PEOPLE = {
    "all": Person("ada", "read"),
    "sea": Person("rita", "read", frozenset({"sea"})),
    "land": Person("leo", "read", frozenset({"land"})),
}
TEXTS = {
    "sea": "# Ferry\n\nThe ferry to Holm leaves at nine. A ticket costs 12 crowns.\n",
    "land": "# Bus\n\nThe bus to Holm leaves at seven. A ticket costs 5 crowns.\n",
}
QUESTIONS = [
    "When does the ferry leave?",
    "When does the bus leave?",
    "What does a ticket cost?",
    "Quokka zyzzyva marzipan?",
    "",  # an error, which is nobody else's
    "Holm " * 500,  # too long
]
REQUESTS = st.tuples(
    st.sampled_from(sorted(PEOPLE)),
    st.sampled_from(QUESTIONS),
    st.sampled_from(["", "sea.md", "land.md", "none.md"]),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("many")
    with Library.open(folder, create=True) as library:
        for name, text in TEXTS.items():
            document = make_document(text, f"{name}.md")
            ingest_documents([document], library, HashingEmbedder())
            library.tag([document.id], add=[name])
    with Engine.open(folder, embedder=HashingEmbedder()) as engine:
        yield engine


def app(engine: Engine, queue: Queue) -> ASGIApp:
    """The interface, for whomever the header names."""
    inner = api(engine, queue, Drawings(engine.library))

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        who = dict(scope["headers"])[b"who"].decode()
        await inner(admit(scope, PEOPLE[who]), receive, send)

    return named


def answers(app: ASGIApp, requests: Sequence[Request]) -> list[Any]:
    """Status and body of each request, all sent at once; times left out."""

    async def ask(client: httpx.AsyncClient, who: str, question: str, document: str) -> Any:
        limit = {"documents": [document]} if document else {}
        response = await client.post(
            "/ask", json={"question": question, **limit}, headers={"who": who}
        )
        body = response.json()
        body.get("trace", {}).pop("milliseconds", None)
        return response.status_code, body

    async def together() -> list[Any]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await asyncio.gather(*(ask(client, *request) for request in requests))

    return asyncio.run(together())


@pytest.fixture(scope="module")
def alone(engine: Engine) -> Callable[[Request], Any]:
    """What one request gets while nobody else asks."""
    quiet = app(engine, Queue())

    @cache
    def answer(request: Request) -> Any:
        (found,) = answers(quiet, [request])
        return found

    return answer


@pytest.fixture(scope="module")
def busy(engine: Engine) -> list[ASGIApp]:
    """The interface, answering one, two and four questions at once."""
    return [app(engine, Queue(at_once=at_once)) for at_once in (1, 2, 4)]


@given(st.lists(REQUESTS, min_size=2, max_size=10), st.integers(0, 2))
@settings(max_examples=15)
def test_each_asker_gets_the_answer_that_they_get_alone(
    busy: list[ASGIApp], alone: Callable[[Request], Any], requests: list[Request], which: int
) -> None:
    assert answers(busy[which], requests) == [alone(request) for request in requests]


def test_people_see_only_their_documents_whoever_asks_beside_them(engine: Engine) -> None:
    requests = [(who, "What does a ticket cost?", "") for who in PEOPLE] * 4
    for (who, _, _), (status, body) in zip(
        requests, answers(app(engine, Queue(at_once=3)), requests), strict=True
    ):
        assert status == 200
        titles = {passage["title"] for passage in body["nearest"]}
        assert titles == {"sea": {"Ferry"}, "land": {"Bus"}}.get(who, {"Ferry", "Bus"})


def test_those_who_find_no_place_are_sent_away_and_the_others_are_answered(
    engine: Engine,
) -> None:
    requests = [("all", "When does the ferry leave?", "")] * 6
    statuses = [s for s, _ in answers(app(engine, Queue(waiting=2, at_once=1)), requests)]
    assert sorted(statuses) == [200, 200, 200, 503, 503, 503]
