"""Which lines of a PDF are running heads, running feet and page numbers: no part of its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pincite.ingest.readers.pdf.lines import Line, PageLines, body_size

_MARGIN, _OUTERMOST = 0.15, 3  # of the page's height, lines: where running heads are looked for
_SAME_HEIGHT = 4  # points
_NEAR = 10  # pages: so near each other stand page numbers that go with the pages
_LARGEST_HEAD = 1.25  # of the size of the text; what is larger is a heading that comes again
_NUMBER, _LONGEST_NUMBER = re.compile(r"[0-9]+"), 6  # digits


def without_heads(pages: Sequence[PageLines]) -> list[PageLines]:
    """The pages without running heads, running feet and page numbers.

    Such a line is one of the outermost on its page. It stands at the same height on several pages,
    the same up to digits, or it has a number that goes with the page's.
    """
    largest = _LARGEST_HEAD * body_size(pages)
    counts: Counter[_Known] = Counter()
    for page in pages:
        counts.update({key for _, _, keys in _outermost(page, largest) for key in keys})
    needed = 3 if len(pages) > 4 else 2
    found = []
    for page in pages:
        heads: set[int] = set()
        closed: set[str] = set()  # the edges from which a line was met that is no head
        for edge, line, keys in _outermost(page, largest):
            again = any(sum(counts[near] for near in key.nearby()) >= needed for key in keys)
            if again and edge not in closed:
                heads.add(id(line))
            else:
                closed.add(edge)
        kept = tuple(line for line in page.lines if id(line) not in heads)
        found.append(replace(page, lines=kept))
    # Tickets or labels: what is alike on all pages, and all there is, is no head.
    return found if any(page.lines for page in found) else list(pages)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a running head is known again by; what does not matter is None."""

    edge: str
    words: str | None  # with # for each number
    height: int | None  # its distance from the edge, in steps of `_SAME_HEIGHT`
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
    for edge, outer in (("top", by_height), ("bottom", by_height[::-1])):
        for line in outer[:_OUTERMOST]:
            distance = line.top if edge == "top" else page.height - line.bottom
            height = int(distance / _SAME_HEIGHT)
            words = _NUMBER.sub("#", line.text.casefold())
            numbers = _NUMBER.findall(line.text)
            keys = []
            telling = len(numbers) == 1 or any(map(str.isalpha, words))
            if distance < _MARGIN * page.height and telling:
                keys.append(_Known(edge, words, height))
            for number in set(numbers[:1] + numbers[-1:]):
                at_an_end = line.text.startswith(number) or line.text.endswith(number)
                if at_an_end and len(number) < _LONGEST_NUMBER:
                    ahead = int(number) - page.number
                    for shift in (0, _NEAR // 2):
                        among = (shift, (page.number + shift) // _NEAR)
                        keys.append(_Known(edge, words, None, ahead, among))
                        keys.append(_Known(edge, None, height, ahead, among))
            yield edge, line, keys if line.size <= largest else []
