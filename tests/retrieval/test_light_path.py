"""Questions of the bundled article have the answers that torch gives, and are asked without it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.eval.goldset import bundled
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.retrieval.answer import Answer
from pincite.retrieval.embedding.embedder import PACKAGED, Embedder, SentenceTransformerEmbedder
from pincite.retrieval.embedding.packaged import PackagedEmbedder
from pincite.retrieval.engine import Engine


@pytest.mark.model
def test_questions_have_the_quotes_and_the_confidence_that_torch_gives(
    tmp_path: Path,
) -> None:
    article = Path(str(files("pincite.corpus"))) / "documents" / "ai_safety.txt"
    questions = [question.question for question in bundled().questions[::20]]
    assert len(questions) > 10  # `pincite eval compare-paths` asks them all

    def answers(name: str, embedder: Embedder) -> list[Answer]:
        with Library.open(tmp_path / name, create=True) as library:
            options = Options(seconds=3600)  # a machine under load is no fault
            ingest_sources([Source(article, "AI safety")], library, embedder, options=options)
        with Engine.open(tmp_path / name, embedder=embedder) as engine:
            return [engine.ask(question) for question in questions]

    light = answers("light", PackagedEmbedder("float32", pytest.fail))
    heavy = answers("heavy", SentenceTransformerEmbedder(PACKAGED, "float32"))
    for some, others in zip(light, heavy, strict=True):
        assert some.status == others.status
        assert some.confidence == pytest.approx(others.confidence, abs=0.01)
        assert [(q.document, q.start, q.end) for q in some.quotes] == [
            (q.document, q.start, q.end) for q in others.quotes
        ]
