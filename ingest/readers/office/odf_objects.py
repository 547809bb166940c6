"""What stands in a frame of an OpenDocument file and is no text: pictures, equations, objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pincite.ingest.readers.office.drawings import is_description
from pincite.ingest.readers.office.odf_styles import Element

_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
MATH = "{http://www.w3.org/1998/Math/MathML}math"


def equation(math: Element) -> str:
    """The signs of an equation, in order, without the program's own notes on it."""
    parts = (node for node in math.iter() if not str(node.tag).endswith("}annotation"))
    return " ".join(part.text or "" for part in parts)


def description(frame: Mapping[str, Element]) -> str:
    """What somebody wrote about a picture, or nothing; ``frame`` is what it holds by its tags."""
    about = (frame.get(f"{_SVG}desc"), frame.get(f"{_SVG}title"))
    texts = (" ".join((one.text or "").split()) for one in about if one is not None)
    return next(filter(is_description, texts), "")


def content(node: Element | None, embedded: Callable[[str], Element | None]) -> Element | None:
    """The root of an object: ``node`` if it holds it, or what ``embedded`` has at its path."""
    if node is None:
        return None
    return node if len(node) else embedded(node.get(_HREF, "").removeprefix("./"))
