"""What a cross-encoder is, and what it makes of a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PassageScore:
    """What a cross-encoder makes of a passage.

    Attributes:
        logit: the log-odds that the passage answers.
        span: where in its text the answer stands, half-open code points; None where it cannot say.
    """

    logit: float
    span: tuple[int, int] | None


class CrossEncoder(Protocol):
    """Reads a question and passages together. Safe to use from several threads."""

    @property
    def calibrated(self) -> bool:
        """Whether the confidence that comes with Pincite was fitted on its log-odds."""

    def read(self, question: str, texts: Sequence[str]) -> list[PassageScore]:
        """What it makes of each text.

        Raises:
            ModelError: the model cannot be used.
        """
