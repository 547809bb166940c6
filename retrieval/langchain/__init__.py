"""LangChain's interfaces over Pincite: embeddings, and a retriever with citations."""

from pincite.retrieval.langchain.embeddings import LangChainEmbedder, PinciteEmbeddings, as_embedder
from pincite.retrieval.langchain.retriever import PinciteRetriever

__all__ = [
    "PinciteEmbeddings",
    "LangChainEmbedder",
    "as_embedder",
    "PinciteRetriever",
]
