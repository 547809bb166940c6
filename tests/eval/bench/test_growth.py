"""The benchmark of growth says what it made and what that took."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from pincite.corpus.store.library import Library
from pincite.eval.bench.growth import _Source
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.conftest import Pincite


class Usage(NamedTuple):
    free: int


def test_each_size_has_a_column_with_all_that_was_measured(pincite: Pincite) -> None:
    run = pincite("eval", "bench-growth", "--passages", 40, "--passages", 80)
    assert (run.code, run.stderr) == (0, "")
    stated, sizes, *rows = run.stdout.splitlines()
    assert stated.startswith("generated documents of 20 passages, 50 questions; ")
    assert sizes.split() == ["passages", "40", "80"]
    for name in ("build", "add one document", "open", "ask half", "search half", "peak memory"):
        assert any(row.startswith(name) for row in rows), name


def test_generated_documents_are_sound_and_half_of_them_have_the_tag(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        _Source(HashingEmbedder()).put(library, ["a.txt", "b.txt", "c.txt", "d.txt"])
        assert library.problems() == []
        assert (library.counts(), library.tags()) == ((4, 80), {"half": 2})


def test_without_room_on_the_disk_nothing_is_made(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1_000_000))
    run = pincite("eval", "bench-growth", "--passages", 1_000_000)
    assert run.code != 0
    assert "1000000 passages need 6.0 GB" in run.stderr
    assert "set TMPDIR to a larger disk" in run.stderr
