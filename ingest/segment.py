"""Segmentation: sentences and passages with exact offsets.

Every visible character of a section's prose stands in exactly one sentence and in exactly one
passage; what is between them is blank. Nothing is copied, trimmed or reflowed: all are spans.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sentencex

from corpus.types import Document, Passage, Span
from retrieval.embedder import Embedder, windows

PASSAGE_TOKENS = 96
HEADING_TOKENS = 48

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
# A line that opens an item, a table row, a quotation or a fence is a line of its own.
_OWN_LINE = re.compile(r"[ \t]*(?:[-*+•–][ \t]|[>|]|\d{1,3}[.)][ \t]|```|~~~)")
# What cannot end a sentence, and the segmenter may think does: a title before a name that is a
# common word ("Dr. No"), and the number of an item ("1.").
_NO_END = re.compile(
    r"(?:^|\s|\()(?:Dr|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Sgt|Capt|Lt|Col|Rev)\.$|^\s*\(?\d{1,3}[.)]$"
)
# A sentence in brackets of its own, which the segmenter takes together with the next.
_ASIDE = re.compile(r"\s*\([^()]*[.!?][\"”’']?\)(?=\s+[\"“‘]?[A-Z])")
_NARROWEST, _WIDEST = 60, 110  # columns to which people wrap text by hand


@dataclass(frozen=True, slots=True)
class _Sized:
    span: Span
    tokens: int


def segment(
    document: Document, embedder: Embedder, passage_tokens: int = PASSAGE_TOKENS
) -> list[Passage]:
    """Cut a document into passages of whole sentences, each inside one section.

    A passage has at most ``passage_tokens`` tokens, or one sentence of at most the embedder's
    window; a sentence beyond the window is cut there, never truncated. The passages of a section
    are of about equal size.
    """
    room = embedder.window - HEADING_TOKENS
    text = document.text
    passages = []
    for section in document.sections:
        found = sentences(text, Span(section.body, section.span.end))
        sized = _within(text, found, room, embedder)
        path = _fitting(section.path, embedder)
        for group in _pack(sized, min(passage_tokens, room)):
            span = Span(group[0].start, group[-1].end)
            passages.append(Passage(span, tuple(group), path))
    return passages


def sentences(text: str, within: Span) -> list[Span]:
    """The sentences in ``text[within]``, without the blanks around them, in order.

    >>> text = 'He asked "Why?" in the U.S. and left. She, e.g., stayed.'
    >>> [text[s.start:s.end] for s in sentences(text, Span(0, len(text)))]
    ['He asked "Why?" in the U.S. and left.', 'She, e.g., stayed.']
    """
    found: list[Span] = []
    for paragraph in _paragraphs(text, within):
        # A blank for a line end keeps every offset and lets a wrapped sentence be one.
        prose = text[paragraph.start : paragraph.end].replace("\n", " ")
        cuts = [b["end_index"] for b in sentencex.get_sentence_boundaries("en", prose)]
        start = 0
        for cut in [*cuts, len(prose)]:
            piece = prose[start:cut]
            if not piece.strip() or (cut < len(prose) and _NO_END.search(piece.rstrip())):
                continue
            if (aside := _ASIDE.match(prose, start, cut)) and aside.end() < cut:
                found.append(
                    _stripped(text, paragraph.start + start, paragraph.start + aside.end())
                )
                start = aside.end()
            found.append(_stripped(text, paragraph.start + start, paragraph.start + cut))
            start = cut
        if prose[start:].strip():
            found.append(_stripped(text, paragraph.start + start, paragraph.end))
    return found


def _paragraphs(text: str, within: Span) -> list[Span]:
    """Split at blank lines, and at line ends that are not just wrapping."""
    found, start = [], within.start
    gaps = _BLANK_LINES.finditer(text, within.start, within.end)
    for end, after in [*((g.start(), g.end()) for g in gaps), (within.end, within.end)]:
        block = text[start:end]
        rows = block.split("\n")
        width = max(map(len, rows))
        cursor = begin = 0
        for row, following in zip(rows, [*rows[1:], ""], strict=True):
            cursor += len(row)
            if cursor >= len(block) or not _wraps(row, following, width):
                found.append(Span(start + begin, start + cursor))
                begin = cursor + 1
            cursor += 1
        start = after
    return [span for span in found if text[span.start : span.end].strip()]


def _wraps(row: str, following: str, width: int) -> bool:
    """Whether a line end only wraps: the next word would not have fitted into the width."""
    if not _NARROWEST <= width <= _WIDEST or _OWN_LINE.match(following):
        return False
    next_word = following.split(maxsplit=1)[:1]
    return bool(next_word) and len(row) + 1 + len(next_word[0]) > width


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def _within(text: str, found: Sequence[Span], room: int, embedder: Embedder) -> list[_Sized]:
    counts = embedder.count([text[s.start : s.end] for s in found])
    sized = []
    for span, tokens in zip(found, counts, strict=True):
        if tokens <= room:
            sized.append(_Sized(span, tokens))
            continue
        for piece in windows(text[span.start : span.end], room, embedder.count):
            cut = _stripped(text, span.start + piece.start, span.start + piece.end)
            if len(cut):
                sized.append(_Sized(cut, room))
    return sized


def _pack(sized: Sequence[_Sized], capacity: int) -> list[list[Span]]:
    """Group sentences into runs of at most ``capacity`` tokens, evenly filled."""
    total = sum(s.tokens for s in sized)
    target = total / max(1, -(-total // capacity))
    groups: list[list[Span]] = []
    filled = 0
    for sentence in sized:
        over = filled + sentence.tokens > capacity or filled + sentence.tokens / 2 > target
        if groups and not over:
            groups[-1].append(sentence.span)
            filled += sentence.tokens
        else:
            groups.append([sentence.span])
            filled = sentence.tokens
    return groups


def _fitting(path: tuple[str, ...], embedder: Embedder) -> tuple[str, ...]:
    """As many of the innermost headings as the room for headings holds."""
    kept: tuple[str, ...] = path
    while kept and embedder.count([" > ".join(kept)])[0] > HEADING_TOKENS:
        kept = kept[1:]
    return kept
