"""Whether the quotes that a sentence cites say what it says: rules, no model.

In order: it cites a quote that is there; its numbers and dates stand there, in any usual form; its
names stand there; both deny the same; no three words of content in a row are absent, unless they
stand for others between the same two words; and enough of its words, weighted by how rare they are,
stand there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from pincite.retrieval.search.analysis import stop_terms
from pincite.retrieval.writing.clauses import LINE
from pincite.retrieval.writing.names import missing_names
from pincite.retrieval.writing.negation import negation_differs
from pincite.retrieval.writing.numbers import (
    asked_in_ranges,
    days_and_years,
    missing_numbers,
    number_spans,
)
from pincite.retrieval.writing.types import Draft, Sentence
from pincite.retrieval.writing.units import measures, without_durations, wrong_units
from pincite.retrieval.writing.words import Word, alike, stems, words

# Chosen by hand; what they let through and strike is measured by: pincite eval claims
_LONGEST_RUN = 2  # words of content in a row that may be absent
_CLOSE = 5  # words of a line, from one to the next: what stands between two of them is reworded
_LEAST_SHARE = 0.35  # of the weight of a sentence's words that stands in its quotes
_CLAUSE = re.compile(
    r"[,;:] |\b(?:but|because|since|so|which|who|that|when|while|where|after|before|although|if)\b"
)
_CLAUSE_OR_PART = re.compile(rf"{_CLAUSE.pattern}|\b(?:and|or)\b")
# "With a pulse of 52, …": what was asked, said again.
_CONDITION = re.compile(
    r"\s*(?:if|when|with|at|for|on|after|in)\b(?:[^,]|,(?=[0-9]))*,(?![0-9])", re.IGNORECASE
)
_REASON = re.compile(r"\b(?:because|since)(?: (?:the|a|an|its?|they|he|she|of|there))?\s+$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+")


@dataclass(frozen=True)
class Evidence:
    """A quote as the check reads it.

    Attributes:
        text: the quote with its context.
        title: title and headings: what the quote is about.
        around: its neighbours, where a name of the question may stand.
    """

    text: str
    title: str = ""
    around: str = ""

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the quote's words."""
        return stems([self.text])

    @cached_property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """The stems of each line or sentence of the quote, in order and without stop words."""
        return tuple(tuple(w.stem for w in _without_stops(line)) for line in LINE.split(self.text))

    @cached_property
    def stems_of_title(self) -> frozenset[str]:
        """The stems of the words of title and headings."""
        return stems([self.title])


def check(
    draft: Draft,
    quotes: Sequence[Evidence],
    question: str,
    weight: Callable[[str], float] = lambda stem: 1.0,
) -> Sentence:
    """The sentence with its verdict.

    One that its own quotes do not support and another quote does has its marker moved there.

    Args:
        draft: what the model wrote.
        quotes: those that it was given, in the order of their numbers.
        question: what was asked.
        weight: of a stem, larger where it is rarer.
    """
    cited = tuple(number for number in draft.quotes if 1 <= number <= len(quotes))
    if not cited:
        return Sentence(draft.text, (), "uncited")
    own = _verdict(draft.text, cited, quotes, question, weight)
    if own.verdict == "supported":
        return own
    said = [quotes[number - 1] for number in cited]
    share = _share(draft.text, said, weight)
    is_denied = _denied(draft.text, said, question)
    for number, quote in enumerate(quotes, start=1):
        if number in cited:
            continue
        # A quote that has fewer of its words is not the one that it meant; and what one quote
        # denies is not saved by another that is silent on it.
        other_share = _share(draft.text, [quote], weight)
        if other_share > share or (other_share == share and not is_denied):
            other = _verdict(draft.text, (number,), quotes, question, weight)
            if other.verdict == "supported":
                return replace(other, moved=True)
    return own


def _verdict(
    text: str,
    cited: tuple[int, ...],
    quotes: Sequence[Evidence],
    question: str,
    weight: Callable[[str], float],
) -> Sentence:
    sources = [quotes[number - 1] for number in cited]
    texts = [source.text for source in sources]
    title = " ".join(source.title for source in sources)
    words_alone = _ADDRESS.sub(" ", text)
    missing = [
        *_missing_numbers(words_alone, texts, title, question),
        *wrong_units(words_alone, texts),
        *_missing_addresses(text, texts),
        *missing_names(words_alone, texts, title, _shared(question, sources)),
    ]
    if not missing and _denied(text, sources, question):
        missing = [_negator(text)]
    missing += _missing_clauses(words_alone, sources, question)
    if missing:
        return Sentence(text, cited, "unsupported", _longest(missing))
    if _share(text, sources, weight) < _LEAST_SHARE:
        return Sentence(text, cited, "uncited")
    return Sentence(text, cited, "supported")


def _longest(missing: Sequence[str]) -> tuple[str, ...]:
    """Each once, and none that is said in another: "Nations" in "the Nations had asked"."""
    each = dict.fromkeys(missing)
    return tuple(
        one
        for one in each
        if not any(one != other and re.search(rf"\b{re.escape(one)}\b", other) for other in each)
    )


def _denied(text: str, sources: Sequence[Evidence], question: str) -> bool:
    """Whether the quotes deny what is said, or say what is denied."""
    return negation_differs(_ADDRESS.sub(" ", text), [one.text for one in sources], question)


def _missing_numbers(text: str, texts: Sequence[str], title: str, question: str) -> list[str]:
    """The numbers that the quotes do not have.

    The question's may stand in a condition; a title's days and years are those of its subject.
    """
    condition = _CONDITION.match(text)
    end = condition.end() if condition else 0
    said = [*texts, *asked_in_ranges(question, texts), *days_and_years(title)]
    missing = [*missing_numbers(text[:end], [*said, question]), *missing_numbers(text[end:], said)]
    return without_durations(missing, text, texts) if missing else []


def _shared(question: str, sources: Sequence[Evidence]) -> str:
    """The words of the question that stand beside the quotes."""
    around = stems(source.around for source in sources)
    return " ".join(word.text for word in words(question) if word.stem in around)


def _missing_addresses(text: str, texts: Sequence[str]) -> list[str]:
    there = " ".join(texts).lower()
    found = [match[0].rstrip(".,;:!?)") for match in _ADDRESS.finditer(text)]
    return [one for one in found if one.lower() not in there]


def _missing_clauses(text: str, sources: Sequence[Evidence], question: str) -> list[str]:
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
                if word.start not in numbers and not _stands(word.stem, subject)
            ]
            absent = [word.stem not in asked and not _stands(word.stem, there) for word in clause]
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
    around = _without_stops(text)
    before = next((word.stem for word in reversed(around) if word.end <= start), None)
    after = next((word.stem for word in around if word.start >= end), None)
    if before is None or after is None:
        return False
    return any(
        _stands(after, frozenset(line[i + 1 : i + 1 + _CLOSE]))
        for source in sources
        for line in source.lines
        for i, stem in enumerate(line)
        if _stands(before, frozenset([stem]))
    )


def _without_stops(text: str) -> list[Word]:
    return [word for word in words(text) if word.stem not in stop_terms()]


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


def _share(text: str, sources: Sequence[Evidence], weight: Callable[[str], float]) -> float:
    there = frozenset().union(*(source.stems | source.stems_of_title for source in sources))
    said = {word.stem for word in words(text) if word.is_content or word.is_light}
    total = sum(map(weight, said))
    return sum(weight(stem) for stem in said if _stands(stem, there)) / total if total else 1.0


def _stands(stem: str, there: frozenset[str]) -> bool:
    return stem in there or any(alike(stem, one) for one in there)


def _negator(text: str) -> str:
    match = re.search(r"\b(?:not|no|never|none|without|cannot|neither|\w+n['’]t)\b", text, re.I)
    return match[0] if match else "not"
