"""Citations for programs: the answer with its quotes in the formats that are wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from pincite.corpus.errors import DocumentNotFoundError
from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.api.models import CiteFormat
from pincite.ui.markdown import footnoted
from pincite.ui.server.site import site
from pincite.ui.text.citations import FORMATS, citations

EATS, NOWHERE = "What does the herring gull eat?", "Quokka zyzzyva marzipan?"
ALL = list(get_args(CiteFormat))
DOCUMENTED = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("cite")
    (folder / "notes.md").write_text("# Gulls\n\nThe herring gull eats fish and mussels.\n")
    with Library.open(folder / "library", create=True) as library:
        ingest_sources([Source(folder / "notes.md")], library, HashingEmbedder())
    with Engine.open(folder / "library", embedder=HashingEmbedder()) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(site(engine)) as client:
        yield client


def ask(client: TestClient, **body: Any) -> Any:
    return client.post("/api/v1/ask", json={"question": EATS, **body})


def test_the_formats_are_those_of_every_other_face() -> None:
    assert set(ALL) == {*FORMATS, "markdown"}


def test_the_answer_has_its_quotes_in_each_format_that_is_wanted(
    client: TestClient, engine: Engine
) -> None:
    given = ask(client, cite=ALL)
    assert given.status_code == 200
    answer = engine.ask(EATS)
    cited = citations(answer.quotes, engine.document)
    written = {name: write(cited) for name, write in FORMATS.items()}
    assert given.json()["citations"] == {**written, "markdown": footnoted(answer, 1)}
    assert "The herring gull eats fish and mussels." in given.json()["citations"]["apa"]


@pytest.mark.parametrize("more", [{}, {"cite": None}])
def test_an_answer_without_citations_is_as_it_was(client: TestClient, more: Any) -> None:
    assert "citations" not in ask(client, **more).json()


def test_where_nothing_is_found_the_citations_are_empty(client: TestClient) -> None:
    given = ask(client, question=NOWHERE, cite=ALL)
    assert (given.status_code, given.json()["status"]) == (200, "NOT_FOUND")
    assert given.json()["citations"] == dict.fromkeys(ALL, "")


@pytest.mark.parametrize("cite", [["endnote"], ["bibtex", "Bibtex"], [""], [None], [7], [["ris"]]])
def test_an_unknown_format_is_refused_with_those_that_there_are(
    client: TestClient, cite: Any
) -> None:
    refused = ask(client, cite=cite)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert "'bibtex', 'ris', 'apa' or 'markdown'" in refused.json()["detail"]


@pytest.mark.parametrize("cite", ["bibtex", [], {}, 7])
def test_what_is_no_list_of_formats_is_refused(client: TestClient, cite: Any) -> None:
    refused = ask(client, cite=cite)
    assert refused.status_code == 422
    assert "body.cite" in refused.json()["detail"]


def test_events_bring_the_citations_with_the_whole_answer(client: TestClient) -> None:
    body = {"question": EATS, "cite": ["ris"]}
    stream = {"accept": "text/event-stream"}
    text = client.post("/api/v1/ask", json=body, headers=stream).text
    answer = json.loads(text.strip().rpartition("data: ")[2])
    assert answer["citations"]["ris"].startswith("TY  - GEN")


def test_a_document_that_is_changed_meanwhile_means_to_ask_again(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(id: str) -> Any:
        raise DocumentNotFoundError(f"there is no {id}")

    monkeypatch.setattr("pincite.ui.api.ask.citations", lambda quotes, document_of: gone("it"))
    refused = ask(client, cite=["apa"])
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert "before it could be cited; ask again" in refused.json()["detail"]


def test_the_reference_says_what_there_is(client: TestClient) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert "cite" not in schemas["SearchRequest"]["properties"]
    assert "one call gives several" in schemas["AskRequest"]["properties"]["cite"]["description"]
