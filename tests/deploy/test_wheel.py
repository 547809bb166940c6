"""What is in the wheel."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.dockerfile import ROOT
from tests.deploy.wheel import built

PACKAGES = ("corpus", "retrieval", "ingest", "ui", "eval")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    with zipfile.ZipFile(built(ROOT, tmp_path_factory.mktemp("wheel"))) as wheel:
        yield set(wheel.namelist())


def test_it_holds_pincite_alone(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pincite"}
    assert len(tops) == 2
    seconds = {name.split("/")[1] for name in names if name.startswith("pincite/")}
    assert seconds == {"__init__.py", "py.typed", *PACKAGES}


def test_it_holds_every_file_of_the_packages(names: set[str]) -> None:
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    missing = [f for f in listed.stdout.splitlines() if f"pincite/{f}" not in names]
    assert not missing


def test_it_holds_nothing_that_was_left_lying_about(names: set[str]) -> None:
    left = [n for n in names if "__pycache__" in n or Path(n).suffix in (".pyc", ".sqlite", ".log")]
    assert not left
