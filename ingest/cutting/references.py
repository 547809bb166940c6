"""Reference lists and footnotes that no heading announces, told by their looks.

A heading such as "References" says it better, and search knows those by itself. This is for what a
PDF or a plain text leaves of such a list; it is strict, because a list of things that are answers
must not be taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pincite.ingest.cutting.blocks import Block

_ENTRY = re.compile(r"\[(\d{1,3})\]\s|(\d{1,3})\.\s")
_NOTE = re.compile(r"\[\^[^\]\s]+\]:")
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d[a-z]?\b")
# "Knuth, D. E." and "D. E. Knuth", near where an entry begins.
_AUTHOR = re.compile(
    r"\b[A-Z][\w’'-]+,? (?:[A-Z]\.[ -]?)+|(?:\b[A-Z]\.[ -]?)+ ?[A-Z][\w’'-]+|\bet al\b"
)
_AUTHOR_WITHIN = 80  # characters
_FEWEST = 5
_LEAST_SHARE = 0.8
_LAST_PART = 0.4  # of the document is where a list of references cannot begin
_MOST_BETWEEN = 2  # blocks that an entry goes on in


def set_apart(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with notes and entries of a list of references marked as what they are.

    Notes are Markdown's (``[^1]: …``). A list of references begins in the last three fifths of a
    text and has five entries or more, numbered in order, nearly all with a year and, where they
    begin, an author's initials.
    """
    marked = [
        replace(block, apparatus="Footnotes")
        if _NOTE.match(text, block.span.start, block.span.end)
        else block
        for block in blocks
    ]
    for start, end in _lists(text, blocks):
        marked[start:end] = [replace(block, apparatus="References") for block in blocks[start:end]]
    return marked


def _lists(text: str, blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """Lists of references, as half-open ranges of blocks."""
    found: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []  # the block and the number of each entry of the list so far
    for i, block in enumerate(blocks):
        entry = _ENTRY.match(text, block.span.start, block.span.end)
        if not entry or block.kind in ("row", "code"):
            continue
        number = int(entry[1] or entry[2])
        if run and not (number == run[-1][1] + 1 and i - run[-1][0] <= _MOST_BETWEEN + 1):
            found += _if_references(text, blocks, run)
            run = []
        run.append((i, number))
    return found + _if_references(text, blocks, run)


def _if_references(
    text: str, blocks: Sequence[Block], run: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    if len(run) < _FEWEST or blocks[run[0][0]].span.start < _LAST_PART * len(text):
        return []
    starts = [i for i, _ in run]
    ends = [*starts[1:], starts[-1] + 1]
    entries = [
        text[blocks[start].span.start : blocks[end - 1].span.end]
        for start, end in zip(starts, ends, strict=True)
    ]
    cited = sum(
        bool(_YEAR.search(entry) and _AUTHOR.search(entry[:_AUTHOR_WITHIN])) for entry in entries
    )
    return [(starts[0], ends[-1])] if cited >= _LEAST_SHARE * len(entries) else []
