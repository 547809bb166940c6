"""People whose rights change while the server runs, and while they are being answered."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.retrieval.answer import Answer
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.access import Person
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.people import Account, write_people
from pincite.ui.server.site import site
from tests.retrieval.conftest import fill, hashing_settings, small_documents
from tests.ui.visitors import PASSWORD, account, basic

ASKED = "What does the herring gull eat?"
QUESTION = {"question": ASKED}
MESSAGES = {"messages": [{"role": "user", "content": ASKED}]}
ADA = account("ada", token="the token of ada")
RITA = account("rita", "read", "sea", token="the token of rita")
BEARER = {"authorization": "Bearer the token of rita"}
SAID = "rights on this server were changed"


class WatchedEngine(Engine):
    """An engine at which something happens while a question is answered."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def ask(self, *args: Any, **kwargs: Any) -> Answer:
        answer = super().ask(*args, **kwargs)
        WatchedEngine.meanwhile()
        return answer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rights")


@pytest.fixture(scope="module")
def site_client(folder: Path) -> Iterator[TestClient]:
    write(folder, ADA, RITA)
    with Library.open(folder / "library", create=True) as library:
        fill(library, *small_documents())
        library.tag([entry.id for entry in library.entries()], ["sea"])
        engine = WatchedEngine(library, HashingEmbedder(), hashing_settings())
        app = site(engine, credentials=Credentials.read(folder / "people"))
        with TestClient(app, raise_server_exceptions=False) as made:
            yield made


@pytest.fixture
def client(site_client: TestClient, folder: Path) -> Iterator[TestClient]:
    write(folder, ADA, RITA)
    yield site_client
    WatchedEngine.meanwhile = staticmethod(lambda: None)


def write(folder: Path, *accounts: Account) -> None:
    write_people(folder / "people", {one.person.name: one for one in accounts})


WITHOUT_RITA = (ADA,)
IN_ANOTHER_COLLECTION = (ADA, replace(RITA, person=Person("rita", "read", frozenset({"land"}))))
AS_A_WRITER = (ADA, replace(RITA, person=Person("rita", "write", frozenset({"sea"}))))
WITHOUT_A_TOKEN = (ADA, replace(RITA, tokens=()))


@pytest.fixture(params=[WITHOUT_RITA, IN_ANOTHER_COLLECTION, AS_A_WRITER, WITHOUT_A_TOKEN])
def changing(request: pytest.FixtureRequest, client: TestClient, folder: Path) -> TestClient:
    """A server whose people are others as soon as it has answered a question, once."""

    def meanwhile() -> None:
        write(folder, *request.param)

    WatchedEngine.meanwhile = staticmethod(meanwhile)
    return client


def test_whoever_lost_their_rights_while_they_asked_gets_a_sentence(changing: TestClient) -> None:
    given = changing.post("/api/v1/ask", json=QUESTION, headers=BEARER)
    assert given.status_code == 403
    assert SAID in given.json()["detail"]
    assert "mussels" not in given.text


def test_of_a_stream_they_get_a_problem_as_its_only_event(changing: TestClient) -> None:
    headers = {**BEARER, "accept": "text/event-stream"}
    given = changing.post("/api/v1/ask", json=QUESTION, headers=headers)
    assert given.text.startswith("event: problem\n")
    assert SAID in given.text
    assert "mussels" not in given.text


@pytest.mark.parametrize("stream", [False, True])
def test_in_the_form_of_openai_too(changing: TestClient, stream: bool) -> None:
    body = {**MESSAGES, "stream": stream}
    given = changing.post("/v1/chat/completions", json=body, headers=BEARER)
    assert given.status_code == 403
    assert SAID in given.json()["error"]["message"]
    assert "mussels" not in given.text


def test_over_mcp_they_get_nothing_else_either(changing: TestClient) -> None:
    call = {"name": "ask", "arguments": QUESTION}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    accepted = {"accept": "application/json, text/event-stream"}
    given = changing.post("/mcp", json=body, headers={**BEARER, **accepted})
    assert given.status_code == 403
    assert SAID in given.text
    assert "mussels" not in given.text


def chat(client: TestClient) -> str:
    """What the page gets of a question that is asked on it."""
    config = client.get("/config", headers=BEARER).json()
    wire = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "wire")
    event = next(d["id"] for d in config["dependencies"] if d["outputs"] == [wire])
    body = {"fn_index": event, "data": [ASKED, [], 1, "[]", False], "session_hash": "rita"}
    told: list[str] = []

    def listen() -> None:  # as another program, so that the stream is open before all is over
        told.append(client.get("/gradio_api/queue/data?session_hash=rita", headers=BEARER).text)

    assert client.post("/gradio_api/queue/join", json=body, headers=BEARER).status_code == 200
    listener = threading.Thread(target=listen)
    listener.start()
    listener.join(60)
    return "".join(told)


def test_the_chat_answers_as_long_as_nothing_changes(client: TestClient) -> None:
    assert "mussels" in chat(client)


def test_the_pages_named_endpoint_gives_nothing_of_the_answer(
    changing: TestClient,
) -> None:
    begun = changing.post("/gradio_api/call/ask", json={"data": [ASKED]}, headers=BEARER)
    event = begun.json()["event_id"]
    given = changing.get(f"/gradio_api/call/ask/{event}", headers=BEARER)
    assert "mussels" not in given.text


def test_the_chat_says_so_in_a_notice(client: TestClient, folder: Path) -> None:
    def meanwhile() -> None:
        write(folder, *IN_ANOTHER_COLLECTION)

    WatchedEngine.meanwhile = staticmethod(meanwhile)
    told = chat(client)
    assert SAID in told
    assert "mussels" not in told


def test_a_change_of_the_file_is_taken_at_once(client: TestClient, folder: Path) -> None:
    path = "/api/v1/documents"
    assert len(client.get(path, headers=BEARER).json()["documents"]) == 3
    write(folder, *IN_ANOTHER_COLLECTION)
    assert client.get(path, headers=BEARER).json()["documents"] == []
    write(folder, ADA)
    assert client.get(path, headers=BEARER).status_code == 401
    assert client.get(path, headers=basic("rita")).status_code == 401
    assert client.get(path, headers=basic("ada")).status_code == 200
    write(folder, account("ada", "read", "land"))
    assert client.get(path, headers=basic("ada")).json()["documents"] == []
    assert client.get("/metrics", headers=basic("ada")).status_code == 403


@pytest.mark.parametrize("text", ["", "no line of it", None])
def test_a_file_that_breaks_leaves_the_people_as_they_were_and_says_so_once(
    client: TestClient, folder: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    assert client.get("/api/v1/documents", headers=BEARER).status_code == 200
    file = folder / "people"
    file.unlink()
    if text is not None:
        file.write_text(text)
    with caplog.at_level(logging.ERROR, logger="pincite.auth"):
        for _ in range(3):
            assert client.get("/api/v1/documents", headers=BEARER).status_code == 200
            assert client.get("/api/v1/documents", headers={}).status_code == 401
    [record] = caplog.records
    assert "the people stay as they were" in record.getMessage()


def test_an_open_page_of_somebody_who_was_removed_shuts_nobody_else_out(
    client: TestClient, folder: Path
) -> None:
    path = "/api/v1/documents"
    assert client.get(path, headers=BEARER).status_code == 200
    write(folder, ADA)
    asked_again = [client.get(path, headers=BEARER).status_code for _ in range(12)]
    assert asked_again == [401] * 12
    assert client.get(path, headers=basic("ada")).status_code == 200


def test_who_has_come_in_with_a_password_is_asked_again_once_it_was_changed(
    client: TestClient, folder: Path
) -> None:
    from pincite.ui.server.passwords import hashed

    path = "/api/v1/health"
    assert "generation" in client.get(path, headers=basic("rita")).json()
    write(folder, ADA, replace(RITA, password=hashed("another password")))
    assert client.get(path, headers=basic("rita", PASSWORD)).status_code == 401
    assert "generation" in client.get(path, headers=basic("rita", "another password")).json()
    assert json.loads(client.get(path, headers=BEARER).text)["documents"] == 3
