"""Questions beside passages, as tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.tokenizer import tokenizer

LONGEST = 192  # tokens of a question and a passage, together; a longer passage is read in windows
QUESTION = 64  # tokens of a question that are read
OVERLAP = 32  # tokens that two windows of a passage share
LONGEST_ANSWER = 48  # tokens
MASKED = -1e4  # the score of a token that cannot be a place
_MARKS = 3  # of a pair: its start, between, and its end
_NOWHERE = (0, 0)  # where a mark stands


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a window of a passage.

    Attributes:
        ids, mask, types: one number a token, as BERT takes them.
        offsets: where in its text each token stands, half-open.
        passage: the number of the passage.
    """

    ids: list[int]
    mask: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]
    passage: int


class PairTokenizer:
    """A model's tokenizer for questions beside passages, as BERT reads them.

    A pair is the mark at the start, the question, the mark between, the window and that mark again.
    It is put together here, not by the tokenizer, so that the embedder's serves: loading it takes
    longer than asking.

    Args:
        file: the model's ``tokenizer.json``.
        longest: tokens of a pair, at most.
        question: tokens of a question with the two marks around it, at most.

    Raises:
        ModelError: the file is missing or damaged.
    """

    def __init__(self, file: Path, longest: int = LONGEST, question: int = QUESTION) -> None:
        self._tokenizer = tokenizer(file)
        self._start, self._end = self._tokenizer.encode("").ids
        self._longest, self._most = longest, question

    def pairs(self, question: str, texts: Sequence[str]) -> list[Pair]:
        """The question with each window of each text, in the order of the texts."""
        asked = self._question(question)
        room = self._longest - len(asked.ids) - _MARKS
        overlap = min(OVERLAP, self._longest // 6)
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [
            self._pair(asked, text.ids[start:end], text.offsets[start:end], number)
            for number, text in enumerate(encoded)
            for start, end in token_windows(len(text.ids), room, overlap)
        ]

    def _question(self, question: str) -> Any:
        """The encoded question, or what is read of it."""
        room = min(self._most, self._longest // 3) - 2
        encoded = self._tokenizer.encode(question, add_special_tokens=False)
        if len(encoded.ids) <= room:
            return encoded
        shortened = question[: max(end for _, end in encoded.offsets[:room])]
        return self._tokenizer.encode(shortened, add_special_tokens=False)

    def _pair(
        self, asked: Any, ids: list[int], offsets: list[tuple[int, int]], number: int
    ) -> Pair:
        before, after = len(asked.ids) + 2, len(ids) + 1
        return Pair(
            [self._start, *asked.ids, self._end, *ids, self._end],
            [1] * (before + after),
            [0] * before + [1] * after,
            [_NOWHERE, *asked.offsets, _NOWHERE, *offsets, _NOWHERE],
            number,
        )


def token_windows(tokens: int, room: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Half-open ranges of at most ``room`` that cover ``tokens``, each sharing ``overlap``.

    >>> list(token_windows(10, 5, 2))
    [(0, 5), (3, 8), (6, 10)]
    >>> list(token_windows(0, 5, 2))
    [(0, 0)]
    """
    start = 0
    while start + room < tokens:
        yield start, start + room
        start += room - overlap
    yield start, tokens


def best_span(
    ends: NDArray[np.float32], offsets: Sequence[tuple[int, int]], inside: NDArray[np.bool_]
) -> tuple[tuple[int, int], float] | None:
    """The stretch of a passage whose first and last token score best, and the sum of their scores.

    Args:
        ends: ``(tokens, 2)``: the score of each token as the first and as the last.
        offsets: where each token stands, half-open code points.
        inside: of each token, whether it may be of the answer.

    Returns:
        None where no token may.
    """
    at = np.flatnonzero(inside)
    if not len(at):
        return None
    sums = ends[at, 0][:, None] + ends[at, 1][None, :]
    length = np.arange(len(at))[None, :] - np.arange(len(at))[:, None]
    sums[(length < 0) | (length >= LONGEST_ANSWER)] = -np.inf
    first, last = np.unravel_index(int(sums.argmax()), sums.shape)
    span = int(offsets[at[first]][0]), int(offsets[at[last]][1])
    return span, float(sums[first, last])
