"""What charts, diagrams and pictures of Office files say in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pincite.ingest.readers.builder import Builder

Element = Any

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_FILE_NAME = re.compile(r"[^ ]*\.[A-Za-z]{3,4}")  # which some programs write for a description
_APART = ("}txbxContent", "}Fallback")


def add_chart(built: Builder, chart: Element) -> bool:
    """Add a chart's titles, and its numbers as a table; say whether there was anything in it.

    Args:
        built: takes them.
        chart: the root of the chart's part. It is read as XML, as charts come in many kinds.
    """
    titles = [words for title in chart.iter(f"{_C}title") if (words := _title_words(title))]
    for title in titles:
        built.paragraph(title)
    series = list(chart.iter(f"{_C}ser"))
    names = ["".join(_points(one, "tx").values()) for one in series]
    values = [_points(one, "val", "yVal") for one in series]
    categories: dict[str, str] = {}
    for one in series:
        categories = _points(one, "cat", "xVal") | categories
    if series:
        built.row(["", *names], header=True)
    for index in dict.fromkeys([*categories, *(index for points in values for index in points)]):
        built.row([categories.get(index, ""), *(points.get(index, "") for points in values)])
    built.end_table()
    return bool(titles or series)


def add_diagram(built: Builder, data: Element) -> bool:
    """Add the words of a diagram (SmartArt); ``data`` is the root of its part with them."""
    has_words = False
    for paragraph in data.iter(f"{A}p"):
        words = "".join(run.text or "" for run in paragraph.iter(f"{A}t"))
        built.item(words)
        has_words |= bool(words.strip())
    built.end_table()
    return has_words


def descriptions(drawn: Element) -> tuple[list[str], int]:
    """What is written about the pictures in a drawing, and how many have nothing.

    Returns:
        The distinct descriptions ("alt text"), and the number of pictures if there are none.
    """
    about: dict[str, None] = {}
    pictures = 0
    decorative = False
    for node in outside_boxes(drawn):
        tag = str(node.tag).rpartition("}")[2]
        if tag in ("docPr", "cNvPr"):
            about[" ".join(node.get("descr", "").split())] = None
        elif tag == "decorative":
            decorative |= node.get("val") in ("1", "true")
        elif tag in ("pic", "imagedata"):
            pictures += 1
        elif node.get("alt"):
            about[" ".join(node.get("alt", "").split())] = None
    texts = [words for words in about if is_description(words)]
    return texts, 0 if texts or decorative else pictures


def is_description(words: str) -> bool:
    """Whether words are written about a picture, and are not only the name of its file."""
    return bool(words) and _FILE_NAME.fullmatch(words) is None


def outside_boxes(drawn: Element) -> Iterator[Element]:
    """The elements of a drawing but those of its text boxes, and of what older programs show."""
    waiting = [drawn]
    while waiting:
        node = waiting.pop()
        if isinstance(node.tag, str) and not node.tag.endswith(_APART):
            yield node
            waiting += reversed(node)


def _title_words(title: Element) -> str:
    paragraphs = ("".join(run.text or "" for run in p.iter(f"{A}t")) for p in title.iter(f"{A}p"))
    return " ".join(" ".join(paragraphs).split())


def _points(series: Element, *roles: str) -> dict[str, str]:
    """The values that stand in a series, by their index."""
    return {
        point.get("idx", ""): _tidy("".join(value.text or "" for value in point.iter(f"{_C}v")))
        for role in roles
        for element in series.iterchildren(f"{_C}{role}")
        for point in element.iter(f"{_C}pt")
    }


def _tidy(value: str) -> str:
    """A number in as many digits as a spreadsheet keeps; other words as they are."""
    try:
        return f"{float(value):.15g}" if "." in value or "e" in value.lower() else value
    except ValueError:
        return value
