"""LangChain's own conformance suites, whole: nothing skipped, nothing expected to fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import (
    RetrieversIntegrationTests,
    VectorStoreIntegrationTests,
)

from pincite.ingest.langchain import PinciteVectorStore
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain import PinciteEmbeddings, PinciteRetriever

# The suites mix plain and async tests, and the mark can only be set on all of them.
pytestmark = pytest.mark.filterwarnings("ignore:.*is not an async function:pytest.PytestWarning")


@pytest.mark.asyncio
class TestStoreStandard(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[VectorStore]:
        with PinciteVectorStore.open(tmp_path, self.get_embeddings()) as store:
            yield store


@pytest.mark.asyncio
class TestStoreStandardWithOurEmbeddings(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[VectorStore]:
        with PinciteVectorStore.open(tmp_path, PinciteEmbeddings(HashingEmbedder())) as store:
            yield store


@pytest.mark.asyncio
class TestRetrieverStandard(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _open_engine(self, tmp_path: Path) -> Iterator[None]:
        embedder = HashingEmbedder()
        texts = [f"The lighthouse keeper number {n} trims the lamp." for n in range(5)]
        PinciteVectorStore.from_texts(texts, PinciteEmbeddings(embedder), path=tmp_path).close()
        with Engine.open(tmp_path, embedder=embedder) as self.engine:
            yield

    @property
    def retriever_constructor(self) -> type[PinciteRetriever]:
        return PinciteRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"engine": self.engine}

    @property
    def retriever_query_example(self) -> str:
        return "Who trims the lamp?"
