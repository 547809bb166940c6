"""What the passages of a shared library add up to: terms for BM25, and its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from pincite.corpus.shared.tableset import Tables
from pincite.retrieval.search.columns import FORM, LENGTHS, PASSAGES, WORD
from pincite.retrieval.search.lexical import Statistics
from pincite.retrieval.search.short_forms import FormCounts, ShortForms
from pincite.retrieval.search.vocabulary import Vocabulary


def statistics(tables: Tables) -> Statistics:
    """How many passages there are, and how many terms they have in each field."""
    found = counts_of(tables, [PASSAGES, *LENGTHS])
    return Statistics(found[PASSAGES], tuple(found[key] for key in LENGTHS))


def counts_of(tables: Tables, keys: Iterable[str]) -> Counter[str]:
    """What the rows of these keys add up to."""
    total: Counter[str] = Counter()
    for key, count in tables.rows("counts", ("key", "count"), "key", keys):
        total[key] += count
    return total


class SharedWords:
    """What stands in a library, word for word; read when it is first asked for."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that stand in the library."""
        return Vocabulary.of_counts(self._counts(WORD))

    @cached_property
    def short_forms(self) -> ShortForms:
        """The short forms that its documents define."""
        counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
        for key, count in self._counts(FORM).items():
            short, *long = key.split(" ")
            counts[short, tuple(long)] = count
        return FormCounts(counts).short_forms()

    def _counts(self, kind: str) -> Mapping[str, int]:
        where = f"starts_with(key, '{kind}')"
        found = self._tables.read("counts", ["key", "count"], where)
        if not found.num_rows:
            return {}
        total = found.group_by("key").aggregate([("count", "sum")])
        keys, counts = total["key"].to_pylist(), total["count_sum"].to_pylist()
        return {key[len(kind) :]: n for key, n in zip(keys, counts, strict=True) if n > 0}
