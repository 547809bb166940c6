"""A server that wants to know who asks, approached by those who may come in and by others."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pincite.retrieval.embedding.hashing_embedder import HASHING
from pincite.ui.server.passwords import hashed
from tests.ui.browsing import ask, chromium, needs_chromium, visit
from tests.ui.conftest import free_port

NAME, PASSWORD, TOKEN = "ada", "correct horse battery", "0123456789abcdef0123"
BASIC = {"Authorization": "Basic " + base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ASKED = json.dumps({"question": "Who introduced the term AI safety engineering?"})
JSON = {"Content-Type": "application/json"}
_STARTED_WITHIN_S = 60


@dataclass(frozen=True)
class Server:
    port: int
    log: Path


@dataclass(frozen=True)
class Given:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture(scope="module")
def server(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "people").write_text(f"{NAME}:{hashed(PASSWORD)}\n")
    (folder / "token").write_text(TOKEN)
    made = Server(free_port(), folder / "log")
    command = [sys.executable, "-m", "pincite.ui.cli", "--library", str(library_folder), "serve"]
    command += ["--port", str(made.port), "--max-upload-mb", "1", "--auth", str(folder / "people")]
    command += ["--api-token", str(folder / "token")]
    environment = {**os.environ, "PINCITE_EMBEDDER": HASHING}
    with (
        made.log.open("w") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(made, process)
            yield made
            assert process.poll() is None
            assert "Traceback" not in made.log.read_text()
        finally:
            process.kill()


def call(
    server: Server,
    path: str,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    body: bytes | str | None = None,
) -> Given:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Given(answer.status, answer.headers, answer.read())


@pytest.mark.parametrize("headers", [BASIC, BEARER])
def test_a_person_and_a_program_come_in_each_with_their_key(
    server: Server, headers: dict[str, str]
) -> None:
    answer = call(server, "/api/v1/ask", {**headers, **JSON}, "POST", ASKED)
    assert json.loads(answer.body)["status"] == "ANSWERED"
    assert call(server, "/", headers).status == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/ask", "/library", "/documents/012345", "/nothing"),
        *("/config", "/gradio_api/info", "/gradio_api/file=/etc/passwd", "/mcp", "/static/x"),
    ],
)
def test_without_a_key_nothing_at_all_is_given(server: Server, path: str) -> None:
    answer = call(server, path)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "status"), [("/documents/0123456", 404), ("/no", 404), ("/ask", 200)]
)
def test_pages_of_ours_have_the_headers_of_all_others(
    server: Server, path: str, status: int
) -> None:
    page = call(server, path, {**BASIC, "Accept": "text/html"})
    assert page.status == status
    assert page.headers["Content-Type"].startswith("text/html")
    front = call(server, "/", BASIC).headers
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"):
        assert page.headers[name] == front[name]


def test_a_refusal_has_the_form_that_the_interface_has_for_failures(server: Server) -> None:
    refused = call(server, "/api/v1/documents")
    assert (refused.status, refused.headers["Content-Type"]) == (401, "application/problem+json")
    assert json.loads(refused.body)["status"] == 401
    chat = call(server, "/v1/chat/completions", JSON, "POST", "{}")
    assert "name and password, or a token" in json.loads(chat.body)["error"]["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../../../etc/passwd",
        "/gradio_api/file=%2e%2e/%2e%2e/etc/passwd",
        "/gradio_api/file//etc/passwd",
        "/gradio_api/file=http://127.0.0.1/",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/custom_component/x/client/component/../../../../etc/passwd",
        "/static/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc/passwd",
        "/svelte/..%2f..%2f..%2fetc/passwd",
    ],
)
def test_no_file_of_the_machine_is_given_even_to_those_who_are_in(
    server: Server, path: str
) -> None:
    answer = call(server, path, BASIC)
    assert 400 <= answer.status < 500
    assert b"root:" not in answer.body
    assert b"Traceback" not in answer.body


def test_the_library_file_itself_is_not_given(server: Server, library_folder: Path) -> None:
    answer = call(server, f"/gradio_api/file={library_folder}/library.sqlite", BASIC)
    assert answer.status == 404


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/api/v1/documents"])
def test_a_file_over_the_limit_is_refused(server: Server, path: str) -> None:
    headers = {**BASIC, "Content-Type": "multipart/form-data; boundary=x"}
    disposition = b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n'
    body = b"--x\r\n" + disposition + b"\r\n" + b"gull " * 210_000 + b"\r\n--x--\r\n"
    refused = call(server, path, headers, "POST", body)
    assert refused.status == 413
    assert b"Traceback" not in refused.body


def test_other_sites_and_names_that_point_here_are_refused(server: Server) -> None:
    for method, path in [("GET", "/"), ("GET", "/api/v1/documents"), ("POST", "/mcp")]:
        foreign = call(server, path, {**BASIC, "Origin": "http://evil.example"}, method)
        assert foreign.status == 403
        assert call(server, path, {**BASIC, "Host": "evil.example"}, method).status == 400


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_whoever_hangs_up_in_the_middle_harms_nobody(server: Server, accept: str) -> None:
    head = f"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
    head += f"Authorization: {BEARER['Authorization']}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(ASKED)}\r\n\r\n"
    for heard in [0, 0, 0, 100, 100]:
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as line:
            line.sendall((head + ASKED).encode())
            if heard:
                line.recv(heard)
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as line:
        line.sendall((head + ASKED[:10]).encode())  # not even the question is whole
    answer = call(server, "/api/v1/ask", {**BEARER, **JSON}, "POST", ASKED)
    assert json.loads(answer.body)["status"] == "ANSWERED"
    assert "Traceback" not in server.log.read_text()


@needs_chromium[0]
@needs_chromium[1]
def test_a_browser_that_was_asked_for_the_password_can_chat(server: Server) -> None:
    address = f"http://127.0.0.1:{server.port}/"
    credentials = {"username": NAME, "password": PASSWORD}
    with chromium() as browser, visit(browser, address, http_credentials=credentials) as page:
        ask(page, "Who introduced the term AI safety engineering?")
        expect(page.locator("blockquote").first).to_contain_text("Roman Yampolskiy introduced")


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + _STARTED_WITHIN_S
    while True:
        try:
            call(server, "/api/v1/health", BEARER)
            return
        except OSError:
            ended = process.poll() is not None or time.monotonic() > patience
            assert not ended, server.log.read_text()
            time.sleep(0.2)
