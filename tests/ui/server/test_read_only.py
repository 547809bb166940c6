"""What calls of no page can do to a server, read-only or not, and what they leave behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.site import site
from tests.retrieval.conftest import fill, hashing_settings, small_documents


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *small_documents())
        yield Engine(library, HashingEmbedder(), hashing_settings())


def call_everything(client: TestClient, event: dict[str, str]) -> dict[str, Any]:
    """Call every event and every function of a component by its number, as no page does."""
    config: dict[str, Any] = client.get("/config").json()
    for number in range(len(config["dependencies"]) + 20):
        known = config["dependencies"][number] if number < len(config["dependencies"]) else {}
        body = {
            "fn_index": known.get("id", number),
            "data": [None] * len(known.get("inputs", [0])),
            "event_data": event,
            "session_hash": "stranger",
        }
        for path in ("run/predict", "queue/join"):
            client.post(f"/gradio_api/{path}", json=body)
    for component in config["components"]:
        body = {"component_id": component["id"], "fn_name": "saved", "data": event}
        client.post("/gradio_api/component_server", json={**body, "session_hash": "stranger"})
    return config


def tabs(config: dict[str, Any]) -> list[str]:
    return [
        component["props"]["label"]
        for component in config["components"]
        if component["type"] == "tabitem"
    ]


def test_a_read_only_server_has_no_page_and_no_event_that_changes_something(
    engine: Engine,
) -> None:
    before = engine.library.entries()
    event = {"verb": "remove", "id": before[0].id}
    with TestClient(
        site(engine, options=ServerOptions(read_only=True)), raise_server_exceptions=False
    ) as shut:
        config = call_everything(shut, event)
        pages = [shut.get(path).status_code for path in ("/", "/ask", "/library", "/evaluate")]
        sent = shut.post("/gradio_api/upload", files={"files": ("a.txt", b"One.")})
    assert tabs(config) == ["Ask"]
    assert pages == [200, 200, 404, 404]
    assert "library-shelf" not in json.dumps(config)
    assert sent.status_code == 403
    assert engine.library.entries() == before


def test_the_same_calls_change_a_library_that_may_be_changed(engine: Engine) -> None:
    before = engine.library.entries()
    event = {"verb": "remove", "id": before[0].id}
    with TestClient(site(engine), raise_server_exceptions=False) as open_one:
        config = call_everything(open_one, event)
    assert {"Ask", "Library"} <= set(tabs(config))
    assert engine.library.entries() == before[1:]


def test_a_file_that_was_sent_and_never_taken_in_goes_with_the_server(engine: Engine) -> None:
    with TestClient(site(engine)) as open_one:
        (sent,) = open_one.post("/gradio_api/upload", files={"files": ("a", b"One.")}).json()
        assert Path(sent).read_bytes() == b"One."
    assert not Path(sent).exists()
