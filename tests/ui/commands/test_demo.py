"""``pincite demo``: one command from nothing to the chat on the bundled article."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.ui.commands import demo as module
from tests.conftest import Pincite
from tests.ui.server.started import started

QUESTION = b'{"question": "Who coined the phrase AI safety engineering?"}'


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's folder for caches."""
    folder = tmp_path / "cache"
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    return module.cache()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """The ports that were served, and whether a browser was opened; nothing is served really."""
    given: list[tuple[int, bool]] = []
    monkeypatch.setattr(
        module, "serve", lambda port, open_browser: given.append((port, open_browser))
    )
    return given


def titles(folder: Path) -> list[str]:
    with Library.open(folder) as library:
        return [entry.title for entry in library.entries()]


def test_from_nothing_it_serves_the_article_and_answers(tmp_path: Path, cache: Path) -> None:
    own = tmp_path / "own"
    environment = {**os.environ, "PINCITE_LIBRARY": str(own)}
    for log in (tmp_path / "first", tmp_path / "second"):
        with started(log, "demo", "--no-open", environment=environment) as server:
            given = server.call("/api/v1/ask", QUESTION, **{"content-type": "application/json"})
            (document,) = {quote["title"] for quote in json.loads(given.body)["nearest"]}
            assert document == "AI safety"
        assert f"the demo's library is {cache / 'demo'}" in log.read_text().replace("\n", " ")
    assert "0 added, 0 replaced, 1 unchanged" in log.read_text()
    assert not own.exists()


def test_it_opens_a_browser_unless_told_not_to(
    pincite: Pincite, cache: Path, served: list[tuple[int, bool]]
) -> None:
    assert pincite("demo").code == 0
    assert pincite("demo", "--port", 7999, "--no-open").code == 0
    assert served == [(7860, True), (7999, False)]
    assert titles(cache / "demo") == ["AI safety"]


def test_installed_elsewhere_it_has_the_article_once(
    pincite: Pincite, cache: Path, served: list[tuple[int, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pincite("demo").code == 0
    elsewhere = cache.parent / "elsewhere" / "ai_safety.txt"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(module._ARTICLE.read_bytes() + b"\nOne more line.\n")
    monkeypatch.setattr(module, "_ARTICLE", elsewhere)
    assert "0 added, 1 replaced" in pincite("demo").stderr
    assert titles(cache / "demo") == ["AI safety"]


def test_a_library_that_is_named_is_taken(
    pincite: Pincite, cache: Path, served: list[tuple[int, bool]], tmp_path: Path
) -> None:
    assert pincite("--library", tmp_path / "mine", "demo").code == 0
    assert titles(tmp_path / "mine") == ["AI safety"]
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_is_a_sentence_with_the_way_out(
    pincite: Pincite, cache: Path, served: list[tuple[int, bool]]
) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text("a file")
    run = pincite("demo")
    assert run.code == 1
    assert "cannot be written" in run.stderr
    assert "name another with: pincite --library FOLDER demo" in run.stderr.replace("\n", " ")
    assert not served


def test_a_demo_made_with_another_embedder_is_a_sentence_with_the_way_out(
    pincite: Pincite, cache: Path, served: list[tuple[int, bool]]
) -> None:
    with Library.open(cache / "demo", create=True) as library:
        ingest_sources([Source(module._ARTICLE)], library, HashingEmbedder(16))
    run = pincite("demo")
    assert run.code == 1
    assert "was made with another embedder; remove that folder and repeat" in run.stderr
    assert not served


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ".cache/pincite"),
        ("darwin", "Library/Caches/pincite"),
        ("win32", "AppData/Local/pincite"),
    ],
)
def test_its_library_is_where_the_system_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, expected: str
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    assert module.cache() == Path.home() / expected
