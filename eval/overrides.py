"""Settings that one run overrides, as ``NAME=VALUE``."""

from __future__ import annotations

from collections.abc import Iterable

from pincite.corpus.errors import UsageError


def parsed(overrides: Iterable[str]) -> dict[str, str]:
    """The values by name.

    >>> parsed(["quotes=1"])
    {'quotes': '1'}

    Raises:
        UsageError: one of them is not of that form.
    """
    values: dict[str, str] = {}
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise UsageError(f"--config {override!r} is not NAME=VALUE, such as quotes=1")
        values[name.strip()] = value.strip()
    return values
