"""Which lines of a PDF are running heads, running feet and page numbers.

They come again and again and would stand in the midst of sentences; the first of each stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pincite.ingest.readers.pdf.asides import Aside
from pincite.ingest.readers.pdf.lines import Line, PageLines, body_size
from pincite.ingest.readers.pdf.page_numbers import numbered

_MARGIN, _OUTERMOST = 0.15, 3  # of the page's height, lines: where running heads are looked for
_SAME_HEIGHT = 4  # points
_NEAR = 10  # pages: so near each other stand page numbers that go with the pages
_LARGEST_HEAD = 1.25  # of the size of the text; what is larger is a heading that comes again
_LONGEST_VOLUME = 10_000  # pages: a number further from its page's is an invoice's, say
_SHORT = 6  # pages: in so few, a head of the left or the right pages stands on two


def without_heads(pages: Sequence[PageLines]) -> tuple[list[PageLines], list[Aside]]:
    """The pages without running heads, running feet and page numbers; and the first of each.

    Such a line is one of the outermost on its page. On several pages its words are equal and stand
    at the same height, or they are equal but for a number that goes with the page's. Of numbers
    without words none is given back.
    """
    largest = _LARGEST_HEAD * body_size(pages)
    outermost = [list(_outermost(page, largest)) for page in pages]
    counts: Counter[_Known] = Counter()
    for margins in outermost:
        counts.update({key for _, _, keys in margins for key in keys})
    needed = 3 if len(pages) > _SHORT else 2
    text: list[PageLines] = []
    first: dict[tuple[str, str], Aside] = {}
    for page, margins in zip(pages, outermost, strict=True):
        heads: set[int] = set()
        closed: set[str] = set()  # the edges from which a line was met that is no head
        for edge, line, keys in margins:
            again = [key for key in keys if sum(counts[near] for near in key.nearby()) >= needed]
            if not again or edge in closed:
                closed.add(edge)
                continue
            heads.add(id(line))
            if any(map(str.isalpha, again[0].words)):
                copy = Aside(page.number, (line,), at_top=edge == "top")
                first.setdefault((edge, again[0].words), copy)
        rest = tuple(line for line in page.lines if id(line) not in heads)
        text.append(replace(page, lines=rest))
    if any(page.lines for page in text):
        return text, list(first.values())
    return list(pages), []  # tickets or labels: what is alike on all pages is all there is


@dataclass(frozen=True, slots=True)
class _Known:
    """What a running head is known again by; what does not matter is None."""

    edge: str
    words: str  # with # for the page's number
    height: int | None = None  # its distance from the edge, in steps of `_SAME_HEIGHT`
    ahead: int | None = None  # of the number in it before the page's
    among: tuple[int, int] | None = None  # the neighbouring pages it is counted on

    def nearby(self) -> list[_Known]:
        """What a line that stands a little higher or lower is known by."""
        if self.height is None:
            return [self]
        return [replace(self, height=self.height + step) for step in (-1, 0, 1)]


def _outermost(page: PageLines, largest: float) -> Iterator[tuple[str, Line, list[_Known]]]:
    """The outermost lines, from each edge inwards, with what makes them known again."""
    by_height = sorted(page.lines, key=lambda line: line.top)
    width = max((line.right for line in page.lines), default=0.0) - min(
        (line.left for line in page.lines), default=0.0
    )
    for edge, outer in (("top", by_height), ("bottom", by_height[::-1])):
        for line in outer[:_OUTERMOST]:
            distance = line.top if edge == "top" else page.height - line.bottom
            words = line.text.casefold()
            keys = []
            for label in numbered(line, width):
                ahead = label.number - page.number
                for shift in (0, _NEAR // 2) if abs(ahead) < _LONGEST_VOLUME else ():
                    among = (shift, (page.number + shift) // _NEAR)
                    keys.append(_Known(edge, label.words, None, ahead, among))
            if distance < _MARGIN * page.height and any(map(str.isalpha, words)):
                keys.append(_Known(edge, words, int(distance / _SAME_HEIGHT)))
            yield edge, line, keys if line.size <= largest else []
