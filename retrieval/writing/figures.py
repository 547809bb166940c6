"""What a figure can mean, as keys: 1.500 is one and a half, or 1500."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation


def scaled(readings: set[str], scale: Decimal) -> set[str]:
    """The keys of so many thousands or millions."""
    return {key_of(Decimal(key[1:]) * scale) for key in readings if key[0] == "n"}


def readings_of(figure: str) -> set[str]:
    """What a figure can mean: 1.500 is one and a half, or 1500; 2.1.3 only itself."""
    pieces = re.split(r"[.,'’ \u00a0\u202f]", figure)
    marks = re.findall(r"[.,'’ \u00a0\u202f]", figure)
    found: set[str] = set()
    if (
        all(len(piece) == 3 for piece in pieces[1:])
        and len(set(marks)) <= 1
        and len(pieces[0]) <= 3
    ):
        found.add(key_of(Decimal("".join(pieces))))
    if not marks:
        found.add(key_of(Decimal(figure)))
    if len(marks) == 1 and marks[0] in ".,":
        found.add(key_of(Decimal(f"{pieces[0]}.{pieces[1]}")))
    if len(marks) > 1 and marks[-1] in ".," and marks[-1] not in marks[:-1]:
        found.add(key_of(Decimal(f"{''.join(pieces[:-1])}.{pieces[-1]}")))
    return found or {f"v{figure}"}


def key_of(value: Decimal) -> str:
    """The key of a number."""
    try:
        return f"n{value.normalize():f}"
    except InvalidOperation:  # hundreds of digits
        return f"n{value}"
