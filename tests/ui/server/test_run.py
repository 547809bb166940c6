"""The running chat, asked by a program."""

from __future__ import annotations

import http.client
import socket
from contextlib import closing
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from pincite.corpus.errors import ServeError
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.run import serve

ASKED = "Who introduced the term AI safety engineering?"


def test_the_ask_endpoint_gives_the_answer_as_json(address: str, library_folder: Path) -> None:
    client = Client(address, verbose=False, analytics_enabled=False)
    given = client.predict(ASKED, api_name="/ask")
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        expected = engine.ask(ASKED).to_json()
    del given["trace"]["milliseconds"], expected["trace"]["milliseconds"]
    assert given == expected
    assert given["status"] == "ANSWERED"
    with pytest.raises(AppError, match="has no words"):
        client.predict("  ", api_name="/ask")


def test_ask_is_the_only_endpoint_for_programs(address: str) -> None:
    endpoints = Client(address, verbose=False, analytics_enabled=False).view_api(
        return_format="dict", print_info=False
    )
    assert list(endpoints["named_endpoints"]) == ["/ask"]
    assert not endpoints["unnamed_endpoints"]


def test_other_sites_cannot_read_the_chat(address: str) -> None:
    foreign = _get(address, "/config", {"Origin": "http://evil.example"})
    assert foreign.getheader("access-control-allow-origin") is None
    assert _get(address, "/config", {"Host": "evil.example"}).status == 400
    policy = _get(address, "/", {}).getheader("content-security-policy") or ""
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_a_port_in_use_is_refused_and_named() -> None:
    untouched = cast(Engine, None)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=rf"port {port} .* is in use.*--port N"):
            serve(untouched, "127.0.0.1", port)


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ServeError, match=r"cannot listen on 192\.0\.2\.1"):
        serve(cast(Engine, None), "192.0.2.1", 7860)


def _get(address: str, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    with closing(connection):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
    return response
