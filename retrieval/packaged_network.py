"""A network that comes with Pincite: eight-bit integers, run by ONNX Runtime on the processor.

Each has three files: the network as it was taught, the graph by which it is run, which ONNX Runtime
made of it (`pincite.eval.fit.network_graph`) and whose weights stand in the first, and its model
card, which says on what it was taught, how well that went, and the SHA-256 of the other two.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pincite.corpus.errors import ModelError
from pincite.retrieval.inference import session


@dataclass(frozen=True, slots=True)
class NetworkFiles:
    """Where a packaged network is, and what to tell people when it is of no use.

    Attributes:
        home: its folder.
        name: of the network, and how its files begin.
        without: what happens without it.
        remedy: how to do without it where it fails.
    """

    home: Path
    name: str
    without: str
    remedy: str

    @property
    def network(self) -> Path:
        """The network as it was taught."""
        return self.home / f"{self.name}.onnx"

    @property
    def graph(self) -> Path:
        """The graph by which it is run."""
        return self.home / f"{self.name}_graph.onnx"

    @property
    def card_file(self) -> Path:
        """Its model card."""
        return self.home / f"{self.name}.json"

    def card(self) -> ModelCard:
        """What the network says of itself.

        Raises:
            ModelError: its card is missing or damaged.
        """
        file = self.card_file
        try:
            card = json.loads(file.read_text("utf-8"))
            return ModelCard(
                card["embedder"],
                card["sha256"],
                card["graph"],
                card["longest"],
                card["about"],
                dict(card.get("thresholds", {})),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{file} is missing or damaged ({error}); {self.without}") from error


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a packaged network says of itself.

    Attributes:
        embedder: the ``network_id`` of the embedder that it began as, and whose words it reads.
        sha256: of the network's file.
        graph: SHA-256 of the graph's file.
        longest: tokens of two texts, together, that it reads.
        about: data, licences, settings, scores and limits, for people.
        thresholds: by name, what its log-odds must reach; empty where it has none.
    """

    embedder: str
    sha256: str
    graph: str
    longest: int
    about: Mapping[str, Any]
    thresholds: Mapping[str, float] = field(default_factory=dict)


class PackagedNetwork:
    """A network whose files were checked; it is opened when it is first run.

    Args:
        files: where it is.

    Raises:
        ModelError: a file is missing, or not the one that the card names.
    """

    def __init__(self, files: NetworkFiles) -> None:
        self.card = files.card()
        self._files = files
        self._check(files.network, self.card.sha256)
        self._check(files.graph, self.card.graph)
        self._graph = files.graph.read_bytes()
        self._lock = threading.Lock()
        self._session: Any = None

    def run(self, outputs: Sequence[str], inputs: Mapping[str, Any]) -> list[Any]:
        """The named outputs for these inputs, calculated in one thread.

        Raises:
            ModelError: ONNX Runtime refuses the network, or fails.
        """
        try:
            found: list[Any] = self._ready().run(list(outputs), dict(inputs))
        except ModelError:
            raise
        except Exception as error:  # ONNX Runtime has a dozen of its own
            raise ModelError(
                f"{self._files.network} failed ({error}); {self._files.remedy}"
            ) from error
        return found

    def _ready(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = self._opened()
            return self._session

    def _opened(self) -> Any:
        try:
            return session(self._graph, str(self._files.graph), self._files.network, in_bytes=True)
        except ModelError as error:
            raise ModelError(f"{error}; {self._files.remedy}") from error

    def _check(self, file: Path, sha256: str) -> None:
        without = self._files.without
        try:
            with file.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"{file} cannot be read ({error.strerror}); {without}") from error
        if found != sha256:
            raise ModelError(f"{file} is damaged (SHA-256 {found}, expected {sha256}); {without}")
