"""Two servers of one shared library: what one changes, the other answers from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pincite.corpus.errors import UsageError
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from pincite.ui.server.site import site
from pincite.ui.web.ask.examples import ARTICLE
from tests.conftest import Pincite

ASKED = "Who introduced the term AI safety engineering?"
HERON = "What does the heron wait for?"
OURS = {"host": "127.0.0.1"}
TOOL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": ASKED}},
}
ACCEPTS = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    address = f"lance://{tmp_path_factory.mktemp('shared')}/library"
    with open_library(address, create=True) as opened:
        ingest_sources([Source(ARTICLE, "AI safety")], opened, HashingEmbedder())
    return address


def served(library: str) -> Iterator[TestClient]:
    with (
        Engine.open(library, embedder=HashingEmbedder()) as engine,
        TestClient(site(engine, {"127.0.0.1"}), headers=OURS) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def one(library: str) -> Iterator[TestClient]:
    yield from served(library)


@pytest.fixture(scope="module")
def other(library: str) -> Iterator[TestClient]:
    yield from served(library)


def ask(server: TestClient, question: str) -> dict[str, Any]:
    given: dict[str, Any] = server.post("/api/v1/ask", json={"question": question}).json()
    del given["trace"]["milliseconds"]
    return given


def health(server: TestClient) -> dict[str, Any]:
    given: dict[str, Any] = server.get("/api/v1/health").json()
    return given


def test_both_give_the_same_answer_and_tell_the_same_version_and_generation(
    one: TestClient, other: TestClient
) -> None:
    assert ask(one, ASKED) == ask(other, ASKED)
    assert ask(one, ASKED)["status"] == "ANSWERED"
    assert health(one) == health(other)
    assert {"version", "generation"} <= health(one).keys()


def test_what_is_added_and_removed_at_one_is_so_at_the_other_at_once(
    one: TestClient, other: TestClient
) -> None:
    before = health(other)["generation"]
    said = "The heron stands in the reeds. The heron waits for a frog."
    sent = one.post("/api/v1/documents", files={"files": ("heron.txt", said)})
    assert sent.status_code == 201
    assert ask(other, HERON)["quotes"][0]["text"] in said
    assert health(other)["generation"] == health(one)["generation"] > before
    id = sent.json()["documents"][0]["id"]
    assert other.delete(f"/api/v1/documents/{id}").status_code == 204
    assert one.get(f"/api/v1/documents/{id}").status_code == 404
    assert not any(quote["text"] in said for quote in ask(one, HERON)["quotes"])


def test_an_mcp_client_may_come_to_another_server_with_each_call(
    one: TestClient, other: TestClient
) -> None:
    given = [
        server.post("/mcp", json=TOOL, headers=ACCEPTS).json()["result"]["structuredContent"]
        for server in (one, other, one)
    ]
    assert [answer["quotes"] for answer in given] == [ask(one, ASKED)["quotes"]] * 3


def test_ratings_and_conversations_which_would_stay_on_one_server_are_not_kept(
    one: TestClient, library: str, pincite: Pincite, tmp_path: Path
) -> None:
    assert one.post("/feedback", json={"verdict": "up", "answer": {}}).status_code in (404, 405)
    (people := tmp_path / "people").write_text("")
    run = pincite("--library", library, "serve", "--auth", str(people), "--keep-conversations")
    assert run.code == UsageError.exit_code
    assert "may have several servers; leave it out" in run.stderr
