"""The cross-encoder that comes with Pincite: a network in eight-bit integers, run by ONNX Runtime.

It began as the packaged embedder's network and was taught to read (`pincite eval teach`). Its model
card, ``cross_encoder.json``, says on what, how well that went, and the SHA-256 of its two files:
the network as it was taught, and the graph by which it is run, which ONNX Runtime made of it
(`pincite.eval.fit.cross_encoder_graph`) and whose weights stand in the first.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import ModelError
from pincite.retrieval.cross_encoder.tokens import Pair, PairTokenizer, best_span
from pincite.retrieval.cross_encoder.types import PassageScore
from pincite.retrieval.inference import processors, session

NETWORK, GRAPH, CARD = "cross_encoder.onnx", "cross_encoder_graph.onnx", "cross_encoder.json"
Logits = NDArray[np.float32]
_WITHOUT = (
    "answers come without the cross-encoder, in the order of the search, until Pincite is "
    "installed again"
)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the packaged network says of itself.

    Attributes:
        embedder: the ``network_id`` of the embedder that it began as, and whose words it reads.
        sha256: of the network's file.
        graph: SHA-256 of the graph's file.
        longest: tokens of a question and a passage, together, that it reads.
        about: data, licences, settings, scores and limits, for people.
    """

    embedder: str
    sha256: str
    graph: str
    longest: int
    about: Mapping[str, Any]


def folder() -> Path:
    """Where Pincite looks for the network and its card."""
    return Path(str(files("pincite.retrieval.cross_encoder")))


@cache
def packaged(home: Path | None = None) -> ModelCard:
    """What the packaged network says of itself.

    Raises:
        ModelError: its card is missing or damaged.
    """
    file = (home or folder()) / CARD
    try:
        card = json.loads(file.read_text("utf-8"))
        return ModelCard(
            card["embedder"], card["sha256"], card["graph"], card["longest"], card["about"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{file} is missing or damaged ({error}); {_WITHOUT}") from error


class PackagedCrossEncoder:
    """The packaged network.

    Args:
        tokenizer: the ``tokenizer.json`` of the embedder that it began as.
        home: the folder of the network, its graph and its card.

    Raises:
        ModelError: a file is missing, or not the one that the card names.
    """

    calibrated = True

    def __init__(self, tokenizer: Path, home: Path | None = None) -> None:
        home, card = home or folder(), packaged(home)
        self._file, graph = home / NETWORK, home / GRAPH
        _check(self._file, card.sha256)
        _check(graph, card.graph)
        self._graph = graph.read_bytes()
        self._tokenizer = PairTokenizer(tokenizer, card.longest)
        self._threads = ThreadPoolExecutor(processors(), thread_name_prefix="cross-encoder")
        self._lock = threading.Lock()
        self._session: Any = None

    def read(self, question: str, texts: Sequence[str]) -> list[PassageScore]:
        """See `CrossEncoder`; a long text is read in windows, and the best of them counts."""
        pairs = self._tokenizer.pairs(question, texts)
        best: dict[int, PassageScore] = {}
        for pair, (logit, ends) in zip(pairs, self._threads.map(self._logits, pairs), strict=True):
            known = best.get(pair.passage)
            if known is None or logit > known.logit:
                best[pair.passage] = PassageScore(logit, _span(pair, ends))
        return [best[number] for number in range(len(texts))]

    def _logits(self, pair: Pair) -> tuple[float, Logits]:
        """Log-odds; scores of each token as the first and the last of the answer ``(tokens, 2)``.

        One pair at a time: eight-bit inputs are scaled by what is read at once, so that a passage's
        log-odds would depend on the others, and on padding, which also costs time. Each in one
        thread: ten passages on two processors take 37 ms so, 42 ms one after another in two threads
        each, and 56 ms padded to one length.
        """
        inputs = {name: np.array([getattr(pair, name)]) for name in ("ids", "types")}
        try:
            answers, where = self._ready().run(["answers", "where"], inputs)
        except ModelError:
            raise
        except Exception as error:  # ONNX Runtime has a dozen of its own
            raise ModelError(
                f"the cross-encoder {self._file} failed ({error}); ask without it with "
                "PINCITE_CROSS_ENCODER=none"
            ) from error
        return float(answers[0]), where[0]

    def _ready(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = self._opened()
            return self._session

    def _opened(self) -> Any:
        try:
            name = str(self._file.with_name(GRAPH))
            return session(self._graph, name, self._file, in_bytes=True)
        except ModelError as error:
            raise ModelError(f"{error}; ask without it with PINCITE_CROSS_ENCODER=none") from error


def _span(pair: Pair, ends: Logits) -> tuple[int, int] | None:
    # Not the last token, which is a mark; padding has scores of its own.
    inside = np.array(pair.types[:-1], bool)
    found = best_span(ends, pair.offsets, inside)
    return None if found is None else found[0]


def _check(file: Path, sha256: str) -> None:
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{file} cannot be read ({error.strerror}); {_WITHOUT}") from error
    if found != sha256:
        raise ModelError(f"{file} is damaged (SHA-256 {found}, expected {sha256}); {_WITHOUT}")
