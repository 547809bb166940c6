"""What a browser gets as it is: scripts, styles and the icon."""

from __future__ import annotations

from pathlib import Path


def path(name: str) -> Path:
    """Where a file of this folder lies."""
    return Path(__file__).with_name(name)


def text(*names: str) -> str:
    """What stands in these files, one after the other."""
    return "".join(path(name).read_text("utf-8") for name in names)
