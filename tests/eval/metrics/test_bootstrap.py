from __future__ import annotations

from itertools import product
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.metrics.bootstrap import interval, percentiles, resamples, sign_flip
from tests.eval.conftest import bounded

QUARTERS = st.integers(-8, 8).map(lambda n: n / 4)  # sums of them are exact


def of_mean(values: list[float]) -> tuple[float, float]:
    data = np.array(values)
    return interval(lambda index: float(data[index].mean()), len(data))


def own_percentile(values: list[float], percent: float) -> float:
    """Between the two nearest of the ordered values, in proportion."""
    ordered = sorted(values)
    at = percent / 100 * (len(ordered) - 1)
    below = floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def exact_p(differences: list[float]) -> float:
    """The share of all sign patterns whose sum is as far from zero as the one observed."""
    observed = abs(sum(differences))
    patterns = list(product((-1, 1), repeat=len(differences)))
    sums = (sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in patterns)
    return sum(abs(total) >= observed for total in sums) / len(patterns)


def test_resamples_draw_n_of_n_with_replacement() -> None:
    drawn = list(resamples(5, 400))
    assert len(drawn) == 400
    assert {len(index) for index in drawn} == {5}
    assert set(np.concatenate(drawn).tolist()) == set(range(5))
    assert any(len(set(index.tolist())) < 5 for index in drawn)


def test_the_same_input_gives_the_same_numbers() -> None:
    values = [0.0, 1.0, 0.25, 0.75, 0.5]
    assert of_mean(values) == of_mean(values)
    assert sign_flip(np.array(values)) == sign_flip(np.array(values))


def test_the_interval_ends_are_the_2_5th_and_the_97_5th_percentile() -> None:
    assert percentiles([float(n) for n in range(101)]) == (2.5, 97.5)


@bounded
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=50))
def test_percentiles_lie_in_proportion_between_two_values(values: list[float]) -> None:
    expected = (own_percentile(values, 2.5), own_percentile(values, 97.5))
    assert percentiles(values) == pytest.approx(expected)


def test_the_interval_is_of_the_statistic_over_all_resamples() -> None:
    data = np.array([0.0, 1.0, 4.0, 9.0, 16.0])
    values = [float(np.median(data[index])) for index in resamples(5)]
    expected = (own_percentile(values, 2.5), own_percentile(values, 97.5))
    assert len(values) == 1000
    assert interval(lambda index: float(np.median(data[index])), 5) == pytest.approx(expected)


@bounded
@given(st.lists(QUARTERS, min_size=1, max_size=30))
def test_the_interval_holds_the_mean(values: list[float]) -> None:
    low, high = of_mean(values)
    assert low - 1e-9 <= sum(values) / len(values) <= high + 1e-9


def test_equal_values_have_an_interval_without_width() -> None:
    assert of_mean([0.5] * 8) == (0.5, 0.5)


@pytest.mark.parametrize("kind", ["normal", "yes or no"])
def test_the_interval_holds_the_true_mean_about_95_times_in_100(kind: str) -> None:
    generator = np.random.default_rng(7)
    size = (250, 60)
    drawn = generator.normal(0.3, 1, size) if kind == "normal" else generator.random(size) < 0.3
    index = np.stack(list(resamples(60)))
    held = 0
    for sample in drawn.astype(float):
        low, high = percentiles(sample[index].mean(axis=1).tolist())
        held += low <= 0.3 <= high
    assert 0.88 <= held / 250 <= 0.99


def test_runs_that_are_the_same_give_p_1() -> None:
    assert sign_flip(np.zeros(30)) == 1.0


def test_runs_that_differ_strongly_give_a_small_p() -> None:
    assert sign_flip(np.full(30, 0.4)) < 0.01


def test_questions_without_a_difference_say_nothing() -> None:
    differences = [0.5, -0.25, 1.0, 0.75]
    padded = sign_flip(np.array([*differences, *[0.0] * 50]))
    assert padded == pytest.approx(exact_p(differences), abs=0.03)


@bounded
@given(st.lists(QUARTERS, min_size=1, max_size=20))
def test_swapping_the_runs_does_not_change_p(differences: list[float]) -> None:
    assert sign_flip(-np.array(differences)) == sign_flip(np.array(differences))


def test_p_by_hand() -> None:
    # Five equal differences: only the 2 patterns of one sign, of 32, sum to as much.
    assert sign_flip(np.full(5, 0.5)) == pytest.approx(2 / 32, abs=0.01)


@bounded
@given(st.lists(QUARTERS, min_size=1, max_size=10))
def test_p_is_near_that_of_all_sign_patterns(differences: list[float]) -> None:
    assert sign_flip(np.array(differences)) == pytest.approx(exact_p(differences), abs=0.03)
