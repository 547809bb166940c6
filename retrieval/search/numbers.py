"""Numbers as one term each, however they are grouped, pointed and signed.

``125000`` is also 125,000, 125.000, 125'000, 125 000 and 125.000,00; ``7p5`` is 7.5 and 7,5;
``minus20`` is −20. What can be read in two ways (125.000; 12 500) keeps both. A decimal keeps its
last nought, since version 2.10 is not 2.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_GROUPING = ",.'’\u00a0\u2009\u202f "
MINUS = "-\u2212\u2012\u2013"
_UNIT_LIST = (
    "kg|mg|µg|μg|lb|oz|km|cm|mm|µm|μm|nm|mi|ft|ml|dl|cl|hl|ms|min|kw|mw|gw|kwh|mwh|wh|kv|mv|ma|hz"
    "|khz|mhz|ghz|gb|mb|kb|tb|gib|mib|kbps|mbps|gbps|bar|mbar|pa|kpa|mpa|hpa|kn|nm|kj|mj|rpm|db|px"
    "|pt|dpi|ha|bn|eur|usd|gbp|chf|°c|°f"
)
_UNITS = frozenset(_UNIT_LIST.split("|"))
# A sign is a number's where it stands just before it and after no letter or digit; a run of digits
# is taken whole, and so are up to five groups of three that blanks set off. (No possessive repeat
# of such groups: in Python 3.11.2 it does not match what it should.)
PATTERN = (
    rf"(?:[{MINUS}]|[Mm]inus |[vV](?=[0-9]++\.))?"
    r"(?:[0-9]{1,3}(?: [0-9]{3}){1,5}(?! [0-9]{3})(?:[.,][0-9]{1,2})?(?![0-9]|[.,][0-9])"
    r"|[0-9]++(?:[.,'’\u00a0\u2009\u202f][0-9]++)*+)"
    r"(?:[°µμ]?[A-Za-z]{1,4}+(?![^\W_]))?"
)
_SHAPE = re.compile(
    rf"(?P<sign>[{MINUS}]|[Mm]inus )?[vV]?(?P<digits>[0-9].*?)(?P<unit>[°µμ]?[A-Za-z]*)", re.S
)
_MARK = re.compile(rf"[{_GROUPING}]")
_LONGEST = 48  # code points of a number that is one term
_OPENING = frozenset(" \t\n\u00a0\u202f\u2009([{|:=;,/\"'“‘„«<>≤≥~≈±")


@dataclass(frozen=True, slots=True)
class NumberTerms:
    """The terms of a number, as those of an `Expression`, and how much of the text they are of."""

    parts: str
    wholes: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    length: int = 0


def read(said: str, text: str, start: int) -> NumberTerms | None:
    """The terms of what ``PATTERN`` matched at ``text[start:]``; None where it is as it should be.

    A unit that is glued to it is no part of it.

    >>> read("125.000,00", "", 0).wholes, read("7,5kg", "", 0).wholes, read("2.1.3", "", 0).wholes
    (('125000',), ('7p5',), ('2p1p3',))
    """
    match = _SHAPE.fullmatch(said) if len(said) <= _LONGEST else None
    if match is None:
        return None
    sign, digits, unit = match["sign"], match["digits"], match["unit"]
    value = _value(digits)
    if value is None:
        if len(unit) == 1 and not sign:  # 5m; and 4c, which is a form
            return NumberTerms(f"{digits} {unit}", (f"{digits}{unit.lower()}",), (), len(said))
        if bool(unit) != (unit.lower() in _UNITS) or not (unit or sign):
            return None  # 3rd, 1990s, 4x4; 20
        value = NumberTerms(digits)
    if sign and _is_minus(sign, text, start):
        value = NumberTerms("", tuple(f"minus{whole}" for whole in value.wholes or (digits,)))
    return replace(value, length=len(said) - len(unit))


def _value(digits: str) -> NumberTerms | None:
    """The terms of a number without its sign and unit; None for digits alone."""
    marks = _MARK.findall(digits)
    if not marks:
        return None
    pieces = _MARK.split(digits)
    last, fraction = marks[-1], pieces[-1]
    if _is_grouped(pieces, marks):
        whole = "".join(pieces)
        if last == " ":
            return NumberTerms(" ".join(pieces), (whole,))
        if last == "." and len(marks) == 1:
            return NumberTerms("p".join(pieces), (whole,))
        return NumberTerms("", (whole,))
    if (
        len(marks) > 1
        and last in ".,"
        and last not in marks[:-1]
        and _is_grouped(pieces[:-1], marks[:-1])
    ):
        whole, fraction = "".join(pieces[:-1]), fraction.rstrip("0")
        return NumberTerms("", (f"{whole}p{fraction}" if fraction else whole,))
    if len(marks) == 1 and last in ".,":
        whole = pieces[0] if fraction == "00" else "p".join(pieces)
        return NumberTerms("" if last == "." else " ".join(pieces), (whole,))
    if set(marks) == {"."}:
        return NumberTerms("", ("p".join(pieces),), ("p".join(pieces[:2]),))
    return NumberTerms(" ".join(pieces))


def _is_grouped(pieces: list[str], marks: list[str]) -> bool:
    """Whether each mark but one kind is there, and groups of three follow it."""
    first, *groups = pieces
    return (
        bool(groups)
        and len(set(marks)) == 1
        and len(first) <= 3
        and not (first.startswith("0") and marks[0] in ".,")
        and all(len(group) == 3 for group in groups)
    )


def _is_minus(sign: str, text: str, start: int) -> bool:
    """Whether a sign before a number is a minus: not that of a range, nor a hyphen."""
    if sign != "\u2212" and start > 0 and text[start - 1] not in _OPENING:
        return False
    before = text[max(0, start - 3) : start].rstrip(" \u00a0")
    return not before or before[-1] not in "0123456789%°"
