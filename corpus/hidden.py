"""What of a text its file does not show: whole runs of words, and single characters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pincite.corpus.types import Document, Span
from pincite.corpus.unseen import UNSEEN

Spans = tuple[tuple[int, int], ...]
"""Half-open ranges of code points of a document, in order, none of which overlap."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden in a piece of a document; both count code points of the document.

    Attributes:
        words: runs of text that the file contains and does not show.
        characters: runs of zero-width characters, tags, and marks of direction.
    """

    words: Spans = ()
    characters: Spans = ()

    @classmethod
    def of(cls, document: Document, *pieces: Span) -> Hidden:
        """What is hidden in these pieces of a document, which may overlap.

        >>> from pincite.corpus.types import Region, Section
        >>> regions = (Region(Span(3, 9), "hidden"),)
        >>> text = "One psst tw" + chr(0x200B) + "o."
        >>> document = Document("a", "a", text, (Section(Span(0, 14)),), regions=regions)
        >>> Hidden.of(document, Span(0, 5), Span(4, 14))
        Hidden(words=((3, 9),), characters=((11, 12),))
        """
        regions = [r.span for r in document.regions if r.kind == "hidden"]
        within = [
            Span(max(region.start, piece.start), min(region.end, piece.end))
            for piece in pieces
            for region in regions
            if region.overlaps(piece)
        ]
        characters = [
            Span(start + piece.start, end + piece.start)
            for piece in pieces
            for start, end in unseen(document.text[piece.start : piece.end])
        ]
        return cls(_merged(within), _merged(characters))

    def cut_from(self, text: str, start: int) -> str:
        """What can be seen of a piece of the document, which begins there at ``start``.

        An ellipsis stands for hidden words, nothing for hidden characters.

        >>> Hidden(words=((4, 8),), characters=((11, 12),)).cut_from("e psst tw" + chr(0x200B), 2)
        'e … tw'
        """
        cuts = [*((span, "…") for span in self.words), *((span, "") for span in self.characters)]
        seen, at = "", 0
        for (left, right), instead in sorted(cuts):
            first, last = max(left - start, at), min(right - start, len(text))
            if first < last:
                seen, at = seen + text[at:first] + instead, last
        return seen + text[at:]

    def to_json(self) -> dict[str, list[list[int]]]:
        """Both as JSON values."""
        return {
            "words": [list(span) for span in self.words],
            "characters": [list(span) for span in self.characters],
        }

    def __bool__(self) -> bool:
        return bool(self.words or self.characters)


NOTHING_HIDDEN = Hidden()


def unseen(text: str) -> Spans:
    """Where the invisible characters of a text stand, a run of them at a time.

    >>> unseen("a" + chr(0x202E) + "b")
    ((1, 2),)
    """
    return tuple(found.span() for found in UNSEEN.finditer(text))


def _merged(spans: Iterable[Span]) -> Spans:
    """The same places, each once: spans that overlap or touch are one."""
    merged: list[tuple[int, int]] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], span.end)
        else:
            merged.append((span.start, span.end))
    return tuple(merged)
