"""A LangChain vector store on a library."""

from pincite.corpus.extras import require

require("langchain", "pincite.ingest.langchain")

from pincite.ingest.langchain.store import PinciteVectorStore  # noqa: E402

__all__ = ["PinciteVectorStore"]
