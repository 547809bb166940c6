"""Our embedder as LangChain's ``Embeddings``, and LangChain's ``Embeddings`` as our embedder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from pincite.corpus.errors import ModelError
from pincite.corpus.types import Span
from pincite.retrieval.embedding.embedder import PARTS, Embedder, Vectors, embed_alone, windows
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.settings import load_settings

# Where LangChain's integrations keep the model's name; there is no common attribute.
_NAMES = ("model", "model_name", "model_id", "deployment", "deployment_name", "repo_id")


class PinciteEmbeddings(Embeddings):
    """An `Embedder` behind LangChain's interface. All vectors are of unit length.

    A text beyond the model's window is embedded in pieces and averaged, never truncated.

    Args:
        embedder: by default the one in the settings.

    >>> from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
    >>> len(PinciteEmbeddings(HashingEmbedder(8)).embed_query("a question"))
    8
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self.embedder = embedder or open_embedder(load_settings())

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector a text."""
        pieces = [_pieces(text, self.embedder) for text in texts]
        if not pieces:
            return []
        rows = self.embedder.embed_documents([piece for some in pieces for piece in some])
        ends = accumulate(map(len, pieces), initial=0)
        means = [rows[start:end].mean(axis=0) for start, end in pairwise(ends)]
        return [unit(mean).tolist() for mean in means]

    def embed_query(self, text: str) -> list[float]:
        """The question's unit vector."""
        return [float(value) for value in self.embedder.embed_query(text)]


class LangChainEmbedder:
    """Any LangChain ``Embeddings`` as an `Embedder`.

    LangChain tells neither a model's window nor its tokens. A token is counted as a byte of
    UTF-8 here, which no usual tokenizer exceeds, and the window is 1,000 bytes: some 250 tokens of
    English, which fits models of 256 tokens and more. Name a larger ``window`` for one that sees
    more at once.

    Args:
        embeddings: called once with one word to learn the dimension.
        name: what tells this model from others in the fingerprint; by default its class and the
            model's name where it has one.
        window: bytes of one text that the model sees.
    """

    def __init__(self, embeddings: Embeddings, name: str | None = None, window: int = 1000) -> None:
        self.embeddings = embeddings
        self.window = window
        self.languages: frozenset[str] | None = None
        self._name = name or _name(embeddings)

    @cached_property
    def dimension(self) -> int:
        """How many numbers a vector has, as the model shows it."""
        return len(self.embeddings.embed_query("dimension"))

    @property
    def fingerprint(self) -> str:
        """See `Embedder`."""
        return f"{self._name}@{self.dimension}{PARTS}"

    def count(self, texts: Sequence[str]) -> list[int]:
        """See `Embedder`: a token is a byte."""
        return [len(text.encode("utf-8", "surrogatepass")) for text in texts]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`.

        Raises:
            ModelError: the model gave vectors of another number or dimension, or not finite ones.
        """
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return self._checked(self.embeddings.embed_documents(list(texts)), len(texts))

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Vectors]:
        """See `Embedder`: each part is a text of its own to the model."""
        return embed_alone(self.embed_documents, texts, parts)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder`; a question beyond the window is embedded in pieces and averaged."""
        pieces = _pieces(text, self)
        rows = self._checked([self.embeddings.embed_query(piece) for piece in pieces], len(pieces))
        return unit(rows.mean(axis=0))

    def _checked(self, vectors: Any, texts: int) -> Vectors:
        lengths = {len(vector) for vector in vectors}
        if len(vectors) != texts or lengths != {self.dimension}:
            raise ModelError(
                f"{self._name} gave {len(vectors)} vectors of dimension {sorted(lengths)} for "
                f"{texts} texts, and its dimension was {self.dimension}; check its settings"
            )
        rows = np.asarray(vectors, np.float64)
        if not np.isfinite(rows).all():
            raise ModelError(f"{self._name} gave a vector with a number that is not finite")
        return unit(rows)


def as_embedder(embeddings: Embeddings) -> Embedder:
    """The embedder inside a `PinciteEmbeddings`, or one around any other ``Embeddings``."""
    if isinstance(embeddings, PinciteEmbeddings):
        return embeddings.embedder
    return LangChainEmbedder(embeddings)


def _pieces(text: str, embedder: Embedder) -> list[str]:
    """The text in pieces that the embedder sees whole; one piece where it fits."""
    return [text[s.start : s.end] for s in windows(text, embedder.window, embedder.count)] or [text]


def unit(rows: NDArray[np.floating[Any]]) -> Vectors:
    """The rows, or the one row, at unit length. A row of zeros stays: its every cosine is 0."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), np.float32)


def _name(embeddings: Embeddings) -> str:
    model = next((v for n in _NAMES if isinstance(v := getattr(embeddings, n, None), str)), "")
    return ":".join(filter(None, [type(embeddings).__name__, model]))
