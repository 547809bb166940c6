"""Questions that a cross-encoder helps to answer: when it reads, what, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pincite.retrieval.engine as engine_module
from pincite.corpus.errors import ModelError
from pincite.corpus.store.library import Library
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.settings import load_settings
from tests.retrieval.conftest import make_document
from tests.retrieval.cross_encoder.test_rerank import Words

GULLS = make_document("The gull eats fish and mussels on the cliff.\n", "gulls.txt")
HARBOUR = make_document("The gull eats bread and chips in the harbour.\n", "harbour.txt")
OWLS = make_document("At night the owl is awake and looks for mice.\n", "owls.txt")
LUNCH = make_document("Es kostet zwölf Franken und ist warm.\n", "mittag.txt")
EATS = "What does the gull eat?"


class English(HashingEmbedder):
    """Hashed words that pretend to know English only."""

    def __init__(self) -> None:
        super().__init__()
        self.languages = frozenset({"en"})


Open = Callable[..., Engine]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    engines: list[Engine] = []

    def opened(model: Words | None, embedder: HashingEmbedder | None = None, **changes: object):  # type: ignore[no-untyped-def]
        embedder = embedder or HashingEmbedder()
        with Library.open(tmp_path / "library", create=True) as library:
            ingest_documents([GULLS, HARBOUR, OWLS, LUNCH], library, embedder)
        settings = load_settings(embedder="hashing", **changes)
        with monkeypatch.context() as patched:
            patched.setattr(engine_module, "cross_encoder_for", lambda *_: model)
            engines.append(Engine.open(tmp_path / "library", settings=settings, embedder=embedder))
        return engines[-1]

    yield opened
    for engine in engines:
        engine.close()


def test_the_passage_that_it_believes_in_is_quoted_first_with_the_words(opened: Open) -> None:
    answer = opened(Words("bread and chips")).ask(EATS)
    assert answer.quotes[0].title == HARBOUR.title
    start, end = answer.quotes[0].answer or (0, 0)
    assert HARBOUR.text[start:end] == "bread and chips"
    assert answer.trace.scores["passages"][0]["answer_logit"] == 4.0
    assert "rerank" in answer.trace.milliseconds
    assert answer.to_json()["quotes"][0]["answer"] == [start, end]


def test_a_search_for_passages_has_its_order_too(opened: Open) -> None:
    [first, *_] = opened(Words("bread and chips")).search(EATS)
    assert first.title == HARBOUR.title


def test_only_documents_that_are_asked_are_read(opened: Open) -> None:
    model = Words("looks for mice")
    opened(model).ask(EATS, documents=["gulls.txt"])
    assert model.texts
    assert all("gull" in text for text in model.texts)


def test_with_no_passages_to_read_there_is_no_cross_encoder(tmp_path: Path, opened: Open) -> None:
    engine = opened(None, reranked_passages=0, cross_encoder="no/such")
    answer = engine.ask(EATS)
    assert answer.quotes[0].title == GULLS.title
    assert answer.quotes[0].answer is None
    assert "rerank" not in answer.trace.milliseconds
    assert answer.trace.scores["passages"][0]["answer_logit"] is None


def test_a_question_in_another_language_is_not_read_by_it(opened: Open) -> None:
    model = Words("zwölf")
    engine = opened(model, English(), threshold=0.0)
    answer = engine.ask("Wie viel kostet das Mittagessen?")
    assert model.texts == []
    assert answer.quotes[0].title == LUNCH.title
    assert answer.trace.confidence_kind == "score"
    engine.ask(EATS)
    assert model.texts


def test_each_part_of_a_question_has_its_own_reading(opened: Open) -> None:
    model = Words("looks for mice")
    answer = opened(model).ask("What does the gull eat and when is the owl awake?")
    assert {GULLS.title, OWLS.title} <= {quote.title for quote in answer.quotes}


def test_a_named_model_that_cannot_be_used_closes_the_library(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with Library.open(folder, create=True) as library:
        ingest_documents([GULLS], library, HashingEmbedder())
    settings = load_settings(embedder="hashing", cross_encoder=str(tmp_path))
    with pytest.raises(ModelError, match="no safetensors weights"):
        Engine.open(folder, settings=settings)
    with Library.open(folder) as library:  # nobody holds it
        assert library.counts()[0] == 1
