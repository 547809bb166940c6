"""The memory of ingest is that of all its processes at once, and compared with the first run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pincite.corpus.errors import UsageError
from pincite.eval.bench import ingest_memory
from pincite.eval.bench.ingest_memory import Run, bench, show
from tests.conftest import Pincite

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


def test_each_run_is_compared_with_the_first() -> None:
    console = Console(width=80, record=True)
    show(console, [Run(1, 1, 100.0), Run(50, 50, 164.5)])
    lines = console.export_text().splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["1", "1", "100", "+0"],
        ["50", "50", "164", "+64"],
    ]


def test_where_no_system_tells_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UsageError, match="on Linux only"):
        bench([1])


@ON_LINUX
@pytest.mark.slow
def test_one_file_and_many_are_measured_and_written(tmp_path: Path, pincite: Pincite) -> None:
    file = tmp_path / "memory.json"
    run = pincite("eval", "bench-ingest", "--memory", 0.1, "--memory", 2, "--json", file)
    assert run.code == 0
    runs = json.loads(file.read_text("utf-8"))["runs"]
    assert [(one["megabytes"], one["files"]) for one in runs] == [(0.1, 1), (2, 1), (2, 2)]
    assert all(20 < one["peak_mib"] < 1000 for one in runs)


@pytest.mark.slow
def test_an_ingest_that_fails_is_an_error_with_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_memory, "write_files", lambda folder, files, size: None)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(UsageError, match=r"exit code 1: .*files"):
        bench([0.1])
