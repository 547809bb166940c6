"""Lessons for the cross-encoder: a question, the passages that come up, and which answers.

They are made of what the search brings for the questions of gold sets
(`pincite.eval.fit.hard_negatives`): what comes up and does not answer is just what the network has
to tell from what does. Where nothing that came up answers, that is the lesson.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from pincite.corpus.errors import UsageError
from pincite.eval.fit.hard_negatives import FoundText, SearchResult
from pincite.eval.metrics.answers import contained


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question, passages, and which of them answers it.

    Attributes:
        passages: as the network reads them; what answers comes first, then the nearest.
        answers: whether the first of them answers; else none does.
        own: how many of them, of the first, are of the document that the question is about.
        span: where in the first passage the answer stands, half-open; None where that is not known.
        set: the gold set.
        kind: of the question, as the gold set calls it.
        topic: the document, so that what was taught can be tested on others.
    """

    question: str
    passages: tuple[str, ...]
    answers: bool
    own: int
    span: tuple[int, int] | None
    set: str
    kind: str
    topic: str


def lessons(came_up: Iterable[SearchResult]) -> list[Lesson]:
    """What is to be learned from what came up. The same input gives the same lessons.

    A passage that has an answer's words is not taken for one that does not answer.
    """
    return [lesson for found in came_up if (lesson := _lesson(found)) is not None]


def write(taught: Iterable[Lesson], file: Path) -> None:
    """Write lessons, one as JSON a line.

    Raises:
        UsageError: the file cannot be written.
    """
    from pincite.eval.report.report import (
        write_text,
    )  # which brings the terminal along; teaching has no use for it

    lines = (json.dumps(asdict(lesson), ensure_ascii=False) for lesson in taught)
    write_text("".join(f"{line}\n" for line in lines), file)


def load(file: Path) -> list[Lesson]:
    """Read what ``write`` wrote.

    Raises:
        UsageError: the file cannot be read, or is not what ``write`` wrote.
    """
    try:
        # Not splitlines(), which also splits at U+2028 and its like, and JSON may hold those.
        values = [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
        return [
            Lesson(
                **{
                    **value,
                    "passages": tuple(value["passages"]),
                    "span": value["span"] and tuple(value["span"]),
                }
            )
            for value in values
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"{file} has no lessons that can be read ({error}); make them with: "
            "pincite eval lessons GOLD_DIR --out FILE"
        ) from error


def _lesson(found: SearchResult) -> Lesson | None:
    question = found.question
    right = next((p for p in found.passages if p.holds), None)
    if question.answerable and right is None:
        return None
    others = [p for p in found.passages if not p.holds and not _says(p, question.answers)]
    others.sort(key=lambda p: not p.own)  # what it is about comes first, then the nearest
    passages = [*([] if right is None else [right]), *others]
    return Lesson(
        question=question.question,
        passages=tuple(p.text for p in passages),
        answers=right is not None,
        own=sum(p.own for p in passages),
        span=None if right is None else _span(right, question.answers),
        set=found.set,
        kind=question.kind or "",
        topic=found.topic,
    )


def _says(passage: FoundText, answers: tuple[str, ...]) -> bool:
    return bool(contained([passage.text], answers))


def _span(passage: FoundText, answers: tuple[str, ...]) -> tuple[int, int] | None:
    """Where the longest answer stands in the evidence's sentences."""
    if passage.evidence is None:
        return None
    start, end = passage.evidence.start, passage.evidence.end + 1
    for answer in sorted(filter(None, answers), key=len, reverse=True):
        # "4" does not stand in "Hut 14"; an answer may begin or end with a mark, though.
        whole = rf"(?<!\w){re.escape(answer)}(?!\w)"
        for pattern in (whole, re.escape(answer)):
            if there := re.compile(pattern, re.I).search(passage.text, start, end):
                return there.span()
    return None
