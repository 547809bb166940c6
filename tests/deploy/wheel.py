"""Pincite's wheel, built from a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def built(source: Path, folder: Path) -> Path:
    """The wheel of the sources in a folder, put into another one. It needs no other machine."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel
