"""What several of these tests are made of: real documents in a real library, hashed words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.ingest.pipeline import ingest_documents
from pincite.ingest.readers import read
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.query import Query
from pincite.retrieval.search.indexes import open_indexes
from pincite.retrieval.settings import Settings, load_settings
from tests.stores import new_library

TEXTS = {
    "birds.txt": (
        "== Gulls ==\nThe herring gull eats fish and mussels. Gulls nest on cliffs in spring.\n\n"
        "They return to the same nest in April 1997.\n\n"
        "== Owls ==\nThe barn owl hunts mice at night. Its face is shaped like a heart.\n"
    ),
    "ships.txt": (
        "The schooner left Bergen with forty sailors. A storm broke the mainmast near Iceland. "
        "The captain repaired the rudder because it leaked.\n\n"
        "Lamp oil was stored below deck in nine barrels.\n"
    ),
    "bread.md": (
        "# Bread\n\nKnead the dough for ten minutes. Let it rise in a warm bowl.\n\n"
        "## Baking\n\nBake the loaf at 220 degrees until the crust is brown.\n"
    ),
}


def make_document(text: str, source: str = "notes.txt") -> Document:
    """The document that a file of this name with this text becomes."""
    reader, reading = read(text.encode(), source)
    return Document(
        source=source,
        title=reading.title or source,
        text=reading.text,
        sections=reading.sections,
        media_type=reader.media_type,
    )


def fill(library: Library, *documents: Document, passage_tokens: int = 12) -> None:
    """Take the documents in, cut so short that most have several passages."""
    ingest_documents(documents, library, HashingEmbedder(), passage_tokens=passage_tokens)


def small_documents() -> list[Document]:
    return [make_document(text, source) for source, text in TEXTS.items()]


def query_for(library: Library, question: str) -> Query:
    """The question, worked out for the library by hashed words."""
    return Query.of(question, open_indexes(library, print), HashingEmbedder())


def hashing_settings(**overrides: Any) -> Settings:
    """Settings under which everything is answered."""
    return load_settings(**{"embedder": "hashing", "threshold": 0.0, **overrides})


@pytest.fixture
def library(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Library]:
    """A library of three small documents; in a folder, unless a test says ``IN_BOTH``."""
    with new_library(tmp_path / "library", getattr(request, "param", "folder")) as opened:
        fill(opened, *small_documents())
        yield opened


@pytest.fixture
def engine(library: Library) -> Engine:
    return Engine(library, HashingEmbedder(), hashing_settings())
