"""What the commands share that train a network: their options, where it begins, and its embedder.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pincite.corpus.errors import UsageError
from pincite.eval.console import Overrides, settings_of

if TYPE_CHECKING:
    from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder

Checkpoint = Annotated[
    Path | None,
    typer.Option(help="Save progress to this file, and continue from it after a stop."),
]
Rate = Annotated[float | None, typer.Option(min=0, help="The highest learning rate.")]
Frozen = Annotated[
    int | None, typer.Option(min=0, help="Number of first layers to keep unchanged.")
]
Seed = Annotated[int | None, typer.Option(help="The seed of the random numbers.")]


def trainable_embedder(config: Overrides) -> SentenceTransformerEmbedder:
    """The embedder of the settings, whose network another one begins as.

    Raises:
        UsageError: it has no network that can be trained.
    """
    from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
    from pincite.retrieval.engine import open_embedder

    embedder = open_embedder(settings_of(config))
    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise UsageError(
            f"the embedder {embedder.fingerprint} cannot be trained; name a "
            "sentence-transformers model with --config embedder=NAME"
        )
    return embedder


def weights_of(file: Path) -> dict[str, Any]:
    """The weights in a checkpoint, or in a network (.onnx).

    Raises:
        UsageError: the file is missing or damaged.
    """
    from pincite.eval.fit.course import weights
    from pincite.eval.fit.export import exported_weights

    return exported_weights(file) if file.suffix == ".onnx" else weights(file)
