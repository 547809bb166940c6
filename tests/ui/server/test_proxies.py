"""Who asks, where a proxy may stand in front."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.proxies import OF_ONE, Proxies, ProxyMiddleware, checked_name
from pincite.ui.server.site import site
from tests.conftest import Pincite
from tests.ui.server.started import started

PROXY, PERSON = "10.1.2.3", "203.0.113.9"
OURS = Proxies.of(["10.0.0.0/8", "::1"])
addresses = st.ip_addresses().map(str)


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    assert request.client is not None
    told = [request.client.host, request.url.scheme, request.headers["host"]]
    forwarded = [name for name in request.headers if "forwarded" in name]
    await JSONResponse([*told, forwarded])(scope, receive, send)


def seen(peer: str, **headers: str) -> list[object]:
    """Client, scheme, host and forwarding headers of a call, as what is inside sees them."""
    client = TestClient(ProxyMiddleware(_echo, OURS), client=(peer, 5))
    said = {f"X-Forwarded-{name}": value for name, value in headers.items()}
    answer: list[object] = client.get("http://inside/", headers=said).json()
    return answer


def test_what_a_proxy_says_is_believed() -> None:
    told = seen(PROXY, For=f"1.2.3.4, {PERSON}, 10.9.9.9", Proto="https", Host="docs.example")
    assert told == [PERSON, "https", "docs.example", []]


def test_what_anybody_else_says_is_not_even_passed_on() -> None:
    told = seen(PERSON, For="127.0.0.1", Proto="https", Host="evil.example")
    assert told == [PERSON, "http", "inside", []]


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("", PROXY),
        ("garbage", PROXY),
        (f"{PERSON}, garbage", PROXY),
        (f"garbage, {PERSON}", PERSON),
        (f"{PERSON}:4711", PERSON),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        (f"::ffff:{PERSON}", PERSON),
        ("10.0.0.1, 10.0.0.2", "10.0.0.1"),
        (f"{PERSON}," * 50 + ", ".join(["10.0.0.1"] * 60), "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy(said: str, client: str) -> None:
    assert seen(PROXY, For=said)[0] == client


async def test_one_address_behind_a_proxy_leaves_room_for_others() -> None:
    stop, statuses = asyncio.Event(), []

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        await stop.wait()
        await JSONResponse(None)(scope, receive, send)

    app = ProxyMiddleware(wait, OURS)

    async def ask(client: str) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append((client, message["status"]))

        headers = [(b"x-forwarded-for", client.encode())]
        scope = {"type": "http", "path": "/", "client": (PROXY, 1), "headers": headers}
        await app(scope, _nothing, send)

    greedy = [asyncio.create_task(ask(PERSON)) for _ in range(OF_ONE + 3)]
    other = asyncio.create_task(ask("192.0.2.1"))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.gather(*greedy, other)
    await ask(PERSON)
    assert statuses.count((PERSON, 429)) == 3
    assert statuses.count((PERSON, 200)) == OF_ONE + 1
    assert ("192.0.2.1", 200) in statuses


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def test_a_scheme_that_is_none_is_not_taken_over() -> None:
    assert seen(PROXY, Proto="javascript")[1] == "http"


@given(st.lists(addresses, max_size=5), addresses, addresses)
def test_nobody_makes_themselves_another(forged: list[str], person: str, other: str) -> None:
    """Whatever a person sends along, the address that the proxy saw and appended counts."""
    if person not in OURS:
        assert OURS.client(PROXY, [", ".join([*forged, person])]) == _plain(person)
        assert OURS.client(person, [other]) == person


def _plain(address: str) -> str:
    ip = ipaddress.ip_address(address)
    return str(getattr(ip, "ipv4_mapped", None) or ip)


@pytest.mark.parametrize("text", ["", "proxy", "10.0.0.1/8", "10.0.0.0/33", "1.2.3", "*"])
def test_a_proxy_that_is_no_address_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"--proxy .* neither an address nor a network"):
        Proxies.of([text])


@pytest.mark.parametrize(
    "text", ["", "https://a.example", "a.example:80", "a b", "*", "-a.example", "a..b", "x" * 300]
)
def test_a_name_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"--name .* is not the name of a server"):
        checked_name(text)


def test_bad_values_end_the_command_with_a_sentence(pincite: Pincite) -> None:
    for option, value in (("--proxy", "nonsense"), ("--name", "https://a.example")):
        run = pincite("serve", option, value)
        assert run.code == 2
        assert value in run.stderr
        assert "Traceback" not in run.stderr


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    Library.open(tmp_path / "library", create=True).close()
    with Engine.open(tmp_path / "library", embedder=HashingEmbedder()) as opened:
        yield opened


def test_a_page_behind_a_proxy_with_tls_may_call_its_own_server(engine: Engine) -> None:
    page = {"Origin": "https://docs.example", "Host": "docs.example"}
    through = {**page, "X-Forwarded-For": PERSON, "X-Forwarded-Proto": "https"}
    behind = TestClient(site(engine, proxies=OURS), client=(PROXY, 5))
    passed = behind.post("/api/v1/search", json={"question": "Gulls?"}, headers=through)
    assert passed.status_code == 409  # the library is empty, as it says itself
    plain = behind.post("/api/v1/search", json={"question": "Gulls?"}, headers=page)
    assert plain.status_code == 403
    assert "--proxy" in plain.text


def test_behind_a_proxy_on_the_same_machine_the_given_names_are_served(
    library_folder: Path, tmp_path: Path
) -> None:
    options = ["--library", str(library_folder), "serve", "--log-format", "json"]
    options += ["--name", "docs.example", "--name", "Other.Example", "--proxy", "127.0.0.1"]
    with started(tmp_path / "log", *options) as server:
        for host, status in (
            ("docs.example", 200),
            ("other.example:8443", 200),
            ("127.0.0.1", 200),
            ("evil.example", 400),
        ):
            forwarded = {"Host": host, "X-Forwarded-For": PERSON, "X-Forwarded-Proto": "https"}
            assert server.call("/ask", **forwarded).status == status
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["client"] for line in lines if line.get("path") == "/ask"] == [PERSON] * 4
