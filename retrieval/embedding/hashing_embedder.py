"""An embedder without a model: hashed words. For tests, benchmarks and tiny machines.

It sees shared words and parts of words, no meaning; it is deterministic and needs no torch.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from pincite.corpus.types import Span
from pincite.retrieval.embedding.embedder import PARTS, Vectors, embed_alone

HASHING = "hashing"
_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Signed feature hashing of words and their first four letters (Weinberger et al. 2009).

    >>> HashingEmbedder(8).embed_documents(["one", "two"]).shape
    (2, 8)
    """

    def __init__(self, dimension: int = 256, window: int = 200) -> None:
        self.dimension = dimension
        self.window = window
        self.fingerprint = f"{HASHING}@{dimension}{PARTS}"
        self.languages: frozenset[str] | None = None

    def count(self, texts: Sequence[str]) -> list[int]:
        """See `Embedder`: a token is a word."""
        return [len(_WORD.findall(text)) for text in texts]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text.lower()):
                for feature, weight in ((word, 1.0), (word[:4] + "*", 0.5)):
                    digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
                    column = int.from_bytes(digest[:7], "little") % self.dimension
                    row[column] += weight if digest[7] & 1 else -weight
            length = float(np.linalg.norm(row))
            row[:] = row / length if length else self.dimension**-0.5
        return rows

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Vectors]:
        """See `Embedder`: of the words in each part."""
        return embed_alone(self.embed_documents, texts, parts)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder`."""
        row: Vectors = self.embed_documents([text])[0]
        return row
