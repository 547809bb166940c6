"""Sentences of running prose, as spans: nothing is copied, trimmed or reflowed."""

from __future__ import annotations

import re

import sentencex

from pincite.corpus.line_patterns import ITEM, LETTERED
from pincite.corpus.types import Span
from pincite.ingest.cutting.blocks import trimmed

# What cannot end a sentence, and the segmenter may think does: a title before a name that is a
# common word ("Dr. No"); so neither does the mark of an item.
_TITLE = re.compile(r"(?<![^\s(])(?:Dr|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Sgt|Capt|Lt|Col|Rev)\.\s*\Z")
_LONGEST_TITLE = 12  # characters, some blanks behind it included
_VISIBLE = re.compile(r"\S")
# A sentence in brackets of its own, which the segmenter takes together with the next.
_ASIDE = re.compile(r"\s*\([^()]*[.!?][\"”’']?\)(?=\s+[\"“‘]?[A-Z])")
# Marks of notes belong to the sentence right before them: Markdown's, and raised figures.
_NOTE_MARKS = re.compile(
    r"(?:\[\^[^\]\s]{1,40}\])+|(?<=\S)(?:[⁰¹²³⁴-⁹]+(?:[,;⁻–-][⁰¹²³⁴-⁹]+)*⁾?|[†‡]+)(?![^\W_])"
)
# Thai and Lao end a sentence, or a part of one, with a blank and nothing else; Khmer and Tibetan
# have marks that the segmenter does not know.
_BLANK = re.compile(r" +")
_MARKED = re.compile(r"[។៕།༎][ ]*(?![។៕།༎ ])")
_ENDS = {"th": _BLANK, "lo": _BLANK, "km": _MARKED, "bo": _MARKED}
_AT_ONCE = 8_000  # characters; longer than nearly all paragraphs, which are so cut as one
_SEGMENTER = {"und": "en", "und-Cyrl": "ru"}
_LEAST = {"th": 80, "lo": 80, "bo": 40}  # code points, so that a phrase alone is no sentence


def sentences(text: str, within: Span, language: str = "en") -> list[Span]:
    """The sentences in ``text[within]``, without the blanks around them, in order.

    Args:
        text: the document's.
        within: a paragraph, an item or another run of prose; its line ends are just wrapping.
        language: BCP-47; it decides on abbreviations and on what ends a sentence.

    >>> text = 'He asked "Why?" in the U.S. and left. She, e.g., stayed.'
    >>> [text[s.start:s.end] for s in sentences(text, Span(0, len(text)))]
    ['He asked "Why?" in the U.S. and left.', 'She, e.g., stayed.']
    """
    # A blank for a line end keeps every offset and lets a wrapped sentence be one.
    prose = text[within.start : within.end].replace("\n", " ")
    found: list[Span] = []
    start, least = 0, _end_of_mark(prose, 0)
    for cut in _cuts(prose, language):
        cut = mark.end() if (mark := _NOTE_MARKS.match(prose, cut)) else cut
        if cut <= least or (cut < len(prose) and _ends_in_title(prose, start, cut)):
            continue
        if (aside := _ASIDE.match(prose, start, cut)) and aside.end() < cut:
            found.append(trimmed(prose, start, aside.end()))
            start = aside.end()
        found.append(trimmed(prose, start, cut))
        start, least = cut, _end_of_mark(prose, cut)
    if prose[start:].strip():
        found.append(trimmed(prose, start, len(prose)))
    return [Span(within.start + s.start, within.start + s.end) for s in found]


def _end_of_mark(prose: str, start: int) -> int:
    """Where the sentence that starts at ``start`` cannot end yet: in blanks, in an item's mark."""
    first = _visible(prose, start)
    mark = ITEM.match(prose, first) or LETTERED.match(prose, first)
    return _visible(prose, mark.end()) if mark else first


def _visible(prose: str, start: int) -> int:
    """Where the first character from ``start`` on stands that is not blank."""
    visible = _VISIBLE.search(prose, start)
    return visible.start() if visible else len(prose)


def _ends_in_title(prose: str, start: int, cut: int) -> bool:
    return bool(_TITLE.search(prose, max(start, cut - _LONGEST_TITLE), cut))


def _cuts(prose: str, language: str) -> list[int]:
    """Where sentences end, the end of the prose included."""
    cuts = _boundaries(prose, _SEGMENTER.get(language, language))
    if language not in _ENDS:
        return cuts
    least, kept = _LEAST.get(language, 0), [0]
    for cut in sorted({*cuts, *(match.end() for match in _ENDS[language].finditer(prose))}):
        if cut - kept[-1] >= least or cut == len(prose):
            kept.append(cut)
    return kept[1:]


def _boundaries(prose: str, code: str) -> list[int]:
    """The segmenter's ends of sentences, the end of the prose included.

    It takes time that grows with the square of the length of Chinese, so it gets a long text in
    pieces, each from an end that it found in the one before.
    """
    cuts: list[int] = []
    start = 0
    while start < len(prose):
        piece = prose[start : start + _AT_ONCE]
        ends = [start + b["end_index"] for b in sentencex.get_sentence_boundaries(code, piece)]
        start += len(piece)
        if start < len(prose):
            ends = [end for end in ends if end < start]  # where the piece ends is no end
            if ends and ends[-1] > start - _AT_ONCE // 2:
                start = ends[-1]
        cuts += ends
    return [*cuts, len(prose)]
