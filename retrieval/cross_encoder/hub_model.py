"""A cross-encoder by name: a folder, or a model on the hub that somebody else taught.

Two kinds are known: cross-encoders with one score (``…ForSequenceClassification``), and models that
answer questions (``…ForQuestionAnswering``), whose score is that of the best span less that of "not
here". The confidence was not fitted on either, and does without them.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import ModelError
from pincite.retrieval.cross_encoder.tokens import best_span
from pincite.retrieval.cross_encoder.types import PassageScore
from pincite.retrieval.embedding.model_files import model_folder

_WINDOW = 512  # tokens of a question and a passage, at most
_AT_ONCE = 16  # passages of one pass
_LEAST = -30.0  # log-odds of a passage without a word
_KINDS = {
    "ForSequenceClassification": "AutoModelForSequenceClassification",
    "ForQuestionAnswering": "AutoModelForQuestionAnswering",
}


class HubCrossEncoder:
    """A model of the hub, or of a folder, run by torch.

    Args:
        name: of the model. Its weights are loaded on first use.

    Raises:
        ModelError: there is no such model, it has no safetensors, or it is of another kind.
    """

    calibrated = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._folder = model_folder(name, "cross-encoder", "PINCITE_CROSS_ENCODER")
        self._kind = _kind(name, self._folder)
        self._lock = threading.Lock()
        self._parts: tuple[Any, Any] | None = None

    def read(self, question: str, texts: Sequence[str]) -> list[PassageScore]:
        """See `CrossEncoder`; of a text beyond the model's window the first part is read."""
        model, tokenizer = self._loaded()
        try:
            return [
                score
                for start in range(0, len(texts), _AT_ONCE)
                for score in self._read(model, tokenizer, question, texts[start : start + _AT_ONCE])
            ]
        except Exception as error:  # torch and tokenizers have dozens of their own
            raise ModelError(
                f"the cross-encoder {self.name!r} failed ({error}); name another in "
                "PINCITE_CROSS_ENCODER, or 'packaged'"
            ) from error

    def _read(
        self, model: Any, tokenizer: Any, question: str, texts: Sequence[str]
    ) -> list[PassageScore]:
        import torch

        with self._lock:  # a tokenizer refuses two threads at once
            encoded = tokenizer(
                [question] * len(texts),
                list(texts),
                padding=True,
                truncation="longest_first",
                max_length=min(_WINDOW, tokenizer.model_max_length, _positions(model)),
                return_tensors="pt",
                return_offsets_mapping=True,
            )
        offsets = encoded.pop("offset_mapping").numpy()
        with torch.inference_mode():
            out = model(**encoded)
        if self._kind == "ForSequenceClassification":
            return [PassageScore(_finite(float(row[0])), None) for row in out.logits.float()]
        ends = np.stack([out.start_logits.float().numpy(), out.end_logits.float().numpy()], -1)
        return [
            _score(ends[i], offsets[i], np.array([s == 1 for s in encoded.sequence_ids(i)]))
            for i in range(len(texts))
        ]

    def _loaded(self) -> tuple[Any, Any]:
        with self._lock:
            if self._parts is None:
                import transformers

                try:
                    kind = getattr(transformers, _KINDS[self._kind])
                    model = kind.from_pretrained(self._folder, use_safetensors=True).eval()
                    tokenizer = transformers.AutoTokenizer.from_pretrained(self._folder)
                except Exception as error:  # transformers has dozens of its own
                    raise ModelError(
                        f"the cross-encoder {self.name!r} cannot be loaded ({error}); name another "
                        "in PINCITE_CROSS_ENCODER, or 'packaged'"
                    ) from error
                self._parts = model, tokenizer
            return self._parts


def _kind(name: str, folder: Path) -> str:
    """Which of the known kinds a model is of, by its ``config.json``."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        [architecture] = config["architectures"]
        labels = len(config.get("id2label", ())) or config.get("num_labels", 2)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the cross-encoder {name!r} has no config.json that names one architecture "
            f"({error!r}); "
            "name another in PINCITE_CROSS_ENCODER, or 'packaged'"
        ) from error
    kind = next((kind for kind in _KINDS if architecture.endswith(kind)), None)
    if kind is None or (kind == "ForSequenceClassification" and labels != 1):
        raise ModelError(
            f"the model {name!r} is a {architecture} with {labels} labels; a cross-encoder is a "
            "…ForSequenceClassification with one, or a …ForQuestionAnswering; name another in "
            "PINCITE_CROSS_ENCODER, or 'packaged'"
        )
    return kind


def _score(
    ends: NDArray[np.float32], offsets: NDArray[np.int64], inside: NDArray[np.bool_]
) -> PassageScore:
    """The best span's score less that of the first token, which stands for "not here"."""
    best = best_span(ends, offsets.tolist(), inside)
    if best is None:
        return PassageScore(_LEAST, None)
    span, score = best
    return PassageScore(_finite(score - float(ends[0].sum())), span)


def _finite(logit: float) -> float:
    if not math.isfinite(logit):
        raise ValueError(f"it gives {logit} for a passage")
    return logit


def _positions(model: Any) -> int:
    """How many tokens the model can read; RoBERTa keeps two places for itself."""
    return int(getattr(model.config, "max_position_embeddings", _WINDOW + 2)) - 2
