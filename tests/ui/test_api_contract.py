"""The HTTP interface against its own OpenAPI document, with whatever a generator thinks of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from ingest.drawing import Drawings
from retrieval.engine import Engine
from retrieval.hashing import HashingEmbedder
from ui.api.app import api
from ui.api.queue import Queue


@pytest.fixture(scope="module")
def contract(library_folder: Path) -> Iterator[schemathesis.BaseSchema]:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        # Nothing is removed: the other tests use the same library.
        yield schemathesis.openapi.from_asgi(
            "/openapi.json", api(engine, Queue(), Drawings(engine.library))
        )


@pytest.mark.parametrize(
    "label",
    ["POST /ask", "POST /search", "GET /documents", "GET /documents/{id}", "GET /health"],
)
def test_every_call_keeps_to_the_document(contract: schemathesis.BaseSchema, label: str) -> None:
    operations = {o.ok().label: o.ok() for o in contract.get_all_operations()}

    @settings(
        max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(operations[label].as_strategy())
    def keeps_to_it(case: schemathesis.Case) -> None:
        # That a question needs words is nothing that a schema can say.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    keeps_to_it()


def test_no_call_is_left_out(contract: schemathesis.BaseSchema) -> None:
    assert sum(1 for _ in contract.get_all_operations()) == 5
