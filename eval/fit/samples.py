"""What is asked in each step of a course: questions of lessons, each with some of its passages."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pincite.eval.fit.lessons import Lesson
from pincite.eval.fit.removal import without_answer
from pincite.retrieval.cross_encoder.tokens import Pair, PairTokenizer

_NAME = re.compile(r"(?<!^)\b[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*|\b\d[\d,.]*\d\b")
_CODE_POINTS = 4.2  # of a token, about
_UNEVEN = 120  # code points by which lengths in a step may differ for the sake of chance
_TRIES = 20  # of a name that the text does not have
_ALSO_NEAR = 0.5  # of the questions without an answer, read beside a passage of another document


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is taught.

    Attributes:
        rate: the highest step of AdamW; it rises first, then falls.
        repeats: how often the lessons of each set are seen.
        others: passages that do not answer, beside the one that does.
        siblings: the same where passages are easily confused.
        without_answer: the share of answered questions whose answer is left out.
        swapped: the share of answered questions of which a name or number is exchanged.
        removed: the share of answered questions whose answer is taken out of its passage; every
            other time what is left is read beside the whole passage.
        each, where, smoothing: see `pupil.loss`.
        tokens: of a step, about.
        frozen: layers that do not learn.
        dropout: the share of activations that is left out.
        averaged: the share of the steps, at the end, whose weights are averaged.
        seed: of chance.
    """

    rate: float = 8e-5
    repeats: Mapping[str, int] | None = None
    others: int = 2
    siblings: int = 4
    without_answer: float = 0.12
    swapped: float = 0.1
    removed: float = 0.25
    each: float = 0.3
    where: float = 0.5
    smoothing: float = 0.05
    tokens: int = 6000
    frozen: int = 0
    dropout: float = 0.1
    averaged: float = 0.3
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with the passages that are read this time.

    Attributes:
        right: the passage that answers; None where none does.
        span: where in that passage the answer stands, half-open; None where that is not known.
    """

    question: str
    passages: tuple[str, ...]
    right: int | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TokenSample:
    """A sample as tokens.

    Attributes:
        pairs: the question with each passage.
        right: the passage that answers; None where none does.
        span: first and last token of the answer in that passage; None where that is not known.
    """

    pairs: Sequence[Pair]
    right: int | None
    span: tuple[int, int] | None


def steps(lessons: Sequence[Lesson], recipe: Recipe) -> list[list[Sample]]:
    """The samples of each step, of like length, in another order each time round.

    The same lessons and seed give the same steps.
    """
    chance = random.Random(recipe.seed)
    names = _names(lessons)
    repeats = recipe.repeats or {}
    rounds = max(repeats.get(lesson.set, 1) for lesson in lessons)
    found = []
    for number in range(rounds):
        now = [x for x in lessons if _is_due(repeats.get(x.set, 1), number, rounds)]
        samples = [_sample(x, names[x.set], chance, recipe) for x in now]
        chance.shuffle(samples)
        samples.sort(key=lambda s: _length(s) / len(s.passages) + chance.uniform(0, _UNEVEN))
        batches = list(_batches(samples, recipe.tokens))
        chance.shuffle(batches)
        found += batches
    return found


def _batches(samples: Sequence[Sample], tokens: int) -> Iterator[list[Sample]]:
    batch: list[Sample] = []
    room = tokens * _CODE_POINTS
    for sample in samples:
        if batch and _length(sample) > room:
            yield batch
            batch, room = [], tokens * _CODE_POINTS
        batch.append(sample)
        room -= _length(sample)
    if batch:
        yield batch


def _length(sample: Sample) -> int:
    return sum(len(text) + len(sample.question) for text in sample.passages)


def _is_due(times: int, number: int, rounds: int) -> bool:
    """Whether what is seen ``times`` in all rounds is seen in this one, as evenly as can be."""
    return (number + 1) * times // rounds > number * times // rounds


def _sample(lesson: Lesson, names: Sequence[str], chance: random.Random, recipe: Recipe) -> Sample:
    """The passages that are read this time."""
    others = list(lesson.passages[1:] if lesson.answers else lesson.passages)
    many = recipe.siblings if lesson.set == "siblings" else recipe.others
    if not lesson.answers:
        own = others[: max(1, min(lesson.own, many))]
        rest = others[len(own) :]
        if len(own) < many and rest and chance.random() < _ALSO_NEAR:
            own += _nearest(rest, 1, chance)
        return Sample(lesson.question, tuple(own))
    first = lesson.passages[0]
    luck = chance.random()
    if luck < recipe.without_answer and len(others) >= 2:
        return Sample(lesson.question, tuple(_nearest(others, 2, chance)))
    if luck < recipe.without_answer + recipe.swapped:
        other = _with_other_name(lesson.question, first, names, chance)
        if other is not None:
            return Sample(other, (first,))
    beside = _nearest(others, many, chance)
    if lesson.span is not None and luck > 1 - recipe.removed:
        left = without_answer(first, lesson.span, chance)
        if left is not None and chance.random() < 1 / 2:
            return Sample(lesson.question, (left,))
        beside = [*([] if left is None else [left]), *beside][:many]
    taken = [first, *beside]
    chance.shuffle(taken)
    return Sample(lesson.question, tuple(taken), taken.index(first), lesson.span)


def _nearest(others: Sequence[str], many: int, chance: random.Random) -> list[str]:
    """Some of the others, the nearest more often."""
    return sorted(others, key=lambda x: chance.random() * (1 + others.index(x)))[:many]


def tokens_of(sample: Sample, tokenizer: PairTokenizer) -> TokenSample:
    """The first window of each passage; of the right one the one that has the answer."""
    pairs: list[Pair] = []
    tokens = None
    for number, windows in _windows(tokenizer.pairs(sample.question, sample.passages)):
        chosen = windows[0]
        if number == sample.right and sample.span is not None:
            for window in windows:
                if (there := _tokens(sample.span, window)) is not None:
                    chosen, tokens = window, there
                    break
        pairs.append(chosen)
    return TokenSample(pairs, sample.right, tokens)


def _windows(pairs: Sequence[Pair]) -> Iterator[tuple[int, list[Pair]]]:
    for number in sorted({pair.passage for pair in pairs}):
        yield number, [pair for pair in pairs if pair.passage == number]


def _tokens(span: tuple[int, int], pair: Pair) -> tuple[int, int] | None:
    """The first and last token of the passage that touch the span, where both its ends are read."""
    inside = [
        token
        for token, (start, end) in enumerate(pair.offsets)
        if pair.types[token] == 1 and start < min(end, span[1]) and end > span[0]
    ]
    if not inside or pair.offsets[inside[-1]][1] < span[1]:
        return None
    return inside[0], inside[-1]


def _names(lessons: Sequence[Lesson]) -> dict[str, list[str]]:
    """Names and numbers of each set, in the order that they come up in."""
    found: dict[str, dict[str, None]] = {}
    for lesson in lessons:
        found.setdefault(lesson.set, {}).update(
            dict.fromkeys(_NAME.findall(" ".join(lesson.passages[:1])))
        )
    return {name: list(words) for name, words in found.items()}


def _with_other_name(
    question: str, text: str, names: Sequence[str], chance: random.Random
) -> str | None:
    """The question with one name or number that the text has in place of another of the set."""
    said = text.lower()
    there = [m for m in _NAME.finditer(question) if m.group().lower() in said]
    if not there or not names:
        return None
    gone = chance.choice(there)
    for _ in range(_TRIES):
        name = chance.choice(names)
        if name[0].isdigit() == gone.group()[0].isdigit() and name.lower() not in said:
            return question[: gone.start()] + name + question[gone.end() :]
    return None
