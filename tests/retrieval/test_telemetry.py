"""ONNX Runtime reports nothing to its maker, and keeps nothing to report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASKS = """
from pincite.retrieval.embedding.packaged import PackagedEmbedder
PackagedEmbedder("float32", print).embed_query("What do gulls eat?")
"""


@pytest.mark.model
def test_no_mark_of_this_machine_and_no_report_is_written(tmp_path: Path) -> None:
    unset = ("CI", "XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY", "GITHUB_ACTIONS")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    run = subprocess.run(
        [sys.executable, "-c", ASKS],
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
