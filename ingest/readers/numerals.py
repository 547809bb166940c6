"""How lists write their numbers, and superscripts in plain text."""

from __future__ import annotations

import re

_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_RAISED = re.compile(r"[-+−]?[0-9n()+=−-]{1,8}")


def raised(text: str) -> str:
    """A superscript in plain text, so that ten to the sixth is not 106; words stay as they are.

    >>> raised("-6"), raised("th")
    ('⁻⁶', 'th')
    """
    return text.translate(_SUPERSCRIPT) if _RAISED.fullmatch(text) else text


def numeral(number: int, style: str) -> str:
    """A list item's number as its list writes it.

    >>> [numeral(4, style) for style in "1aAiI"], numeral(28, "a")
    (['4', 'd', 'D', 'iv', 'IV'], 'ab')
    """
    if style == "1" or not 0 < number < 4000:
        return str(number)
    written = ""
    if style in "aA":
        while number:
            number, letter = divmod(number - 1, 26)
            written = chr(ord("a") + letter) + written
    else:
        for value, sign in _ROMAN:
            written += sign * (number // value)
            number %= value
    return written.upper() if style.isupper() else written
