"""What a cell shows: a number under its format code, as spreadsheet programs display it.

A format code has up to four sections parted by ``;``, for positive, negative, zero and text, or
for the conditions that they name. A literal sign is text and multiplies nothing: ``0"%"`` shows
7.5 as ``8%`` and ``0%`` shows 0.075 so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from pincite.ingest.readers.office.date_formats import date_text, is_date_part

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
_GENERAL = "General"
_TOKENS = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<pad>[_*].)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<elapsed>h+|m+|s+)\]"
    r"|\[(?P<condition>[<>=]{1,2}) *(?P<limit>-?[\d.]+(?:E[+-]?\d+)?)\]"
    r"|(?P<bracket>\[[^\]]*\])|(?P<general>General|Standard)|(?P<ampm>AM/PM|A/P)"
    r"|(?P<exponent>E[+-])|(?P<date>y+|m+|d+|h+|s+|e+|g+|b+)|(?P<sign>[0#?.,%@/])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)


class Token(NamedTuple):
    """A part of a format code: what it is, and its text."""

    kind: str
    text: str


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
    if section is None or len(section.tokens) == 1:
        return text
    return "".join(text if token == ("sign", "@") else _literal(token) for token in section.tokens)


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
            general(value) if token.kind == "general" else _literal(token) for token in tokens
        )
    if any(is_date_part(token.kind) for token in tokens):
        return date_text(tokens, value, from_1904, section.language)
    marks = {token.text for token in tokens if token.kind == "sign"}
    if not marks & set("0#?"):
        sign = "-" if value < 0 and tokens else ""
        return sign + "".join(_literal(token) for token in tokens)
    if any(token.kind == "exponent" for token in tokens):
        return _scientific(tokens, value)
    if "/" in marks and (fraction := _fraction(tokens, value)) is not None:
        return fraction
    return _fixed(tokens, Decimal(f"{value:.15g}"))


def _literal(token: Token) -> str:
    if token.kind in ("quoted", "escaped", "plain", "date", "ampm"):
        return token.text
    return token.text if token.kind == "sign" and token.text in "%/" else ""


def _is_digit(token: Token) -> bool:
    return token.kind == "sign" and token.text in "0#?"


class _Places(NamedTuple):
    """Where the digits of a number stand among the tokens of its format."""

    whole: tuple[int, ...]
    point: int
    decimals: tuple[int, ...]
    grouped: bool
    power: int  # of ten, by which the number is shown larger: percent signs, thousands left out
    usual: bool  # one run of digits like ``#,##0.00``


@lru_cache(maxsize=1024)
def _places(tokens: tuple[Token, ...]) -> _Places:
    digits = [i for i, token in enumerate(tokens) if _is_digit(token)]
    point = next((i for i, t in enumerate(tokens) if t == ("sign", ".")), len(tokens))
    whole = [i for i in digits if i < point]
    decimals = [i for i in digits if i > point]
    commas = [i for i, token in enumerate(tokens) if token == ("sign", ",")]
    ends = [run[-1] for run in (digits, whole) if run]
    scales = {i for i in commas if any(_only_commas(tokens, end, i) for end in ends)}
    grouped = any(whole and whole[0] < i < whole[-1] for i in commas if i not in scales)
    percents = sum(token == ("sign", "%") for token in tokens)
    run = tokens[digits[0] : digits[-1] + 1] if digits else ()
    usual = (
        bool(whole)
        and [i for i in whole if tokens[i].text == "0"] == [whole[-1]]
        and all(tokens[i].text == "0" for i in decimals)
        and all(_is_digit(t) or t in (("sign", "."), ("sign", ",")) for t in run)
        and not any(tokens[i].text == "?" for i in digits)
    )
    power = 2 * percents - 3 * len(scales)
    return _Places(tuple(whole), point, tuple(decimals), grouped, power, usual)


def _fixed(tokens: tuple[Token, ...], value: Decimal) -> str:
    """A number by its digit places: grouped, scaled, with a percent sign, words among them."""
    places = _places(tokens)
    whole, point = places.whole, places.point
    value = value.scaleb(places.power)
    with localcontext() as context:
        context.prec = 400  # digits of the largest number
        rounded = abs(value).quantize(Decimal(1).scaleb(-len(places.decimals)), ROUND_HALF_UP)
    minus = "-" if value < 0 and rounded else ""
    if places.usual:
        last = places.decimals[-1] if places.decimals else max(whole[-1], point % len(tokens))
        before = "".join(map(_literal, tokens[: whole[0]]))
        after = "".join(map(_literal, tokens[last + 1 :]))
        end = "." if point < len(tokens) and not places.decimals else ""
        digits = f"{rounded:,f}" if places.grouped else f"{rounded:f}"
        return f"{minus}{before}{digits}{end}{after}"
    before, _, after = f"{rounded:f}".partition(".")
    shown = _placed(tokens, whole, before.lstrip("0"), places.grouped)
    shown |= _decimals(tokens, places.decimals, after)
    out = []
    for i, token in enumerate(tokens):
        if i in shown:
            out.append(shown[i])
        elif i == point:
            out.append("." if whole or before.strip("0") == "" else before + ".")
        else:
            out.append(_literal(token))
    return minus + "".join(out)


def _only_commas(tokens: Sequence[Token], start: int, end: int) -> bool:
    return start < end and all(token == ("sign", ",") for token in tokens[start + 1 : end + 1])


def _placed(
    tokens: Sequence[Token], places: Sequence[int], digits: str, grouped: bool
) -> dict[int, str]:
    """The digits of a whole number at its places, from the right; the first takes what is over."""
    shown: dict[int, str] = {}
    count = 0
    rest = digits
    for index in reversed(places):
        digit, rest = (rest[-1], rest[:-1]) if rest else ("", "")
        own = digit or {"0": "0", "?": " "}.get(tokens[index].text, "")
        text = own
        if own.strip():
            count += 1
            if grouped and count % 3 == 1 and count > 1:
                text = own + ","
        shown[index] = text
    if places and rest:
        first = places[0]
        for digit in reversed(rest):
            count += 1
            comma = "," if grouped and count % 3 == 1 else ""
            shown[first] = digit + comma + shown[first]
    return shown


def _decimals(tokens: Sequence[Token], places: Sequence[int], digits: str) -> dict[int, str]:
    shown: dict[int, str] = {}
    significant = len(digits.rstrip("0"))
    for position, index in enumerate(places):
        digit = digits[position] if position < len(digits) else "0"
        if position >= significant:
            digit = {"0": digit, "?": " "}.get(tokens[index].text, "")
        shown[index] = digit
    return shown


def _scientific(tokens: tuple[Token, ...], value: float) -> str:
    at = next(i for i, token in enumerate(tokens) if token.kind == "exponent")
    mantissa, power = tokens[:at], tokens[at + 1 :]
    exact = Decimal(f"{value:.15g}")
    point = next((i for i, t in enumerate(mantissa) if t == ("sign", ".")), len(mantissa))
    step = max(1, sum(_is_digit(token) for token in mantissa[:point]))
    places = sum(_is_digit(token) for token in mantissa[point:])
    exponent = exact.adjusted() // step * step if exact else 0
    scaled = exact.scaleb(-exponent)
    if abs(round(scaled, places)) >= Decimal(10) ** step:
        exponent += step
        scaled = exact.scaleb(-exponent)
    sign = "-" if exponent < 0 else "+" if tokens[at].text.endswith("+") else ""
    digits = _fixed(power, Decimal(abs(exponent))) if any(map(_is_digit, power)) else ""
    return f"{_fixed(mantissa, scaled)}E{sign}{digits}"


def _fraction(tokens: Sequence[Token], value: float) -> str | None:
    """A number as ``1 3/4``; None where the stroke stands between no digits."""
    at = next(i for i, token in enumerate(tokens) if token == ("sign", "/"))
    under = _run(tokens, at + 1, 1)
    over = _run(tokens, at - 1, -1)
    if not under or not over:
        return None
    whole = [i for i in range(min(over)) if _is_digit(tokens[i])]
    named = "".join(tokens[i].text for i in under)
    exact = Fraction(f"{abs(value):.15g}")
    integer = int(exact) if whole else 0
    rest = exact - integer
    if named.isdigit() and int(named):
        below = int(named)
        above = int(rest * below + Fraction(1, 2))
    else:
        best = rest.limit_denominator(10 ** len(under) - 1)
        above, below = best.numerator, best.denominator
    if whole and above == below:
        integer, above = integer + 1, 0
    shown = _placed(tokens, whole, str(integer) if integer or not above else "", grouped=False)
    parts = {min(over): f"{above}/{below}"} if above or not whole else {}
    used = {*under, *over, at}
    body = "".join(
        shown.get(i, parts.get(i, "" if i in used else _literal(token)))
        for i, token in enumerate(tokens)
    )
    return ("-" if value < 0 and exact else "") + body


def _run(tokens: Sequence[Token], start: int, step: int) -> list[int]:
    """The places of a fraction's part: digit places, or the digits of a fixed denominator."""
    places = []
    i = start
    while 0 <= i < len(tokens) and (_is_digit(tokens[i]) or tokens[i].text.isdigit()):
        places.append(i)
        i += step
    return sorted(places)
