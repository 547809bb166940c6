"""Dense search in indexes so large that not every vector is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search import dense
from pincite.retrieval.search.dense import DenseIndex, DenseSegment
from pincite.retrieval.search.rows import Rows
from pincite.retrieval.search.short_codes import SHORTLIST
from tests.retrieval.search.test_dense import Vectors, scattered_ids, unit_rows

bounded = settings(max_examples=30)


@pytest.fixture(autouse=True)
def sizes() -> Iterator[None]:
    """Sizes at which a few hundred passages count as very many."""
    with (
        patch.object(dense, "EXACT_UP_TO", 100),
        patch.object(dense, "CODED_FROM", 40),
        patch.object(dense, "_FEW", 20),
        patch.object(dense, "_LEAST_SHARE", 2),
    ):
        yield


def index_of(ids: list[int], rows: Vectors, cuts: list[int]) -> DenseIndex:
    segments = [DenseSegment.of(rows[a:b]) for a, b in pairwise([0, *cuts, len(rows)])]
    return DenseIndex(segments, Rows(np.array(ids, np.int64)))


@bounded
@given(st.integers(0, 10**6), st.integers(150, 400), st.integers(1, 20), st.booleans())
def test_as_many_as_are_wanted_come_back_best_first_with_exact_scores(
    seed: int, count: int, k: int, among_half: bool
) -> None:
    rows, ids = unit_rows(seed, count, 12), scattered_ids(seed, count)
    question = unit_rows(seed + 1, 1, 12)[0]
    index = index_of(ids, rows, [20, 120])  # the first of them without short codes
    allowed = ids[::2] if among_half else ids
    exact = {id: float(rows[ids.index(id)] @ question) for id in allowed}
    found = index.search(question, k, allowed if among_half else None)
    assert len(found) == k
    assert found == pytest.approx({id: exact[id] for id in found}, abs=1e-6)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_nearly_all_of_the_best_come_back() -> None:
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(6000, 12)) @ chance.normal(size=(12, 36))
    rows = rows + chance.normal(size=rows.shape) + 2
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    index = index_of(list(range(6000)), rows, [2000, 4000])
    shares = []
    for question in rows[:40] + 0.3 * unit_rows(2, 40, 36):
        best = np.argsort(-(rows @ question))[:50]
        shares.append(len(index.search(question, 50).keys() & set(best.tolist())) / 50)
    assert np.mean(shares) > 0.98


def test_the_best_are_found_where_one_segment_has_all_of_them() -> None:
    question = unit_rows(1, 1, 12)[0]
    near = question + 0.1 * unit_rows(2, 100, 12)
    rows = np.concatenate([unit_rows(3, 300, 12), near, unit_rows(4, 300, 12)])
    index = index_of(list(range(700)), rows.astype(np.float32), [100, 200, 300, 400, 500, 600])
    assert set(index.search(question, 80)) <= set(range(300, 400))


def test_equal_vectors_come_in_the_order_of_their_ids_wherever_they_are() -> None:
    rows = unit_rows(1, 300, 12)
    rows[[10, 110, 210]] = rows[10]
    index = index_of(list(range(900, 600, -1)), rows, [100, 200])
    found = index.search(rows[10], 3)
    assert list(found) == [690, 790, 890]
    assert len(set(found.values())) == 1


def test_among_few_passages_every_vector_is_looked_at() -> None:
    rows, question = unit_rows(1, 300, 12), unit_rows(2, 1, 12)[0]
    allowed = list(range(0, 300, 15))
    exact = sorted(allowed, key=lambda id: -float(rows[id] @ question))
    assert list(index_of(list(range(300)), rows, [100]).search(question, 9, allowed)) == exact[:9]


def test_up_to_the_size_an_index_is_exact_though_its_segments_have_codes() -> None:
    rows, question = unit_rows(1, 100, 12), unit_rows(2, 1, 12)[0]
    index = index_of(list(range(100)), rows, [50])
    exact = sorted(range(100), key=lambda id: -float(rows[id] @ question))
    assert list(index.search(question, 20)) == exact[:20]


@pytest.mark.parametrize("count", [600, 2000])
def test_however_many_there_are_so_many_vectors_are_read(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    index = index_of(list(range(count)), unit_rows(1, count, 12), [100])
    read: list[int] = []
    real = DenseSegment.vectors
    monkeypatch.setattr(
        DenseSegment,
        "vectors",
        lambda self, rows: read.append(len(rows)) or real(self, rows),  # type: ignore[func-returns-value]
    )
    index.search(unit_rows(2, 1, 12)[0], 60)
    assert sum(read) == 60 * (SHORTLIST + 1)  # once more those whose order rounding may change


def test_a_passage_that_has_left_is_not_found() -> None:
    rows = unit_rows(1, 300, 12)
    live = np.ones(300, bool)
    live[7] = False
    segments = [DenseSegment.of(rows[:150]), DenseSegment.of(rows[150:])]
    found = DenseIndex(segments, Rows(np.arange(300), live)).search(rows[7], 30)
    assert 7 not in found
    assert len(found) == 30
