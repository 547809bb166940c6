"""What lies over the cells of an Excel sheet: comments, text boxes, charts, pictures."""

from __future__ import annotations

import html
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pincite.ingest.readers.office.workbook import (
    Element,
    children,
    plain,
    related,
    rich_text,
)
from pincite.ingest.readers.zip import parse_xml

_COUNTED = {  # how a drawing calls what is not read, and how a person does
    **{"pic": "picture", "chart": "chart", "relIds": "diagram", "oleObj": "embedded object"}
}
_THREAD = "[Threaded comment]"  # how the copy of a threaded comment for older programs begins
# Codes of a printed line: its three parts, the page's number with the words for it, the others.
_PRINT_PARTS = re.compile(r"&[LCR]")
_PAGE_NUMBER = re.compile(r"\w*[ .:]{0,2}&P(?:[ /]{0,2}\w*[ /]{0,2}&N)?")
_PRINT_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Za-z&+-])')


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a cell: the cell's name, who wrote it, the words."""

    cell: str
    author: str
    words: str


def comments(
    archive: zipfile.ZipFile, path: str, people: Mapping[str, str], name: str
) -> list[Comment]:
    """The comments on the sheet ``path``, threads in their order, replies after what they answer.

    Raises:
        UnsupportedSourceError: a part of them is no sound XML.
    """
    threads = [
        comment
        for part in related(archive, path, "threadedComment", name)
        for comment in _threaded(parse_xml(archive, part, name), people)
    ]
    threaded = {comment.cell for comment in threads}
    notes = [
        comment
        for part in related(archive, path, "comments", name)
        for comment in _notes(parse_xml(archive, part, name))
        if not (comment.cell in threaded and comment.words.startswith(_THREAD))
    ]
    return [comment for comment in [*notes, *threads] if comment.words]


def drawings(archive: zipfile.ZipFile, path: str, name: str) -> tuple[list[str], Counter[str]]:
    """The words of the sheet's text boxes and chart titles, and how many charts, pictures … it has.

    Raises:
        UnsupportedSourceError: a drawing is no sound XML.
    """
    words: list[str] = []
    counts: Counter[str] = Counter()
    for part in related(archive, path, "drawing", name):
        for element in parse_xml(archive, part, name).iter():
            tag = _local(element)
            if tag in _COUNTED:
                counts[_COUNTED[tag]] += 1
            elif tag == "p" and (text := " ".join(rich_text(element).split())):
                words.append(text)
        for chart in related(archive, part, "chart", name):
            titles = children(parse_xml(archive, chart, name), "title")
            words += filter(None, (" ".join(rich_text(title).split()) for title in titles))
    return words, counts


def print_lines(xml: bytes) -> list[str]:
    """The words that a sheet prints at the head and foot of each page, without their codes."""
    lines = []
    for match in re.finditer(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)<", xml):
        text = html.unescape(match[1].decode("utf-8", "replace"))
        for pattern in (_PRINT_PARTS, _PAGE_NUMBER, _PRINT_CODES):
            text = pattern.sub(" ", text)
        words = " ".join(text.split())
        if any(map(str.isalnum, words)):
            lines.append(words)
    return list(dict.fromkeys(lines))


def _threaded(root: Element, people: Mapping[str, str]) -> Iterator[Comment]:
    for comment in children(root, "threadedComment"):
        text = " ".join("".join(node.text or "" for node in children(comment, "text")).split())
        yield Comment(comment.get("ref", ""), people.get(comment.get("personId", ""), ""), text)


def _notes(root: Element) -> Iterator[Comment]:
    authors = [node.text or "" for node in children(root, "author")]
    for comment in children(root, "comment"):
        number = comment.get("authorId", "")
        known = number.isdecimal() and len(number) < 7 and int(number) < len(authors)
        author = " ".join(authors[int(number)].split()) if known else ""
        words = " ".join(plain(rich_text(comment)).split())
        author = "" if author.startswith("tc=") else author  # a number, not a name
        words = words.removeprefix(f"{author}:").strip() if author else words
        yield Comment(comment.get("ref", ""), author, words)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
