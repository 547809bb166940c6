"""Lessons for the checker: questions beside texts that say what is asked, or only nearly do.

They are made of what the retriever brings up for the questions of gold sets
(`pincite.eval.fit.hard_negatives`): what comes up and does not answer is just what the checker
has to tell from what does. Each lesson is of one of ``KINDS``, which says how it came about.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pincite.corpus.errors import UsageError
from pincite.eval.metrics.answers import contained

if TYPE_CHECKING:
    from pincite.eval.fit.hard_negatives import Retrieved

# How much a lesson of each kind weighs. Those that a person wrote weigh the most.
KINDS = {
    "answer": 1.0,  # the text holds the evidence
    "unanswerable": 1.0,  # nothing answers it in what the gold set asks it of
    "swapped": 0.5,  # a name or number of the question was exchanged, so the text says no more
    "beside": 0.4,  # what came up in the answer's document, and is not it
    "elsewhere": 0.3,  # what came up among all documents
}
_TAKEN, _SEED = 2, 7  # lessons that are made of the best sentences of a question
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*|\b\d[\d,.]*\d\b")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question, a text, and whether the text says what is asked.

    Attributes:
        kind: one of ``KINDS``.
        set: the gold set.
        topic: what the text is of, so that what was taught can be tested on other topics.
        answer: where in the text an answer stands, half-open, where the text says it.
    """

    question: str
    text: str
    says: bool
    kind: str
    set: str
    topic: str
    answer: tuple[int, int] | None = None


def lessons(came_up: Iterable[Retrieved]) -> list[Lesson]:
    """What is to be learned from what came up. The same input gives the same lessons."""
    came_up = list(came_up)
    names: dict[str, dict[str, None]] = {}  # of each topic, in the order that they came up in
    for found in came_up:
        for text, _ in found.texts:
            names.setdefault(found.topic, {}).update(dict.fromkeys(_NAME.findall(text)))
    choice = random.Random(_SEED)
    return [x for found in came_up for x in _lessons(found, list(names[found.topic]), choice)]


def write(taught: Iterable[Lesson], file: Path) -> None:
    """Write lessons, one as JSON a line.

    Raises:
        UsageError: the file cannot be written.
    """
    from pincite.eval.report.report import (
        write_text,
    )  # which brings the terminal along; teaching has no use for it

    write_text("".join(f"{json.dumps(asdict(lesson))}\n" for lesson in taught), file)


def load(file: Path) -> list[Lesson]:
    """Read what ``write`` wrote.

    Raises:
        UsageError: the file cannot be read, or is not what ``write`` wrote.
    """
    try:
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        places = [line["answer"] and tuple(line["answer"]) for line in lines]
        return [Lesson(**{**line, "answer": p}) for line, p in zip(lines, places, strict=True)]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"{file} has no lessons that can be read ({error}); make them with: "
            "pincite eval lessons GOLD_DIR --out FILE"
        ) from error


def _lessons(found: Retrieved, names: Sequence[str], choice: random.Random) -> Iterator[Lesson]:
    question, answers = found.question.question, found.question.answers

    def lesson(asked: str, text: str, kind: str, place: tuple[int, int] | None = None) -> Lesson:
        return Lesson(asked, text, kind == "answer", kind, found.set, found.topic, place)

    if not found.question.answerable:
        again = found.everywhere and found.question.scope_doc  # it was asked of one document first
        kind, taken = ("elsewhere", 1) if again else ("unanswerable", _TAKEN)
        for text, _ in found.texts[:taken]:
            yield lesson(question, text, kind)
        return
    if found.evidence is not None and not found.everywhere:
        yield lesson(question, found.evidence, "answer", _place(found.evidence, answers))
        if other := _swapped(question, found.evidence, names, choice):
            yield lesson(other, found.evidence, "swapped")
    kind = "elsewhere" if found.everywhere else "beside"
    others = [text for text, holds in found.texts if not holds and not contained([text], answers)]
    for text in others[:_TAKEN]:
        yield lesson(question, text, kind)


def _place(text: str, answers: Sequence[str]) -> tuple[int, int] | None:
    """Where the longest answer that stands in the text stands."""
    low = text.lower()
    for answer in sorted(answers, key=len, reverse=True):
        if answer and (start := low.find(answer.lower())) >= 0:
            return start, start + len(answer)
    return None


def _swapped(question: str, text: str, names: Sequence[str], choice: random.Random) -> str | None:
    """The question with one name or number that the text has exchanged for another of its topic."""
    said = text.lower()
    there = [m for m in _NAME.finditer(question) if m.group().lower() in said]
    if not there:
        return None
    gone = choice.choice(there)
    others = [
        name
        for name in names
        if name[0].isdigit() == gone.group()[0].isdigit() and name.lower() not in question.lower()
    ]
    if not others:
        return None
    return question[: gone.start()] + choice.choice(others) + question[gone.end() :]
