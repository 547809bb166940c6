"""What a shared library keeps of a passage so that it is found."""

from __future__ import annotations


class Columns:
    """The terms of a passage."""
