"""The digits of a number at the places that its format has for them, with what stands between."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple


class Token(NamedTuple):
    """A part of a format code: what it is, and its text."""

    kind: str
    text: str


def literal(token: Token) -> str:
    """The text that a token shows as it is; a place for a digit shows none."""
    if token.kind in ("quoted", "escaped", "plain", "date", "ampm"):
        return token.text
    return token.text if token.kind == "sign" and token.text in "%/" else ""


def is_digit(token: Token) -> bool:
    """Whether a token is a place for a digit."""
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
    digits = [i for i, token in enumerate(tokens) if is_digit(token)]
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
        and all(is_digit(t) or t in (("sign", "."), ("sign", ",")) for t in run)
        and not any(tokens[i].text == "?" for i in digits)
    )
    power = 2 * percents - 3 * len(scales)
    return _Places(tuple(whole), point, tuple(decimals), grouped, power, usual)


def fixed(tokens: tuple[Token, ...], value: Decimal) -> str:
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
        before = "".join(map(literal, tokens[: whole[0]]))
        after = "".join(map(literal, tokens[last + 1 :]))
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
            out.append(literal(token))
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


def scientific(tokens: tuple[Token, ...], value: float) -> str:
    """A number with its power of ten, which is a multiple of the places before its point."""
    at = next(i for i, token in enumerate(tokens) if token.kind == "exponent")
    mantissa, power = tokens[:at], tokens[at + 1 :]
    exact = Decimal(f"{value:.15g}")
    point = next((i for i, t in enumerate(mantissa) if t == ("sign", ".")), len(mantissa))
    step = max(1, sum(is_digit(token) for token in mantissa[:point]))
    places = sum(is_digit(token) for token in mantissa[point:])
    exponent = exact.adjusted() // step * step if exact else 0
    scaled = exact.scaleb(-exponent)
    if abs(round(scaled, places)) >= Decimal(10) ** step:
        exponent += step
        scaled = exact.scaleb(-exponent)
    sign = "-" if exponent < 0 else "+" if tokens[at].text.endswith("+") else ""
    digits = fixed(power, Decimal(abs(exponent))) if any(map(is_digit, power)) else ""
    return f"{fixed(mantissa, scaled)}E{sign}{digits}"


def fraction(tokens: Sequence[Token], value: float) -> str | None:
    """A number as ``1 3/4``; None where the stroke stands between no digits."""
    at = next(i for i, token in enumerate(tokens) if token == ("sign", "/"))
    under = _run(tokens, at + 1, 1)
    over = _run(tokens, at - 1, -1)
    if not under or not over:
        return None
    whole = [i for i in range(min(over)) if is_digit(tokens[i])]
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
        shown.get(i, parts.get(i, "" if i in used else literal(token)))
        for i, token in enumerate(tokens)
    )
    return ("-" if value < 0 and exact else "") + body


def _run(tokens: Sequence[Token], start: int, step: int) -> list[int]:
    """The places of a fraction's part: digit places, or the digits of a fixed denominator."""
    places = []
    i = start
    while 0 <= i < len(tokens) and (is_digit(tokens[i]) or tokens[i].text.isdigit()):
        places.append(i)
        i += step
    return sorted(places)
