"""The pipelines that Pincite is measured beside, each as its own documentation begins.

This is the program of one process: it takes files in with one pipeline, asks questions, and prints
what that took as JSON. None of the others is a dependency; the process fails where one is missing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import find_sources
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.embedder import Embedder, SentenceTransformerEmbedder
from pincite.retrieval.engine import Engine, open_embedder
from pincite.retrieval.settings import load_settings

CHUNK, OVERLAP = 1000, 200  # characters, as in LangChain's own introduction to retrieval
NEAREST = 4  # what is searched for: as many as LangChain's stores give by default


class Pipeline(Protocol):
    """From files to answers; its model is loaded when it is made."""

    def ingest(self, files: Sequence[Path]) -> int:
        """Take text files in, and say in how many pieces."""

    def search(self, question: str) -> None:
        """Find the pieces that are nearest to a question."""


class _Pincite:
    def __init__(self, model: str, folder: Path) -> None:
        self._settings = load_settings(embedder=model)
        self._embedder: Embedder = open_embedder(self._settings)
        self._embedder.embed_documents(["warm"])
        self._folder = folder
        self._engine: Engine | None = None

    def ingest(self, files: Sequence[Path]) -> int:
        with Library.open(self._folder / "library", create=True) as library:
            summary = ingest_sources(find_sources(files), library, self._embedder)
        self._engine = Engine.open(
            self._folder / "library", settings=self._settings, embedder=self._embedder
        )
        self._engine.warm_up()
        return sum(event.passages for event in summary.events)

    def search(self, question: str) -> None:
        assert self._engine is not None
        self._engine.search(question, NEAREST)

    def ask(self, question: str) -> None:
        """Answer a question with checked quotes, which the others do not do."""
        assert self._engine is not None
        self._engine.ask(question)


class _LangChain:
    """``RecursiveCharacterTextSplitter``, ``HuggingFaceEmbeddings`` and the FAISS store."""

    def __init__(self, model: str, folder: Path) -> None:
        embeddings = import_module("langchain_huggingface").HuggingFaceEmbeddings
        self._embeddings = embeddings(model_name=_folder_of(model))
        self._embeddings.embed_documents(["warm"])
        self._folder = folder
        self._store: Any = None

    def ingest(self, files: Sequence[Path]) -> int:
        chunks = _chunks(files)
        store = import_module("langchain_community.vectorstores").FAISS
        self._store = store.from_texts(chunks, self._embeddings)
        self._store.save_local(str(self._folder))
        return len(chunks)

    def search(self, question: str) -> None:
        self._store.similarity_search(question, k=NEAREST)


class _Chroma:
    """The same chunks in a persistent Chroma collection, with its own sentence-transformers."""

    def __init__(self, model: str, folder: Path) -> None:
        functions = import_module("chromadb.utils.embedding_functions")
        embed = functions.SentenceTransformerEmbeddingFunction(model_name=_folder_of(model))
        embed(["warm"])
        chroma = import_module("chromadb")
        settings = chroma.config.Settings(anonymized_telemetry=False)
        client = chroma.PersistentClient(path=str(folder), settings=settings)
        self._collection = client.create_collection("texts", embedding_function=embed)
        self._most = client.get_max_batch_size()

    def ingest(self, files: Sequence[Path]) -> int:
        chunks = _chunks(files)
        for start in range(0, len(chunks), self._most):
            some = chunks[start : start + self._most]
            self._collection.add(ids=[str(start + i) for i in range(len(some))], documents=some)
        return len(chunks)

    def search(self, question: str) -> None:
        self._collection.query(query_texts=[question], n_results=NEAREST)


class _Txtai:
    """The same chunks in txtai's embeddings database with their contents."""

    def __init__(self, model: str, folder: Path) -> None:
        embeddings = import_module("txtai").Embeddings
        self._index = embeddings(path=_folder_of(model), content=True, gpu=False)
        self._index.batchtransform(["warm"])
        self._folder = folder

    def ingest(self, files: Sequence[Path]) -> int:
        chunks = _chunks(files)
        self._index.index(chunks)
        self._index.save(str(self._folder / "index"))
        return len(chunks)

    def search(self, question: str) -> None:
        self._index.search(question, NEAREST)


PIPELINES: Mapping[str, tuple[Callable[[str, Path], Pipeline], tuple[str, ...]]] = {
    "Pincite": (_Pincite, ()),
    "LangChain": (
        _LangChain,
        ("langchain_text_splitters", "langchain_huggingface", "langchain_community"),
    ),
    "Chroma": (_Chroma, ("chromadb", "langchain_text_splitters")),
    "txtai": (_Txtai, ("txtai", "langchain_text_splitters")),
}
"""By name, how a pipeline is made of a model's name and an empty folder, and what it imports."""


def _chunks(files: Sequence[Path]) -> list[str]:
    splitter = import_module("langchain_text_splitters").RecursiveCharacterTextSplitter(
        chunk_size=CHUNK, chunk_overlap=OVERLAP
    )
    chunks: list[str] = splitter.split_text("\n\n".join(file.read_text("utf-8") for file in files))
    return chunks


def _folder_of(model: str) -> str:
    """Where the model's files are, so that each pipeline loads the very same."""
    return str(SentenceTransformerEmbedder(model).folder)


def cpu_seconds() -> float:
    """Of this process and of the children that it has waited for, so far."""
    return sum(os.times()[:4])


def measure(pipeline: Pipeline, files: Sequence[Path], questions: Sequence[str]) -> dict[str, Any]:
    """Take the files in, ask each question once, and say what that took."""
    before = cpu_seconds()
    pieces = pipeline.ingest(files)
    ingest = cpu_seconds() - before
    ask = getattr(pipeline, "ask", None)
    return {
        "pieces": pieces,
        "ingest_cpu_s": ingest,
        "search_cpu_ms": _mean_ms(pipeline.search, questions),
        "answer_cpu_ms": None if ask is None else _mean_ms(ask, questions),
    }


def _mean_ms(ask: Callable[[str], None], questions: Sequence[str]) -> float:
    ask(questions[0])  # what is loaded on first use
    before = cpu_seconds()  # in hundredths: too coarse for one question
    for question in questions:
        ask(question)
    return 1000 * (cpu_seconds() - before) / len(questions)


def main() -> None:
    """Measure the pipeline that the standard input names, and write a line of JSON."""
    given = json.loads(sys.stdin.read())
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the libraries print is no part of the answer
    make, _ = PIPELINES[given["name"]]
    pipeline = make(given["model"], Path(given["folder"]))
    files = [Path(file) for file in given["files"]]
    json.dump(measure(pipeline, files, given["questions"]), output)
    output.flush()
    os._exit(0)  # some leave threads behind


if __name__ == "__main__":
    main()
