"""The headings of a document, where they stand in its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pincite.corpus.types import Document, Section, Span
from pincite.retrieval.overview.key_sentences import OwnText

LONGEST = 200  # code points; what is longer is no heading


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its words, and what stands under it up to the next of its level or above."""

    words: Span
    path: tuple[str, ...]
    under: Span


def headings(document: Document) -> list[Heading]:
    """The headings of the document's own text, in order, without its title.

    A heading whose words do not stand in the text, as a sheet's name may not, is left out.
    """
    own, found = OwnText(document), []
    ends = _ends(document.sections)
    for section, end in zip(document.sections, ends, strict=True):
        words = _words(document, section)
        if words is not None and own.has(words) and section.path[-1] != document.title:
            found.append(Heading(words, section.path, Span(section.span.start, end)))
    return found


def outermost(found: Sequence[Heading], most: int) -> list[Heading]:
    """At most so many of them, in order: those of the upper levels first."""
    chosen = sorted(range(len(found)), key=lambda i: (len(found[i].path), i))[:most]
    return [found[i] for i in sorted(chosen)]


def _words(document: Document, section: Section) -> Span | None:
    """Where the heading's words stand on its line; None where they do not."""
    if not section.path or not section.path[-1].strip():
        return None
    heading = section.path[-1]
    start = document.text.find(heading, section.span.start, max(section.body, section.span.start))
    if start < 0 or len(heading) > LONGEST:
        return None
    return Span(start, start + len(heading))


def _ends(sections: Sequence[Section]) -> list[int]:
    """Of each section, where the last one ends that stands under its heading."""
    ends = [section.span.end for section in sections]
    over: list[int] = []  # the sections that the present one stands under, outermost first
    for i, section in enumerate(sections):
        while over and not _is_under(section, sections[over[-1]]):
            over.pop()
        for j in over:
            ends[j] = section.span.end
        over.append(i)
    return ends


def _is_under(section: Section, other: Section) -> bool:
    depth = len(other.path)
    return len(section.path) > depth and section.path[:depth] == other.path
