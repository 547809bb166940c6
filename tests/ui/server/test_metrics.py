"""What a server tells Prometheus, read by Prometheus' own parser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pytest
from anyio import create_task_group
from anyio.to_thread import run_sync
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from pincite.corpus.errors import ModelError, ServerBusyError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.listeners import QuestionEvent
from pincite.ui.api.queue import Queue
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.metrics import Metrics
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.site import site
from pincite.ui.web.ask.turns import Stopped
from tests.retrieval.conftest import fill, hashing_settings, small_documents
from tests.ui.visitors import account

TOKEN = "0123456789abcdef0123"
KEY = {"Authorization": f"Bearer {TOKEN}"}
QUESTION = "Where do zanzibar gulls nest?"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *small_documents())
        yield Engine(library, HashingEmbedder(), hashing_settings())


@pytest.fixture
def client(engine: Engine) -> TestClient:
    return TestClient(site(engine))


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def values(text: str, family: str, label: str = "") -> dict[str, float]:
    """The samples of a family that has one label at most, by that label's value."""
    samples = families(text)[family].samples
    return {s.labels.get(label, ""): s.value for s in samples if not s.name.endswith("_created")}


def test_it_is_in_the_text_form_of_prometheus(client: TestClient, engine: Engine) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = families(answer.text)
    assert all(family.documentation for family in found.values())
    documents, passages = engine.library.counts()
    assert values(answer.text, "pincite_documents") == {"": documents}
    assert values(answer.text, "pincite_passages") == {"": passages}
    assert values(answer.text, "pincite_generation") == {"": engine.library.generation}
    assert values(answer.text, "pincite_queue_waiting") == {"": 0}
    assert values(answer.text, "pincite_build_info") == {"": 1}
    assert values(answer.text, "process_resident_memory_bytes")[""] > 1e6


def test_it_is_behind_the_key(engine: Engine) -> None:
    guarded = TestClient(site(engine, credentials=Credentials({"a": account("a")}, TOKEN)))
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/metrics", headers=KEY).status_code == 200


def test_questions_of_every_face_are_counted_by_what_came_of_them(client: TestClient) -> None:
    before = values(client.get("/metrics").text, "pincite_questions", "status")
    assert before == dict.fromkeys(("answered", "unsure", "not_found", "failed", "refused"), 0)
    given = [client.post("/api/v1/ask", json={"question": q}) for q in (QUESTION, "  ")]
    message = {"messages": [{"role": "user", "content": QUESTION}]}
    assert client.post("/v1/chat/completions", json=message).status_code == 200
    text = client.get("/metrics").text
    after = values(text, "pincite_questions", "status")
    assert after[given[0].json()["status"].lower()] == 2
    assert after["refused"] == 1
    assert sum(after.values()) == 3
    samples = {s.name: s.value for s in families(text)["pincite_question_seconds"].samples}
    assert samples["pincite_question_seconds_count"] == 3
    stages = {s.labels["stage"] for s in families(text)["pincite_stage_seconds"].samples}
    assert {"embed", "dense", "lexical", "verify"} <= stages


def test_a_fault_of_the_server_is_told_from_one_of_the_caller(engine: Engine) -> None:
    metrics = Metrics(engine, Queue())
    metrics.count_question(QuestionEvent(0.1, error=ModelError("the model is gone")))
    metrics.count_question(QuestionEvent(0.1, error=RuntimeError("a fault")))
    metrics.count_question(
        QuestionEvent(0.1, error=Stopped())
    )  # nobody waits for it, and nothing failed
    counted = values(metrics.text().decode(), "pincite_questions", "status")
    assert counted["failed"] == sum(counted.values()) == 2


def test_uploads_are_counted_by_what_became_of_each_file(client: TestClient) -> None:
    files = [("files", ("owls.txt", b"Owls hunt mice.")), ("files", ("bad.bin", b"\0\1\2"))]
    for _ in range(2):
        client.post("/api/v1/documents", files=files)
    counted = values(client.get("/metrics").text, "pincite_ingest_files", "outcome")
    assert counted == {"added": 1, "replaced": 0, "unchanged": 1, "refused": 2}


def test_no_word_of_a_person_is_in_it(client: TestClient) -> None:
    files = {"files": ("secret-salaries.txt", b"Zanzibar gulls nest on cliffs.")}
    client.post("/api/v1/documents", files=files, data={"tags": "payroll"})
    client.post("/api/v1/ask", json={"question": QUESTION, "tags": ["payroll"]})
    client.get("/documents/secret-salaries.txt")
    text = client.get("/metrics").text.lower()
    for word in ("zanzibar", "salaries", "payroll", "cliffs"):
        assert word not in text
    labels = {name for f in families(text).values() for s in f.samples for name in s.labels}
    assert labels == {"status", "stage", "outcome", "le", "version", "python"}


async def test_the_queue_shows_who_waits_and_who_was_sent_away(engine: Engine) -> None:
    queue = Queue(waiting=1, at_once=1)
    metrics, go_on = Metrics(engine, queue), threading.Event()
    async with create_task_group() as group:
        for _ in range(2):
            group.start_soon(queue.done, partial(go_on.wait, 30))
        while queue.running + queue.waiting < 2 or not queue.running:
            await run_sync(lambda: None)
        with pytest.raises(ServerBusyError):
            await queue.done(lambda: None)
        text = metrics.text().decode()
        go_on.set()
    assert values(text, "pincite_queue_running") == {"": 1}
    assert values(text, "pincite_queue_waiting") == {"": 1}
    assert values(text, "pincite_queue_turned_away") == {"": 1}
    assert (queue.running, queue.waiting) == (0, 0)


def test_a_library_that_cannot_be_read_is_a_figure_and_no_failure(
    client: TestClient, engine: Engine
) -> None:
    engine.library.close()
    answer = client.get("/metrics")
    assert answer.status_code == HTTPStatus.OK
    assert values(answer.text, "pincite_library_readable") == {"": 0}
    assert "pincite_documents" not in families(answer.text)


def test_each_server_counts_for_itself(engine: Engine) -> None:
    first = TestClient(site(engine, options=ServerOptions(read_only=True)))
    first.post("/api/v1/ask", json={"question": QUESTION})
    second = TestClient(site(engine, options=ServerOptions(read_only=True)))
    counted = values(second.get("/metrics").text, "pincite_questions", "status")
    assert sum(counted.values()) == 0
