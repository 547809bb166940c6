"""The usual default that ingest is compared with."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.bench.chunks import chunks, compare
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from tests.conftest import Pincite
from tests.retrieval.conftest import make_document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one two three four", ["one two", "three", "four"]),
        ("a b c d e f", ["a b c d e", "d e f"]),
        ("one\n\ntwo\n\nthree", ["one\n\ntwo", "three"]),
        ("x" * 12, ["x" * 9, "x" * 7]),
        ("", []),
    ],
)
def test_pieces_are_joined_up_to_the_size_and_the_last_begin_the_next(
    text: str, expected: list[str]
) -> None:
    assert chunks(text, 9, 4) == expected


@given(text=st.text("ab \n", max_size=80), size=st.integers(1, 20), overlap=st.integers(0, 9))
def test_no_chunk_is_longer_and_no_letter_is_lost(text: str, size: int, overlap: int) -> None:
    made = chunks(text, size, min(overlap, size - 1))
    assert all(0 < len(chunk) <= size for chunk in made)
    assert sum(map(len, ("".join(chunk.split()) for chunk in made))) >= len("".join(text.split()))


@pytest.mark.model
def test_both_ways_are_timed_on_the_same_text(tiny: Path) -> None:
    document = make_document("the gull . a whale . " * 200)
    found = compare(document, SentenceTransformerEmbedder(str(tiny), "float32"))
    assert (found.characters, found.chunks) == (len(document.text), 6)
    assert found.passages > 1
    assert found.ours > 0 < found.theirs


def test_an_embedder_without_a_model_is_refused_with_what_to_do(pincite: Pincite) -> None:
    run = pincite("eval", "bench-ingest", "--chunks")
    assert (run.code, run.stdout) == (2, "")
    assert "hashing@256+parts is not a sentence-transformers model" in run.stderr
