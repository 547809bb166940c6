"""Server-sent events as they go over the wire, and clients that hang up in the middle."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from openai import OpenAI
from starlette.applications import Starlette

from pincite.ingest.processes.page_images import Drawings
from pincite.retrieval.answer import Answer
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.api import events
from pincite.ui.api.app import api
from pincite.ui.api.chat_completions import chat_completions
from pincite.ui.api.queue import Queue
from pincite.ui.server.auth import AuthMiddleware

ASKED = "Who introduced the term AI safety engineering?"
HELD = "Which question is held?"
CHAT = "/v1/chat/completions"
_SOON_S = 20


class HeldEngine(Engine):
    """Answers, and holds `HELD` from its first stage on until it is let go or given up."""

    begun: threading.Semaphore
    let_go: threading.Event
    ended: list[str]

    def ask(  # type: ignore[override]
        self, question: str, *, watch: Callable[[str], None] = lambda stage: None, **more: Any
    ) -> Answer:
        if question == HELD:
            self.begun.release()
            try:
                while not self.let_go.wait(0.02):
                    watch("held")
            except BaseException as error:
                self.ended.append(type(error).__name__)
                raise
        return super().ask(question, watch=watch, **more)


@pytest.fixture
def engine(library_folder: Path) -> Iterator[HeldEngine]:
    with HeldEngine.open(library_folder, embedder=HashingEmbedder()) as engine:
        engine.begun, engine.let_go, engine.ended = threading.Semaphore(0), threading.Event(), []
        yield engine
        engine.let_go.set()


@pytest.fixture
def url(engine: HeldEngine, caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """A real server, whose queue has a single place; it logs no error meanwhile."""
    queue = Queue(waiting=0, at_once=1)
    app = Starlette()
    with Drawings(engine.library) as drawings:
        app.mount("/api/v1", api(engine, queue, drawings))
        app.mount("/v1", chat_completions(engine, queue))
        server = uvicorn.Server(
            uvicorn.Config(AuthMiddleware(app, None), port=0, log_config=None, lifespan="off")
        )
        thread = threading.Thread(target=server.run)
        with caplog.at_level(logging.WARNING):
            thread.start()
            soon(lambda: server.started)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            engine.let_go.set()
            server.should_exit = True
            thread.join(_SOON_S)
    assert not thread.is_alive()
    assert caplog.records == []


def soon(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    deadline = time.monotonic() + _SOON_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sent(url: str, path: str, body: dict[str, Any], **headers: str) -> http.client.HTTPConnection:
    """A connection on which a call was made, and nothing read yet."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_SOON_S)
    told = {"Content-Type": "application/json", **headers}
    connection.request("POST", path, json.dumps(body), told)
    return connection


def stream(url: str, question: str) -> http.client.HTTPConnection:
    return sent(url, "/api/v1/ask", {"question": question}, Accept="text/event-stream")


def chat(url: str, question: str, *, streamed: bool) -> http.client.HTTPConnection:
    messages = [{"role": "user", "content": question}]
    return sent(url, CHAT, {"messages": messages, "stream": streamed})


def plain(url: str, question: str) -> http.client.HTTPConnection:
    return sent(url, "/api/v1/ask", {"question": question})


Ask = Callable[[str, str], http.client.HTTPConnection]
STREAMED_CHAT = pytest.param(
    lambda url, question: chat(url, question, streamed=True), id="chat stream"
)


def status_of(url: str, question: str = ASKED) -> int:
    with closing(plain(url, question)) as connection:
        return connection.getresponse().status


@pytest.mark.parametrize("ask", [pytest.param(stream, id="events"), STREAMED_CHAT])
def test_events_are_not_kept_and_not_held_back(url: str, ask: Ask) -> None:
    with closing(ask(url, ASKED)) as connection:
        given = connection.getresponse()
        given.read()
    assert given.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert given.headers["cache-control"] == "no-cache"
    assert given.headers["x-accel-buffering"] == "no"


def test_a_chat_is_streamed_in_the_bytes_that_clients_of_openai_know(url: str) -> None:
    with closing(chat(url, ASKED, streamed=True)) as connection:
        lines = connection.getresponse().read().split(b"\n\n")
    assert lines[-2:] == [b"data: [DONE]", b""]
    for line in lines[:-2]:
        head, _, value = line.partition(b" ")
        assert head == b"data:"
        assert json.loads(value)["object"] == "chat.completion.chunk"


def test_comments_keep_the_connection_until_the_events_are_there(
    url: str, engine: HeldEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE_S", 0.05)
    with closing(stream(url, HELD)) as connection:
        given = connection.getresponse()
        assert [given.readline() for _ in range(4)] == [b": ping\n", b"\n"] * 2
        engine.let_go.set()
        rest = given.read().decode()
    told = [line for line in rest.split("\n") if line.startswith("event: ")]
    assert told[-1] == "event: answer"


def test_clients_of_openai_pass_over_comments(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = [b": ping\n\n", events.event({"choices": []}), b": ping\n\n", b"data: [DONE]\n\n"]

    def with_comments(answer: Answer) -> list[bytes]:
        return chunks

    monkeypatch.setattr("pincite.ui.api.chat_completions._chunks", with_comments)
    client = OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=_SOON_S)
    given = client.chat.completions.create(
        model="pincite", messages=[{"role": "user", "content": ASKED}], stream=True
    )
    assert [chunk.choices for chunk in given] == [[]]


@pytest.mark.parametrize("ask", [pytest.param(stream, id="events"), STREAMED_CHAT])
def test_a_client_that_reads_one_event_and_hangs_up_leaves_the_queue_empty(
    url: str, ask: Ask
) -> None:
    with closing(ask(url, ASKED)) as connection:
        assert connection.getresponse().readline().startswith((b"event: quote", b"data: {"))
    soon(lambda: status_of(url) == 200)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(stream, id="events"),
        pytest.param(plain, id="JSON"),
        STREAMED_CHAT,
        pytest.param(lambda url, question: chat(url, question, streamed=False), id="chat"),
    ],
)
def test_the_work_for_a_client_that_hung_up_ends_and_frees_its_place(
    url: str, engine: HeldEngine, ask: Ask
) -> None:
    with closing(ask(url, HELD)):
        assert engine.begun.acquire(timeout=_SOON_S)
        assert status_of(url) == 503  # the only place is taken
    soon(lambda: engine.ended == ["CancelledError"])
    soon(lambda: status_of(url) == 200)


def test_what_fails_on_the_server_is_an_event_too(
    url: str, engine: HeldEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine._cache, "sources", lambda: 1 / 0)
    with closing(stream(url, ASKED)) as connection:
        name, data = connection.getresponse().read().decode().strip().split("\n")
    assert name == "event: problem"
    problem = json.loads(data.removeprefix("data: "))
    assert problem["status"] == 500
    assert problem["detail"] == "internal error; the server's log has the details"
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()
