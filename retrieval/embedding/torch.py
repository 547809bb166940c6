"""A sentence-transformers model's network, run by torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pincite.retrieval.embedding.forward_pass import Encoded, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class TorchNetwork:
    """The transformer and the tokenizer of a model, without its wrapper.

    Args:
        model: for which ``has_mean_pooling`` holds.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        network: Any = model[0]
        self._network = network.auto_model
        self._tokenizer: Any = model.tokenizer
        self._longest = int(model.max_seq_length or 512)
        self.width = int(self._network.config.hidden_size)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """See `Network`."""
        if not texts:
            return []
        encoded = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=self._longest,
            return_offsets_mapping=True,
            return_attention_mask=False,
            verbose=False,
        )
        return [
            Encoded(ids, np.array(offsets, np.int64).reshape(-1, 2))
            for ids, offsets in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
        ]

    def states(self, batches: Sequence[Sequence[list[int]]]) -> Iterator[Vectors]:
        """See `Network`; torch uses all processors for each batch."""
        import torch

        for ids in batches:
            padded = {"input_ids": list(ids)}
            if len({len(one) for one in ids}) > 1:  # else nothing to mask, which is faster
                padded = self._tokenizer.pad(padded, padding_side="right")
            inputs = {name: torch.tensor(values) for name, values in padded.items()}
            with torch.inference_mode():
                states: Vectors = self._network(**inputs).last_hidden_state.float().numpy()
            yield states


def has_mean_pooling(model: SentenceTransformer) -> bool:
    """Whether a model's vector is a plain mean, and its tokenizer tells where each token stands."""
    names = [type(module).__name__ for module in model]
    if names not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return False
    pooling: Any = model[1]
    # Before version 6 of sentence-transformers the mode was not an attribute.
    mode = getattr(pooling, "pooling_mode", None) or pooling.get_pooling_mode_str()
    plain = mode == "mean" and pooling.include_prompt
    return bool(plain and getattr(model.tokenizer, "is_fast", False))
