from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search.fusion import convex

IDS = st.integers(0, 40)
DENSE = st.dictionaries(IDS, st.floats(-1, 1), max_size=20)
LEXICAL = st.dictionaries(IDS, st.floats(0.001, 50), max_size=20)
WEIGHTS = st.floats(0, 1)
bounded = settings(max_examples=100)


def in_numpy(dense: dict[int, float], lexical: dict[int, float], weight: float) -> dict[int, float]:
    """The same combination, over arrays."""
    ids = np.array(sorted({*dense, *lexical}), int)
    total = np.zeros(len(ids))
    for scores, share in ((dense, weight), (lexical, 1 - weight)):
        column = np.clip([scores.get(id, 0.0) for id in ids.tolist()], 0, None)
        if len(column) and column.max() > 0:
            total += share * (column / column.max())
    return dict(zip(ids.tolist(), total.tolist(), strict=True))


@bounded
@given(DENSE, LEXICAL, WEIGHTS)
def test_every_passage_of_either_ranking_gets_a_score_between_0_and_1(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    fused = convex(dense, lexical, weight)
    assert fused.keys() == dense.keys() | lexical.keys()
    assert all(0 <= score <= 1 for score in fused.values())


@bounded
@given(DENSE, LEXICAL, WEIGHTS)
def test_fusion_equals_the_formula_computed_over_arrays(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    assert convex(dense, lexical, weight) == pytest.approx(in_numpy(dense, lexical, weight))


@bounded
@given(DENSE, LEXICAL, WEIGHTS)
def test_the_best_comes_first_and_a_tie_goes_to_the_smaller_id(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    ranked = list(convex(dense, lexical, weight).items())
    for (id, score), (next_id, next_score) in pairwise(ranked):
        assert score > next_score or (score == next_score and id < next_id)


def test_passages_with_equal_scores_are_ordered_by_id() -> None:
    assert list(convex({9: 0.5, 2: 0.5, 5: 0.5}, {}, 0.5)) == [2, 5, 9]


@bounded
@given(
    DENSE.filter(lambda scores: all(abs(s) > 1e-6 for s in scores.values())),
    LEXICAL,
    WEIGHTS,
    st.integers(-20, 20),
    st.integers(-20, 20),
)
def test_scaling_either_ranking_changes_nothing(
    dense: dict[int, float], lexical: dict[int, float], weight: float, left: int, right: int
) -> None:
    """By powers of two, which floating point does exactly: so the order must be equal too."""
    scaled_dense = {id: score * 2.0**left for id, score in dense.items()}
    scaled_lexical = {id: score * 2.0**right for id, score in lexical.items()}
    scaled = convex(scaled_dense, scaled_lexical, weight)
    assert list(scaled.items()) == list(convex(dense, lexical, weight).items())


@bounded
@given(st.dictionaries(IDS, st.integers(1, 1000), min_size=1, max_size=20), LEXICAL)
def test_weight_1_orders_as_the_dense_ranking_alone(
    dense: dict[int, int], lexical: dict[int, float]
) -> None:
    alone = sorted(dense, key=lambda id: (-dense[id], id))
    ranked = convex(dense, {id: s for id, s in lexical.items() if id in dense}, 1.0)
    assert list(ranked) == alone


@bounded
@given(st.dictionaries(IDS, st.integers(1, 1000), min_size=1, max_size=20))
def test_weight_0_orders_as_the_lexical_ranking_alone(lexical: dict[int, int]) -> None:
    alone = sorted(lexical, key=lambda id: (-lexical[id], id))
    assert list(convex(dict.fromkeys(lexical, 0.5), lexical, 0.0)) == alone


def test_two_empty_rankings_fuse_to_an_empty_one() -> None:
    assert convex({}, {}, 0.5) == {}


@pytest.mark.parametrize("weight", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_weight_outside_0_and_1_is_refused_by_its_value(weight: float) -> None:
    with pytest.raises(ValueError, match=str(weight)):
        convex({1: 1.0}, {1: 1.0}, weight)
