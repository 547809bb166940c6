"""Whether the quotes that a sentence cites say what it says: rules, then a network.

In order: it cites a quote that is there; its numbers and dates stand there, in any usual form; its
names stand there; both deny the same; no three words of content in a row are absent, unless they
stand for others between the same two words; and enough of its words, weighted by how rare they are,
stand there.

A number, a unit or an address that is not there is final, and so is what cannot be other words for
what stands there, and a sentence no word of which does. Of the rest the network decides, which has
to be the surer the more the rules object; but a sentence whose words stand in a quote one after the
other needs no network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pincite.retrieval.writing.arithmetic import not_worked_out
from pincite.retrieval.writing.copied import is_copied, is_copied_but_for_what_is_absent
from pincite.retrieval.writing.entailment import Entailment, Objection
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
_LONGEST_REWORDED = 3  # words of content in a row that the network may find to stand for others
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
    entailment: Entailment | None = None,
) -> Sentence:
    """The sentence with its verdict.

    One that its own quotes do not support and another quote does has its marker moved there.

    Args:
        draft: what the model wrote.
        quotes: those that it was given, in the order of their numbers.
        question: what was asked.
        weight: of a stem, larger where it is rarer.
        entailment: the network; None for the rules alone.

    Raises:
        ModelError: the network cannot be run.
    """
    cited = tuple(number for number in draft.quotes if 1 <= number <= len(quotes))
    if not cited:
        return Sentence(draft.text, (), "uncited")
    own = _verdict(draft.text, cited, quotes, question, weight, entailment)
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
            other = _verdict(draft.text, (number,), quotes, question, weight, entailment)
            if other.verdict == "supported":
                return replace(other, moved=True)
    return own


def _verdict(
    text: str,
    cited: tuple[int, ...],
    quotes: Sequence[Evidence],
    question: str,
    weight: Callable[[str], float],
    entailment: Entailment | None,
) -> Sentence:
    sources = [quotes[number - 1] for number in cited]
    found, objection = by_rules(text, cited, sources, question, weight)
    if entailment is None or objection is None:
        return found
    if entailment.log_odds(text, sources) >= entailment.thresholds[objection]:
        return Sentence(text, cited, "supported")
    return replace(found, verdict="unsupported") if objection == "nothing" else found


def by_rules(
    text: str,
    cited: tuple[int, ...],
    sources: Sequence[Evidence],
    question: str,
    weight: Callable[[str], float] = lambda stem: 1.0,
) -> tuple[Sentence, Objection | None]:
    """What the rules alone say of a sentence, and what they object to; None where that is final.

    Args:
        text: the sentence.
        cited: the numbers of its quotes.
        sources: these quotes.
        question, weight: as `check` has them.
    """
    words_alone = _ADDRESS.sub(" ", text)
    title = " ".join(source.title for source in sources)
    texts = [source.text for source in sources]
    facts = [
        *_missing_numbers(words_alone, texts, title, question),
        *wrong_units(words_alone, texts),
        *_missing_addresses(text, texts),
    ]
    names = missing_names(words_alone, texts, title, _shared(question, sources))
    denied = []
    if not facts and not names and _denied(text, sources, question):
        denied = [_negator(text)]
    clauses = missing_clauses(words_alone, sources, question)
    missing = [*facts, *names, *denied, *clauses]
    share = _share(text, sources, weight)
    if missing:
        found = Sentence(text, cited, "unsupported", _longest(missing))
        if facts or not share or (clauses and _is_made_up(clauses, text, sources)):
            return found, None
        return found, "name" if names else "denial" if denied else "clause"
    if share < _LEAST_SHARE:
        return Sentence(text, cited, "uncited"), "thin" if share else None
    supported = Sentence(text, cited, "supported")
    return supported, None if is_copied(text, sources) else "nothing"


def _is_made_up(clauses: Sequence[str], text: str, sources: Sequence[Evidence]) -> bool:
    """Whether clauses that are not there cannot be other words for what is.

    One has too many words for that, or what is said beside them stands there word after word.
    """
    longest = max(sum(word.is_content for word in words(clause)) for clause in clauses)
    return longest > _LONGEST_REWORDED or is_copied_but_for_what_is_absent(text, sources)


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
