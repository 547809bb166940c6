"""Where a library is: a folder on this machine, or an address that several machines share."""

from __future__ import annotations

from pathlib import Path

SCHEMES = ("lance://", "s3://")

Address = Path | str
"""A folder; or, as text, ``lance://FOLDER`` or ``s3://BUCKET/NAME``."""


def address(place: Address) -> Address:
    """An address as text where it has one of the schemes, else a folder.

    >>> address("s3://bucket/name"), address("documents").name
    ('s3://bucket/name', 'documents')
    """
    return str(place) if is_shared(place) else Path(place)


def is_shared(place: Address) -> bool:
    """Whether it is the address of a shared library."""
    return isinstance(place, str) and place.startswith(SCHEMES)
