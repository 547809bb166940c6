"""LangChain's interfaces over Pincite: embeddings, a retriever with citations, a vector store."""

from retrieval.langchain.embeddings import LangChainEmbedder, PinciteEmbeddings, as_embedder
from retrieval.langchain.retriever import PinciteRetriever
from retrieval.langchain.store import PinciteVectorStore

__all__ = [
    "PinciteEmbeddings",
    "LangChainEmbedder",
    "as_embedder",
    "PinciteRetriever",
    "PinciteVectorStore",
]
