"""Questions, checked before they are asked, and those who hear what came of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pincite.corpus.errors import QuestionError
from pincite.retrieval.answer import Answer


@dataclass(frozen=True, slots=True)
class QuestionEvent:
    """A question that was asked: the seconds that it took, and its answer or why there is none."""

    seconds: float
    answer: Answer | None = None
    error: Exception | None = None


class Listeners:
    """Those who hear of every question, in the thread that asked it."""

    def __init__(self) -> None:
        self._all: list[Callable[[QuestionEvent], None]] = []

    def add(self, listener: Callable[[QuestionEvent], None]) -> None:
        """Tell ``listener`` too, from now on."""
        self._all.append(listener)

    def told(self, work: Callable[[], Answer]) -> Answer:
        """What ``work`` gives; whether it gives an answer or fails, all hear of it."""
        start = time.perf_counter()
        try:
            found = work()
        except Exception as error:
            self._tell(QuestionEvent(time.perf_counter() - start, error=error))
            raise
        self._tell(QuestionEvent(time.perf_counter() - start, found))
        return found

    def _tell(self, asked: QuestionEvent) -> None:
        for listener in self._all:
            listener(asked)


def checked(question: str, longest: int) -> str:
    """The question without blanks around it.

    Raises:
        QuestionError: it is empty, no text, or has more than ``longest`` characters.
    """
    question = question.strip()
    if len(question) > longest:
        raise QuestionError(
            f"the question has {len(question):,} characters, and a question may have "
            f"{longest:,}; ask a shorter one"
        )
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError(f"the question {question!r} is not valid text; send it as UTF-8")
    if not any(character.isalnum() for character in question):
        raise QuestionError(f"the question {question!r} has no words; ask it in a sentence")
    return question
