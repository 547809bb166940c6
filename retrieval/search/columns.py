"""What a shared library keeps of a passage so that it is found: its terms, and what they add up to.

The counts are sums over passages, so that a document is added and taken away without a look at the
others. Their keys:

    #passages             passages
    #0, #1, #2            terms of all bodies, headings and titles together
    0TERM, 1TERM, 2TERM   passages that have the term in that field
    w WORD                how often a word stands there
    f SHORT LONG …        how often a short form is defined so
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pincite.retrieval.search.analysis import ANALYSIS, terms
from pincite.retrieval.search.postings import FIELDS
from pincite.retrieval.search.words import counted

PASSAGES, LENGTHS = "#passages", tuple(f"#{field}" for field in range(len(FIELDS)))
WORD, FORM = "w ", "f "
FORMAT = 1

Said = tuple[str, str, str]


class Columns:
    """Works out terms and counts of passages. `pincite.corpus.shared.analysis` says what for."""

    @property
    def name(self) -> str:
        """Another one once anything that it gives would be another."""
        return f"{FORMAT} {ANALYSIS}"

    def follows(self, name: str) -> bool:
        """Whether it is later than the one of this name."""
        return _numbers(self.name) > _numbers(name)

    def terms(self, said: Said) -> str:
        """The terms of body, headings and title, each after the digit of its field."""
        title, headings, body = said  # in the order of `FIELDS` the other way round
        every = [f"0{term}" for term in terms(body)]
        return " ".join([*every, *_of_field(1, headings), *_of_field(2, title)])

    def counts(self, document: Iterable[Said], terms: Iterable[str]) -> Mapping[str, int]:
        """What a document adds to the sums."""
        words, forms = counted(document)
        total: Counter[str] = Counter()
        for one in terms:
            total[PASSAGES] += 1
            every = one.split()
            for term in every:
                total[LENGTHS[int(term[0])]] += 1
            total.update(set(every))
        total.update({f"{WORD}{word}": count for word, count in words.items()})
        total.update({f"{FORM}{form}": count for form, count in forms.items()})
        return total


def _numbers(name: str) -> list[int]:
    """What counts up in the name of an analysis.

    >>> _numbers("1 pincite_3")
    [1, 3]
    """
    return [int(number) for number in re.findall(r"\d+", name)]


@lru_cache(maxsize=256)
def _of_field(field: int, text: str) -> list[str]:
    """A title or heading stands over many passages."""
    return [f"{field}{term}" for term in terms(text)]
