"""Questions beside passages, as tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 192  # tokens of a question and a passage, together; a longer passage is read in windows
QUESTION = 64  # tokens of a question that are read
OVERLAP = 32  # tokens that two windows of a passage share
LONGEST_ANSWER = 48  # tokens
MASKED = -1e4  # the score of a token that cannot be a place


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
    """A model's tokenizer for questions beside passages.

    Args:
        file: the model's ``tokenizer.json``.
        longest: tokens of a pair, at most.
    """

    def __init__(self, file: Path, longest: int = LONGEST) -> None:
        from tokenizers import Tokenizer

        self._question: Tokenizer = Tokenizer.from_file(str(file))
        self._question.no_padding()
        self._question.enable_truncation(min(QUESTION, longest // 3))
        self._pair: Tokenizer = Tokenizer.from_file(str(file))
        self._pair.no_padding()
        overlap = min(OVERLAP, longest // 6)
        self._pair.enable_truncation(longest, stride=overlap, strategy="only_second")

    def pairs(self, question: str, texts: Sequence[str]) -> list[Pair]:
        """The question with each window of each text, in the order of the texts."""
        asked = self._shortened(question)
        encoded = self._pair.encode_batch([(asked, text) for text in texts])
        return [
            Pair(one.ids, one.attention_mask, one.type_ids, one.offsets, number)
            for number, first in enumerate(encoded)
            for one in (first, *first.overflowing)
        ]

    def _shortened(self, question: str) -> str:
        offsets = self._question.encode(question).offsets
        return question[: max((end for _, end in offsets), default=0)]


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
