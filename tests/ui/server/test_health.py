"""What a health check hears, with a key and without, from the whole site."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.site import site
from tests.retrieval.conftest import fill, hashing_settings, small_documents
from tests.ui.visitors import account

URL = "/api/v1/health"
TOKEN = "0123456789abcdef0123"
KEY = {"Authorization": f"Bearer {TOKEN}"}
WRONG = {"Authorization": "Basic " + base64.b64encode(b"ada:wrong").decode()}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *small_documents())
        yield Engine(library, HashingEmbedder(), hashing_settings())


@pytest.fixture
def client(engine: Engine) -> TestClient:
    return TestClient(site(engine, credentials=Credentials({"ada": account("ada")}, TOKEN)))


def test_without_a_key_the_state_alone_is_said(client: TestClient) -> None:
    answer = client.get(URL)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"]
    assert client.head(URL).status_code == 200


def test_with_a_key_it_says_what_answers(client: TestClient, engine: Engine) -> None:
    said = client.get(URL, headers=KEY).json()
    assert said["status"] == "ok"
    assert said["embedder"] == engine.embedder.fingerprint
    assert said["documents"] == len(engine.library.entries())


def test_on_a_server_that_lets_everybody_in_everybody_hears_all(engine: Engine) -> None:
    assert "version" in TestClient(site(engine)).get(URL).json()


@pytest.mark.parametrize("path", [f"{URL}/", "/api/v1/documents", "/health", f"{URL}/../documents"])
def test_nothing_beside_it_is_open(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_no_other_method_is_open(client: TestClient, method: str) -> None:
    assert client.request(method, URL).status_code == 401


def test_a_wrong_key_is_a_guess_here_as_everywhere(client: TestClient) -> None:
    statuses = [client.get(URL, headers=WRONG).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert client.get(URL).status_code == 200  # a check without a key is no guess


def test_checks_do_not_use_up_anybodys_guesses(client: TestClient) -> None:
    assert {client.get(URL).status_code for _ in range(30)} == {200}
    assert client.get("/api/v1/documents", headers=WRONG).status_code == 401


def test_a_foreign_page_and_a_foreign_name_hear_nothing(engine: Engine) -> None:
    credentials = Credentials({"ada": account("ada")}, TOKEN)
    guarded = TestClient(site(engine, {"127.0.0.1"}, credentials), base_url="http://127.0.0.1")
    assert guarded.get(URL).status_code == 200
    assert guarded.get(URL, headers={"Origin": "http://evil.example"}).status_code == 403
    assert guarded.get(URL, headers={"Host": "evil.example"}).status_code == 400


def test_without_its_cross_encoder_it_is_degraded(client: TestClient, engine: Engine) -> None:
    engine.lacks_cross_encoder = True
    assert client.get(URL).json() == {"status": "degraded"}
    said = client.get(URL, headers=KEY)
    assert (said.status_code, said.json()["status"]) == (200, "degraded")


def test_a_library_that_cannot_be_used_is_a_503_that_names_nothing(
    client: TestClient, engine: Engine
) -> None:
    with sqlite3.connect(engine.library.folder / "library.sqlite") as connection:
        connection.execute("UPDATE meta SET value = 'x' WHERE key = 'generation'")
    answer = client.get(URL)
    assert (answer.status_code, answer.json()) == (503, {"status": "failed"})
    told = client.get(URL, headers=KEY)
    assert told.status_code == 503
    assert told.headers["content-type"] == "application/problem+json"


def test_a_library_that_was_removed_is_noticed(client: TestClient, engine: Engine) -> None:
    (engine.library.folder / "library.sqlite").unlink()
    assert client.get(URL).json() == {"status": "failed"}
