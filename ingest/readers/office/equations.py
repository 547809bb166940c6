"""Office equations (OMML) on one line: ``(a + b)/2``, ``x^2``, ``√(n)``."""

from __future__ import annotations

from typing import Any

from pincite.ingest.readers.numerals import raised

_LINKED = {  # parts, in the order of the file, and what stands around them
    "f": ("num", "/", "den"),
    "sSub": ("e", "_", "sub"),
    "limLow": ("e", "_", "lim"),
    "limUpp": ("e", "^", "lim"),
}


def equation(node: Any) -> str:
    """The words and signs of an ``oMath`` element, or of one inside it.

    >>> from lxml import etree
    >>> half = "<f><num><t>1</t></num><den><r><t>2</t></r><t>x</t></den></f>"
    >>> equation(etree.fromstring(f"<oMath>{half}</oMath>"))
    '1/(2x)'
    """
    return "".join(_part(child) for child in node)


def _part(node: Any) -> str:
    tag = _local(node)
    if tag == "t":
        return node.text or ""
    if tag.endswith("Pr"):
        return ""
    parts = {_local(child): equation(child) for child in node}
    if tag in _LINKED:
        first, sign, second = _LINKED[tag]
        return _held(parts.get(first, "")) + sign + _held(parts.get(second, ""))
    if tag in ("sSup", "sSubSup"):
        below = f"_{_held(parts['sub'])}" if "sub" in parts else ""
        return _held(parts.get("e", "")) + below + _power(parts.get("sup", ""))
    if tag == "rad":
        return f"{parts.get('deg', '')}√{_held(parts.get('e', ''))}"
    if tag == "nary":
        sign = _property(node, "chr") or "∫"
        below = f"_{_held(parts['sub'])}" if parts.get("sub") else ""
        return f"{sign}{below}{_power(parts.get('sup', ''))} {parts.get('e', '')}"
    if tag == "d":
        inside = (_property(node, "sepChr") or "|").join(
            equation(child) for child in node if _local(child) == "e"
        )
        begin, end = _property(node, "begChr"), _property(node, "endChr")
        return f"{'(' if begin is None else begin}{inside}{')' if end is None else end}"
    if tag == "func":
        return f"{parts.get('fName', '')} {parts.get('e', '')}"
    if tag in ("m", "eqArr"):
        return "; ".join(_part(child) for child in node if not _local(child).endswith("Pr"))
    if tag == "mr":
        return " ".join(equation(child) for child in node)
    return equation(node)


def _power(text: str) -> str:
    if not text:
        return ""
    return above if (above := raised(text)) != text else f"^{_held(text)}"


def _held(text: str) -> str:
    """In brackets, unless it is one sign, word or number, or in brackets already."""
    whole = len(text) < 2 or text.isalpha() or text.isdigit()
    return text if whole or (text[0] == "(" and text.find(")") == len(text) - 1) else f"({text})"


def _property(node: Any, name: str) -> str | None:
    """What a property says, "" if it says nothing, None if it is not there."""
    for child in node:
        if _local(child).endswith("Pr"):
            for found in child:
                if _local(found) == name:
                    return next((str(v) for k, v in found.items() if k.endswith("val")), "")
    return None


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]
