"""Who may come in."""

from __future__ import annotations

import socket
import stat
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from typer.testing import CliRunner

from pincite.corpus.errors import UsageError
from pincite.ui.cli import app as cli
from pincite.ui.server.auth import AuthMiddleware, RateLimiter
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.passwords import hashed, matches
from pincite.ui.server.people import write_people
from tests.conftest import Pincite
from tests.ui.visitors import HASH, PASSWORD, account, basic

TOKEN = "0123456789abcdef0123"


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    return Credentials({"ada": account("ada")}, TOKEN)


@pytest.fixture
def client(credentials: Credentials) -> TestClient:
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("inside")

    app = Starlette(routes=[Route("/", page)])
    return TestClient(AuthMiddleware(app, credentials))


def test_name_and_password_or_the_token_open_it(client: TestClient) -> None:
    for _ in range(2):  # the second time from memory
        assert client.get("/", headers=basic("ada", PASSWORD)).text == "inside"
    assert client.get("/", headers={"authorization": f"Bearer {TOKEN}"}).text == "inside"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("ada", "wrong horse"),
        basic("bob", PASSWORD),
        basic("", ""),
        basic("ada", "x" * 100_000),
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": "Basic not base64"},
        {"authorization": "Basic /////w=="},
        {"authorization": f"Digest {TOKEN}"},
    ],
)
def test_nothing_else_does_and_a_browser_is_asked(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.get("/", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert "inside" not in answer.text


def test_a_guesser_is_held_up_and_others_are_not(
    client: TestClient, credentials: Credentials
) -> None:
    assert client.get("/", headers=basic("ada", PASSWORD)).text == "inside"
    statuses = [client.get("/", headers=basic("ada", f"guess {n}")).status_code for n in range(11)]
    assert statuses == [401] * 10 + [429]
    held = client.get("/", headers=basic("ada", "guess 12"))
    assert 0 < int(held.headers["retry-after"]) <= 60
    assert "try again in" in held.text
    # Who is inside already stays there, and whoever comes without a guess is asked.
    assert client.get("/", headers=basic("ada", PASSWORD)).text == "inside"
    assert client.get("/").status_code == 401
    elsewhere = TestClient(client.app, client=("192.0.2.7", 1))
    assert elsewhere.get("/", headers=basic("ada", "guess 13")).status_code == 401


def test_a_name_is_held_up_from_wherever_it_is_guessed(client: TestClient) -> None:
    def status(address: int, name: str) -> int:
        elsewhere = TestClient(client.app, client=(f"192.0.2.{address}", 1))
        return elsewhere.get("/", headers=basic(name, "guess")).status_code

    for address in range(3):
        assert {status(address, "ada") for _ in range(10)} == {401}
    assert status(200, "ada") == 429
    assert status(200, "bob") == 401


def test_a_network_of_ipv6_is_held_up_whatever_address_of_it_guesses(client: TestClient) -> None:
    def status(address: str) -> int:
        elsewhere = TestClient(client.app, client=(address, 1))
        return elsewhere.get("/", headers={"authorization": "Bearer guess"}).status_code

    assert {status(f"2001:db8::{number}") for number in range(20)} == {401}
    assert status("2001:db8::ffff") == 429
    assert status("2001:db8:0:1::1") == status("::ffff:192.0.2.1") == 401


@contextmanager
def real_server(app: ASGIApp) -> Iterator[int]:
    """The port of a server over an application."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


def statuses_of(port: int, headers: Sequence[Mapping[str, str]]) -> list[int]:
    """What calls with these headers are answered with, all of them sent at once."""
    barrier = threading.Barrier(len(headers))

    def status(one: Mapping[str, str]) -> int:
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.connect()
            barrier.wait(60)
            connection.request("GET", "/", headers=dict(one))
            return connection.getresponse().status

    with ThreadPoolExecutor(len(headers)) as pool:
        return list(pool.map(status, headers))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are compared with a hash."""
    seen: list[str] = []

    def watched(password: str, kept: str) -> bool:
        seen.append(password)
        return matches(password, kept)

    monkeypatch.setattr("pincite.ui.server.credentials.matches", watched)
    return seen


def test_of_200_guesses_at_once_10_are_looked_at(client: TestClient, looked_at: list[str]) -> None:
    with real_server(client.app) as port:
        guesses = [basic(f"name {n % 50}", f"guess {n}") for n in range(200)]
        statuses = Counter(statuses_of(port, guesses))
    assert statuses == {401: 10, 429: 190}
    assert len(looked_at) == 10


def test_a_right_password_that_comes_40_times_at_once_is_looked_at_once(
    looked_at: list[str],
) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("inside")(scope, receive, send)

    app = AuthMiddleware(page, Credentials({"ada": account("ada")}))
    with real_server(app) as port:
        assert set(statuses_of(port, [basic("ada", PASSWORD)] * 40)) == {200}
    assert looked_at == [PASSWORD]


def test_right_passwords_use_up_no_guesses(client: TestClient) -> None:
    people = {f"p{n}": account(f"p{n}") for n in range(12)}
    office = TestClient(AuthMiddleware(PlainTextResponse("inside"), Credentials(people)))
    for name in people:
        assert office.get("/", headers=basic(name, PASSWORD)).text == "inside"


def test_the_open_page_of_somebody_who_was_removed_holds_up_nobody(
    tmp_path: Path, looked_at: list[str]
) -> None:
    file = tmp_path / "people"
    ada, rita, zoe = account("ada"), account("rita"), account("zoe")
    write_people(file, {"ada": ada, "rita": rita, "zoe": zoe})
    app = AuthMiddleware(PlainTextResponse("inside"), Credentials.read(file))
    office = TestClient(app)
    for name in ("ada", "rita"):
        assert office.get("/", headers=basic(name, PASSWORD)).status_code == 200
    write_people(file, {"ada": ada, "zoe": zoe})
    looked_at.clear()
    for _ in range(30):
        assert office.get("/", headers=basic("rita", PASSWORD)).status_code == 401
    assert looked_at == [PASSWORD]  # the first time
    assert office.get("/", headers=basic("zoe", PASSWORD)).status_code == 200
    # Nor is whoever was in before held up by somebody who guesses behind the same address.
    assert {office.get("/", headers=basic("x", f"guess {n}")).status_code for n in range(10)} == {
        401
    }
    assert office.get("/", headers=basic("x", "guess 11")).status_code == 429
    assert office.get("/", headers=basic("ada", PASSWORD)).status_code == 200
    # One who was removed and comes back is let in as soon as the file says so.
    write_people(file, {"ada": ada, "rita": rita, "zoe": zoe})
    assert office.get("/", headers=basic("rita", PASSWORD)).status_code == 200


def test_a_guesser_may_go_on_when_the_time_is_over() -> None:
    now = 0.0
    limiter = RateLimiter(10, clock=lambda: now)
    for second in range(10):
        now = second
        assert limiter.retry_after("here") == 0
        limiter.count("here")
    now = 9.5
    assert limiter.retry_after("here") == 51
    now = 60.0
    assert limiter.retry_after("here") == 0
    limiter.count("here")
    assert limiter.retry_after("here") == 1


def test_no_more_addresses_are_remembered_than_there_is_room_for() -> None:
    limiter = RateLimiter(10, clock=lambda: 0.0)
    for _ in range(10):
        limiter.count("first")
    for number in range(4096):
        at = limiter.count(str(number))
    assert limiter.retry_after("first") == 0
    limiter.give_back("first", at)
    assert len(limiter._times) == 4096


def test_without_a_token_no_token_is_right(credentials: Credentials) -> None:
    for header in ("Bearer ", "Bearer None"):
        assert Credentials(credentials.people).check(header) is None


@settings(max_examples=5)
@given(st.text(min_size=8, max_size=40), st.text(min_size=8, max_size=40))
def test_only_the_password_itself_matches_its_hash(password: str, other: str) -> None:
    kept = hashed(password)
    assert matches(password, kept)
    assert matches(other, kept) == (
        other.encode("utf-8", "replace") == password.encode("utf-8", "replace")
    )
    assert password not in kept


def test_the_file_of_people_is_made_by_the_command_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "people"
    run = CliRunner()
    for name, password in [("ada", PASSWORD), ("bob", "another one"), ("ada", "changed now")]:
        given = run.invoke(cli, ["password", str(file), name], input=f"{password}\n" * 2)
        assert given.exit_code == 0, given.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    credentials = Credentials.read(file)
    assert sorted(credentials.people) == ["ada", "bob"]
    assert matches("changed now", credentials.people["ada"].password)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names nobody"),
        ("ada", "line 1"),
        ("ada:plain password", "line 1"),
        ("ada:scrypt$1$2$3$x$y", "line 1"),
        (f"ada:{HASH}\nada:{HASH}", "line 2"),
    ],
)
def test_a_file_that_is_not_one_is_refused_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "people"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        Credentials.read(file)


@pytest.mark.parametrize("token", ["short", "", "with blanks in it, many", "ümlaut" * 5])
def test_a_weak_token_is_refused(tmp_path: Path, token: str) -> None:
    people, file = tmp_path / "people", tmp_path / "token"
    people.write_text(f"ada:{hashed(PASSWORD)}\n")
    file.write_text(token)
    with pytest.raises(UsageError, match="openssl rand"):
        Credentials.read(people, file)


def test_serving_to_others_needs_a_word_on_who_may(pincite: Pincite, tmp_path: Path) -> None:
    refused = pincite("serve", "--host", "0.0.0.0")
    assert refused.code == 2
    assert "--auth FILE" in refused.stderr
    assert "--no-auth" in refused.stderr
    both = pincite("serve", "--no-auth", "--auth", str(tmp_path / "people"))
    assert (both.code, "cannot be combined" in both.stderr) == (2, True)
    missing = pincite("serve", "--auth", str(tmp_path / "people"))
    assert (missing.code, "cannot be read" in missing.stderr) == (2, True)
    alone = pincite("serve", "--api-token", str(tmp_path / "token"))
    assert (alone.code, "needs --auth" in alone.stderr) == (2, True)


def test_a_password_that_is_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="8 to 1024"):
        hashed("short")
