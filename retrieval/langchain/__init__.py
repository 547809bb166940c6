"""LangChain's interfaces over Pincite: embeddings, and a retriever with citations."""

from pincite.corpus.extras import require

require("langchain", "pincite.retrieval.langchain")

from pincite.retrieval.langchain.embeddings import LangChainEmbedder, PinciteEmbeddings, as_embedder  # noqa: E402
from pincite.retrieval.langchain.retriever import PinciteRetriever  # noqa: E402

__all__ = [
    "PinciteEmbeddings",
    "LangChainEmbedder",
    "as_embedder",
    "PinciteRetriever",
]
