"""What turns text into unit vectors, and the sentence-transformers model that does it.

torch is imported on first use: whatever needs no vector needs no torch.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pincite.corpus.errors import ModelError
from pincite.corpus.types import Span
from pincite.retrieval.embedding.forward_pass import MeanPooling, Vectors
from pincite.retrieval.embedding.model_files import (
    PACKAGED,
    identity,
    model_folder,
    packaged_folder,
)
from pincite.retrieval.embedding.torch import TorchNetwork, has_mean_pooling

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch.nn import Module

__all__ = ["PACKAGED", "Embedder", "SentenceTransformerEmbedder", "Vectors", "windows"]

PARTS = "+parts"
"""At the end of a fingerprint: sentences are embedded by ``embed_parts``, not each as a text."""

_DOCUMENT = ("document", "passage", "corpus")  # what models call the prompt of what is searched
_TRIALS = 5
_WORTH = 0.8  # of the time in float32: what bfloat16 must stay below to be worth its rounding


class Embedder(Protocol):
    """Text to unit vectors. Implementations are safe to call from several threads."""

    @property
    def fingerprint(self) -> str:
        """Everything that shapes a vector, in one line that a person can compare."""

    @property
    def window(self) -> int:
        """How many tokens of one text the model sees, its own special tokens not counted."""

    @property
    def languages(self) -> frozenset[str] | None:
        """BCP-47 codes of the languages that it was trained on; None where nobody says."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens in each text."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit rows ``(len(texts), dimension)``. A text beyond the window is the caller's fault."""

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Vectors]:
        """For each text, unit rows ``(1 + parts, dimension)``: its own, then its parts'.

        The first is what ``embed_documents`` gives. A part is embedded by what it says where it
        stands, or by what it says alone. No row depends on the other texts.
        """

    def embed_query(self, text: str) -> Vectors:
        """One unit vector ``(dimension,)``."""


def embed_alone(
    embed_documents: Callable[[list[str]], Vectors],
    texts: Sequence[str],
    parts: Sequence[Sequence[Span]],
) -> list[Vectors]:
    """`Embedder.embed_parts` for a model that embeds whole texts only: each part as one."""
    said = [
        [text, *(text[part.start : part.end] for part in some)]
        for text, some in zip(texts, parts, strict=True)
    ]
    distinct = list(dict.fromkeys(one for some in said for one in some))
    rows = embed_documents(distinct)
    place = {one: i for i, one in enumerate(distinct)}
    return [rows[[place[one] for one in some]] for some in said]


def before_a_word(text: str, start: int, end: int) -> int:
    """The last place in ``text[start:end]`` to cut at: before a word; ``end`` if there is none."""
    blank = max(text.rfind(" ", start + 1, end), text.rfind("\n", start + 1, end))
    return blank + 1 if blank > start else end


def windows(
    text: str,
    capacity: int,
    count: Callable[[Sequence[str]], list[int]],
    last_cut: Callable[[str, int, int], int] = before_a_word,
) -> list[Span]:
    """Cut ``text`` into greedy pieces of at most ``capacity`` tokens; they tile it.

    A cut falls before a word where it can, inside a word that alone exceeds the capacity where
    it must, and always takes at least one character. ``last_cut(text, start, end)`` may choose
    another place in ``(start, end]``.
    """

    def fits(start: int, end: int) -> bool:
        return count([text[start:end]])[0] <= capacity

    pieces, start = [], 0
    while start < len(text):
        low, high = start + 1, min(start + 8 * capacity, len(text))
        while high < len(text) and fits(start, high):  # so that a long text is not counted whole
            low, high = high, min(2 * high - start, len(text))
        if high == len(text) and fits(start, high):
            end = high
        else:
            while low < high:  # the longest prefix that fits, by bisection
                middle = (low + high + 1) // 2
                low, high = (middle, high) if fits(start, middle) else (low, middle - 1)
            end = last_cut(text, start, low)
        pieces.append(Span(start, end))
        start = end
    return pieces


class SentenceTransformerEmbedder:
    """A sentence-transformers model: the packaged one, one in a folder, or one on the hub.

    Args:
        name: ``all-MiniLM-L6-v2`` (packaged), a folder, or a hub name. Only the last may use the
            network, and only when the model is not cached.
        precision: ``float32``, ``bfloat16``, or ``auto`` for bfloat16 where a trial finds it faster
            (cosines to float32 are at least 0.998, so a library serves both).

    Raises:
        ModelError: no such model, weights that are not safetensors, or a packaged model whose
            files are not the publisher's.
    """

    def __init__(self, name: str = PACKAGED, precision: str = "auto", batch_size: int = 32) -> None:
        known: Mapping[str, str] = {}
        if name == PACKAGED:
            self.folder, known = packaged_folder()
        else:
            self.folder = model_folder(name)
        self.name = name
        self._precision = precision
        self._batch_size = batch_size
        self._model: SentenceTransformer | None = None
        self._pooling: MeanPooling | None = None
        # The tokenizer underneath refuses two threads at once ("Already borrowed").
        self._lock = threading.RLock()
        short = name if name == PACKAGED else Path(name).name
        self.network_id = f"{short}@{identity(self.folder, known)}"
        self.fingerprint = f"{self.network_id}{PARTS}"
        self.languages = frozenset({"en"}) if name == PACKAGED else None

    @property
    def model(self) -> SentenceTransformer:
        """The model, loaded on first use."""
        with self._lock:
            if self._model is None:
                self._model = _load(self.folder, self._precision)
                if has_mean_pooling(self._model):
                    self._pooling = MeanPooling(TorchNetwork(self._model))
            return self._model

    @property
    def network(self) -> Module:
        """The transformer under the model, whose last hidden states are pooled to a vector."""
        network: Module = self.model[0].auto_model  # type: ignore[assignment]
        return network

    @property
    def window(self) -> int:
        """See `Embedder`; room is left for special tokens and the model's longest prompt."""
        prompts = self.model.prompts.values()
        longest = max(self.count([p for p in prompts if p]), default=0)
        return int(self.model.max_seq_length or 512) - 2 - longest

    def count(self, texts: Sequence[str]) -> list[int]:
        """See `Embedder`."""
        if not texts:
            return []
        with self._lock:
            encoded = self.model.tokenizer(
                list(texts), add_special_tokens=False, truncation=False, verbose=False
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        with self._lock:
            model, pooling = self.model, self._pooling
            if pooling is None:
                return self._encode(model.encode_document, list(texts))
            return pooling.embed_whole(list(texts), _prompt(model, *_DOCUMENT))

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Vectors]:
        """See `Embedder`: parts are embedded where they stand if the model's vector is a mean."""
        with self._lock:
            model, pooling = self.model, self._pooling
            if pooling is None:
                return embed_alone(self.embed_documents, texts, parts)
            return pooling.embed(texts, parts, _prompt(model, *_DOCUMENT))

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder`; a question beyond the window is embedded in pieces and averaged."""
        pieces = [text[s.start : s.end] for s in windows(text, self.window, self.count)] or [text]
        mean = self._rows_of_question(pieces).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)

    def _rows_of_question(self, pieces: list[str]) -> Vectors:
        with self._lock:
            model, pooling = self.model, self._pooling
            if pooling is None:
                return self._encode(model.encode_query, pieces)
            return pooling.embed_whole(pieces, _prompt(model, "query"))

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        with self._lock:
            rows = encode(
                texts,
                batch_size=self._batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(rows, np.float32)


@cache
def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16 faster than in float32, tried for some 20 ms.

    One with AVX-512 BF16 and no AMX took 1.5 times as long, so without AMX it is not tried, and
    torch not imported.
    """
    if not has_amx():
        return False
    try:
        import torch
    except ImportError:  # where it is not installed nothing is calculated by it
        return False

    if not torch.cpu._is_avx512_bf16_supported():
        return False

    def seconds(kind: torch.dtype) -> float:
        layer = torch.nn.Linear(384, 1536, dtype=kind)
        rows, times = torch.ones(256, 384, dtype=kind), []
        with torch.inference_mode():
            for _ in range(_TRIALS):
                started = time.perf_counter()
                layer(rows)
                times.append(time.perf_counter() - started)
        return min(times)

    return seconds(torch.bfloat16) < _WORTH * seconds(torch.float32)


def has_amx() -> bool:
    """Whether the processor has Intel's matrix units for bfloat16; told on Linux only."""
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return False


def _prompt(model: SentenceTransformer, *names: str) -> str:
    """What goes before a text of this kind: the first prompt of these names that the model has."""
    default = model.default_prompt_name
    chosen = next((name for name in names if name in model.prompts), default)
    return (model.prompts.get(chosen) if chosen else "") or ""


def _load(folder: Path, precision: str) -> SentenceTransformer:
    """Load the model without asking the hub for anything: its folder has it all."""
    with _quiet():
        import torch
        from sentence_transformers import SentenceTransformer

        if precision == "auto":
            precision = "bfloat16" if has_fast_bfloat16() else "float32"
        try:
            return SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": getattr(torch, precision), "use_safetensors": True},
            )
        except Exception as error:  # each library underneath has its own
            raise ModelError(
                f"the embedding model in {folder} cannot be loaded: {error}; check that it is a "
                "sentence-transformers model with safetensors weights"
            ) from error


@contextlib.contextmanager
def _quiet() -> Any:
    """Keep the libraries underneath from talking on a person's terminal, and off the network."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import transformers

    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    yield
