"""The HTTP interface, asked by a program."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pincite.corpus.errors import (
    LibraryDamagedError,
    LibraryOlderError,
    ModelError,
    PinciteError,
    ServerBusyError,
)
from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.ingest.processes.page_images import Drawings
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.api.app import api
from pincite.ui.api.queue import Queue
from pincite.ui.server.auth import AuthMiddleware
from pincite.ui.server.site import site

ASKED = "Who introduced the term AI safety engineering?"
UNSURE = "When do trains leave the station?"
NOWHERE = "Quokka zyzzyva marzipan?"
OURS = {"host": "127.0.0.1"}


@pytest.fixture(scope="module")
def engine(library_folder: Path) -> Iterator[Engine]:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(site(engine, {"127.0.0.1"}), headers=OURS) as client:
        yield client


def test_the_answer_is_that_of_every_other_face(client: TestClient, engine: Engine) -> None:
    given = client.post("/api/v1/ask", json={"question": ASKED}).json()
    expected = json.loads(json.dumps(engine.ask(ASKED).to_json()))
    del given["trace"]["milliseconds"], expected["trace"]["milliseconds"]
    assert given == expected
    assert given["status"] == "ANSWERED"


def test_of_three_levels_one_alone_has_no_quotes_and_all_are_well_received(
    client: TestClient,
) -> None:
    given = [client.post("/api/v1/ask", json={"question": q}) for q in (ASKED, UNSURE, NOWHERE)]
    assert [answer.status_code for answer in given] == [200, 200, 200]
    bodies = [answer.json() for answer in given]
    assert [body["status"] for body in bodies] == ["ANSWERED", "UNSURE", "NOT_FOUND"]
    assert [bool(body["quotes"]) for body in bodies] == [True, True, False]
    assert all(body["nearest"] for body in bodies)


def test_a_limited_question_says_how_many_documents_it_was_put_to(client: TestClient) -> None:
    hostile = client.get("/api/v1/documents").json()["documents"]
    id = next(d["id"] for d in hostile if d["title"] != "AI safety")
    asked = {"question": NOWHERE, "documents": [id]}
    trace = client.post("/api/v1/ask", json=asked).json()["trace"]
    assert (trace["asked"], trace["left_out"]) == (1, 1)
    trace = client.post("/api/v1/ask", json={"question": NOWHERE}).json()["trace"]
    assert (trace["asked"], trace["left_out"]) == (None, 0)


def test_a_question_can_be_limited_to_documents(client: TestClient) -> None:
    listed = client.get("/api/v1/documents").json()["documents"]
    hostile = next(d["id"] for d in listed if d["title"] != "AI safety")
    found = client.post(
        "/api/v1/search", json={"question": ASKED, "documents": [hostile[:12]], "k": 3}
    ).json()
    assert {passage["document"] for passage in found["passages"]} == {hostile}


def test_a_question_can_be_limited_to_tags(client: TestClient, engine: Engine) -> None:
    hostile = next(e.id for e in engine.library.entries() if e.title != "AI safety")
    engine.library.tag([hostile], add=["odd"])
    asked = {"question": ASKED, "tags": ["odd"]}
    found = client.post("/api/v1/search", json=asked).json()
    assert {passage["document"] for passage in found["passages"]} == {hostile}
    quotes = client.post("/api/v1/ask", json=asked).json()["quotes"]
    assert all(quote["document"] == hostile for quote in quotes)
    unknown = client.post("/api/v1/ask", json={"question": ASKED, "tags": ["none"]})
    assert unknown.status_code == 404
    assert "odd" in unknown.json()["detail"]


def test_a_document_is_shown_with_the_text_that_offsets_count_in(client: TestClient) -> None:
    quote = client.post("/api/v1/ask", json={"question": ASKED}).json()["quotes"][0]
    shown = client.get(f"/api/v1/documents/{quote['document']}").json()
    assert shown["text"][quote["start"] : quote["end"]] == quote["text"]
    assert any(section["path"] == quote["section"] for section in shown["sections"])


def test_events_bring_the_quotes_and_then_the_whole_answer(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/ask", json={"question": ASKED}, headers={"accept": "text/event-stream"}
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = _events(answer.text)
    assert [name for name, _ in events] == ["quote"] * (len(events) - 1) + ["answer"]
    assert [value for _, value in events[:-1]] == events[-1][1]["quotes"]
    refused = client.post(
        "/api/v1/ask", json={"question": "?"}, headers={"accept": "text/event-stream"}
    )
    [(name, problem)] = _events(refused.text)
    assert (name, problem["status"]) == ("problem", 422)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"question": "?!"}, 422, "has no words"),
        ({"question": "why " * 9000}, 422, "a question may have 2,000"),
        ({"question": ""}, 422, "has no words"),
        ({}, 422, "question: Field required"),
        ({"question": 7}, 422, "valid string"),
        ({"question": "Why?", "colour": "red"}, 422, "colour"),
        ({"question": "Why?", "documents": []}, 422, "documents"),
        ({"question": "Why?", "documents": ["nothing"]}, 404, "no document 'nothing'"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_sentence(
    client: TestClient, body: dict[str, object], status: int, said: str
) -> None:
    answer = client.post("/api/v1/ask", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert said in problem["detail"]
    assert "Traceback" not in answer.text


def test_an_empty_library_is_a_conflict(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        client = TestClient(site(Engine(library, HashingEmbedder())))
        answer = client.post("/api/v1/ask", json={"question": "Why?"})
    assert answer.status_code == 409
    assert "is empty; add documents" in answer.json()["detail"]


def test_what_fails_on_the_server_is_not_told_to_the_caller(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine._cache, "sources", lambda: 1 / 0)
    client = TestClient(site(engine), raise_server_exceptions=False)
    answer = client.post("/api/v1/ask", json={"question": "Why?"})
    assert answer.status_code == 500
    assert answer.json()["detail"] == "internal error; the server's log has the details"
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            LibraryDamagedError("secret.txt is damaged"),
            "a part of this server's library is damaged",
        ),
        (LibraryOlderError("secret"), "this server's library cannot be used now"),
        (ModelError("secret"), "a model of this server failed"),
    ],
)
def test_a_known_trouble_of_the_server_is_told_by_its_kind(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: PinciteError,
    said: str,
) -> None:
    monkeypatch.setattr(engine._cache, "sources", Mock(side_effect=error))
    client = TestClient(site(engine), raise_server_exceptions=False)
    answer = client.post("/api/v1/ask", json={"question": "Why?"})
    assert answer.status_code == 500
    told = f"{said}; the server's log says what it is and what to do"
    assert answer.json()["detail"] == told
    assert type(error).__name__ in caplog.text
    question = {"model": "pincite", "messages": [{"role": "user", "content": "Why?"}]}
    assert client.post("/v1/chat/completions", json=question).json()["error"]["message"] == told


def test_other_sites_can_neither_read_nor_change_anything(client: TestClient) -> None:
    foreign = {"origin": "http://evil.example"}
    read = client.get("/api/v1/documents", headers=foreign)
    assert read.status_code == 403
    assert read.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in read.headers
    assert client.get("/api/v1/documents", headers={"origin": "null"}).status_code == 403
    id = client.get("/api/v1/documents").json()["documents"][0]["id"]
    assert client.delete(f"/api/v1/documents/{id}", headers=foreign).status_code == 403
    assert client.post("/api/v1/ask", json={"question": ASKED}, headers=foreign).status_code == 403
    plain = {"content-type": "text/plain"}
    sent = client.post("/api/v1/ask", content='{"question": "Why?"}', headers=plain)
    assert sent.status_code == 415
    files = {"files": ("a.txt", b"Gulls eat fish.")}
    assert client.post("/api/v1/documents", files=files, headers=foreign).status_code == 403
    assert client.get("/api/v1/health", headers={"host": "evil.example"}).status_code == 400
    own = {"origin": "http://127.0.0.1"}
    assert client.post("/api/v1/ask", json={"question": ASKED}, headers=own).status_code == 200


def test_a_removed_document_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "gulls.txt"
    file.write_text("The herring gull eats fish.")
    with Library.open(tmp_path / "library", create=True) as library:
        ingest_sources([Source(file)], library, HashingEmbedder())
        client = TestClient(site(Engine(library, HashingEmbedder())))
        id = client.get("/api/v1/documents").json()["documents"][0]["id"]
        assert client.delete(f"/api/v1/documents/{id}").status_code == 204
        assert client.get("/api/v1/documents").json() == {"documents": []}
        assert client.delete(f"/api/v1/documents/{id}").status_code == 404


def test_the_reference_names_every_call_and_fetches_nothing(client: TestClient) -> None:
    page = client.get("/api/v1/").text
    for path in client.get("/api/v1/openapi.json").json()["paths"]:
        assert f"/api/v1{path}" in page
    assert "<script" not in page
    assert "src=" not in page


def test_health_says_what_answers(client: TestClient, engine: Engine) -> None:
    health = client.get("/api/v1/health").json()
    assert health["status"] == "ok"
    assert health["embedder"] == engine.embedder.fingerprint
    assert health["documents"] == 2


def _events(text: str) -> list[tuple[str, dict[str, object]]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in blocks
    ]


def test_a_conversation_that_went_before_is_taken(client: TestClient) -> None:
    history = [{"role": "user", "text": "Hello?"}, {"role": "assistant", "text": "Yes."}]
    given = client.post("/api/v1/ask", json={"question": ASKED, "history": history})
    assert given.json()["status"] == "ANSWERED"
    wrong = client.post("/api/v1/ask", json={"question": ASKED, "history": ["Hello?"]})
    assert wrong.status_code == 422
    assert "history" in wrong.json()["detail"]


async def test_of_questions_at_once_some_wait_and_more_are_sent_away() -> None:
    queue, at_work, going_on = Queue(waiting=1, at_once=1), threading.Event(), threading.Event()

    def work() -> str:
        at_work.set()
        going_on.wait(30)
        return "done"

    first = asyncio.create_task(queue.done(work))
    while not at_work.is_set():
        await asyncio.sleep(0.01)
    second = asyncio.create_task(queue.done(work))
    await asyncio.sleep(0)
    with pytest.raises(ServerBusyError, match=r"2 questions are being.*again in a few seconds"):
        await queue.done(work)
    going_on.set()
    assert await asyncio.gather(first, second) == ["done", "done"]
    assert await queue.done(work) == "done"


def test_a_full_queue_is_a_problem_that_says_when_to_come_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(queue: Queue, work: object, *, writes: bool) -> None:
        raise ServerBusyError("100 questions wait to be answered; ask again")

    monkeypatch.setattr(Queue, "done", full)
    app = Starlette()
    app.mount("/api/v1", api(engine, Queue(), Drawings(engine.library)))
    client = TestClient(AuthMiddleware(app, None))
    answer = client.post("/api/v1/ask", json={"question": ASKED})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["type"] == "urn:pincite:problem:server-busy"
    events = client.post(
        "/api/v1/ask", json={"question": ASKED}, headers={"accept": "text/event-stream"}
    )
    assert _events(events.text)[0][1]["status"] == 503
