"""Doubling a text about doubles the work, whatever it is made of: operations are counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
import sentencex

from pincite.corpus.types import Document
from pincite.ingest.cutting import sentences
from pincite.ingest.cutting.passages import segment
from pincite.ingest.readers.plain.markdown import MARKDOWN
from pincite.ingest.readers.plain.text import TEXT
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import check_whole
from tests.operations import operations

SIZE = 500  # characters at 1×; of what is one long unit, cut by the window, LONG
LONG = 12_000
MOST = 2.2  # times the operations for twice the text
ONE_UNIT = ("titles", "initials", "wide table", "note marks", "emoji", "one long word")
IN_MARKDOWN = ("headings", "fences", "notes", "deep lists")


def table(characters: int) -> str:
    """A table whose rows are as wide as the text is long."""
    columns = characters // 12
    head = "".join(f"| c{n} " for n in range(columns)) + "|"
    return "\n".join([head, "|---" * columns + "|", head.replace("c", "x")])


def headings(characters: int) -> str:
    return "".join(f"# Heading {n}\n" for n in range(characters // 14))


def deep(characters: int) -> str:
    """Lists in lists, as deep as the square root of the length."""
    lines, length = [], 0
    while length < characters:
        lines.append(" " * (len(lines) % 120) + "- gull")
        length += len(lines[-1])
    return "\n".join(lines)


def references(characters: int) -> str:
    entry = "[{}] Berg, A. and C. D. Dahl. On gulls. Seabirds 7, 1991."
    return "\n".join(entry.format(n % 900 + 1) for n in range(characters // 56))


def repeated(pattern: str) -> Callable[[int], str]:
    return lambda characters: pattern * (characters // len(pattern))


PATTERNS: dict[str, Callable[[int], str]] = {
    "titles": repeated("Prof. The "),
    "Chinese full stops": repeated("海鸥。"),
    "full stops": repeated("。"),
    "initials": repeated("A. B. "),
    "wide table": table,
    "short lines": repeated("a\n"),
    "dashes": repeated("- "),
    "dashed lines": repeated("- - - -\n"),
    "nested quotes": repeated("> > > a\n"),
    "quote marks": repeated(">"),
    "fences": repeated("```\n"),
    "fences with words": repeated("``` a\n"),
    "numbers": repeated("1. 1. "),
    "numbered lines": repeated("1. a\n"),
    "one long word": repeated("x"),
    "brackets": repeated("("),
    "asides": repeated("(a. "),
    "note marks": repeated("[^1]"),
    "open notes": repeated("[^a."),
    "notes": repeated("[^1]: a\n"),
    "tabs": repeated("\t"),
    "tabbed": repeated("a\tb\n"),
    "pipes": repeated("|"),
    "spaced pipes": repeated(" | "),
    "rulers": repeated("---- ----\n"),
    "headings": headings,
    "deep lists": deep,
    "blanks": repeated(" "),
    "blank lines": repeated("\n"),
    "items and prose": repeated("- a\nIt is so.\n\n"),
    "lead-ins": repeated("It is:\n\n| a | b |\n\n"),
    "letters": repeated("A. a\n\nB. b\n\n"),
    "references": references,
    "emoji": repeated("😀e\u0301"),
    "questions": repeated("Why is it?\nIt is so.\n\n"),
}


class CountingEmbedder(HashingEmbedder):
    """Counts the characters that it is asked to count the tokens of."""

    characters = 0

    def count(self, texts: Sequence[str]) -> list[int]:
        self.characters += sum(map(len, texts))
        return super().count(texts)


@pytest.mark.parametrize("name", PATTERNS)
def test_twice_the_text_takes_about_twice_the_operations(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = 400  # of what the segmenter gets at once, so that it need not be linear itself
    pieces: list[int] = []
    boundaries = sentencex.get_sentence_boundaries

    def counted(code: str, prose: str) -> Any:
        pieces.append(len(prose))
        return boundaries(code, prose)

    monkeypatch.setattr(sentences, "_AT_ONCE", longest)
    monkeypatch.setattr(sentencex, "get_sentence_boundaries", counted)
    reader = MARKDOWN if name in IN_MARKDOWN else TEXT
    costs: list[tuple[int, int, int]] = []
    size = LONG if name in ONE_UNIT else SIZE
    for times in (1, 2, 4):
        text, embedder = PATTERNS[name](times * size), CountingEmbedder()
        pieces.clear()

        def work(text: str = text, embedder: CountingEmbedder = embedder) -> None:
            reading = reader.read(text.encode(), "a.txt")
            media_type = reader.media_type
            segment(
                Document("a", "T", reading.text, reading.sections, media_type=media_type), embedder
            )

        costs.append((operations(work), embedder.characters, sum(pieces)))
        assert max(pieces, default=0) <= longest
    for small, large in pairwise(costs):
        for before, after in zip(small, large, strict=True):
            assert after <= MOST * before, costs


def test_two_thousand_columns_are_cut_in_linear_time() -> None:
    text = table(12 * 2_000)
    reading = MARKDOWN.read(text.encode(), "a.md")
    embedder = CountingEmbedder()
    document = Document("a", "T", reading.text, reading.sections, media_type="text/markdown")
    found = segment(document, embedder)
    check_whole(document, found)
    assert sum(len(p.columns) for p in found if p.context) == 2_000
    assert embedder.characters < 40 * len(text)
