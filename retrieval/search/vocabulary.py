"""The words of a library, and which of them a misspelt word may stand for.

Kept as one text, a word a line with how often it stands there. What is near a word is looked for
among all words at once, by which letters they have; only those few that may be near are measured.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{3,24}+(?![^\W_])")
LONGEST = 24  # letters of a word that may be misspelt; its edits grow with the square
_SHORT = 3  # letters up to which a word has too many neighbours to tell which one is meant
_LONG = 8  # letters from which two edits still leave a word that can be told


@dataclass(frozen=True)
class Vocabulary:
    """Words in small letters with their counts, most frequent first.

    >>> Vocabulary.of(["The vaccine and the vaccines."]).nearest("vacine")
    'vaccine'
    """

    text: str

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """The words of the texts."""
        counts: Counter[str] = Counter()
        for text in texts:
            count_words(text, counts)
        return cls.of_counts(counts)

    @classmethod
    def of_counts(cls, counts: Mapping[str, int]) -> Vocabulary:
        """Words that ``count_words`` has counted."""
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return cls("\n".join(f"{word} {count}" for word, count in ordered))

    def nearest(
        self,
        word: str,
        *,
        careful: bool = False,
        stands: Callable[[str], bool] = lambda word: True,
    ) -> str | None:
        """The word that ``word`` is a misspelling of; None if there is none.

        One edit is allowed, two from eight letters on; swapped neighbours are one. Fewer edits come
        first, then words with the same first letter, then frequent ones.

        Args:
            word: in small letters.
            careful: one edit at most, and never in the first letter: for a name, which may well be
                another.
            stands: whether a word may be given; the best for which it is true is.
        """
        if not _SHORT < len(word) <= LONGEST:
            return None
        limit = 2 if len(word) >= _LONG and not careful else 1
        for same_first in (True,) if careful else (True, False):
            edits = limit if same_first else 1
            near = (
                (distance, place)
                for place in self._alike(word, edits, same_first)
                if (distance := edit_distance(word, self._words[place], edits)) <= edits
            )
            for _, place in sorted(near):
                if stands(self._words[place]):
                    return self._words[place]
        return None

    def _alike(self, word: str, edits: int, same_first: bool) -> Iterable[int]:
        """Where words stand that ``edits`` may turn into ``word``, judged by length and letters."""
        letters, lengths, firsts = self._signatures
        bits = np.bitwise_or.reduce(_bits(_points(word)))
        near = np.abs(lengths - len(word)) <= edits
        near &= np.bitwise_count(letters ^ bits) <= 2 * edits
        near &= (firsts == ord(word[0])) == same_first
        return map(int, np.flatnonzero(near))

    @cached_property
    def _words(self) -> list[str]:
        return [line.partition(" ")[0] for line in self.text.splitlines()]

    @cached_property
    def _signatures(
        self,
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint32]]:
        """Of each word: a bit for each of its letters, its length, its first letter."""
        lengths = np.array([len(word) for word in self._words], np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        points = _points("".join(self._words))
        if not len(lengths):
            return np.zeros(0, np.uint64), lengths, np.zeros(0, np.uint32)
        return np.bitwise_or.reduceat(_bits(points), starts), lengths, points[starts]


def count_words(text: str, counts: Counter[str]) -> None:
    """Add the words of ``text``, in small letters, to ``counts``."""
    counts.update(words_of(text))


def words_of(text: str) -> list[str]:
    """The words of ``text``, in small letters, in order."""
    return _WORD.findall(text.lower())


def _points(word: str) -> NDArray[np.uint32]:
    return np.frombuffer(word.encode("utf-32-le"), np.uint32)


def _bits(points: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return np.left_shift(np.uint64(1), (points % 64).astype(np.uint64))


def edit_distance(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two words.

    Optimal string alignment (Damerau 1964), only as far as ``limit``: a larger distance is
    ``limit + 1``. Takes time in proportion to the length times the limit.

    >>> edit_distance("frist", "first", 2), edit_distance("cat", "house", 2)
    (1, 3)
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    beyond = limit + 1
    width = len(other)
    before: list[int] = []
    row = [min(column, beyond) for column in range(width + 1)]
    for i, letter in enumerate(one, start=1):
        now = [beyond] * (width + 1)
        if i <= limit:
            now[0] = i
        for j in range(max(1, i - limit), min(width, i + limit) + 1):
            best = min(row[j - 1] + (letter != other[j - 1]), row[j] + 1, now[j - 1] + 1)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == other[j - 1]:
                best = min(best, before[j - 2] + 1)
            now[j] = min(best, beyond)
        if min(now) > limit and min(row) > limit:
            return beyond
        before, row = row, now
    return row[width]
