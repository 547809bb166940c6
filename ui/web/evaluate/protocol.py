"""What the page for evaluations needs of them. ``eval`` has it, and this never imports that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from pincite.corpus.extras import available
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.settings import Settings

GROUP = "pincite.evaluations"
Progress = Callable[[str, int, int], None]


class Evaluated(Protocol):
    """One gold set, asked and measured; or that, compared with another run."""

    @property
    def report(self) -> Mapping[str, Any]:
        """All numbers as JSON values."""

    @property
    def html(self) -> str:
        """The report as a page of its own, which loads nothing."""


class Run(Evaluated, Protocol):
    """One gold set, asked and measured."""

    @property
    def label(self) -> str:
        """Which questions were asked."""


class Evaluations(Protocol):
    """The gold sets that can be asked, and the asking."""

    def names(self) -> list[str]:
        """The gold sets."""

    def splits(self, name: str) -> list[str]:
        """The splits of a gold set, in order."""

    def run(
        self,
        name: str,
        split: str | None = None,
        limit: int | None = None,
        progress: Progress = ...,
        cancelled: Callable[[], bool] = ...,
    ) -> Run:
        """Ask a gold set. ``progress`` hears what is being done, how much of it, of how much.

        Raises:
            PinciteError: it was cancelled, or could not be asked.
        """

    def compare(self, a: Any, b: Any) -> Evaluated:
        """What the run ``a`` has over ``b``.

        Raises:
            UsageError: they share no question.
        """


def load_evaluations(
    settings: Settings, embedder: Embedder, folders: Sequence[Path] = ()
) -> Evaluations | None:
    """The installed evaluations; None where there are none, or without the extra they need."""
    if not available("eval"):
        return None
    for found in entry_points(group=GROUP):
        evaluations: Evaluations = found.load()(settings, embedder, folders)
        return evaluations
    return None
