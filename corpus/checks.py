"""What a document, its passages and their vectors must be, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.canonical import canonical
from pincite.corpus.types import Document, Layout, Passage, RegionKind, Span, sha256

# A vector is of unit length but for rounding: to float16 here (2^-11), and before that to bfloat16
# (2^-8) where the model ran in it.
_NORM_TOLERANCE = 0.01


def document_faults(document: Document) -> Iterator[str]:
    """What is wrong with a document, a clause each; nothing when it is sound."""
    text = document.text
    if sha256(text) != document.text_sha256:
        yield "its text is not the text that was ingested"
        return
    if canonical(text) != text:
        yield "its text is not canonical"
    ends = [0, *(section.span.end for section in document.sections)]
    starts = [*(section.span.start for section in document.sections), len(text)]
    if not document.sections or ends != starts:
        yield "its sections do not tile it"
    elif not all(s.span.start <= s.body <= s.span.end for s in document.sections):
        yield "a section's prose begins outside it"
    spans = [page.span for page in document.pages]
    if not _in_order(spans, Span(0, len(text))) or any(p.number < 1 for p in document.pages):
        yield "its pages are out of place"
    if not all(_in_order(some, Span(0, len(text))) for some in _regions(document)):
        yield "its regions are out of place"
    if document.layout is not None and not _fits(document.layout, document):
        yield "the places of its words on the pages are not in its text"


def passage_faults(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """What is wrong with a document's passages, a clause each. Its sections are sound."""
    out_of_place = sum(not _in_one_section(passage, document) for passage in passages)
    if out_of_place:
        yield f"{out_of_place} of its passages are out of place"
    cut_wrongly = sum(not p.sentences or not _in_order(p.sentences, p.span) for p in passages)
    if cut_wrongly:
        yield f"the sentences of {cut_wrongly} of its passages are out of place"
    whole = Span(0, len(document.text))
    unexplained = sum(
        len(p.context) not in (0, len(p.sentences))
        or not all(whole.contains(span) for spans in p.context for span in spans)
        for p in passages
    )
    if unexplained:
        yield f"the context of {unexplained} of its passages is out of place"


def are_unit(rows: NDArray[np.floating[Any]]) -> bool:
    """Whether the rows ``(n, dimension)`` are vectors of unit length.

    A row of zeros passes: an embedder may have nothing to say of a text.
    """
    lengths = np.linalg.norm(rows.astype(np.float32), axis=1)
    return bool(np.all((np.abs(lengths - 1) <= _NORM_TOLERANCE) | (lengths == 0)))


def _regions(document: Document) -> Iterator[list[Span]]:
    """The spans of the regions of each kind."""
    for kind in get_args(RegionKind):
        yield [region.span for region in document.regions if region.kind == kind]


def _in_one_section(passage: Passage, document: Document) -> bool:
    whole = Span(0, len(document.text))
    if not whole.contains(passage.span):
        return False
    return document.section_at(passage.span.start).span.contains(passage.span)


def _in_order(spans: Sequence[Span], whole: Span) -> bool:
    apart = all(left.end <= right.start for left, right in pairwise(spans))
    return apart and all(map(whole.contains, spans))


def _fits(layout: Layout, document: Document) -> bool:
    words = layout.words
    inside = (words["start"] >= 0) & (words["start"] <= words["end"])
    inside &= words["end"] <= len(document.text)
    numbers = [page.number for page in document.pages]
    return bool(np.all(inside)) and bool(np.all(np.isin(words["page"], numbers)))
