"""Publishing that is killed anywhere, or raced, leaves the old list of segments or the new one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from pincite.corpus.store.library import Library
from pincite.retrieval.search.indexes import index_differences, index_problems, open_indexes
from tests.retrieval.conftest import fill, make_document
from tests.retrieval.search.test_segments import built_at_once, said, small_segments

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def run(what: str, library: Path, folder: Path) -> None:
    program = [sys.executable, "-m", "tests.retrieval.search.killed_publish"]
    done = subprocess.run(
        [*program, what, str(library), str(folder)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_killed_at_any_step_the_old_list_or_the_new_one_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with small_segments(), Library.open(folder, create=True) as library:
        for number in range(3):
            fill(library, make_document(f"The gull number {number} nests.", f"{number}.txt"))
        with patch("pincite.ingest.pipeline.publish"):
            library.remove([library.find("0.txt").id])
            fill(library, make_document("A kraken sleeps below Iceland.", "kraken.txt"))
        behind = index_problems(library)
        expected = built_at_once(library)
    (tmp_path / "killed").mkdir()
    run("die", folder, tmp_path / "killed")
    left = sorted((tmp_path / "killed").iterdir())
    assert len(left) > 40
    outcomes = set()
    for copy in left:
        with Library.open(copy) as library:
            problems = [
                problem.replace(str(copy), str(folder)) for problem in index_problems(library)
            ]
            outcomes.add(tuple(problems))
            complaints: list[str] = []
            assert said(open_indexes(library, complaints.append)) == expected
            assert complaints == index_problems(library) == index_differences(library) == []
        shutil.rmtree(copy)
    assert outcomes == {(), tuple(behind)}


def test_two_processes_that_publish_while_a_third_opens_agree(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with Library.open(folder, create=True) as library:
        fill(library, make_document("The gull nests.", "gulls.txt"))
    run("race", folder, tmp_path)
    with Library.open(folder) as library:
        assert library.counts()[0] == 7
        assert index_problems(library) == index_differences(library) == []
        assert said(open_indexes(library, print)) == built_at_once(library)
