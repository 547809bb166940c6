"""Whether the quotes that a sentence cites say what it says.

In order: it cites a quote that is there; its numbers, dates and addresses stand there, in any usual
form; its names stand there; and the other signs against it, what it denies and what clauses it has
of its own, leave it likely enough (`pincite.retrieval.writing.support`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pincite.retrieval.writing.arithmetic import not_worked_out
from pincite.retrieval.writing.evidence import Evidence, stands
from pincite.retrieval.writing.likeness import WordVectors
from pincite.retrieval.writing.names import missing_names
from pincite.retrieval.writing.numbers import asked_in_ranges, days_and_years, missing_numbers
from pincite.retrieval.writing.signs import CLAUSE, GRAFT, STRAY, signs
from pincite.retrieval.writing.support import packaged
from pincite.retrieval.writing.types import Draft, Sentence
from pincite.retrieval.writing.units import without_conversions, wrong_units
from pincite.retrieval.writing.words import stems, words

# Of the weight of its words: below this, a sentence that is not shown has hardly a word in common
# with its quotes, and is left out instead of struck. Chosen by hand.
_LEAST_SHARE = 0.35
_HALF = 0.5  # of them: so few are in a quote by chance, where another has them all
# "With a pulse of 52, …": what was asked, said again.
_CONDITION = re.compile(
    r"\s*(?:if|when|with|at|for|on|after|in)\b(?:[^,]|,(?=[0-9]))*,(?![0-9])", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a sentence is checked with, beside its quotes.

    Attributes:
        question: what was asked.
        weight: of a stem, larger where it is rarer.
        vectors: of words; None where only the same words are alike.
    """

    question: str
    weight: Callable[[str], float]
    vectors: WordVectors | None


def check(
    draft: Draft,
    quotes: Sequence[Evidence],
    question: str,
    weight: Callable[[str], float] = lambda stem: 1.0,
    vectors: WordVectors | None = None,
) -> Sentence:
    """The sentence with its verdict.

    One that its own quotes do not support and another quote does has its marker moved there; and
    one that has half of its words in its own quotes, at most, and all of them in another.

    Args:
        draft: what the model wrote.
        quotes: those that it was given, in the order of their numbers.
        question: what was asked.
        weight: of a stem, larger where it is rarer.
        vectors: of words; None where only the same words are alike.
    """
    cited = tuple(number for number in draft.quotes if 1 <= number <= len(quotes))
    if not cited:
        return Sentence(draft.text, (), "uncited")
    # A model was fitted for the vectors of one embedder; those of another are of another scale.
    known = vectors if vectors and vectors.fingerprint in packaged() else None
    asked = _Asked(question, weight, known)
    own = _verdict(draft.text, cited, quotes, asked)
    share = _share(draft.text, [quotes[number - 1] for number in cited], weight)
    if own.verdict == "supported" and share > _HALF:
        return own
    for number, quote in enumerate(quotes, start=1):
        if number in cited:
            continue
        # A quote that has no more of its words is not the one that it meant.
        there = _share(draft.text, [quote], weight)
        if there == 1.0 > share or (own.verdict != "supported" and there > share):
            other = _verdict(draft.text, (number,), quotes, asked)
            if other.verdict == "supported":
                return replace(other, moved=True)
    return own


def signs_of(
    text: str, sources: Sequence[Evidence], question: str, vectors: WordVectors | None
) -> Mapping[str, float] | None:
    """The signs against a sentence; None where something in it is certainly not there."""
    if _missing(text, sources, question):
        return None
    return signs(_ADDRESS.sub(" ", text), sources, question, vectors).values


def _verdict(
    text: str, cited: tuple[int, ...], quotes: Sequence[Evidence], asked: _Asked
) -> Sentence:
    sources = [quotes[number - 1] for number in cited]
    if missing := _missing(text, sources, asked.question):
        return Sentence(text, cited, "unsupported", _longest(missing))
    share = _share(text, sources, asked.weight)
    if share == 0.0:
        return Sentence(text, cited, "uncited")
    found = signs(_ADDRESS.sub(" ", text), sources, asked.question, asked.vectors)
    support = packaged()[asked.vectors.fingerprint if asked.vectors else ""]
    if support.supports(found.values):
        return Sentence(text, cited, "supported")
    sign = support.strongest(found.values)
    if sign in (STRAY, CLAUSE, GRAFT) and share < _LEAST_SHARE:
        return Sentence(text, cited, "uncited")
    return Sentence(text, cited, "unsupported", (found.words[sign],))


def _missing(text: str, sources: Sequence[Evidence], question: str) -> list[str]:
    """What of a sentence stands nowhere in its quotes: numbers, units, addresses, names."""
    texts = [source.text for source in sources]
    title = " ".join(source.title for source in sources)
    words_alone = _ADDRESS.sub(" ", text)
    return [
        *_missing_numbers(words_alone, texts, title, question),
        *wrong_units(words_alone, texts),
        *_missing_addresses(text, texts),
        *missing_names(words_alone, texts, title, _shared(question, sources)),
    ]


def _longest(missing: Sequence[str]) -> tuple[str, ...]:
    """Each once, and none that is said in another: "Nations" in "the Nations had asked"."""
    each = dict.fromkeys(missing)
    return tuple(
        one
        for one in each
        if not any(one != other and re.search(rf"\b{re.escape(one)}\b", other) for other in each)
    )


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
    """Of the weight of a sentence's words, the share that stands in the sources."""
    there = frozenset().union(*(source.stems for source in sources))
    said = {word.stem for word in words(text) if word.is_content or word.is_light}
    total = sum(map(weight, said))
    return sum(weight(stem) for stem in said if stands(stem, there)) / total if total else 1.0
