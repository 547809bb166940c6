"""Whether the quotes that a sentence cites say what it says: rules, no model.

In order: it cites a quote that is there; its numbers and dates stand there, in any usual form; its
names stand there; both deny the same; no three words of content in a row are absent, unless they
stand for others between the same two words; and enough of its words, weighted by how rare they are,
stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pincite.retrieval.writing.arithmetic import not_worked_out
from pincite.retrieval.writing.evidence import Evidence, stands
from pincite.retrieval.writing.missing_clauses import missing_clauses
from pincite.retrieval.writing.names import missing_names
from pincite.retrieval.writing.negation import negation_differs
from pincite.retrieval.writing.numbers import (
    asked_in_ranges,
    days_and_years,
    missing_numbers,
)
from pincite.retrieval.writing.types import Draft, Sentence
from pincite.retrieval.writing.units import without_conversions, wrong_units
from pincite.retrieval.writing.words import stems, words

# Chosen by hand; what they let through and strike is measured by: pincite eval claims
_LEAST_SHARE = 0.35  # of the weight of a sentence's words that stands in its quotes
# "With a pulse of 52, …": what was asked, said again.
_CONDITION = re.compile(
    r"\s*(?:if|when|with|at|for|on|after|in)\b(?:[^,]|,(?=[0-9]))*,(?![0-9])", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+")


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
    missing += missing_clauses(words_alone, sources, question)
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
    missing = without_conversions(missing, text, texts) if missing else []
    return not_worked_out(missing, text, texts) if missing else []


def _shared(question: str, sources: Sequence[Evidence]) -> str:
    """The words of the question that stand beside the quotes."""
    around = stems(source.around for source in sources)
    return " ".join(word.text for word in words(question) if word.stem in around)


def _missing_addresses(text: str, texts: Sequence[str]) -> list[str]:
    there = " ".join(texts).lower()
    found = [match[0].rstrip(".,;:!?)") for match in _ADDRESS.finditer(text)]
    return [one for one in found if one.lower() not in there]


def _share(text: str, sources: Sequence[Evidence], weight: Callable[[str], float]) -> float:
    there = frozenset().union(*(source.stems | source.stems_of_title for source in sources))
    said = {word.stem for word in words(text) if word.is_content or word.is_light}
    total = sum(map(weight, said))
    return sum(weight(stem) for stem in said if stands(stem, there)) / total if total else 1.0


def _negator(text: str) -> str:
    match = re.search(r"\b(?:not|no|never|none|without|cannot|neither|\w+n['’]t)\b", text, re.I)
    return match[0] if match else "not"
