"""The stretches of a document that are quoted, noted or hidden, and those that are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pincite.corpus.types import Document, PassageKind, RegionKind, Span


class Stretch(NamedTuple):
    """A run of text that no edge of a region parts; ``kind`` is what a region makes of it."""

    span: Span
    kind: PassageKind | None = None
    hidden: bool = False


def stretches(document: Document) -> list[Stretch]:
    """The stretches that tile the document's text, in order.

    Where a note stands in what is quoted, or is quoted, it counts as quoted.
    """
    edges: list[tuple[int, int, RegionKind]] = []
    for region in document.regions:
        if len(region.span):
            edges += [(region.span.start, 1, region.kind), (region.span.end, -1, region.kind)]
    open_regions: dict[RegionKind, int] = {"quoted": 0, "note": 0, "hidden": 0}
    tiles: list[Stretch] = []
    start = 0
    for offset, step, kind in [*sorted(edges), (len(document.text), 0, "hidden")]:
        if start < offset:
            made: PassageKind | None = (
                "quoted" if open_regions["quoted"] else "note" if open_regions["note"] else None
            )
            tiles.append(Stretch(Span(start, offset), made, bool(open_regions["hidden"])))
            start = offset
        open_regions[kind] += step
    return tiles


def within(tiles: Sequence[Stretch], spans: Sequence[Span]) -> Iterator[list[Stretch]]:
    """For each of ``spans``, which are in order and apart, its part of the stretches."""
    i = 0
    for span in spans:
        while i < len(tiles) and tiles[i].span.end <= span.start:
            i += 1
        parts, k = [], i
        while k < len(tiles) and tiles[k].span.start < span.end:
            tile = tiles[k].span
            part = Span(max(span.start, tile.start), min(span.end, tile.end))
            parts.append(tiles[k]._replace(span=part))
            k += 1
        i = max(i, k - 1)
        yield parts
