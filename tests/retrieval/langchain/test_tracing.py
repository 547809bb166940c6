"""LangSmith's variables in the environment make nothing of ours send anything."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.langchain import LangChainTracer
from langsmith.utils import get_env_var, tracing_is_enabled

from pincite.corpus.errors import WriterError
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain.retriever import PinciteRetriever
from pincite.retrieval.settings import load_settings
from pincite.retrieval.written_answer import Writers

# What a person's program does with each part, and a while for whoever sends from another thread.
PROGRAM = """
import asyncio, sys
from pincite.ingest.langchain import PinciteVectorStore
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain import PinciteEmbeddings, PinciteRetriever
from pincite.retrieval.settings import load_settings

embeddings = PinciteEmbeddings(HashingEmbedder())
with PinciteVectorStore.open(sys.argv[1], embeddings) as store:
    store.add_texts(["The barn owl hunts mice at night."], ids=["owl"])
    store.similarity_search("mice")
    retriever = store.as_retriever(search_kwargs={"k": 1})
    assert retriever.invoke("mice") and asyncio.run(retriever.ainvoke("mice"))
    assert retriever.batch(["mice"]) and list(retriever.stream("mice"))
with Engine.open(sys.argv[1], settings=load_settings(embedder="hashing")) as engine:
    retriever = PinciteRetriever(engine=engine)
    assert retriever.invoke("mice") and asyncio.run(retriever.ainvoke("mice"))
    engine.ask("What does the owl hunt?")
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


class Ear:
    """A server on this machine that counts who connects, and answers nobody."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    opened = Ear()
    yield opened
    opened.close()


def run(ear: Ear, folder: Path, **more: str) -> None:
    traced = {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{ear.port}",
        "LANGSMITH_API_KEY": "secret",
    }
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    done = subprocess.run(
        command, env={**os.environ, **traced, **more}, capture_output=True, timeout=120, text=True
    )
    assert done.returncode == 0, done.stderr


def test_nothing_is_sent_whatever_the_environment_says(ear: Ear, tmp_path: Path) -> None:
    run(ear, tmp_path / "birds")
    assert ear.connections == 0


def test_it_is_sent_where_that_is_allowed(ear: Ear, tmp_path: Path) -> None:
    run(ear, tmp_path / "birds", PINCITE_ALLOW_TRACING="1")
    assert ear.connections > 0


class Tracer(LangChainTracer):
    """Notes what it hears, in place of sending it."""

    def __init__(self) -> None:
        super().__init__(client=cast(Any, object()))
        self.heard: list[str] = []

    def on_retriever_start(self, *args: Any, **kwargs: Any) -> Any:
        self.heard.append("start")

    def on_retriever_end(self, *args: Any, **kwargs: Any) -> Any:
        self.heard.append("end")

    def on_chain_start(self, *args: Any, **kwargs: Any) -> Any:
        return None

    def on_chain_end(self, *args: Any, **kwargs: Any) -> Any:
        return None


class Listener(BaseCallbackHandler):
    """Somebody else who listens."""

    def __init__(self) -> None:
        self.documents = 0

    def on_retriever_end(self, documents: Any, **kwargs: Any) -> Any:
        self.documents += len(documents)


def test_a_chains_tracer_does_not_hear_of_the_retriever_in_it(
    engine: Engine,
) -> None:
    retriever = PinciteRetriever(engine=engine, k=2)
    tracer, listener = Tracer(), Listener()
    inside = RunnableLambda(retriever.invoke)
    for chain in (retriever | RunnableLambda(len), inside, retriever):
        chain.invoke("What do gulls eat?", config={"callbacks": [tracer, listener]})
    assert not tracer.heard
    assert listener.documents == 6
    engine.settings = engine.settings.model_copy(update={"allow_tracing": "1"})
    retriever.invoke("What do gulls eat?", config={"callbacks": [tracer]})
    assert tracer.heard == ["start", "end"]


@pytest.mark.parametrize("allowed", ["0", "1"])
def test_the_writer_is_opened_with_what_the_settings_say_of_tracing(
    monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    get_env_var.cache_clear()
    settings = load_settings(
        writer="openai:gull", writer_url="http://127.0.0.1:1/v1", allow_tracing=allowed
    )
    model = Writers().open(settings, lambda sentence: None).model
    monkeypatch.setattr(type(model._chat), "stream", _is_traced)
    with pytest.raises(WriterError, match="broke off") as raised:
        list(model.stream("", "", 1))
    get_env_var.cache_clear()
    assert f"broke off: {allowed == '1'}" in str(raised.value)


def _is_traced(*_: object, **__: object) -> Iterator[Any]:
    raise RuntimeError(bool(tracing_is_enabled()))
