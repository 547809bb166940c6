"""The postings of a shared library's candidates are those of their texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")

from pincite.retrieval.search.postings import FIELDS, Postings  # noqa: E402
from pincite.retrieval.search.shared_lexical import postings_of  # noqa: E402

_TERMS = st.sampled_from([f"{field}{word}" for field in "012" for word in ("a", "b", "é", "日本")])
_PASSAGES = st.lists(st.lists(_TERMS, max_size=12), max_size=8)


def _plainly(passages: list[list[str]], wanted: set[str]) -> dict[str, list[tuple[int, int]]]:
    counted = {
        term: [(row, some.count(term)) for row, some in enumerate(passages) if term in some]
        for term in wanted
    }
    return {term: some for term, some in counted.items() if some}


def _said(postings: Postings) -> dict[str, list[tuple[int, int]]]:
    found = {}
    for term in postings.table:
        span = postings.span(int(term[0]), term[1:])
        assert span is not None
        rows, times = postings.rows[span].tolist(), postings.frequencies[span].tolist()
        found[term] = list(zip(rows, times, strict=True))
    return found


@given(_PASSAGES, st.sets(_TERMS), st.integers(0, 8))
def test_each_wanted_term_is_counted_where_it_stands(
    passages: list[list[str]], wanted: set[str], cut: int
) -> None:
    texts = [" ".join(some) for some in passages]
    column = pa.chunked_array(
        [pa.array(texts[:cut], pa.string()), pa.array(texts[cut:], pa.string())]
    )
    postings = postings_of(column, wanted)
    assert _said(postings) == _plainly(passages, wanted)
    lengths = [[sum(t[0] == str(f) for t in some) for some in passages] for f in range(len(FIELDS))]
    assert postings.lengths.tolist() == lengths
    assert postings.codes.shape == (len(FIELDS), len(passages))


def test_columns_that_were_cut_out_of_larger_ones_are_read_where_they_begin() -> None:
    whole = pa.chunked_array([pa.array(["0x 0x", "0a 1b", "", "0b"], pa.large_string())])
    postings = postings_of(whole.slice(1, 3), {"0a", "0b"})
    assert _said(postings) == {"0a": [(0, 1)], "0b": [(2, 1)]}
    assert np.array_equal(postings.lengths[:2], [[1, 0, 1], [1, 0, 0]])
