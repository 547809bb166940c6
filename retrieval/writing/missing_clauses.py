"""What a sentence says in words that its quotes do not have, clause by clause."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby

from pincite.retrieval.writing.evidence import Evidence, stands, without_stops
from pincite.retrieval.writing.numbers import number_spans
from pincite.retrieval.writing.units import measures
from pincite.retrieval.writing.words import Word, stems, words

# Chosen by hand; what they let through and strike is measured by: pincite eval claims
_LONGEST_RUN = 2  # words of content in a row that may be absent
_CLOSE = 5  # words of a line, from one to the next: what stands between two of them is reworded
_CLAUSE = re.compile(
    r"[,;:] |\b(?:but|because|since|so|which|who|that|when|while|where|after|before|although|if)\b"
)
_CLAUSE_OR_PART = re.compile(rf"{_CLAUSE.pattern}|\b(?:and|or)\b")
_REASON = re.compile(r"\b(?:because|since)(?: (?:the|a|an|its?|they|he|she|of|there))?\s+$")


def missing_clauses(text: str, sources: Sequence[Evidence], question: str) -> list[str]:
    """What is said in words that are absent, as it stands in the sentence.

    That is more words of content in a row than may be, or a clause that has only such words.
    """
    there = frozenset().union(*(source.stems for source in sources))
    subject = frozenset().union(*(source.stems_of_title for source in sources)) - there
    asked = stems([question])
    spans = [*number_spans(text), *((one.start, one.end) for one in measures(text))]
    numbers = {at for start, end in spans for at in range(start, end)}
    missing = []
    for edge in (_CLAUSE, _CLAUSE_OR_PART):
        for i, every in enumerate(_clauses(text, edge)):
            # Numbers are checked by themselves; and what the whole document is about neither
            # supports a clause nor is missing in it.
            clause = [
                word
                for word in every
                if word.start not in numbers and not stands(word.stem, subject)
            ]
            absent = [word.stem not in asked and not stands(word.stem, there) for word in clause]
            only_numbers_stand = i == 0 and any(word.start in numbers for word in every)
            for start, end in _runs(absent):
                whole = end - start == len(clause) > 1 and not only_numbers_stand
                mostly = _is_reason(text, clause) and 3 * (end - start) >= 2 * len(clause) > 2
                if whole or mostly or end - start > _LONGEST_RUN:
                    first, last = clause[start].start, clause[end - 1].end
                    if not _is_reworded(text, first, last, sources):
                        missing.append(text[first:last])
    return [one for one in missing if not any(one in other != one for other in missing)]


def _is_reason(text: str, clause: Sequence[Word]) -> bool:
    """Whether a clause is given as a reason: what is made up often is."""
    return bool(_REASON.search(text, 0, clause[0].start))


def _is_reworded(text: str, start: int, end: int, sources: Sequence[Evidence]) -> bool:
    """Whether the words on both sides stand close together, in that order, in a line of the quotes.

    Then what is between them says in other words what stands between them there. What is made up
    is added at an edge.
    """
    around = without_stops(text)
    before = next((word.stem for word in reversed(around) if word.end <= start), None)
    after = next((word.stem for word in around if word.start >= end), None)
    if before is None or after is None:
        return False
    return any(
        stands(after, frozenset(line[i + 1 : i + 1 + _CLOSE]))
        for source in sources
        for line in source.lines
        for i, stem in enumerate(line)
        if stands(before, frozenset([stem]))
    )


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Where flags that are set follow each other, as half-open ranges."""
    runs, start = [], 0
    for flag, group in groupby(flags):
        end = start + len(list(group))
        if flag:
            runs.append((start, end))
        start = end
    return runs


def _clauses(text: str, edge: re.Pattern[str]) -> list[list[Word]]:
    """The words of content of each clause."""
    edges = [match.start() for match in edge.finditer(text)]
    clauses: list[list[Word]] = [[] for _ in range(len(edges) + 1)]
    for word in words(text):
        if word.is_content:
            clauses[bisect_right(edges, word.start)].append(word)
    return clauses
