"""What the tests of the documents read in a Markdown file: blocks of code, headings, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).absolute().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its language, its text, its line in the file, and what stands before it."""

    language: str
    text: str
    line: int
    before: str


def documents() -> list[Path]:
    """The README and its companions, without the page that `pincite eval overview` writes."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [*pages, *sorted((ROOT / "docs/decisions").glob("*.md"))]


def blocks(file: Path) -> Iterator[Block]:
    """The blocks of code in a file, in order."""
    text = file.read_text("utf-8")
    end = 0
    for fence in _FENCE.finditer(text):
        line = text.count("\n", 0, fence.start()) + 1
        yield Block(fence[1], fence[2], line, text[end : fence.start()].strip())
        end = fence.end()


def prose(file: Path) -> str:
    """The text of a file without its blocks of code and its comments."""
    return _COMMENT.sub("", _FENCE.sub("", file.read_text("utf-8")))


def anchors(file: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a file.

    >>> sorted(anchors(ROOT / "CONTRIBUTING.md"))[0]
    'add-a-reader'
    """
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", file.read_text("utf-8"))):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        twin = sum(1 for one in found if re.fullmatch(rf"{re.escape(words)}(-\d+)?", one))
        found.add(f"{words}-{twin}" if twin else words)
    return found


def links(file: Path) -> list[str]:
    """Where the links and pictures of a file lead."""
    return _LINK.findall(prose(file))
