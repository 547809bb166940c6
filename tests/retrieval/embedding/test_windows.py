"""Cutting text at the model's window, and the embedder that needs no model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.embedding.embedder import windows
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder

Count = Callable[[Sequence[str]], list[int]]

TEXTS = st.text(max_size=200) | st.lists(
    st.sampled_from(["gull", "whale's", "é", "\n", "  ", "😀", "x" * 50, "."]), max_size=60
).map(" ".join)
COUNTS: list[Count] = [
    HashingEmbedder().count,  # a token is a word
    lambda texts: [len(text) for text in texts],  # a token is a character
    lambda texts: [len(text.encode()) for text in texts],  # a character may be several tokens
]
bounded = settings(max_examples=100)


@bounded
@given(TEXTS, st.integers(1, 30), st.sampled_from(COUNTS))
def test_windows_tile_the_text(text: str, capacity: int, count: Count) -> None:
    pieces = windows(text, capacity, count)
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(len(piece) for piece in pieces)


@bounded
@given(TEXTS, st.integers(1, 30), st.sampled_from(COUNTS))
def test_no_window_exceeds_the_capacity_but_a_single_character(
    text: str, capacity: int, count: Count
) -> None:
    for piece in windows(text, capacity, count):
        assert len(piece) == 1 or count([text[piece.start : piece.end]])[0] <= capacity


@bounded
@given(TEXTS, st.integers(1, 30), st.sampled_from(COUNTS))
def test_a_word_is_cut_only_where_nothing_stands_before_it(
    text: str, capacity: int, count: Count
) -> None:
    for piece in windows(text, capacity, count)[:-1]:
        cut = text[piece.start : piece.end]
        assert cut[-1] in " \n" or not set(cut[1:]) & set(" \n")


def test_a_text_that_fits_is_left_whole() -> None:
    assert len(windows("five words in one window", 5, HashingEmbedder().count)) == 1


def test_a_cut_falls_before_a_word() -> None:
    text = "alpha beta gamma delta"
    pieces = windows(text, 12, lambda texts: [len(t) for t in texts])
    assert [text[p.start : p.end] for p in pieces] == ["alpha beta ", "gamma delta"]


def test_an_empty_text_has_no_window() -> None:
    assert windows("", 5, HashingEmbedder().count) == []


@bounded
@given(st.lists(TEXTS, min_size=1, max_size=5), st.integers(1, 64))
def test_hashed_rows_have_length_1(texts: list[str], dimension: int) -> None:
    rows = HashingEmbedder(dimension).embed_documents(texts)
    assert rows.shape == (len(texts), dimension)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


@bounded
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_text_has_the_same_vector_alone_in_company_and_as_a_question(texts: list[str]) -> None:
    rows = HashingEmbedder().embed_documents(texts)
    for row, text in zip(rows, texts, strict=True):
        assert np.array_equal(HashingEmbedder().embed_documents([text])[0], row)
        assert np.array_equal(HashingEmbedder().embed_query(text), row)


def test_texts_that_share_words_are_nearer_than_texts_that_do_not() -> None:
    question, near, far = HashingEmbedder().embed_documents(
        ["the herring gull", "a gull ate the herring", "mainmast broke yesterday"]
    )
    assert question @ near > question @ far


def test_hashed_vectors_are_the_same_in_another_process() -> None:
    code = (
        "from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder;"
        "print(HashingEmbedder(16).embed_query('Gulls eat fish').tolist())"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == str(HashingEmbedder(16).embed_query("Gulls eat fish").tolist())


def test_another_dimension_has_another_fingerprint() -> None:
    assert HashingEmbedder(16).fingerprint != HashingEmbedder(32).fingerprint


def test_no_texts_have_no_tokens_and_no_rows() -> None:
    assert HashingEmbedder().count([]) == []
    assert HashingEmbedder(8).embed_documents([]).shape == (0, 8)
