"""Retrievers that tell LangSmith nothing, whatever its variables in the environment say.

LangChain sends each run of a retriever, question and documents with it, to LangSmith's servers
where ``LANGSMITH_TRACING`` is set, which somebody else may have done. Ours do so only where the
setting ``allow_tracing`` is 1: that of the engine, or of the environment for what has none.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler, BaseCallbackManager, Callbacks
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config
from langchain_core.tracers.langchain import LangChainTracer
from langchain_core.vectorstores import VectorStoreRetriever
from langsmith.run_helpers import tracing_context


class UntracedRetriever(BaseRetriever):
    """A retriever whose runs no tracer of LangSmith hears of. Other callbacks hear of them."""

    def invoke(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> list[Document]:
        """As of `BaseRetriever`."""
        with self._untraced():
            return super().invoke(input, self._without_tracers(config), **kwargs)

    async def ainvoke(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> list[Document]:
        """As of `BaseRetriever`."""
        with self._untraced():
            return await super().ainvoke(input, self._without_tracers(config), **kwargs)

    def _may_trace(self) -> bool:
        return os.environ.get("PINCITE_ALLOW_TRACING") == "1"

    def _untraced(self) -> AbstractContextManager[None]:
        return nullcontext() if self._may_trace() else tracing_context(enabled=False)

    def _without_tracers(self, config: RunnableConfig | None) -> RunnableConfig:
        """The config, with that of the chain around it, without the tracers that came with it."""
        whole = ensure_config(config)
        if not self._may_trace():
            whole["callbacks"] = _quiet(whole.get("callbacks"))
        return whole


class UntracedVectorStoreRetriever(UntracedRetriever, VectorStoreRetriever):
    """What `PinciteVectorStore.as_retriever` gives."""


def _quiet(callbacks: Callbacks) -> Callbacks:
    if isinstance(callbacks, BaseCallbackManager):
        quiet = callbacks.copy()
        quiet.set_handlers(_others(callbacks.handlers), inherit=False)
        quiet.inheritable_handlers = _others(callbacks.inheritable_handlers)
        return quiet
    return None if callbacks is None else _others(callbacks)


def _others(handlers: list[BaseCallbackHandler]) -> list[BaseCallbackHandler]:
    return [one for one in handlers if not isinstance(one, LangChainTracer)]
