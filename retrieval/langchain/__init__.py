"""LangChain's interfaces over Pincite: embeddings, a retriever with citations, a vector store."""

from pincite.retrieval.langchain.embeddings import LangChainEmbedder, PinciteEmbeddings, as_embedder
from pincite.retrieval.langchain.retriever import PinciteRetriever
from pincite.retrieval.langchain.store import PinciteVectorStore

__all__ = [
    "PinciteEmbeddings",
    "LangChainEmbedder",
    "as_embedder",
    "PinciteRetriever",
    "PinciteVectorStore",
]
