"""The title of an OpenDocument slide, and the lines of its shapes."""

from __future__ import annotations

from pincite.ingest.readers.office.odf_line import line_of
from pincite.ingest.readers.office.odf_styles import (
    DRAW,
    OFFICE,
    PRESENTATION,
    TABLE,
    TEXT,
    Element,
    Styles,
)

MARGINS = ("header", "date-time", "footer")  # frames that are alike on each slide
_CLASS = f"{PRESENTATION}class"
_LONGEST_TITLE = 100  # characters of a line that can stand for a slide's title


def slide_title(page: Element, styles: Styles) -> tuple[Element | None, str]:
    """The shape with a slide's title, or else with its first line, and the words in it."""
    shapes = [child for child in page if str(child.tag).startswith(DRAW)]
    for shape in shapes:
        if shape.get(_CLASS) == "title" and (words := lines(shape, styles)):
            return shape, " ".join(words)
    for shape in shapes:
        if shape.get(_CLASS) in (*MARGINS, "page-number"):
            continue
        if words := lines(shape, styles):
            is_text = next(shape.iter(f"{TABLE}table", f"{OFFICE}annotation"), None) is None
            is_short = len(words) == 1 and len(words[0]) <= _LONGEST_TITLE
            return (shape, words[0]) if is_short and is_text else (None, "")
    return None, ""


def lines(shape: Element, styles: Styles) -> list[str]:
    """The paragraphs of a shape that have words."""
    texts = (line_of(paragraph, styles).text for paragraph in shape.iter(f"{TEXT}p"))
    return [text for text in texts if text]
