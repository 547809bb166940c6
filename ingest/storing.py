"""Passages to vectors: their own, with headings, and those of their sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pincite.corpus.types import Passage
from pincite.retrieval.embedder import Embedder, Vectors

_BATCH_TEXTS = 64  # between two signs of life


def embed(
    wanted: Mapping[bytes, tuple[Passage, str]],
    embedder: Embedder,
    on_embedded: Callable[[int], None],
) -> dict[bytes, Vectors]:
    """Unit rows ``(1 + sentences, dimension)`` for each passage key.

    Args:
        wanted: by key, the passage and the whole text of its document. Equal texts are embedded
            once.
        embedder: what makes the vectors.
        on_embedded: hears, batch by batch, how many texts were embedded.
    """
    texts = {
        key: [passage.embedded_text(whole), *passage.embedded_sentences(whole)]
        for key, (passage, whole) in wanted.items()
    }
    distinct = list(dict.fromkeys(text for some in texts.values() for text in some))
    rows: list[Vectors] = []
    for start in range(0, len(distinct), _BATCH_TEXTS):
        some = distinct[start : start + _BATCH_TEXTS]
        rows.extend(embedder.embed_documents(some))
        on_embedded(len(some))
    row_of = dict(zip(distinct, rows, strict=True))
    return {key: np.stack([row_of[text] for text in some]) for key, some in texts.items()}
