"""The words of a library beside its indexes: its vocabulary, and the short forms it defines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from pincite.retrieval.search.document_counts import DocumentCounts
from pincite.retrieval.search.short_forms import FormCounts, ShortForms
from pincite.retrieval.search.vocabulary import Vocabulary, count_words

Part = tuple[DocumentCounts, Sequence[int]]  # of a segment, and its documents that are gone


class Words:
    """What stands in a library, word for word; worked out when it is first asked for."""

    def __init__(self, words: Iterable[Part], forms: Iterable[Part]) -> None:
        self._words, self._forms = tuple(words), tuple(forms)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that stand in the library."""
        return Vocabulary.of_counts(_summed(self._words))

    @cached_property
    def short_forms(self) -> ShortForms:
        """The short forms that its documents define."""
        counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
        for key, count in _summed(self._forms).items():
            short, *long = key.split(" ")
            counts[short, tuple(long)] = count
        return FormCounts(counts).short_forms()


def counted(passages: Iterable[tuple[str, str, str]]) -> tuple[Counter[str], Counter[str]]:
    """The words, and the definitions of short forms, of one document.

    Args:
        passages: of each the title, what stands over it, and its body. What stands over several
            passages in a row is counted once.
    """
    words: Counter[str] = Counter()
    forms = FormCounts()
    last: tuple[str, str] | None = None
    for title, headings, body in passages:
        for text in (title, headings, body) if last != (title, headings) else (body,):
            count_words(text, words)
            forms.add(text)
        last = (title, headings)
    # No term has a blank in it.
    return words, Counter(
        {" ".join([short, *long]): n for (short, long), n in forms.counts.items()}
    )


def _summed(parts: Iterable[Part]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts, gone in parts:
        total.update(counts.without(gone))
    return total
