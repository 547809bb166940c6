"""Packing: units into passages, so that an edit moves few of their boundaries.

A short section is filled evenly. A long one is parted first, at units that their own words choose
(content-defined chunking, as in rsync and FastCDC): the passages of a part do not depend on what
stands in another, so a changed sentence re-packs its own part, or two where it was a boundary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pincite.corpus.types import Span
from pincite.ingest.cutting.blocks import Block

_NEAR = 8  # passages that a part has at least; it has about twice as many


@dataclass(frozen=True, slots=True)
class Unit:
    """What is never parted: a sentence, a row, some lines of code. ``tokens`` is its size.

    ``columns`` names its cells, ``context`` is what stands over it, as in a `Passage`; ``leads``
    says that it introduces what follows it.
    """

    span: Span
    tokens: int
    block: Block
    columns: tuple[str, ...] = ()
    context: tuple[Span, ...] = ()
    leads: bool = False


def pack(text: str, units: Sequence[Unit], capacity: int) -> list[list[Unit]]:
    """Group units into runs of at most ``capacity`` tokens or of one unit, about evenly filled."""
    parts = _parts(text, units, capacity)
    # Without the new aim each part would end in a scrap; a short section is one part, and is cut
    # as it was when the quality of its passages was measured.
    aim_anew = len(parts) > 1
    return [group for part in parts for group in _evenly(part, capacity, aim_anew=aim_anew)]


def _parts(text: str, units: Sequence[Unit], capacity: int) -> list[Sequence[Unit]]:
    """Cut before each unit that no other ranks before within ``_NEAR`` passages to either side.

    A unit's rank is a hash of its words, and where a paragraph begins goes before where a sentence
    does. So whether there is a cut depends on what is near, and two are never nearer.
    """
    starts = [0, *accumulate(unit.tokens for unit in units)]
    total, near = starts.pop(), _NEAR * capacity
    if total <= 2 * near:
        return [units]
    ranks = [_rank(text, unit) for unit in units]
    first_from: dict[int, int] = {}  # unit → token from which on it ranks first, to its left
    first_to: dict[int, int] = {}
    falling: list[int] = []  # those that nothing after them, so far, ranks before
    for i, rank in enumerate(ranks):
        while falling and rank < ranks[falling[-1]]:
            first_to[falling.pop()] = starts[i]
        first_from[i] = starts[falling[-1]] if falling else 0
        falling.append(i)
    cuts = [
        i
        for i, start in enumerate(starts)
        if start - first_from[i] > near and first_to.get(i, total) - start > near
    ]
    return [units[start:end] for start, end in pairwise([0, *cuts, len(units)])]


def _rank(text: str, unit: Unit) -> tuple[bool, bytes]:
    words = text[unit.span.start : unit.span.end].encode("utf-8", "surrogatepass")
    opens = unit.span.start == unit.block.span.start
    return not opens, hashlib.blake2b(words, digest_size=8).digest()


def _evenly(units: Sequence[Unit], capacity: int, *, aim_anew: bool) -> list[list[Unit]]:
    """Fill passages to their mean size; ``aim_anew`` takes the mean of what is left each time."""
    groups: list[list[Unit]] = []
    left = sum(unit.tokens for unit in units)
    filled, target = 0, left / max(1, -(-left // capacity))
    for unit in units:
        over = filled + unit.tokens > capacity or filled + unit.tokens / 2 > target
        if groups and not over:
            groups[-1].append(unit)
            filled += unit.tokens
        else:
            groups.append([unit])
            filled = unit.tokens
            if aim_anew:
                target = left / max(1, -(-left // capacity))
        left -= unit.tokens
    return groups
