"""Written answers over HTTP: quotes first, sentences as they come, and clients that hang up."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest
import uvicorn
from mcp import Client
from openai import OpenAI
from starlette.applications import Starlette

from pincite.ingest.processes.page_images import Drawings
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.api.app import api
from pincite.ui.api.chat_completions import chat_completions
from pincite.ui.api.queue import Queue
from pincite.ui.mcp import tools
from pincite.ui.server.auth import AuthMiddleware
from tests.retrieval.writing.liar import Liar, Script, liar

ASKED = "Who introduced the term AI safety engineering?"
ELSEWHERE = "Quokka zyzzyva marzipan?"
TRUE = "In 2011, Roman Yampolskiy introduced the term [1]. "
LIE = "In 1999, Roman Yampolskiy introduced the term [1]. "
SCRIPTS = {
    "honest": Script((TRUE, "Roman Yampolskiy introduced the term in 2011 [1].")),
    "lies": Script((TRUE, LIE, "So it goes.")),
    "slow": Script((TRUE,) * 100, pause_s=0.1),
    "key": Script(status=401),
    "all": Script(tuple(f"The term AI safety engineering [{n}]. " for n in range(1, 9))),
}
_SOON_S = 20


@pytest.fixture(scope="module")
def server() -> Iterator[Liar]:
    with liar(**SCRIPTS) as running:
        yield running


@pytest.fixture
def engine(library_folder: Path) -> Iterator[Engine]:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        yield engine


@pytest.fixture
def queue() -> Queue:
    return Queue(waiting=4, at_once=1)


@pytest.fixture
def url(engine: Engine, queue: Queue) -> Iterator[str]:
    app = Starlette()
    with Drawings(engine.library) as drawings:
        app.mount("/api/v1", api(engine, queue, drawings))
        app.mount("/v1", chat_completions(engine, queue))
        with running(AuthMiddleware(app, None)) as url:
            yield url


@contextmanager
def running(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    soon(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(_SOON_S)
    assert not thread.is_alive()


def soon(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    deadline = time.monotonic() + _SOON_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def name(engine: Engine, server: Liar, model: str) -> None:
    """Let this model write; engines that were limited before keep theirs."""
    named = {"writer": f"openai:{model}", "writer_url": server.url}
    engine.settings = engine.settings.model_copy(update=named)


def sent(url: str, path: str, body: dict[str, Any], **headers: str) -> http.client.HTTPConnection:
    """A connection on which a call was made, and nothing read yet."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_SOON_S)
    told = {"Content-Type": "application/json", **headers}
    connection.request("POST", path, json.dumps(body), told)
    return connection


def ask(url: str, question: str = ASKED, **more: Any) -> tuple[int, dict[str, Any]]:
    body = {"question": question, "write": True, **more}
    with closing(sent(url, "/api/v1/ask", body)) as connection:
        given = connection.getresponse()
        return given.status, json.loads(given.read())


def stream(url: str, question: str = ASKED) -> http.client.HTTPConnection:
    body = {"question": question, "write": True}
    return sent(url, "/api/v1/ask", body, Accept="text/event-stream")


def chat(url: str, question: str = ASKED) -> http.client.HTTPConnection:
    messages = [{"role": "user", "content": question}]
    body = {"messages": messages, "stream": True, "model": "pincite-written"}
    return sent(url, "/v1/chat/completions", body)


def events(connection: http.client.HTTPConnection) -> list[tuple[str, Any]]:
    text = connection.getresponse().read().decode()
    pairs = [one.split("\n") for one in text.strip().split("\n\n") if not one.startswith(":")]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in pairs
    ]


def test_the_answer_has_what_was_written(url: str, engine: Engine, server: Liar) -> None:
    name(engine, server, "lies")
    status, answer = ask(url)
    assert status == 200
    assert answer["written"]["model"] == "openai:lies"
    verdicts = [one["verdict"] for one in answer["written"]["sentences"]]
    assert verdicts == ["supported", "unsupported", "uncited"]
    assert "written" not in ask(url, write=False)[1]


def test_a_model_that_fails_is_told_in_the_answer(url: str, engine: Engine, server: Liar) -> None:
    name(engine, server, "key")
    status, answer = ask(url)
    assert status == 200
    assert answer["quotes"]
    assert "refused the key (401)" in answer["written"]["problem"]


def test_without_a_writer_it_is_a_422_that_says_how_to_name_one(url: str) -> None:
    status, problem = ask(url)
    assert status == 422
    assert "PINCITE_WRITER=openai:NAME" in problem["detail"]
    with closing(stream(url)) as connection:
        [(kind, problem)] = events(connection)
    assert (kind, problem["status"]) == ("problem", 422)


def test_events_are_the_quotes_then_the_sentences_then_the_answer(
    url: str, engine: Engine, server: Liar
) -> None:
    name(engine, server, "lies")
    with closing(stream(url)) as connection:
        told = events(connection)
    *parts, (last, answer) = told
    assert last == "answer"
    kinds = [kind for kind, _ in parts]
    assert kinds == sorted(kinds)  # "quote" < "sentence"
    assert [one for kind, one in parts if kind == "quote"] == answer["quotes"]
    written = [one for kind, one in parts if kind == "sentence"]
    assert written == answer["written"]["sentences"]


def test_a_further_quote_comes_before_the_sentence_that_cites_it(
    url: str, engine: Engine, server: Liar
) -> None:
    engine.settings = engine.settings.model_copy(update={"quotes": 1})
    name(engine, server, "all")
    with closing(stream(url)) as connection:
        *parts, (_, answer) = events(connection)
    quotes = 0
    for kind, value in parts:
        quotes += kind == "quote"
        if kind == "sentence":
            assert all(number <= quotes for number in value["quotes"])
    assert quotes == len(answer["quotes"]) > 1


def test_nothing_is_written_about_other_things(url: str, engine: Engine, server: Liar) -> None:
    name(engine, server, "honest")
    calls = len(server.requests)
    with closing(stream(url, ELSEWHERE)) as connection:
        [(kind, answer)] = events(connection)
    assert (kind, answer["status"]) == ("answer", "NOT_FOUND")
    assert len(server.requests) == calls


def test_hanging_up_before_the_model_is_called_frees_the_queue(
    url: str, engine: Engine, server: Liar, queue: Queue
) -> None:
    name(engine, server, "slow")
    with closing(stream(url)) as connection:
        assert connection.getresponse().readline() == b"event: quote\n"
    soon(lambda: queue.running == 0)


@pytest.mark.parametrize(
    ("begin", "sentence"), [(stream, b"event: sentence"), (chat, b"data: {")], ids=["ask", "chat"]
)
def test_hanging_up_ends_the_call_of_the_model(
    url: str,
    engine: Engine,
    server: Liar,
    queue: Queue,
    begin: Callable[[str], http.client.HTTPConnection],
    sentence: bytes,
) -> None:
    name(engine, server, "slow")
    server.hung_up.clear()
    with closing(begin(url)) as connection:
        given = connection.getresponse()
        while not given.readline().startswith(sentence):
            pass
    assert server.hung_up.wait(_SOON_S)
    soon(lambda: queue.running == 0)


def test_who_waits_for_a_model_takes_no_place_of_a_question(
    url: str, engine: Engine, server: Liar
) -> None:
    name(engine, server, "slow")
    with closing(stream(url)) as connection:
        connection.getresponse().readline()
        assert ask(url, write=False)[0] == 200  # the queue answers one at once


@pytest.fixture
def client(url: str) -> OpenAI:
    return OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=_SOON_S)


def test_a_client_of_openai_gets_the_supported_sentences_before_the_quotes(
    client: OpenAI, engine: Engine, server: Liar
) -> None:
    name(engine, server, "lies")
    messages: Any = [{"role": "user", "content": ASKED}]
    given = client.chat.completions.create(model="pincite-written", messages=messages)
    content = given.choices[0].message.content or ""
    first, by, quote, *_ = content.split("\n\n")
    assert first == "In 2011, Roman Yampolskiy introduced the term. \\[1\\]"
    assert by.startswith("Written by openai:lies, which got the quotes at 127.0.0.1")
    assert quote.startswith("> ")
    assert "1999" not in content
    assert given.model == "pincite-written"
    assert given.usage is not None
    assert given.usage.completion_tokens == 7
    plain = client.chat.completions.create(model="pincite", messages=messages)
    assert (plain.choices[0].message.content or "").startswith("> ")


def test_a_stream_of_what_is_written_gives_the_same_message(
    client: OpenAI, engine: Engine, server: Liar
) -> None:
    name(engine, server, "honest")
    messages: Any = [{"role": "user", "content": ASKED}]
    whole = client.chat.completions.create(model="pincite-written", messages=messages)
    chunks = list(
        client.chat.completions.create(model="pincite-written", messages=messages, stream=True)
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == whole.choices[0].message.content
    assert pieces[0] == "In 2011, Roman Yampolskiy introduced the term. \\[1\\]"
    assert (chunks[-1].model_extra or {})["pincite"]["written"]["model"] == "openai:honest"


@pytest.mark.parametrize("streamed", [False, True])
def test_without_a_writer_clients_of_openai_get_the_status(client: OpenAI, streamed: bool) -> None:
    assert [model.id for model in client.models.list()] == ["pincite"]
    with pytest.raises(openai.UnprocessableEntityError, match="no model is named"):
        client.chat.completions.create(
            model="pincite-written",
            messages=[{"role": "user", "content": ASKED}],
            stream=streamed,
        )


def test_the_models_have_the_one_that_writes(client: OpenAI, engine: Engine, server: Liar) -> None:
    name(engine, server, "honest")
    assert [model.id for model in client.models.list()] == ["pincite", "pincite-written"]


async def test_mcp_writes_where_it_is_asked_to(engine: Engine, server: Liar) -> None:
    name(engine, server, "honest")
    async with Client(tools(engine, Queue())) as client:
        given = await client.call_tool("ask", {"question": ASKED, "write": True})
        assert given.structured_content["written"]["sentences"][0]["verdict"] == "supported"
        plain = await client.call_tool("ask", {"question": ASKED})
        assert "written" not in plain.structured_content
