"""Lessons that measure: questions and passages of a gold set that stand among the lessons.

What is measured must not have been taught. Two texts are taken for the same where they share a run
of words, whatever stands between the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pincite.eval.fit.lessons import Lesson
from pincite.eval.goldset import GoldSet

_RUN = 13  # words that two passages share in a row; a phrase is shorter
_WORD = re.compile(r"\w+")


def without_leaks(
    lessons: Iterable[Lesson], measured: Iterable[GoldSet]
) -> tuple[list[Lesson], list[Lesson]]:
    """The lessons that share nothing with the gold sets that measure, and the others.

    A lesson is shared where its question is one of theirs, word by word, or a run of 13 words of
    its first passage stands in one of their documents.
    """
    questions: set[tuple[str, ...]] = set()
    runs: set[int] = set()
    for gold in measured:
        questions.update(_words(q.question) for q in gold.questions)
        for document in gold.documents.values():
            runs.update(_runs(document.text))
    kept: list[Lesson] = []
    shared: list[Lesson] = []
    for lesson in lessons:
        same = _words(lesson.question) in questions
        same = same or any(run in runs for text in lesson.passages[:1] for run in _runs(text))
        (shared if same else kept).append(lesson)
    return kept, shared


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _runs(text: str) -> Iterator[int]:
    words = _words(text)
    for start in range(len(words) - _RUN + 1):
        yield hash(words[start : start + _RUN])
