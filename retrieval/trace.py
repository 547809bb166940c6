"""How an answer came about: what each stage found and how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Stages:
    """Milliseconds by stage, in the order in which the stages ran.

    ``watch`` gets the name of each stage as it begins; what it raises ends the work there.
    """

    watch: Callable[[str], None] = lambda stage: None
    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Note the time that the block takes under ``stage``."""
        self.watch(stage)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.milliseconds[stage] = round((time.perf_counter() - start) * 1000, 3)


@dataclass(frozen=True, slots=True)
class Trace:
    """What can be said of how an answer was found.

    Attributes:
        generation: of the library that was asked.
        fingerprint: of the embedder that was used.
        confidence_kind: what ``Answer.confidence`` is: ``score``, or ``probability`` once fitted.
        threshold: from which on an answer is ANSWERED.
        scores: by stage, the numbers that the stage gave to what became of its best.
        milliseconds: by stage.
        corrected: misspelt words of the question, each with what was read in its place.
        asked: how many documents the question was limited to; None where it was put to all.
        left_out: how many others the library has.
        listed: where the quotes are the list of the documents, how many documents there are.
        carried: of a question that leans on the one before it, what was looked for: words of
            both.
        documents: how many the library had; None in answers of earlier versions.
        reranked: how many passages were read together with the question.
        rewritten: the question that was asked in place of a follow-up, as a model words it.
    """

    generation: int
    fingerprint: str
    confidence_kind: str
    threshold: float
    scores: dict[str, Any]
    milliseconds: dict[str, float]
    corrected: dict[str, str] = field(default_factory=dict)
    asked: int | None = None
    left_out: int = 0
    listed: int | None = None
    carried: tuple[str, ...] = ()
    documents: int | None = None
    reranked: int = 0
    rewritten: str = ""
