"""MaxScore skips what cannot be among the best, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search.lexical import LexicalIndex, Wanted
from pincite.retrieval.search.max_score import Part, Term
from pincite.retrieval.search.postings import Postings
from pincite.retrieval.search.rows import Rows
from tests.retrieval.search.test_lexical import PASSAGES, WANTED, Passages


@settings(max_examples=40)
@given(PASSAGES, st.lists(WANTED, min_size=1, max_size=5), st.integers(1, 5), st.data())
def test_the_first_of_many_are_those_of_all_to_the_last_bit(
    passages: Passages, wanted: list[Wanted], k: int, data: st.DataObject
) -> None:
    order = data.draw(st.lists(st.integers(0, len(passages) - 1), min_size=20, max_size=60))
    ids = data.draw(st.permutations(range(len(order))))
    every = [passages[i] for i in order]
    parts = [Postings.of(every[i : i + 8]) for i in range(0, len(every), 8)]
    index = LexicalIndex(parts, Rows(np.array(ids)))
    allowed = data.draw(st.none() | st.lists(st.sampled_from(ids), min_size=1, unique=True))
    best = list(index.search(wanted, len(order), allowed).items())  # so many that none is skipped
    assert list(index.search(wanted, k, allowed).items()) == best[:k]


@pytest.mark.parametrize("segments", [4, 16])
def test_a_frequent_term_is_scored_only_where_a_rare_one_stands(
    monkeypatch: pytest.MonkeyPatch, segments: int
) -> None:
    """So many rows of it are scored, however many segments there are after the first."""
    passages = [("", "", "the gull nests" if i % 50 == 0 else "the owl hunts") for i in range(200)]
    index = LexicalIndex(
        [Postings.of(passages) for _ in range(segments)], Rows(np.arange(200 * segments))
    )
    whole: list[int] = []
    real = Part.add_all
    monkeypatch.setattr(
        Part,
        "add_all",
        lambda self, scores, segment, number, norms: (
            whole.append(self.entries(number)) or real(self, scores, segment, number, norms)  # type: ignore[func-returns-value]
        ),
    )
    looked_up: list[int] = []
    of = Term.of
    monkeypatch.setattr(
        Term, "of", lambda self, rows, *rest: looked_up.append(len(rows)) or of(self, rows, *rest)
    )
    found = index.search([Wanted("the", 1.0), Wanted("gull", 1.0)], 4)
    assert set(found) == {0, 50, 100, 150}
    assert whole.count(200) == 1  # in the first segment
    assert sum(looked_up) == 4 * (segments - 1)
