"""Whether a sentence stands in a quote, word after word."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.retrieval.search.analysis import stop_terms
from pincite.retrieval.writing.clauses import LINE, is_negator
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.words import Word, words

_FEWEST = 2  # words that show that they were copied


def is_copied(text: str, quotes: Sequence[Evidence]) -> bool:
    """Whether the words of a sentence stand one after the other in a line of a quote.

    Stop words do not count, words that deny do; and where the line denies something beside them,
    they say something else by themselves.

    >>> quote = Evidence("The lake is cold in May. Dogs do not swim in it.")
    >>> is_copied("In May the lake was cold.", [quote]), is_copied("Dogs swim.", [quote])
    (False, False)
    >>> is_copied("The lake was cold in May", [quote])
    True
    """
    said = _words(text)
    return any(_stands(said, _words(line)) for quote in quotes for line in LINE.split(quote.text))


def is_copied_but_for_what_is_absent(text: str, quotes: Sequence[Evidence]) -> bool:
    """Whether those words of a sentence that the quotes have stand so in a line of one of them.

    Then its other words are no other words for what stands there: they were added.

    >>> quote = Evidence("Explain the theory of relativity. Prices are in euros.")
    >>> is_copied_but_for_what_is_absent("Gladly done: explain the theory of relativity.", [quote])
    True
    """
    there = frozenset().union(*(quote.stems for quote in quotes))
    said = [word for word in _words(text) if word.stem in there]
    return len(said) >= _FEWEST and any(
        _stands(said, _words(line)) for quote in quotes for line in LINE.split(quote.text)
    )


def _words(text: str) -> list[Word]:
    return [word for word in words(text) if word.stem not in stop_terms() or is_negator(word)]


def _stands(said: Sequence[Word], line: Sequence[Word]) -> bool:
    if not said or sum(map(is_negator, said)) != sum(map(is_negator, line)):
        return False
    wanted, there = [word.stem for word in said], [word.stem for word in line]
    last = len(there) - len(wanted)
    return any(there[i : i + len(wanted)] == wanted for i in range(last + 1))
