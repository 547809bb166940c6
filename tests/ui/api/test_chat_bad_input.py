"""`/v1/chat/completions` and `/mcp`, sent what clients should not send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.site import site

ASKED = "Who introduced the term AI safety engineering?"
LEANS = "And at which conference?"
INTRODUCED = "In 2011, Roman Yampolskiy introduced the term"
LONG = "gulls " * 200_000
PICTURE = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}


@pytest.fixture(scope="module")
def client(library_folder: Path) -> Iterator[TestClient]:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        ours = {"host": "127.0.0.1"}
        with TestClient(site(engine, {"127.0.0.1"}), headers=ours) as client:
            yield client


def said(role: Any, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def chat(client: TestClient, *messages: Any, **more: Any) -> Any:
    return client.post("/v1/chat/completions", json={"messages": messages, **more})


def refused(given: Any, status: int) -> str:
    """The sentence of a failure in the form of OpenAI's clients."""
    assert given.status_code == status, given.text
    assert "Traceback" not in given.text
    sentence: str = given.json()["error"]["message"]
    return sentence


def test_of_five_hundred_messages_the_last_ones_count(client: TestClient) -> None:
    turns = [said("user", "What do gulls eat?"), said("assistant", "Fish.")] * 249
    given = chat(client, *turns, said("user", ASKED), said("assistant", ""), said("user", LEANS))
    assert given.status_code == 200
    assert given.json()["pincite"]["quotes"][0]["text"].startswith(INTRODUCED)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "messages",
    [[said("user", LONG), said("user", ASKED)], [said("user", "gull")] * 40_000],
    ids=["one message", "many messages"],
)
def test_a_megabyte_of_messages_is_more_than_is_taken(
    client: TestClient, messages: list[Any], streamed: bool
) -> None:
    assert "larger than 1 MB" in refused(chat(client, *messages, stream=streamed), 413)


@pytest.mark.parametrize("role", ["User", "agent", "", "  "])
def test_a_message_of_a_role_that_nobody_knows_is_not_leaned_on(
    client: TestClient, role: str
) -> None:
    given = chat(client, said(role, ASKED), said("user", LEANS))
    assert given.status_code == 200
    assert given.json()["pincite"]["trace"]["carried"] == []


@pytest.mark.parametrize("role", ["tool", "agent", "assistant"])
def test_where_the_user_said_nothing_it_is_said_what_to_send(client: TestClient, role: str) -> None:
    assert "send the question as one" in refused(chat(client, said(role, ASKED)), 422)


@pytest.mark.parametrize("content", [None, "", [], "?!", [{"type": "text", "text": ""}]])
def test_a_question_without_words_is_refused_whatever_its_form(
    client: TestClient, content: Any
) -> None:
    given = chat(client, said("user", ASKED), said("assistant", "He."), said("user", content))
    assert "has no words" in refused(given, 422)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("message", "where"),
    [
        (said("user", [PICTURE]), "messages.0.content"),
        (said("user", [{"type": "text"}]), "messages.0.content"),
        (said("user", 7), "messages.0.content"),
        (said(None, ASKED), "messages.0.role"),
        ({"content": ASKED}, "messages.0.role"),
        (ASKED, "messages.0"),
    ],
)
def test_what_is_no_message_is_refused_with_its_place(
    client: TestClient, message: Any, where: str, streamed: bool
) -> None:
    assert where in refused(chat(client, message, stream=streamed), 400)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("scope", [{"documents": ["nothing"]}, {"tags": ["nothing"]}])
def test_what_the_library_does_not_have_is_named(
    client: TestClient, scope: Any, streamed: bool
) -> None:
    given = chat(client, said("user", ASKED), stream=streamed, **scope)
    assert "'nothing'" in refused(given, 404)


def tool(client: TestClient, name: str, **arguments: Any) -> Any:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": name, "arguments": arguments},
    }
    return client.post("/mcp", json=call, headers={"accept": "application/json, text/event-stream"})


@pytest.mark.parametrize("name", ["ask", "search"])
def test_tools_take_five_hundred_turns_and_not_a_megabyte(client: TestClient, name: str) -> None:
    turns = [{"role": "user", "text": "What do gulls eat?"}] * 499
    last = {"role": "user", "text": ASKED}
    result = tool(client, name, question=LEANS, history=[*turns, last]).json()["result"]
    assert not result.get("isError")
    found = result["structuredContent"]["quotes" if name == "ask" else "passages"]
    assert any(INTRODUCED in one["text"] for one in found)
    long = tool(client, name, question=LEANS, history=[{"role": "user", "text": LONG}])
    assert long.status_code == 413
    assert "larger than 1 MB" in long.text


@pytest.mark.parametrize("name", ["ask", "search"])
@pytest.mark.parametrize("scope", [{"documents": ["nothing"]}, {"tags": ["nothing"]}])
def test_tools_name_what_the_library_does_not_have(
    client: TestClient, name: str, scope: Any
) -> None:
    result = tool(client, name, question=ASKED, **scope).json()["result"]
    assert result["isError"]
    assert "'nothing'" in result["content"][0]["text"]
