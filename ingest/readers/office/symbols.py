"""Signs of the fonts Symbol and Wingdings, in which Word writes marks, arrows and Greek letters."""

from __future__ import annotations

import re

# Adobe's encoding of Symbol, from 0x20 and from 0xA0 on.
_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"
    "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑",
)
_FROM_SYMBOL = {
    start + place: sign
    for start, signs in zip((0x20, 0xA0), _SYMBOL, strict=True)
    for place, sign in enumerate(signs)
}
_FROM_WINGDINGS = {  # what lists, forms and letters use
    **{0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "☐", 0x71: "❑"},
    **{0x75: "◆", 0x76: "❖", 0x77: "◆", 0x9F: "•", 0xA7: "▪", 0xA8: "☐", 0xB7: "•", 0xD8: "➢"},
    **{0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓"},
    **{0x52: "☑", 0xFD: "☒", 0xFE: "☒"},
}
_PRIVATE = range(0xF000, 0xF100)  # where such a font's signs stand in the file


def sign(code: str, font: str) -> str:
    """The sign with the hexadecimal ``code`` in ``font``; "" where it is not known.

    >>> sign("F061", "Symbol"), sign("F0FE", "Wingdings"), sign("00E9", "Arial"), sign("F012", "X")
    ('α', '☒', 'é', '')
    """
    number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else 0
    if number in _PRIVATE:
        known = _FROM_SYMBOL if font == "Symbol" else _FROM_WINGDINGS
        return known.get(number - _PRIVATE.start, "")
    return chr(number) if 0x20 <= number < 0xD800 else ""
