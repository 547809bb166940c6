"""A LangChain vector store on a library."""

from pincite.ingest.langchain.store import PinciteVectorStore

__all__ = ["PinciteVectorStore"]
