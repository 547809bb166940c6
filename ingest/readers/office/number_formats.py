"""What a cell shows: a number under its format code, as spreadsheet programs display it.

A format code has up to four sections parted by ``;``, for positive, negative, zero and text, or
for the conditions that they name. A literal sign is text and multiplies nothing: ``0"%"`` shows
7.5 as ``8%`` and ``0%`` shows 0.075 so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from pincite.ingest.readers.office.date_formats import date_text, is_date_part
from pincite.ingest.readers.office.number_places import Token, fixed, fraction, literal, scientific

BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"},
    **{5: "$#,##0;-$#,##0", 6: "$#,##0;-$#,##0", 7: "$#,##0.00;-$#,##0.00"},
    **{8: "$#,##0.00;-$#,##0.00", 12: "# ?/?", 13: "# ??/??"},
    # 14 and 22 follow the settings of whoever opens the file, so they are shown as ISO has them.
    **{14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "yyyy-mm-dd hh:mm"},
    **{18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss"},
    **{37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)"},
    **{40: "#,##0.00;(#,##0.00)", 41: '#,##0;-#,##0;"-"', 42: '$#,##0;-$#,##0;$"-"'},
    **{43: '#,##0.00;-#,##0.00;"-"', 44: '$#,##0.00;-$#,##0.00;$"-"'},
    **{45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@"},
}
"""The format codes that files name by number only."""

_LONGEST = 255  # characters of a format code, as spreadsheet programs allow
_SHOWN_WIDTH = 11  # characters of a number without a format, its point counted, its sign not
_EXACT = 10**15  # above it a spreadsheet has no exact integers
_TOKENS = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<pad>[_*].)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<elapsed>h+|m+|s+)\]"
    r"|\[(?P<condition>[<>=]{1,2}) *(?P<limit>-?[\d.]+(?:E[+-]?\d+)?)\]"
    r"|(?P<bracket>\[[^\]]*\])|(?P<general>General|Standard)|(?P<ampm>AM/PM|A/P)"
    r"|(?P<exponent>E[+-])|(?P<date>y+|m+|d+|h+|s+|e+|g+|b+)|(?P<sign>[0#?.,%@/])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)


class _Section(NamedTuple):
    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None
    is_text: bool
    language: int


def display(value: float, code: str, *, from_1904: bool = False) -> str:
    """A number as it is shown under a format code; empty where the code shows nothing.

    Args:
        value: a number, or a day counted from 1900 (``from_1904``: from 1904).
        code: as the file has it. One that makes no sense counts as ``General``.

    >>> [display(v, c) for v, c in ((7.5, '0.0"%"'), (0.075, "0.0%"), (-1234, "#,##0;(#,##0)"))]
    ['7.5%', '7.5%', '(1,234)']
    """
    try:
        sections = _sections(code[:_LONGEST])
        section, bare = _chosen(sections, value)
        if section is None:
            return general(value)
        text = _shown(section, abs(value) if bare else value, from_1904)
    except (ArithmeticError, ValueError):
        return general(value)
    return general(value) if text is None else " ".join(text.split())


def display_text(text: str, code: str) -> str:
    """A text cell under its format code: its fourth section, or the one with ``@``, says how."""
    section = next((part for part in _sections(code[:_LONGEST]) if part.is_text), None)
    if section is None:
        return text
    return "".join(text if token == ("sign", "@") else literal(token) for token in section.tokens)


def general(value: float) -> str:
    """A number without a format: as many digits as are shown, and no float noise.

    >>> [general(v) for v in (0.1 + 0.2, 1.0, 2 / 3, 1e20, 123456789012, -0.0000001)]
    ['0.3', '1', '0.666666667', '1E+20', '123456789012', '-0.0000001']
    """
    short = f"{value:.15g}"
    if len(short) <= _SHOWN_WIDTH and "e" not in short and value:
        return short
    if not isfinite(value):
        return str(value)
    exact = Decimal(short)
    size = abs(exact)
    if size == size.to_integral_value() and size < _EXACT:
        return f"{exact:.0f}".replace("-0", "0") if not exact else f"{exact:.0f}"
    if 0 < size < _EXACT:
        whole = len(f"{int(size)}")
        shown = round(exact, max(0, _SHOWN_WIDTH - 1 - whole))
        if size >= Decimal("1E-4") or shown == exact:
            return _trimmed(f"{shown:f}")
    mantissa, _, exponent = f"{value:.5E}".partition("E")
    return f"{_trimmed(mantissa)}E{exponent}"


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[list[re.Match[str]]] = [[]]
    for match in _TOKENS.finditer(code):
        if match["plain"] == ";":
            parts.append([])
        else:
            parts[-1].append(match)
    sections = [_section(part) for part in parts[:4]]
    if len(sections) == 4:
        sections[3] = sections[3]._replace(is_text=True)
    return tuple(sections)


def _section(matches: Sequence[re.Match[str]]) -> _Section:
    tokens: list[Token] = []
    condition, language = None, 0
    for match in matches:
        kind = str(match.lastgroup)
        if kind == "limit":
            condition = (match["condition"], float(match["limit"]))
        elif match["currency"] is not None:
            tokens.append(Token("quoted", match["currency"]))
            language = _language(match[0])
        elif kind != "bracket":  # a colour
            tokens.append(Token(kind, match[kind]))
    is_text = Token("sign", "@") in tokens
    return _Section(tuple(tokens), condition, is_text, language)


def _language(bracket: str) -> int:
    """The language of ``[$€-407]``: the low bits of its number."""
    number = bracket.rstrip("]").rpartition("-")[2].partition(",")[0]
    return int(number, 16) & 0x3FF if re.fullmatch("[0-9A-Fa-f]{3,8}", number) else 0


def _chosen(sections: Sequence[_Section], value: float) -> tuple[_Section | None, bool]:
    """The section for a value, and whether it shows the value without its sign."""
    numeric = [section for section in sections if not section.is_text]
    if not numeric:
        return None, False
    if any(section.condition for section in numeric):
        return _by_condition(numeric, value)
    if value < 0 and len(numeric) > 1:
        return numeric[1], True
    if value == 0 and len(numeric) > 2:
        return numeric[2], False
    return numeric[0], False


def _by_condition(sections: Sequence[_Section], value: float) -> tuple[_Section | None, bool]:
    for index, section in enumerate(sections):
        sign, limit = section.condition or ("", 0.0)
        if not sign and index == 1 and len(sections) == 3:
            sign = "<"  # the second of three is for what is negative, as without conditions
        if not sign or _holds(value, sign, limit):
            return section, sign in ("<", "<=") and limit <= 0
    return None, False


def _holds(value: float, sign: str, limit: float) -> bool:
    match sign:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "<>":
            return value != limit
        case _:
            return value == limit


def _shown(section: _Section, value: float, from_1904: bool) -> str | None:
    tokens = section.tokens
    if any(token.kind == "general" for token in tokens):
        return "".join(
            general(value) if token.kind == "general" else literal(token) for token in tokens
        )
    if any(is_date_part(token.kind) for token in tokens):
        return date_text(tokens, value, from_1904, section.language)
    marks = {token.text for token in tokens if token.kind == "sign"}
    if not marks & set("0#?"):
        sign = "-" if value < 0 and tokens else ""
        return sign + "".join(literal(token) for token in tokens)
    if any(token.kind == "exponent" for token in tokens):
        return scientific(tokens, value)
    if "/" in marks and (parts := fraction(tokens, value)) is not None:
        return parts
    return fixed(tokens, Decimal(f"{value:.15g}"))
