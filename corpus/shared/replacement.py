"""Puts the tables of a library that was filled beside another one in the place of its own.

    LIBRARY/beside-XXXXXXXX/    a shared library of the same documents, until its tables are ours

That is one move of the head, so that nobody sees half of it. Who still reads the tables before goes
on with them; they are dropped an hour later, or at once by whoever compacts the library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.shared.commit import reserve
from pincite.corpus.shared.file_sums import lists, noted, write
from pincite.corpus.shared.files import drop, drop_folder, folders
from pincite.corpus.shared.head import Head, Heads, Version
from pincite.corpus.shared.lance_errors import ConflictError
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.tableset import Tables

_PREFIX = "beside-"
_IDS = 1 << 32  # passage ids that the library beside may use
_TRIES = 20
_KEPT_TABLE = "refusals"  # has nothing to do with vectors, and changes meanwhile


def address_beside(place: Place, head: Head, fingerprint: str) -> str:
    """Where a library is filled with vectors of this embedder: the same until it is the library.

    Raises:
        LibraryChangedError: what was there is being dropped.
    """
    of = f"{fingerprint} {head.analysis} {head.tables['documents'].path}"
    name = f"{_PREFIX}{hashlib.sha256(of.encode()).hexdigest()[:8]}"
    if name in head.left:
        raise LibraryChangedError(
            f"what was embedded of {place.name} before is being dropped; run pincite compact, and "
            "then this again"
        )
    return f"{place.name}/{name}"


def set_apart(heads: Heads, beside: Heads) -> None:
    """Give a new library beside passage ids that the library itself never uses."""
    head = beside.latest()
    if not head.commits and head.next_passage == 1:
        beside.move(replace(head, next_passage=reserve(heads, _IDS).start))


def put_in_place(place: Place, heads: Heads, base: Head, beside: Place, fingerprint: str) -> Head:
    """Make the tables beside those of the library; the head after it.

    Args:
        place: of the library.
        heads: of it.
        base: its head, whose documents those beside are.
        beside: where the other library is.
        fingerprint: of the embedder that made its vectors.

    Raises:
        ConflictError: others have moved the head meanwhile.
        LibraryChangedError: others have dropped what was beside.
    """
    prefix = beside.root.removeprefix(f"{place.root}/")
    other_heads = Heads(beside)
    other = other_heads.latest()
    if prefix in base.left:
        raise LibraryChangedError(
            f"another process compacted {place.name} and dropped what was embedded; run it again"
        )
    Tables(beside, other)  # it is all there
    tables = {name: _below(prefix, version) for name, version in other.tables.items()}
    tables[_KEPT_TABLE] = base.tables[_KEPT_TABLE]
    ours, _ = noted(place, base.sums)
    sums = {path: one for path, one in ours.items() if path.startswith(_kept(base))}
    sums |= {f"{prefix}/{path}": one for path, one in noted(beside, other.sums)[0].items()}
    old = [v.path for name, v in base.tables.items() if name != _KEPT_TABLE]
    heads.durable.begin()
    last = write(place, None, sums)
    heads.durable.sync()
    moved = heads.move(
        replace(
            base,
            tables=tables,
            sums=last,
            embedder=fingerprint,
            generation=base.generation + 1,
            commits=base.commits + 1,
            next_passage=max(base.next_passage, other.next_passage),
            left={**base.left, **dict.fromkeys(old, _now())},
        )
    )
    heads.durable.sync()
    for path in lists(beside):
        drop(beside, path)
    drop_folder(beside, "head")
    drop_folder(beside, other.tables[_KEPT_TABLE].path)
    return moved


def _below(prefix: str, version: Version) -> Version:
    return Version(f"{prefix}/{version.path}", version.number)


def _kept(head: Head) -> str:
    return f"{head.tables[_KEPT_TABLE].path}/"


def drop_left(place: Place, heads: Heads, before: datetime | None) -> None:
    """Drop the tables that are the library no more.

    Args:
        place: of the library.
        heads: of it.
        before: only those that were left before then; None for all, and for what was being filled
            beside, be it that somebody is at it still: he is told, and begins again.

    Raises:
        LibraryError: they cannot be dropped.
    """
    for _ in range(_TRIES):
        head = heads.latest()
        left = dict(head.left)
        if before is None:
            left |= dict.fromkeys(_beside(place, head), _now())
        due = [path for path, at in left.items() if not before or _time(at) < before]
        if not due:
            return
        try:
            # First it is said, so that nobody makes them the library while they are dropped.
            head = heads.move(replace(head, left=left))
            for path in due:
                drop_folder(place, path)
            heads.move(replace(head, left={p: at for p, at in left.items() if p not in due}))
        except ConflictError:
            continue
        return


def _beside(place: Place, head: Head) -> Iterable[str]:
    """The folders of libraries that were being filled beside, and are none of the library's."""
    used = {version.path.partition("/")[0] for version in head.tables.values()}
    return [one for one in folders(place) if one.startswith(_PREFIX) and one not in used]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _time(at: str) -> datetime:
    return datetime.fromisoformat(at)
