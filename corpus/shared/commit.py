"""A commit: all tables get a new version, and then the head names these, or nothing has happened.

Lance makes a commit to one table atomic. Here there are several, so each table's new version has to
follow the one that the head names, with nobody else's in between: only then is what it holds what
the head had and this change. Whoever finds another version in between takes its own back and tries
again. What a writer leaves that was killed is in no head; the next one restores the table to the
version that the head names.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import lance
import pyarrow as pa
from lance import FragmentMetadata, LanceOperation

from pincite.corpus.errors import (
    EmbedderMismatchError,
    LibraryChangedError,
    LibraryLockedError,
)
from pincite.corpus.shared import file_sums
from pincite.corpus.shared.change import Change
from pincite.corpus.shared.file_sums import sums_of
from pincite.corpus.shared.fragments import Fragments, write_fragments
from pincite.corpus.shared.head import Head, Heads, Version
from pincite.corpus.shared.lance_errors import ConflictError, mapped
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.tables import LOOKUPS, SCHEMAS, TERMS
from pincite.corpus.shared.tableset import one_of, open_table

_TRIES = 40
_PATIENT = 4  # tries after which a table that is ahead of its head is taken to be left by the dead
_WAIT_SECONDS = 0.05, 0.5  # between two tries: more each time, up to this
_MANY_ROWS = 10_000  # of a commit, that get every index at once
_AT_ONCE = 1000  # ids of documents in one condition


def reserve(heads: Heads, count: int) -> range:
    """Passage ids that nobody else gets, now or ever.

    Raises:
        LibraryLockedError: others write all the time.
    """
    for again in range(_TRIES):
        head = heads.latest()
        end = head.next_passage + count
        try:
            heads.move(replace(head, next_passage=end))
        except ConflictError:
            _wait(again)
        else:
            return range(head.next_passage, end)
    raise LibraryLockedError(_BUSY)


def commit(
    place: Place, heads: Heads, base: Head, change: Change, check: Callable[[Head], None]
) -> Head:
    """Make a change visible; the head after it.

    Args:
        base: the head that the change was worked out from.
        check: is called with a head that others have moved since then, and raises where the change
            does not fit it.

    Raises:
        LibraryLockedError: others write all the time.
        EmbedderMismatchError: others have embedded the library with another embedder meanwhile.
        LibraryChangedError: others have made the library anew meanwhile.
    """
    first = heads.latest()
    written = _written(place, first, change)
    for again in range(_TRIES):
        head = first if not again else heads.latest()
        if head.analysis != base.analysis:
            raise LibraryChangedError(
                f"a newer Pincite made the terms of {place.name} anew meanwhile, so nothing was "
                "changed; install that one here, and run it again"
            )
        if head.number != base.number:
            check(head)
        try:
            heads.durable.begin()
            tables: dict[str, Version] = {}
            files: set[str] = set()
            for name, version in head.tables.items():
                restore = again > _PATIENT
                tables[name], added = _apply(place, name, version, change, written, restore=restore)
                files |= added
            known = {path: one for some in written.values() for path, one in some.sums.items()}
            last = file_sums.write(place, head.sums, {**known, **sums_of(place, files)})
            heads.durable.sync()
            moved = heads.move(_after(head, change, tables, last))
            heads.durable.sync()
        except ConflictError:
            _wait(again)
        else:
            return moved
    raise LibraryLockedError(_BUSY)


_BUSY = "other processes are writing to the library all the time; try again when they have finished"


def _after(head: Head, change: Change, tables: Mapping[str, Version], sums: str | None) -> Head:
    embedder = head.embedder if "passages" not in change.anew else None
    if change.embedder is not None and embedder not in (None, change.embedder):
        raise EmbedderMismatchError(
            f"another process has embedded the library with {embedder} meanwhile; run it again"
        )
    return replace(
        head,
        generation=head.generation + change.raised,
        commits=head.commits + 1,
        embedder=change.embedder or embedder,
        tables=tables,
        sums=sums,
    )


def _written(place: Place, head: Head, change: Change) -> Mapping[str, Fragments]:
    """The fragments of all rows that come, those of the small tables written now."""
    counts = [{"key": key, "count": n} for key, n in change.counts.items() if n]
    small = {"documents": change.documents, "refusals": change.refusals, "counts": counts}
    found = dict(change.fragments)
    for name, rows in small.items():
        table = pa.Table.from_pylist(rows, SCHEMAS[name])
        found[name] = write_fragments(place, head.tables[name].path, table)
    return found


def _gone(name: str, change: Change) -> tuple[str, list[Any]]:
    """By which column rows of a table go, and of which values."""
    if name == "documents":
        return "id", sorted({*change.before, *(str(row["id"]) for row in change.documents)})
    if name == "refusals":
        sources = {str(row["source"]) for row in change.refusals}
        return "source", sorted(change.refusals_gone | sources)
    if name == "contents":
        return "document", sorted(change.contents_gone)
    if name == "passages":
        return "first", sorted(change.firsts_gone)
    return "", []


def _apply(
    place: Place,
    name: str,
    version: Version,
    change: Change,
    written: Mapping[str, Fragments],
    *,
    restore: bool,
) -> tuple[Version, set[str]]:
    """The version of a table that holds what this version did, and the change.

    With it come the files that it uses and the other does not, but those of the rows that come.
    """
    column, gone = _gone(name, change)
    new = written.get(name, Fragments(version.path))
    new.require_beside(version.path)
    if not new.as_json and not gone:
        return version, set()
    with mapped(place.name):
        table = open_table(place, version)
        if table.latest_version != version.number:
            if not restore:
                raise ConflictError("somebody is in the middle of a commit")
            table.restore()
        base, had = table.version, file_sums.indexes(table)
        removed, updated = _without(table, column, gone)
        if new.as_json or removed or updated:
            operation = LanceOperation.Update(
                removed_fragment_ids=removed,
                updated_fragments=updated,
                new_fragments=new.metadata,
            )
            table = lance.LanceDataset.commit(
                table,
                operation,
                read_version=base,
                storage_options=place.options,
                max_retries=0,
            )
            require_next(table.version, base + 1)
            if names := _due(name, new.metadata):
                table.optimize.optimize_indices(num_indices_to_merge=0, index_names=names)
                if table.version != base + 1:
                    require_next(table.version, base + 2)
            tag(table)
        elif base == version.number:
            return version, set()
    path = version.path
    files = {file for one in updated for file in file_sums.deletion_files(path, one)}
    files |= file_sums.index_files(place, path, file_sums.indexes(table) - had)
    files.add(file_sums.manifest(path, table.version))
    return Version(path, table.version), files


def _due(name: str, new: list[FragmentMetadata]) -> list[str]:
    """The indexes that take up new rows at once; the others do when they are merged.

    BM25 ranks rows that no index has by other statistics, so theirs does before anybody sees them.
    Few rows are looked up as fast without an index.
    """
    names = [f"{TERMS}_idx"] if name == "passages" else []
    if sum(fragment.num_rows for fragment in new) >= _MANY_ROWS:
        names += [f"{column}_idx" for column in LOOKUPS[name]]
    return names if new else []


def require_next(version: int, wanted: int) -> int:
    """Check that nobody else's version came in between; the version.

    Raises:
        ConflictError: one did.
    """
    if version != wanted:
        raise ConflictError(f"version {version} instead of {wanted}")
    return version


def _without(
    table: lance.LanceDataset, column: str, values: list[Any]
) -> tuple[list[int], list[FragmentMetadata]]:
    """The fragments that go whole, and those that lose some rows."""
    conditions = [one_of(column, values[i : i + _AT_ONCE]) for i in range(0, len(values), _AT_ONCE)]
    holders: dict[int, list[str]] = {}
    for where in conditions:
        found = table.scanner(columns=[], filter=where, with_row_address=True).to_table()
        for fragment in sorted({int(one) >> 32 for one in found["_rowaddr"].to_pylist()}):
            holders.setdefault(fragment, []).append(where)
    removed: list[int] = []
    updated: list[FragmentMetadata] = []
    for id, some in holders.items():
        left = table.get_fragment(id).delete(" OR ".join(some))
        if left is None:
            removed.append(id)
        else:
            updated.append(left)
    return removed, updated


def tag(table: lance.LanceDataset) -> None:
    """Name a version, so that no clean-up takes it away, by whatever tool."""
    with suppress(ValueError, OSError):  # it has it already
        table.tags.create(f"v{table.version}", table.version)


def _wait(again: int) -> None:
    least, most = _WAIT_SECONDS
    time.sleep(random.uniform(least, min(most, least * 2 ** (again + 1))))
