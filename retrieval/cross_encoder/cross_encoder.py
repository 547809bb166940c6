"""Which cross-encoder reads the passages: the packaged one, one by name, or none.

A cosine tells what a passage is about, not whether it answers. A cross-encoder reads question and
passage together, word against word, and says how likely the passage answers, and where.
"""

from __future__ import annotations

from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.embedding.embedder import Embedder, SentenceTransformerEmbedder

PACKAGED, NONE = "packaged", "none"


def cross_encoder_for(embedder: Embedder, name: str = PACKAGED) -> CrossEncoder | None:
    """The cross-encoder that reads what this embedder finds; None where there is none.

    The packaged one goes with the packaged embedder, for which the confidence was fitted.

    Args:
        name: ``packaged``, ``none``, a folder, or the name of a model on the hub.

    Raises:
        ModelError: its files are missing or damaged, or it is of a kind that cannot be used.
    """
    if name == NONE:
        return None
    if name != PACKAGED:
        from pincite.retrieval.cross_encoder.hub_model import HubCrossEncoder

        return HubCrossEncoder(name)
    from pincite.retrieval.cross_encoder.packaged import PackagedCrossEncoder, packaged

    if not isinstance(embedder, SentenceTransformerEmbedder):
        return None
    if packaged().embedder != embedder.network_id:
        return None
    return PackagedCrossEncoder(embedder.folder / "tokenizer.json")
