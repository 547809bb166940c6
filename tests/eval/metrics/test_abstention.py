from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pincite.eval.metrics.abstention import (
    Flags,
    Floats,
    aurc,
    auroc,
    brier,
    coverage_at_risk,
    ece,
    reliability,
    risk_coverage,
)
from tests.eval.conftest import bounded

Asked = list[tuple[float, bool]]
# Eighths are exact, and few enough that ties are common.
TIED = st.lists(
    st.tuples(st.integers(0, 8).map(lambda n: n / 8), st.booleans()), min_size=1, max_size=40
)


def arrays(asked: Asked) -> tuple[Floats, Flags]:
    confidence, right = zip(*asked, strict=True)
    return np.array(confidence, float), np.array(right, bool)


def own_curve(asked: Asked) -> list[tuple[Fraction, Fraction]]:
    """Coverage and risk at every threshold: who has at least so much confidence is answered."""
    curve = []
    for threshold in sorted({confidence for confidence, _ in asked}, reverse=True):
        answered = [right for confidence, right in asked if confidence >= threshold]
        wrong = answered.count(False)
        curve.append((Fraction(len(answered), len(asked)), Fraction(wrong, len(answered))))
    return curve


def own_aurc(asked: Asked) -> Fraction:
    area, before = Fraction(0), Fraction(0)
    for coverage, risk in own_curve(asked):
        area += (coverage - before) * risk
        before = coverage
    return area


def own_bins(asked: Asked, bins: int) -> list[Asked]:
    """In order of confidence, sizes that differ by one at most, the larger ones first."""
    left, parts = sorted(asked, key=lambda one: one[0]), []
    for bins_left in range(min(bins, len(asked)), 0, -1):
        most = -(-len(left) // bins_left)
        parts.append(left[:most])
        left = left[most:]
    return parts


def own_ece(asked: Asked, bins: int = 15) -> float:
    gaps = (
        abs(sum(c for c, _ in part) - sum(right for _, right in part))
        for part in own_bins(asked, bins)
    )
    return sum(gaps) / len(asked)


def test_auroc_by_hand() -> None:
    # Positive .9 and .4 against .4 and .1: .9 wins twice, .4 ties once and wins once: 3.5 of 4.
    assert auroc(*arrays([(0.9, True), (0.4, True), (0.4, False), (0.1, False)])) == 3.5 / 4


@bounded
@given(TIED)
def test_auroc_equals_counting_pairs(asked: Asked) -> None:
    positive = [confidence for confidence, is_positive in asked if is_positive]
    negative = [confidence for confidence, is_positive in asked if not is_positive]
    assume(positive and negative)
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    expected = wins / (len(positive) * len(negative))
    assert auroc(*arrays(asked)) == pytest.approx(expected)


@pytest.mark.parametrize("kind", [True, False])
def test_auroc_of_one_kind_is_refused(kind: bool) -> None:
    with pytest.raises(ValueError, match="both kinds"):
        auroc(*arrays([(0.9, kind), (0.1, kind)]))


def test_risk_and_coverage_by_hand_with_a_tie() -> None:
    # .9 right: 1 of 4 answered, none wrong. The two of .5 together: 3 of 4, 1 wrong. All: 2 wrong.
    asked = [(0.5, False), (0.9, True), (0.1, False), (0.5, True)]
    coverage, risk = risk_coverage(*arrays(asked))
    assert coverage.tolist() == [1 / 4, 3 / 4, 1.0]
    assert risk.tolist() == pytest.approx([0.0, 1 / 3, 2 / 4])
    # area: 1/4 * 0 + 2/4 * 1/3 + 1/4 * 2/4 = 7/24
    assert aurc(*arrays(asked)) == pytest.approx(7 / 24)


@bounded
@given(TIED)
def test_risk_coverage_and_its_area_equal_a_walk_over_thresholds(asked: Asked) -> None:
    coverage, risk = risk_coverage(*arrays(asked))
    expected = own_curve(asked)
    assert coverage.tolist() == pytest.approx([float(c) for c, _ in expected])
    assert risk.tolist() == pytest.approx([float(r) for _, r in expected])
    assert aurc(*arrays(asked)) == pytest.approx(float(own_aurc(asked)))


@bounded
@given(TIED, st.sampled_from([0.0, 0.05, 0.25, 0.5, 1.0]))
def test_coverage_at_risk_equals_a_walk_over_thresholds(asked: Asked, risk: float) -> None:
    allowed = [float(c) for c, r in own_curve(asked) if float(r) <= risk]
    assert coverage_at_risk(*arrays(asked), risk) == pytest.approx(max(allowed, default=0.0))


@bounded
@given(TIED)
def test_the_order_of_questions_does_not_matter(asked: Asked) -> None:
    turned = asked[::-1]
    assert aurc(*arrays(turned)) == pytest.approx(aurc(*arrays(asked)))
    assert coverage_at_risk(*arrays(turned)) == coverage_at_risk(*arrays(asked))


def test_the_perfect_order_has_the_least_area_and_the_reverse_the_most() -> None:
    # Two right before two wrong: (0 + 0 + 1/3 + 2/4) / 4 = 5/24.
    # Two wrong before two right: (1 + 1 + 2/3 + 2/4) / 4 = 19/24.
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, False, False])
    assert aurc(confidence, right) == pytest.approx(5 / 24)
    assert aurc(confidence, ~right) == pytest.approx(19 / 24)
    assert (auroc(confidence, right), auroc(confidence, ~right)) == (1.0, 0.0)
    assert coverage_at_risk(confidence, right) == 0.5
    assert coverage_at_risk(confidence, ~right) == 0.0


def test_a_risk_of_just_5_percent_is_allowed() -> None:
    # 19 right, then one wrong: 1 of 20 is 5 %. One more wrong: 2 of 21 is too many.
    asked = [(1 - rank / 100, rank < 19) for rank in range(21)]
    assert coverage_at_risk(*arrays(asked)) == pytest.approx(20 / 21)


def test_equal_confidence_cannot_be_told_apart() -> None:
    asked = [(0.5, True), (0.5, False), (0.5, False), (0.5, False)]
    assert auroc(*arrays(asked)) == 0.5
    assert aurc(*arrays(asked)) == 0.75


def test_ece_by_hand_in_two_bins() -> None:
    # Lower bin: mean .2, half right, gap .3. Upper: mean .7, all right, gap .3.
    asked = [(0.8, True), (0.1, False), (0.6, True), (0.3, True)]
    assert ece(*arrays(asked), bins=2) == pytest.approx(0.3)


def test_ece_by_hand_in_the_15_bins_of_equal_mass() -> None:
    # Pairs of confidence i/15, one of two right: the gap of bin i is |i/15 - 1/2| = |2i - 15|/30.
    # The sum over i = 0..14 is ((15 + 13 + .. + 1) + (1 + 3 + .. + 13)) / 30 = (64 + 49) / 30.
    asked = [(i / 15, right) for i in range(15) for right in (True, False)]
    assert ece(*arrays(asked)) == pytest.approx(113 / 30 / 15)


@bounded
@given(TIED, st.integers(1, 20))
def test_ece_equals_an_own_one(asked: Asked, bins: int) -> None:
    assert ece(*arrays(asked), bins) == pytest.approx(own_ece(asked, bins))


@bounded
@given(TIED)
def test_bins_are_in_order_and_hold_every_question(asked: Asked) -> None:
    found = reliability(*arrays(asked))
    assert [b.questions for b in found] == [len(part) for part in own_bins(asked, 15)]
    assert [b.confidence for b in found] == sorted(b.confidence for b in found)
    assert sum(b.right * b.questions for b in found) == pytest.approx(sum(r for _, r in asked))


def test_with_fewer_questions_than_bins_each_has_a_bin() -> None:
    # Gaps: |.2 - 0|, |.4 - 1|, |.9 - 1|; their mean is .9 / 3.
    asked = [(0.9, True), (0.2, False), (0.4, True)]
    found = reliability(*arrays(asked))
    assert [(b.confidence, b.right, b.questions) for b in found] == [
        (0.2, 0.0, 1),
        (0.4, 1.0, 1),
        (0.9, 1.0, 1),
    ]
    assert ece(*arrays(asked)) == pytest.approx(0.3)


def test_brier_by_hand() -> None:
    # (.2**2 + .5**2 + 1**2 + 0) / 4 = (.04 + .25 + 1) / 4
    asked = [(0.8, True), (0.5, False), (1.0, False), (0.0, False)]
    assert brier(*arrays(asked)) == pytest.approx(1.29 / 4)


@bounded
@given(TIED)
def test_brier_equals_the_mean_of_squares(asked: Asked) -> None:
    expected = sum((confidence - right) ** 2 for confidence, right in asked) / len(asked)
    assert brier(*arrays(asked)) == pytest.approx(expected)
