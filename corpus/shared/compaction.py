"""Keeps the tables small and their indexes few, and leaves nothing of what was deleted.

Each commit adds a fragment and a part of each index. Merging them changes no row and no answer, so
the generation stays; it moves the head like any commit, and tries again where others were faster.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import lance
from lance import LanceOperation

from pincite.corpus.errors import LibraryLockedError
from pincite.corpus.shared import file_sums
from pincite.corpus.shared.analysis import Analysis
from pincite.corpus.shared.commit import require_next, tag
from pincite.corpus.shared.creation import create_indexes
from pincite.corpus.shared.file_sums import Sums, sums_of
from pincite.corpus.shared.fragments import Fragments
from pincite.corpus.shared.head import Head, Heads, Version, require_clock
from pincite.corpus.shared.lance_errors import ConflictError, mapped
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.replacement import drop_left
from pincite.corpus.shared.rewriting import Rewriting
from pincite.corpus.shared.tableset import open_table

# `pincite eval bench-shared` prints what a question costs below and above it.
VECTOR_INDEX_FROM = 100_000  # passages of a library whose vectors get an index
# Vectors of a part of that index, about; above a million rows as many as there are parts, because
# both are gone through. What is found and what it costs is printed by
# `pytest -m slow -s tests/retrieval/search/test_shared_dense.py`.
_PER_PART = 1024
# Vectors are of length 1, so this is the order of inner products, in half of Lance's time for them.
_METRIC = "l2"
_FEWER = 4  # times fewer parts than a library should have, from which on it gets another index
_VECTORS = "vector_idx"
_MANY = 32  # fragments, or parts of an index, that are merged when documents were put
_ALL = 1_000_000  # parts of an index, any number
_KEPT = timedelta(hours=1)  # that an old version is kept for those who read it
_TRIES = 20
_PATIENT = 4  # tries after which a table that is ahead of its head is taken to be left by the dead
_CHANGES_ROWS = ("Append", "Update", "Delete", "Overwrite", "Restore", "Merge")

Work = Callable[
    [lance.LanceDataset, str, Head], int
]  # gives the version from which on no row changes


def has_many_parts(place: Place, head: Head) -> bool:
    """Whether a table is in so many fragments that it is time to merge them."""
    with mapped(place.name):
        return any(
            len(open_table(place, version).get_fragments()) > _MANY
            for version in head.tables.values()
        )


def merge(
    place: Place,
    heads: Heads,
    *,
    anew: bool = False,
    analysis: Analysis | None = None,
    index_from: int | None = None,
) -> Head:
    """Merge fragments and the parts of indexes, and index the vectors of a large library.

    Args:
        anew: make every index anew.
        analysis: that all terms are worked out anew with; None where they are its own.
        index_from: passages from which on vectors get an index; by default `VECTOR_INDEX_FROM`.

    Raises:
        LibraryLockedError: others write all the time.
    """
    least = VECTOR_INDEX_FROM if index_from is None else index_from

    rewriting = Rewriting(place, analysis, anew)

    def work(table: lance.LanceDataset, name: str, head: Head) -> int:
        since = int(table.version)
        if (rows := rewriting.rows(head, name, table)) is not None:
            since = _replace(place, table, rows)
        if anew:
            create_indexes(table, name)  # else those that are damaged would be read
        table.optimize.compact_files(
            materialize_deletions=True, materialize_deletions_threshold=0.0
        )
        if name == "passages" and table.count_rows() >= least:
            _index_vectors(table, anew=anew)
        table.optimize.optimize_indices(num_indices_to_merge=_ALL)
        return since

    moved = _moved(place, heads, work, rewriting)
    before = datetime.now() - _KEPT
    drop_left(place, heads, before.astimezone(UTC))
    for version in moved.tables.values():
        _clean(place, version, before)
    heads.clean(before)
    return moved


def compact(place: Place, heads: Heads) -> int:
    """Leave nothing in the store of what was deleted; the number of bytes given back.

    Whoever still reads an older head is told that a part is gone, and asks again at the new one.

    Raises:
        LibraryLockedError: others write all the time.
        LibraryError: this machine's clock is wrong.
    """
    require_clock(place.name, heads.latest())
    merge(place, heads, anew=True)
    drop_left(place, heads, None)
    for again in range(_TRIES):
        head = heads.latest()
        try:
            freed = sum(_clean(place, version) for version in head.tables.values())
            return freed + heads.clean(None)
        except ConflictError:
            _wait(again)
    raise LibraryLockedError(_BUSY)


_BUSY = "other processes are writing to the library all the time; try again when they have finished"


def _index_vectors(table: lance.LanceDataset, *, anew: bool) -> None:
    count = table.count_rows()
    parts = max(1, count // max(_PER_PART, math.isqrt(count)))
    if not anew and _parts(table) * _FEWER >= parts:
        return
    table.create_index(
        "vector", "IVF_SQ", metric=_METRIC, num_partitions=parts, replace=True, name=_VECTORS
    )


def _parts(table: lance.LanceDataset) -> int:
    """Of the index of vectors; 0 where there is none, or that of an older Pincite."""
    if _VECTORS not in {one.name for one in table.describe_indices()}:
        return 0
    first = table.stats.index_stats(_VECTORS)["indices"][0]
    return int(first.get("num_partitions", 0)) if first.get("metric_type") == _METRIC else 0


def _replace(place: Place, table: lance.LanceDataset, rows: Fragments) -> int:
    """Put these rows in the place of all; the version that has them."""
    fragments = [one.fragment_id for one in table.get_fragments()]
    if not fragments and not rows.as_json:
        return int(table.version)
    update = LanceOperation.Update(removed_fragment_ids=fragments, new_fragments=rows.metadata)
    base = table.version
    new = lance.LanceDataset.commit(
        table, update, read_version=base, storage_options=place.options, max_retries=0
    )
    require_next(new.version, base + 1)
    table.checkout_latest()
    return require_next(table.version, base + 1)


def _moved(place: Place, heads: Heads, work: Work, rewriting: Rewriting) -> Head:
    """The head after this work on all tables."""
    for again in range(_TRIES):
        head = heads.latest()
        # Whoever writes a list from now on fails where this succeeds, so none of these comes back.
        old = file_sums.lists(place)
        try:
            heads.durable.begin()
            rewriting.begin(head)
            tables = {
                name: _worked(place, name, head, work, restore=again > _PATIENT)
                for name in head.tables
            }
            sums, unread = _sums_after(place, head, tables, rewriting)
            last = file_sums.write(place, unread, sums)
            heads.durable.sync()
            moved = heads.move(rewriting.after(head, tables, last))
            heads.durable.sync()
        except ConflictError:
            _wait(again)
        else:
            if unread is None:
                file_sums.forget(place, old, last)
            return moved
    raise LibraryLockedError(_BUSY)


def _sums_after(
    place: Place, head: Head, tables: Mapping[str, Version], rewriting: Rewriting
) -> tuple[Sums, str | None]:
    """The sums of what these versions use, and the list that could not be read, if any.

    Where all is made anew, files without a sum get one, be it that an older Pincite wrote them.
    """
    known, unread = file_sums.noted(place, head.sums)
    used: set[str] = set()
    before: set[str] = set()
    with mapped(place.name):
        for name, version in tables.items():
            table = open_table(place, version)
            used |= file_sums.table_files(place, table, version.path)
            if not rewriting.anew:
                table = open_table(place, head.tables[name])
                before |= file_sums.table_files(place, table, head.tables[name].path)
    kept = {path: one for path, one in (known | rewriting.sums).items() if path in used}
    added = used - kept.keys() - before
    return {**kept, **sums_of(place, added)}, None if rewriting.anew else unread


def _worked(place: Place, name: str, head: Head, work: Work, *, restore: bool) -> Version:
    version = head.tables[name]
    with mapped(place.name):
        table = open_table(place, version)
        if table.latest_version != version.number:
            if not restore:
                raise ConflictError("somebody is in the middle of a commit")
            table.restore()
        before = table.version
        since = work(table, name, head)
        if table.version == before:
            return Version(version.path, before)
        _require_own(table, since)
        tag(table)
    return Version(version.path, table.version)


def _require_own(table: lance.LanceDataset, since: int) -> None:
    """Check that no version since this one has added or taken away a row."""
    for version in range(since + 1, table.version + 1):
        try:
            transaction = table.read_transaction(version)
        except TypeError:  # Lance cannot show its own Rewrite, which changes no row
            continue
        operation = type(transaction.operation).__name__ if transaction else ""
        if operation in _CHANGES_ROWS:
            raise ConflictError(f"somebody else's {operation}")


def _clean(place: Place, version: Version, before: datetime | None = None) -> int:
    """Drop the older versions of a table, and the files that only they need; bytes given back.

    Only those made ``before``, if it is given. What a head names that is being read may be among
    them: who reads it asks again.
    """
    with mapped(place.name):
        table = open_table(place, version)
        older = {
            one["version"]
            for one in table.versions()
            if one["version"] < version.number and (before is None or one["timestamp"] < before)
        }
        for name, of in list(table.tags.list().items()):
            if of["version"] in older:
                table.tags.delete(name)
        if not older:
            return 0
        # Files that are in no version may be those of a writer at work; Lance drops them in a week.
        found = table.cleanup_old_versions(
            versions=sorted(older), error_if_tagged_old_versions=False
        )
        return int(found.bytes_removed)


def _wait(again: int) -> None:
    time.sleep(random.uniform(0.05, 0.1 * (again + 1)))
