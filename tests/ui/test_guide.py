"""The guide to a document over HTTP and on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Section, Span
from pincite.ingest.pipeline import ingest_documents
from pincite.ingest.processes.page_images import Drawings
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.access import EVERYBODY
from pincite.ui.api.app import api
from pincite.ui.api.queue import Queue
from pincite.ui.guides import SharedGuides
from pincite.ui.server.auth import AuthMiddleware
from tests.conftest import Pincite
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.retrieval.overview.handbook import HANDBOOK


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, make_document(HANDBOOK, "handbook.md"), passage_tokens=60)
        yield Engine(library, HashingEmbedder(), hashing_settings())


def client(
    engine: Engine, queue: Queue | None = None, guides: SharedGuides | None = None
) -> TestClient:
    app = api(engine, queue or Queue(), Drawings(engine.library), guides=guides)
    return TestClient(AuthMiddleware(app, None), raise_server_exceptions=False)


@pytest.fixture
def handbook(tmp_path: Path, pincite: Pincite) -> Path:
    file = tmp_path / "handbook.md"
    file.write_text(HANDBOOK, "utf-8")
    assert pincite("ingest", file).code == 0
    return file


def test_the_guide_over_http_is_that_of_the_engine(engine: Engine) -> None:
    id = engine.library.find("handbook.md").id
    answer = client(engine).get(f"/documents/{id[:12]}/guide")
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(engine.guide(id).to_json()))
    text = engine.document(id).text
    for one in answer.json()["questions"]:
        assert text[one["quote"]["start"] : one["quote"]["end"]] == one["quote"]["text"]


def test_the_guide_of_the_page_is_that_over_http_and_is_made_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, guides = engine.library.find("handbook.md").id, SharedGuides(engine)
    guides.of(EVERYBODY).known(id)
    made = guides.of(EVERYBODY).complete(id)
    monkeypatch.setattr(engine, "guide", lambda *_, **__: pytest.fail("it was made again"))
    answer = client(engine, guides=guides).get(f"/documents/{id}/guide")
    assert made is not None
    assert answer.json() == json.loads(json.dumps(made.to_json()))


def test_the_guide_of_no_document_is_a_problem(engine: Engine) -> None:
    answer = client(engine).get("/documents/nothing/guide")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:pincite:problem:document-not-found"


def test_a_guide_waits_in_the_queue_of_questions(engine: Engine) -> None:
    id = engine.library.find("handbook.md").id
    full = client(engine, Queue(waiting=-1, at_once=1)).get(f"/documents/{id}/guide")
    assert (full.status_code, "retry-after" in full.headers) == (503, True)


def test_the_terminal_shows_the_guide_of_a_document(pincite: Pincite, handbook: Path) -> None:
    run = pincite("show", handbook, "--guide")
    assert (run.code, run.stderr) == (0, "")
    title, lead, headings, sentences, *questions = run.stdout.rstrip("\n").split("\n\n")
    assert title == "Harbour Handbook"
    assert lead == "This handbook tells you how the small harbour is run all year."
    assert headings.splitlines()[:2] == ["Headings", "  Mooring fees"]
    assert sentences.startswith("Key sentences\n")
    assert all(part.startswith("Questions that it answers\n") for part in questions)


def test_the_guide_as_json_is_one_value(pincite: Pincite, handbook: Path) -> None:
    value = json.loads(pincite("show", handbook, "--guide", "--json").stdout)
    assert value["title"] == "Harbour Handbook"
    assert value["lead"]["text"] == HANDBOOK[value["lead"]["start"] : value["lead"]["end"]]


def test_a_guide_and_the_original_are_not_shown_at_once(
    tmp_path: Path, pincite: Pincite, handbook: Path
) -> None:
    run = pincite("show", handbook, "--guide", "--original", "copy.md")
    assert (run.code, run.stdout) == (2, "")
    assert "choose one of them" in run.stderr
    assert not (tmp_path / "copy.md").exists()


def test_a_guide_that_acts_on_the_terminal_is_shown_harmless(pincite: Pincite) -> None:
    bad = "\x1b[31mRed\u202e is a colour of the boats. " * 3
    text = f"\x1b[0mTop\n{bad}\n\n\x1b[2J is over and the boats are red again.\n"
    sections = (Section(Span(0, len(text)), ("\x1b[0mTop",), text.index("\n") + 1),)
    with Library.open(".pincite", create=True) as library:
        ingest_documents([Document("a", "T\x1b", text, sections)], library, HashingEmbedder())
    run = pincite("show", "a", "--guide")
    assert run.code == 0
    assert "Red" in run.stdout
    assert not {"\x1b", "\u202e"} & set(run.stdout)


def test_a_document_without_text_says_so(pincite: Pincite) -> None:
    scan = Document("scan.pdf", "Scan", "", (Section(Span(0, 0)),))
    with Library.open(".pincite", create=True) as library:
        ingest_documents([scan], library, HashingEmbedder())
    assert pincite("show", "scan.pdf", "--guide").stdout == "Scan\n\nThere is no text in it.\n"


def test_the_guide_of_no_document_is_a_sentence(pincite: Pincite, handbook: Path) -> None:
    run = pincite("show", "nothing.md", "--guide")
    assert (run.code, run.stdout) == (1, "")
    assert "has no document 'nothing.md'" in run.stderr
