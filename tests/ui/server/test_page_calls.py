"""The pages' own interface, called by those who mean to break it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Mount

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.page_sessions import WAITING, PageSessions
from pincite.ui.server.site import site

API = "/gradio_api"
JSON = {"Content-Type": "application/json"}
# Those that a page of ours, or Gradio's client, calls with a body.
CALLED = ["queue/join", "run/predict", "run/ask", "api/ask", "call/ask", "call/v2/ask", "cancel"]
CALLED += ["component_server", "component_server/"]
QUIET = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
words = st.sampled_from(["abcdef", "../..", "", "x" * 70, "\ud800"])
parts = st.sampled_from(
    ["ask", "abcdef", "..%2f..%2fetc%2fpasswd", "%00", "1", "http://192.0.2.1/a", "%ff", "a" * 300]
)
calls = st.fixed_dictionaries(
    {},
    optional={
        "session_hash": words | odd,
        "fn_index": st.integers(-2, 40) | odd,
        "data": st.lists(odd, max_size=5) | st.lists(st.text(max_size=9), max_size=5) | odd,
        "event_data": odd,
        "event_id": words | odd,
        "trigger_id": odd,
        "component_id": st.integers(-2, 60) | odd,
        "fn_name": st.sampled_from(["redraw", "saved", "__class__", "value"]) | odd,
        "batched": st.booleans() | odd,
        "simple_format": odd,
    },
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("called")
    Library.open(folder / "library", create=True).close()
    with Engine.open(folder / "library", embedder=HashingEmbedder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(engine: Engine) -> FastAPI:
    return site(engine)


@pytest.fixture(scope="module")
def client(served: FastAPI) -> Iterator[TestClient]:
    with TestClient(served) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_traceback(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert "Traceback" not in "".join(capfd.readouterr())


def pages(served: FastAPI) -> Any:
    """Gradio's application."""
    mounted = [route.app for route in served.routes if isinstance(route, Mount)]
    return next(app for app in mounted if hasattr(app, "get_blocks"))


def ask_of(served: FastAPI) -> int:
    """The number of the function for programs."""
    return next(n for n, fn in pages(served).get_blocks().fns.items() if fn.api_name == "ask")


@QUIET
@given(path=st.sampled_from(CALLED), call=calls)
def test_a_call_of_odd_things_is_answered_or_refused(
    client: TestClient, path: str, call: dict[str, Any]
) -> None:
    body = json.dumps(call).encode()
    answer = client.post(f"{API}/{path}", content=body, headers=JSON)
    assert answer.status_code < 500 or answer.status_code == 503, answer.text


@QUIET
@given(number=st.integers(0, 40), session=st.sampled_from(["one", "two"]), data=st.data())
def test_a_call_of_the_right_shape_with_odd_contents_is_answered_or_refused(
    served: FastAPI, client: TestClient, number: int, session: str, data: st.DataObject
) -> None:
    function = pages(served).get_blocks().fns.get(number)
    kinds = [type(component).__name__ for component in function.inputs] if function else []
    takes = {"Number": st.integers() | st.floats(), "State": st.none() | odd}
    values = [data.draw(takes.get(kind, st.text(max_size=20) | odd)) for kind in kinds]
    call = {"fn_index": number, "session_hash": session, "data": values}
    call["event_data"] = data.draw(
        odd | st.dictionaries(st.sampled_from(["files", "do", "tags", "ids", "name"]), odd)
    )
    answer = client.post(f"{API}/run/predict", content=json.dumps(call).encode(), headers=JSON)
    assert answer.status_code < 500, answer.text


@QUIET
@given(data=st.data(), method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]))
def test_none_of_gradios_routes_fails(
    served: FastAPI, client: TestClient, data: st.DataObject, method: str
) -> None:
    route = data.draw(st.sampled_from(sorted(pages(served).openapi()["paths"])))
    if "heartbeat" in route and method in ("GET", "HEAD"):
        return  # never ends
    path = re.sub(r"\{\w+\}", lambda _: data.draw(parts), route)
    query = data.draw(
        st.sampled_from(["", "?session_hash=x", "?upload_id=x&deep_link=../..", "?page=x"])
    )
    answer = client.request(method, path + query, content=data.draw(st.binary(max_size=30)))
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    "path",
    [
        *(
            "proxy=http://192.0.2.1/",
            "file=/etc/passwd",
            "file=http://192.0.2.1/",
            "file/etc/passwd",
        ),
        *("deep_link?session_hash=x", "dev/reload", "vibe-starter-queries", "upload_progress"),
        *("stream/a/b/1/playlist.m3u8", "custom_component/a/client/b/c", "token", "runs"),
    ],
)
def test_what_the_pages_do_not_need_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"{API}/{path}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"5", b'"a"', b"null", b"\xff", b'{"data": NaN}', b"[" * 100_000),
        b'{"a":' * 100_000,
        b'{"data": ["\\ud800"], "session_hash": "x", "fn_index": 0}',
        b'{"data": [' + b"9" * 100_000 + b'], "session_hash": "x", "fn_index": 0}',
        b'{"data": [' + b"0," * 100_000 + b'0], "session_hash": "x", "fn_index": 0}',
    ],
)
@pytest.mark.parametrize("path", ["queue/join", "run/predict", "call/ask", "cancel"])
def test_a_body_that_is_no_call_is_refused(client: TestClient, path: str, body: bytes) -> None:
    answer = client.post(f"{API}/{path}", content=body, headers=JSON)
    assert answer.status_code in (400, 404)
    assert len(answer.text) < 500


def test_what_nobody_waits_for_is_not_found(client: TestClient) -> None:
    for path in ("queue/data?session_hash=nobody", "queue/data", "call/ask/nothing"):
        assert client.get(f"{API}/{path}").status_code == 404


def test_a_flood_of_calls_is_turned_away_and_forgotten(engine: Engine) -> None:
    flooded, now = site(engine), 0.0
    client = TestClient(flooded)  # without its lifespan, so that nothing is worked on
    sessions = PageSessions(pages(flooded), clock=lambda: now)
    queue = pages(flooded).get_blocks()._queue
    calls = [
        {"data": ["What?"], "fn_index": ask_of(flooded), "session_hash": f"s{number % 50}"}
        for number in range(400)
    ]
    statuses = [client.post(f"{API}/queue/join", json=call).status_code for call in calls]
    assert set(statuses) == {200, 503}
    assert statuses.count(200) == WAITING
    asyncio.run(sessions.give_up())
    assert len(queue) == WAITING
    now += 3600
    asyncio.run(sessions.give_up())
    assert not len(queue)
    assert not queue.pending_event_ids_session
    assert not queue.pending_messages_per_session
    assert not queue.event_ids_to_events


def test_what_fails_inside_is_one_line_without_its_values(
    client: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("zanzibar")

    monkeypatch.setattr("gradio.route_utils.compile_gr_request", fail)
    call = {"fn_index": 20, "session_hash": "x", "data": [None, ""]}
    with caplog.at_level(logging.WARNING):
        answer = client.post(f"{API}/run/predict", json=call)
    assert answer.status_code == 400
    (line,) = [
        record.getMessage() for record in caplog.records if "KeyError" in record.getMessage()
    ]
    assert "zanzibar" not in line
