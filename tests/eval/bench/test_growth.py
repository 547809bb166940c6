"""The benchmark of growth says what it made and what that took."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.eval.bench import growth_library
from pincite.eval.bench.growth import Growth, _exact, bench_growth
from pincite.eval.bench.growth_library import Source, grow
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.search.indexes import open_indexes
from pincite.retrieval.settings import load_settings
from tests.conftest import Pincite


class Usage(NamedTuple):
    free: int


def test_each_size_has_a_column_with_all_that_was_measured(
    pincite: Pincite, tmp_path: Path
) -> None:
    file = tmp_path / "growth.json"
    sizes = ("--passages", 80, "--passages", 40)
    run = pincite("eval", "bench-growth", *sizes, "--folder", tmp_path / "kept", "--json", file)
    assert run.code == 0, run.stderr
    stated, columns, *rows = run.stdout.splitlines()
    assert stated.startswith("generated documents of 20 passages, 50 questions; ")
    assert columns.split() == ["passages", "40", "80"]
    for name in ("build", "add one document", "open", "ask half", "search half", "peak memory"):
        assert any(row.startswith(name) for row in rows), name
    measured = json.loads(file.read_text())["growth"]
    assert [one["passages"] for one in measured] == [40, 80]
    for one in measured:
        assert set(one) == {field.name for field in fields(Growth)}
        assert all(isinstance(value, int | float) for value in one.values())
        assert one["recall_at_300"] == 1.0
    # What is kept is not measured again.
    again = pincite("eval", "bench-growth", *sizes, "--folder", tmp_path / "kept")
    assert again.stdout == run.stdout


def test_a_library_that_was_stopped_goes_on_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth_library, "_PUBLISHED", 2)
    source = Source(HashingEmbedder())
    spent = [grow(tmp_path / "stopped", source, size).cpu for size in (80, 160)]
    with Library.open(tmp_path / "whole", create=True) as library:
        source.put(library, ["added/0.txt"])  # by a run that was stopped while it measured this
    grow(tmp_path / "whole", source, 160)
    assert spent[0] < spent[1]
    found = []
    for name in ("stopped", "whole"):
        with Library.open(tmp_path / name) as library:
            assert (library.counts(), library.tags()) == ((8, 160), {"half": 4})
            found.append([entry.id for entry in library.entries()])
    assert found[0] == found[1]
    with pytest.raises(UsageError, match="has 160 passages already; ask for as many or more"):
        grow(tmp_path / "whole", source, 80)


def test_generated_documents_are_sound_and_half_of_them_have_the_tag(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        Source(HashingEmbedder()).put(library, ["a.txt", "b.txt", "c.txt", "d.txt"])
        assert library.problems() == []
        assert (library.counts(), library.tags()) == ((4, 80), {"half": 2})


def test_the_exact_neighbours_are_those_of_every_live_vector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = HashingEmbedder()
    with Library.open(tmp_path / "library", create=True) as library:
        source = Source(embedder)
        source.put(library, [f"{n}.txt" for n in range(20)])
        open_indexes(library, print)
        library.remove([library.find("3.txt").id])
        indexes = open_indexes(library, print)
        vector = embedder.embed_query("Who coined the phrase AI safety?")
        for at_once in (7, 10_000):
            monkeypatch.setattr("pincite.eval.bench.growth._AT_ONCE", at_once)
            assert _exact(indexes, vector[None]) == [set(indexes.dense.search(vector, 300))]


def test_without_room_on_the_disk_nothing_is_made(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1_000_000))
    run = pincite("eval", "bench-growth", "--passages", 1_000_000)
    assert run.code != 0
    assert "1000000 passages need 6.0 GB" in run.stderr
    assert "set TMPDIR to a larger disk" in run.stderr


@pytest.mark.parametrize("kept", ['[{"passages": 40}]', "[", '["40"]'])
def test_figures_of_another_version_are_refused_before_the_work(kept: str, tmp_path: Path) -> None:
    (tmp_path / "measured.json").write_text(kept)
    with pytest.raises(UsageError, match="another Pincite wrote it, or it is damaged; delete it"):
        bench_growth([40], ["Where?"], load_settings(), HashingEmbedder(), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["measured.json"]
