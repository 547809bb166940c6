"""The part of a sentence that its quotes do not have: an invented reason, condition or clause."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pincite.retrieval.writing.evidence import Evidence, stands
from pincite.retrieval.writing.likeness import WordVectors
from pincite.retrieval.writing.numbers import number_spans
from pincite.retrieval.writing.units import measures
from pincite.retrieval.writing.words import Word, stems, words

_EDGE = re.compile(
    r"[,;:] |\b(?:but|and|or|because|since|so|that|which|who|when|while|where|after|before|although"
    r"|if|unless|only|provided|due to|owing|thanks to|therefore|as long as|on condition)\b",
    re.IGNORECASE,
)
# Cosine from which on a word counts as said. 0.6 to 0.8 do as well: pincite eval claims --fit
_SAID = 0.7
_LEAST = 2  # words of content in what is foreign


@dataclass(frozen=True, slots=True)
class Foreign:
    """The run of whole clauses that is least like the quotes.

    Attributes:
        unlike: how far the words of content of the whole sentence are from the nearest words there,
            in the mean, in [0, 1].
        size: the sum over its words of content of how far each is from what is said; 0 where
            nothing is foreign.
        copied: of the other words of the sentence, the share that stands in a row in one line.
        start, end: where it stands, in code points.
    """

    unlike: float = 0.0
    size: float = 0.0
    copied: float = 0.0
    start: int = 0
    end: int = 0


def foreign(
    text: str, sources: Sequence[Evidence], question: str, vectors: WordVectors | None
) -> Foreign:
    """What of ``text`` is least like its sources.

    Args:
        text: a sentence.
        sources: the quotes that it cites.
        question: its words count as said.
        vectors: of words; None where only the same words are alike.
    """
    there = frozenset().union(*(source.stems for source in sources)) | stems([question])
    content = _content(text)
    absent = [not stands(word.stem, there) for _, word in content]
    if not any(absent):
        return Foreign()
    near = [0.0] * len(words(text))
    if vectors is not None:
        near = list(map(float, vectors.likeness(text, [source.text for source in sources])))
    edges = [match.start() for match in _EDGE.finditer(text)]
    sums = [0.0] * (len(edges) + 1)
    counts = [0] * (len(edges) + 1)
    said = [near[i] if gone else 1.0 for (i, _), gone in zip(content, absent, strict=True)]
    for (_, word), like in zip(content, said, strict=True):
        clause = bisect_right(edges, word.start)
        sums[clause] += _SAID - like
        counts[clause] += 1
    unlike = 1 - sum(said) / len(said)
    size, first, last = max(
        (sum(sums[i : j + 1]), i, j)
        for i in range(len(sums))
        for j in range(i, len(sums))
        if (i, j) == (0, len(sums) - 1) or sum(counts[i : j + 1]) >= _LEAST
    )
    if size <= 0:
        return Foreign(unlike)
    inside = [w for _, w in content if first <= bisect_right(edges, w.start) <= last]
    start = min(inside[0].start, [0, *edges][first])
    rest = [w for w in words(text) if not first <= bisect_right(edges, w.start) <= last]
    return Foreign(unlike, size, _copied(rest, sources), max(start, 0), inside[-1].end)


def _content(text: str) -> list[tuple[int, Word]]:
    """The words of content with their places; numbers are checked by themselves."""
    spans = [*number_spans(text), *((one.start, one.end) for one in measures(text))]
    return [
        (place, word)
        for place, word in enumerate(words(text))
        if word.is_content and not any(start <= word.start < end for start, end in spans)
    ]


def _copied(rest: Sequence[Word], sources: Sequence[Evidence]) -> float:
    said = [word.stem for word in rest]
    if not said:
        return 0.0
    most = 0
    for source in sources:
        for line in source.words_of_lines:
            there = [word.stem for word in line]
            if len(set(said) & set(there)) > most / 2:
                blocks = SequenceMatcher(None, said, there, autojunk=False).get_matching_blocks()
                most = max(most, sum(block.size for block in blocks))
    return most / len(said)
