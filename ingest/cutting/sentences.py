"""Sentences of running prose, as spans: nothing is copied, trimmed or reflowed."""

from __future__ import annotations

import re

import sentencex

from pincite.corpus.types import Span
from pincite.ingest.cutting.blocks import trimmed

# What cannot end a sentence, and the segmenter may think does: a title before a name that is a
# common word ("Dr. No"), and the number of an item ("1.", "(a)").
_NO_END = re.compile(
    r"(?:^|\s|\()(?:Dr|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Sgt|Capt|Lt|Col|Rev)\.$"
    r"|^\s*(?:[-*+•–]\s+)?\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]$"
)
# A sentence in brackets of its own, which the segmenter takes together with the next.
_ASIDE = re.compile(r"\s*\([^()]*[.!?][\"”’']?\)(?=\s+[\"“‘]?[A-Z])")
_NOTE_MARKS = re.compile(r"(?:\[\^[^\]\s]+\])+")  # Markdown's belong to the sentence before them
# Thai and Lao end a sentence, or a part of one, with a blank and nothing else; Khmer and Tibetan
# have marks that the segmenter does not know.
_BLANK = re.compile(r" +")
_MARKED = re.compile(r"[។៕།༎][ ]*(?![។៕།༎ ])")
_ENDS = {"th": _BLANK, "lo": _BLANK, "km": _MARKED, "bo": _MARKED}
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
    start = 0
    for cut in _cuts(prose, language):
        cut = mark.end() if (mark := _NOTE_MARKS.match(prose, cut)) else cut
        piece = prose[start:cut]
        if not piece.strip() or (cut < len(prose) and _NO_END.search(piece.rstrip())):
            continue
        if (aside := _ASIDE.match(prose, start, cut)) and aside.end() < cut:
            found.append(trimmed(prose, start, aside.end()))
            start = aside.end()
        found.append(trimmed(prose, start, cut))
        start = cut
    if prose[start:].strip():
        found.append(trimmed(prose, start, len(prose)))
    return [Span(within.start + s.start, within.start + s.end) for s in found]


def _cuts(prose: str, language: str) -> list[int]:
    """Where sentences end, the end of the prose included."""
    code = _SEGMENTER.get(language, language)
    boundaries = sentencex.get_sentence_boundaries(code, prose)
    cuts = [*(boundary["end_index"] for boundary in boundaries), len(prose)]
    if language not in _ENDS:
        return cuts
    least, kept = _LEAST.get(language, 0), [0]
    for cut in sorted({*cuts, *(match.end() for match in _ENDS[language].finditer(prose))}):
        if cut - kept[-1] >= least or cut == len(prose):
            kept.append(cut)
    return kept[1:]
