from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.search.checksums import write
from pincite.retrieval.search.dense import DenseIndex, DenseSegment
from pincite.retrieval.search.rows import Rows

Vectors = NDArray[np.float32]
bounded = settings(max_examples=60)


def unit_rows(seed: int, count: int, dimension: int) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dimension))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)  # as the library stores them


def scattered_ids(seed: int, count: int) -> list[int]:
    return [int(id) for id in np.random.default_rng(seed).permutation(5 * count)[:count]]


def index_of(ids: list[int], rows: Vectors) -> DenseIndex:
    return DenseIndex.build(zip(ids, rows, strict=True))


def check_best(found: dict[int, float], exact: dict[int, float], k: int) -> None:
    """What was found is a best ``k`` of the exact scores, best first, ties in any order."""
    best = sorted(exact.values(), reverse=True)[:k]
    assert list(found.values()) == pytest.approx(best, abs=1e-5)
    assert found == pytest.approx({id: exact[id] for id in found}, abs=1e-5)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@bounded
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(2, 24), st.integers(1, 70))
def test_search_equals_brute_force(seed: int, count: int, dimension: int, k: int) -> None:
    rows, ids = unit_rows(seed, count, dimension), scattered_ids(seed, count)
    question = unit_rows(seed + 1, 1, dimension)[0]
    exact = dict(zip(ids, (rows @ question).tolist(), strict=True))
    check_best(index_of(ids, rows).search(question, k), exact, k)


@bounded
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(1, 20), st.data())
def test_search_among_some_equals_brute_force_among_them(
    seed: int, count: int, k: int, data: st.DataObject
) -> None:
    rows, ids = unit_rows(seed, count, 8), scattered_ids(seed, count)
    question = unit_rows(seed + 1, 1, 8)[0]
    allowed = data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    exact = dict(zip(ids, (rows @ question).tolist(), strict=True))
    found = index_of(ids, rows).search(question, k, allowed)
    check_best(found, {id: exact[id] for id in allowed}, k)


def test_the_filter_is_inside_the_search_so_k_come_back_from_far_down() -> None:
    question = np.array([1, 0], np.float32)
    angles = np.linspace(0, 3, 100)
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    index = index_of(list(range(100)), rows)
    assert set(index.search(question, 5)) == {0, 1, 2, 3, 4}
    assert list(index.search(question, 5, allowed=[95, 99, 91, 97, 93])) == [91, 93, 95, 97, 99]


def test_ids_that_the_index_lacks_are_never_found() -> None:
    index = index_of([3, 8], unit_rows(1, 2, 4))
    assert list(index.search(unit_rows(1, 2, 4)[1], 9, allowed=[8, 12345])) == [8]


def test_an_empty_filter_finds_nothing() -> None:
    rows = unit_rows(1, 3, 4)
    assert index_of([1, 2, 3], rows).search(rows[0], 3, allowed=[]) == {}


def test_identical_vectors_stay_two_results() -> None:
    row = unit_rows(1, 1, 4)
    found = index_of([4, 7], np.concatenate([row, row])).search(row[0], 5)
    assert set(found) == {4, 7}
    assert found[4] == found[7] == pytest.approx(1, abs=1e-3)


def test_a_vector_of_another_dimension_is_refused_with_both_numbers() -> None:
    index = index_of([1, 2], unit_rows(1, 2, 6))
    with pytest.raises(ValueError, match=r"\(5,\).*dimension 6"):
        index.search(np.ones(5, np.float32), 1)


@bounded
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_a_saved_segment_has_the_same_vectors(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    rows = unit_rows(seed, count, 8)
    file = tmp_path_factory.mktemp("dense") / "dense.faiss"
    checksum = DenseSegment.of(rows).save(file)
    np.testing.assert_array_equal(DenseSegment.load(file, checksum).vectors(), rows)


def test_a_large_segment_is_mapped_and_answers_as_it_does_in_memory(tmp_path: Path) -> None:
    rows = unit_rows(3, 3000, 256)
    segment = DenseSegment.of(rows)
    checksum = segment.save(tmp_path / "dense.faiss")
    assert checksum.size > 1_000_000
    loaded = DenseSegment.load(tmp_path / "dense.faiss", checksum)
    every = Rows(np.arange(3000))
    question = unit_rows(4, 1, 256)[0]
    memory = DenseIndex([segment], every).search(question, 9)
    assert DenseIndex([loaded], every).search(question, 9) == memory


@bounded
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 20), st.data())
def test_however_vectors_are_spread_over_segments_the_same_come_back_in_the_same_order(
    seed: int, count: int, k: int, data: st.DataObject
) -> None:
    rows, ids = unit_rows(seed, count, 6), scattered_ids(seed, count)
    copies = data.draw(st.lists(st.integers(0, count - 1), max_size=count))
    rows[: len(copies)] = rows[copies]  # so that many are equally near
    cuts = sorted(data.draw(st.sets(st.integers(1, count), max_size=4)) | {0, count})
    live = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    segments = [DenseSegment.of(rows[a:b]) for a, b in pairwise(cuts)]
    found = DenseIndex(segments, Rows(np.array(ids), live)).search(rows[0], k)
    exact = {id: float(rows[0].astype(float) @ row) for id, row in zip(ids, rows, strict=True)}
    best = sorted(
        (id for id, is_live in zip(ids, live, strict=True) if is_live),
        key=lambda id: (-round(exact[id], 6), id),
    )
    assert list(found) == best[:k]


def test_of_many_equally_near_those_with_the_smallest_ids_come_back() -> None:
    row = unit_rows(1, 1, 4)
    index = index_of(list(range(2000, 0, -1)), np.repeat(row, 2000, axis=0))
    assert list(index.search(row[0], 3)) == [1, 2, 3]


def test_an_empty_index_finds_nothing() -> None:
    empty = DenseIndex.build([])
    assert (len(empty), empty.search(np.ones(3, np.float32), 5)) == (0, {})


@pytest.mark.parametrize("k", [0, -3])
def test_asking_for_none_finds_none(k: int) -> None:
    rows = unit_rows(1, 3, 4)
    assert index_of([1, 2, 3], rows).search(rows[0], k) == {}


def test_more_vectors_than_one_batch_are_all_found() -> None:
    rows = unit_rows(5, 5000, 4)
    index = index_of(list(range(5000)), rows)
    assert len(index) == 5000
    assert index.search(rows[4999], 1, allowed=[4999]) == pytest.approx({4999: 1}, abs=1e-3)


@pytest.mark.parametrize("content", [b"", b"not an index", b"IxFI" + b"\0" * 3, None])
def test_a_file_that_is_no_index_is_called_damaged_by_name(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is None:  # another kind of index
        content = faiss.serialize_index(faiss.IndexFlatIP(4)).tobytes()
    file = tmp_path / "dense.faiss"
    checksum = write(file, [content])
    with pytest.raises(IndexDamagedError, match=r"dense\.faiss"):
        DenseSegment.load(file, checksum)
