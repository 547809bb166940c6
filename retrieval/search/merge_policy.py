"""Which segments are to be merged: eight of one size into one of the next, up to a largest size.

So a passage is written again some five times at most, however the library grew, and no merge takes
more than some two seconds. Segments of nearly the largest size stay as they are until half is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pincite.retrieval.search.segments import LARGEST, SegmentFiles

_FAN = 8  # segments of one size that become one
_NEARLY_LARGEST = LARGEST * 3 // 4
_SMALLEST = 128  # passages up to which segments are of one size


def to_merge(segments: Iterable[SegmentFiles]) -> Sequence[SegmentFiles]:
    """The segments that should become one now; none when all is well.

    A segment whose documents are gone by half is written anew by itself. One without a document is
    not for this function: it is simply dropped.
    """
    tiers: dict[int, list[SegmentFiles]] = defaultdict(list)
    for segment in segments:
        live = segment.passages - segment.gone_passages
        if segment.gone_passages > live:
            return [segment]
        tiers[_tier(live)].append(segment)
    for tier in sorted(tiers):
        chosen: list[SegmentFiles] = []
        size = 0
        for segment in tiers[tier]:
            live = segment.passages - segment.gone_passages
            if live <= LARGEST // 2 and size + live <= LARGEST:
                chosen.append(segment)
                size += live
            if len(chosen) == _FAN or (len(chosen) > 1 and size >= _NEARLY_LARGEST):
                return chosen
    return []


def _tier(passages: int) -> int:
    tier, size = 0, _SMALLEST
    while passages > size:
        tier, size = tier + 1, size * _FAN
    return tier
