"""Short codes tell which vectors are worth a closer look."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search.arrays import packed, unpacked
from pincite.retrieval.search.short_codes import TARGET, ShortCodes
from tests.retrieval.search.test_dense import Vectors, unit_rows

bounded = settings(max_examples=30)


def along_few(seed: int, count: int, dimension: int, kept: int) -> Vectors:
    """Unit vectors that differ in few directions, and lie off the middle like many models' do."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(count, kept)) @ chance.normal(size=(kept, dimension))
    rows = rows + 3 * chance.normal(size=dimension)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def estimates(codes: ShortCodes, question: Vectors) -> Vectors:
    whole, times, plus = codes.question(question)
    assert np.array_equal(whole, np.rint(whole))
    assert np.abs(whole).max() <= 127
    return (codes.codes.astype(np.float32) - 128) @ whole * times + plus


@bounded
@given(st.integers(0, 10**6), st.integers(50, 400), st.integers(8, 24))
def test_an_estimate_is_off_by_what_was_left_out_and_rounded(
    seed: int, count: int, dimension: int
) -> None:
    rows, question = unit_rows(seed, count, dimension), unit_rows(seed + 1, 1, dimension)[0]
    codes = ShortCodes.of(rows)
    apart = rows - codes.mean
    kept = apart @ codes.directions @ codes.directions.T
    left_out = (apart - kept) @ question
    unit = np.abs(question @ codes.directions).max() / 127
    rounded = (codes.step + unit) * codes.directions.shape[1]
    assert np.abs(estimates(codes, question) + left_out - rows @ question).max() <= rounded


def test_where_vectors_differ_in_few_directions_few_numbers_are_enough() -> None:
    codes = ShortCodes.of(along_few(1, 2000, 48, 6))
    assert codes.codes.shape == (2000, 16)  # a third, which is the least
    assert codes.recall >= TARGET


def test_where_a_third_of_the_numbers_is_not_enough_more_are_kept() -> None:
    codes = ShortCodes.of(unit_rows(1, 3000, 48))
    assert codes.codes.shape[1] > 16
    assert codes.recall >= TARGET


def test_the_same_vectors_have_the_same_codes() -> None:
    one, other = (ShortCodes.of(unit_rows(3, 500, 12)) for _ in range(2))
    assert all(np.array_equal(one.arrays()[name], other.arrays()[name]) for name in one.arrays())


@pytest.mark.parametrize("rows", [np.zeros((40, 6)), np.ones((40, 6)), np.eye(6)])
def test_vectors_that_hardly_differ_have_codes_too(rows: Vectors) -> None:
    codes = ShortCodes.of(rows.astype(np.float32))
    question = np.full(6, 6**-0.5, np.float32)
    assert estimates(codes, question) == pytest.approx(rows @ question, abs=0.02)


def test_codes_are_read_as_they_were_written() -> None:
    codes = ShortCodes.of(unit_rows(3, 500, 12))
    data = b"".join(bytes(part) for part in packed(codes.arrays()))
    again = ShortCodes.from_arrays(unpacked(memoryview(data)))
    assert (again.step, again.recall, len(again)) == (codes.step, codes.recall, 500)
    for name, array in codes.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], array)
