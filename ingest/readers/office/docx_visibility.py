"""Which runs of a Word file nobody can read: as small as a point, or white on white paper."""

from __future__ import annotations

from typing import Any

from pincite.ingest.readers.office.docx_numbering import W

Element = Any

_SMALLEST = 2  # half points: letters of that size cannot be read
_WHITE = 0xFA  # of 255: a colour with no less in each part cannot be told from white
# Within these, a colour may be behind the words that is set elsewhere.
_COLOURED = (f"{W}tc", f"{W}txbxContent")
_SHADES = ("shd", "highlight")


def is_unreadable(properties: Element) -> bool:
    """Whether the words of a run with these properties cannot be read, though they are printed."""
    size = _value(properties, "sz")
    if size.isdecimal() and int(size) <= _SMALLEST:
        return True
    return _is_white(_value(properties, "color")) and not _has_colour_behind(properties)


def _has_colour_behind(properties: Element) -> bool:
    if any(properties.find(f"{W}{shade}") is not None for shade in _SHADES):
        return True
    for above in properties.iterancestors():
        if above.tag in _COLOURED or above.find(f"{W}background") is not None:
            return True
        if above.tag == f"{W}p" and above.find(f"{W}pPr/{W}shd") is not None:
            return True
    return False


def _is_white(colour: str) -> bool:
    try:
        parts = bytes.fromhex(colour)
    except ValueError:
        return False
    return len(parts) == 3 and min(parts) >= _WHITE


def _value(properties: Element, name: str) -> str:
    found = properties.find(f"{W}{name}")
    return "" if found is None else str(found.get(f"{W}val", ""))
