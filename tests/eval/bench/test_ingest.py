"""The benchmark of taking in: what it prints says what was measured, and on what."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from pincite.eval.bench.ingest import CheapEmbedder, write_files
from tests.conftest import Pincite


class Usage(NamedTuple):
    free: int


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def test_small_files_are_taken_in_twice_and_embedded_once(tmp_path: Path, pincite: Pincite) -> None:
    run = pincite("eval", "bench-ingest", "--files", 20)
    assert (run.code, run.stderr) == (0, "")
    stated, _, first, second, ratio = run.stdout.splitlines()
    assert stated.startswith("20 generated text files of about 1,500 bytes, embedder cheap@16; ")
    assert "20 added" in first
    assert "20 unchanged" in second
    assert " 0 " in second
    assert ratio.startswith("second run / first run: 0.")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_much_text_is_taken_in_and_its_rate_said(pincite: Pincite) -> None:
    run = pincite("eval", "bench-ingest", "--gigabytes", 0.001, "--file-mb", 0.5)
    assert run.code == 0
    assert "0.001 GB of generated text in 2 files, embedder cheap@16" in run.stdout
    assert "2 added" in run.stdout
    assert "MB of text a second" in run.stdout


def test_a_folder_is_taken_in_with_the_embedder_of_the_settings(
    tmp_path: Path, pincite: Pincite
) -> None:
    write_files(tmp_path / "pages", 3, 500)
    run = pincite("eval", "bench-ingest", "--pdfs", tmp_path / "pages")
    assert run.code == 0
    assert f"3 files in {tmp_path / 'pages'}, embedder hashing@256+parts" in run.stdout
    assert "pages a second, of 0 pages" in run.stdout


def test_without_room_on_the_disk_nothing_is_written(
    tmp_path: Path, pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1_000_000))
    run = pincite("eval", "bench-ingest", "--gigabytes", 1)
    assert run.code == 2
    assert "1 GB of text need about 5 GB" in run.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


def test_nothing_to_measure_is_wrong_usage(pincite: Pincite) -> None:
    run = pincite("eval", "bench-ingest")
    assert run.code == 2
    assert "--files N" in run.stderr


def test_generated_files_are_the_same_each_time_and_no_two_alike(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_files(tmp_path / folder, 5, 2000)
    texts = [
        [file.read_text("utf-8") for file in sorted((tmp_path / folder).rglob("*.txt"))]
        for folder in ("one", "two")
    ]
    assert texts[0] == texts[1]
    assert len(set(texts[0])) == 5
    assert all(2000 <= len(text.encode()) < 3000 for text in texts[0])


def test_the_cheap_embedder_gives_unit_vectors_that_differ() -> None:
    rows = CheapEmbedder().embed_documents(["a gull", "an owl"])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    assert not np.allclose(rows[0], rows[1])
    np.testing.assert_array_equal(CheapEmbedder().embed_query("a gull"), rows[0])
