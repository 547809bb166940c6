"""Reference lists and footnotes that no heading announces, told by their looks.

A heading such as "References" says it better, and search knows those by itself. This is for what a
PDF or a plain text leaves of such a list; it is strict, because a list of things that are answers
must not be taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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


def set_apart(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, with notes and entries of a list of references marked as what they are.

    Notes are Markdown's (``[^1]: …``). A list of references begins in the last three fifths of a
    text and has five entries or more, numbered in order, nearly all with a year and, where they
    begin, an author's initials.
    """
    run: list[Block] = []  # from the first entry of a list on, as long as it may go on
    entries: list[int] = []  # where in it an entry begins
    last = 0  # the number of the last entry
    for block in blocks:
        number = _number(text, block)
        if entries:
            beyond = len(run) - entries[-1] > _MOST_BETWEEN + 1
            if beyond or (number is not None and number != last + 1):
                yield from _marked(text, run, entries)
                run, entries = [], []
        if number is not None:
            entries.append(len(run))
            last = number
        if entries:
            run.append(block)
        else:
            yield _noted(text, block)
    yield from _marked(text, run, entries)


def _number(text: str, block: Block) -> int | None:
    """The number of the entry of a list that a block begins with."""
    entry = _ENTRY.match(text, block.span.start, block.span.end)
    return int(entry[1] or entry[2]) if entry and block.kind not in ("row", "code") else None


def _marked(text: str, run: Sequence[Block], entries: Sequence[int]) -> Iterator[Block]:
    """The blocks of a run, its list marked if it is one of references."""
    end = entries[-1] + 1 if _are_references(text, run, entries) else 0
    for block in run[:end]:
        yield replace(block, apparatus="References")
    for block in run[end:]:
        yield _noted(text, block)


def _noted(text: str, block: Block) -> Block:
    is_note = _NOTE.match(text, block.span.start, block.span.end)
    return replace(block, apparatus="Footnotes") if is_note else block


def _are_references(text: str, run: Sequence[Block], entries: Sequence[int]) -> bool:
    if len(entries) < _FEWEST or run[0].span.start < _LAST_PART * len(text):
        return False
    ends = [*entries[1:], entries[-1] + 1]
    said = [
        text[run[start].span.start : run[end - 1].span.end]
        for start, end in zip(entries, ends, strict=True)
    ]
    cited = sum(bool(_YEAR.search(one) and _AUTHOR.search(one[:_AUTHOR_WITHIN])) for one in said)
    return cited >= _LEAST_SHARE * len(said)
