"""Packing: units into passages, so that an edit moves few of their boundaries.

A short section is filled evenly. A long one is parted first, at units that their own words choose
(content-defined chunking, as in rsync and FastCDC): the passages of a part do not depend on what
stands in another, so a changed sentence re-packs its own part, or two where it was a boundary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from pincite.corpus.types import Span
from pincite.ingest.cutting.blocks import Block

_NEAR = 8  # passages that a part has at least; it has about twice as many

_Rank = tuple[bool, bytes]


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


def pack(text: str, units: Iterable[Unit], capacity: int) -> Iterator[list[Unit]]:
    """Group units into runs of at most ``capacity`` tokens or of one unit, about evenly filled.

    No more than two parts of a long section are held at once.
    """
    parts = _parts(text, units, _NEAR * capacity)
    first, second = next(parts), next(parts, None)
    # Without the new aim each part would end in a scrap; a short section is one part, and is cut
    # as it was when the quality of its passages was measured.
    if second is None:
        yield from _evenly(first, capacity, aim_anew=False)
        return
    for part in chain([first, second], parts):
        yield from _evenly(part, capacity, aim_anew=True)


class _Ranked(NamedTuple):
    """A unit by its rank; ``token`` is where it starts, ``place`` where in its part it stands."""

    rank: _Rank
    token: int
    place: int


def _parts(text: str, units: Iterable[Unit], near: int) -> Iterator[list[Unit]]:
    """Cut before each unit that no other ranks before within ``near`` tokens to either side.

    A unit's rank is a hash of its words, and where a paragraph begins goes before where a sentence
    does. So whether there is a cut depends on what is near, and two are never nearer. The last part
    comes even if it is empty.
    """
    part: list[Unit] = []
    rising: list[_Ranked] = []  # those that nothing after them, so far, ranks before
    cut: _Ranked | None = None  # the one before which there is a cut, if nothing near ranks before
    token = 0
    for unit in units:
        if cut and token - cut.token > near:
            yield part[: cut.place]
            part, cut = part[cut.place :], None
        here = _Ranked(_rank(text, unit), token, len(part))
        while rising and here.rank < rising[-1].rank:
            rising.pop()
        if cut and here.rank < cut.rank:
            cut = None
        if token - (rising[-1].token if rising else 0) > near:
            cut = here
        if rising and rising[-1].rank == here.rank:
            rising.pop()  # whatever ranks before the one ranks before the other
        rising.append(here)
        part.append(unit)
        token += unit.tokens
    if cut and token - cut.token > near:
        yield part[: cut.place]
        part = part[cut.place :]
    yield part


def _rank(text: str, unit: Unit) -> _Rank:
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
