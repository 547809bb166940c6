"""The HTTP interface against its own OpenAPI document, with whatever a generator thinks of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pincite.corpus.store.library import Library
from pincite.ingest.files.originals import Originals
from pincite.ingest.processes.page_images import Drawings
from pincite.ingest.uploads import Intake, Limits, Upload
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.api.app import api
from pincite.ui.api.queue import Queue
from pincite.ui.server.auth import AuthMiddleware
from tests.conftest import NOTES
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf

OPERATIONS = [
    "POST /ask",
    "POST /search",
    "GET /documents",
    "POST /documents",
    "GET /documents/{id}",
    "DELETE /documents/{id}",
    "GET /documents/{id}/guide",
    "GET /documents/{id}/pages/{number}",
    "GET /documents/{id}/boxes",
    "GET /health",
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("contract")
    files = {"notes.txt": NOTES.encode(), "birds.pdf": pdf([Leaf(column(["Terns dive."]))])}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with Library.open(folder / "library", create=True) as library:
        engine = Engine(library, HashingEmbedder())
        uploads = [Upload(name, folder / name) for name in files]
        Intake(engine, Limits(), Originals.ALL).take(uploads)
        yield engine


@pytest.fixture(scope="module")
def contract(engine: Engine) -> Iterator[schemathesis.BaseSchema]:
    with Drawings(engine.library) as drawings:
        intake = Intake(engine, Limits(files=5))
        app = AuthMiddleware(api(engine, Queue(), drawings, intake), None)
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_call_keeps_to_the_document(
    contract: schemathesis.BaseSchema, engine: Engine, label: str
) -> None:
    operations = {o.ok().label: o.ok() for o in contract.get_all_operations()}
    documents = [engine.library.find(name).id for name in ("birds.pdf", "notes.txt")]

    @settings(max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operations[label].as_strategy(), st.sampled_from([*documents, None]))
    def keeps_to_it(case: schemathesis.Case, id: str | None) -> None:
        if id and case.method == "GET" and "id" in case.path_parameters:
            case.path_parameters["id"] = id
        # That a question needs words is nothing that a schema can say.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    keeps_to_it()


def test_no_call_is_left_out(contract: schemathesis.BaseSchema) -> None:
    assert {o.ok().label for o in contract.get_all_operations()} == set(OPERATIONS)
