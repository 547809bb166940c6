"""Works out anew what an older analysis of words has left in a shared library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.shared.analysis import Analysis, Said
from pincite.corpus.shared.fragments import Fragments, together, write_fragments
from pincite.corpus.shared.harvest import packed, said_of, unpacked
from pincite.corpus.shared.head import Head
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.tables import CONTENTS, COUNTS, PASSAGE_NAMES, TERMS
from pincite.corpus.shared.tableset import Tables, one_of
from pincite.corpus.store.rows import passage_from

_AT_ONCE = 4000  # passages that are read and written at once, about; bounds memory
_MOST = 64  # documents of these, which may have large files


@dataclass(slots=True)
class Reanalysed:
    """The rows of a library with the terms of another analysis; they are in no version yet.

    Attributes:
        fragments: by table, all its rows.
        counts: what they add up to.
    """

    fragments: dict[str, Fragments] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def counts_table(self) -> pa.Table:
        """The rows of the table ``counts``."""
        rows = [{"key": key, "count": count} for key, count in self.counts.items() if count]
        return pa.Table.from_pylist(rows, COUNTS)


def reanalysed(place: Place, head: Head, analysis: Analysis) -> Reanalysed:
    """All texts and passages of a head, with the terms and counts of this analysis.

    A damaged passage keeps its terms: nobody is shown it, and whoever mends it puts it anew.

    Raises:
        LibraryError: the library cannot be read or written.
    """
    tables, made = Tables(place, head), Reanalysed()
    written: dict[str, list[Fragments]] = {}
    for ids, firsts in _some(tables):
        contents = tables.read("contents", CONTENTS.names, one_of("document", ids))
        titles = dict(tables.rows("documents", ("id", "title"), "id", ids))
        names, texts = contents["document"].to_pylist(), contents["text"].to_pylist()
        counts: dict[str, Counter[str]] = {}
        if firsts:
            columns = tables.table("passages").schema.names
            passages = tables.read("passages", columns, one_of("first", firsts)).sort_by("id")
            texts_by_id = dict(zip(names, texts, strict=True))
            passages, counts = _passages(passages, titles, texts_by_id, analysis)
            _write(place, head, "passages", passages, written)
        packs = _counts(contents, counts, made.counts)
        _write(place, head, "contents", _with(contents, "counts", packs), written)
    made.fragments = {name: together(some) for name, some in written.items()}
    return made


def _some(tables: Tables) -> Iterator[tuple[list[str], list[int]]]:
    """The ids of some documents, and of their first passages."""
    found = tables.read("documents", ["id", "first", "passages"])
    ids: list[str] = []
    firsts: list[int] = []
    passages = 0
    for id, first, count in zip(*(column.to_pylist() for column in found.columns), strict=True):
        ids.append(id)
        firsts += [] if first is None else [first]
        passages += count
        if passages >= _AT_ONCE or len(ids) >= _MOST:
            yield ids, firsts
            ids, firsts, passages = [], [], 0
    if ids:
        yield ids, firsts


def _passages(
    table: pa.Table, titles: dict[str, str], texts: dict[str, str], analysis: Analysis
) -> tuple[pa.Table, dict[str, Counter[str]]]:
    """Rows of ``passages`` with their terms, and by document what it adds to the counts.

    A document with a damaged passage has no counts here.
    """
    rows = zip(*(table[name].to_pylist() for name in (*PASSAGE_NAMES, "sum")), strict=True)
    terms: list[str] = table[TERMS].to_pylist()
    said: dict[str, list[tuple[Said, str]]] = {}
    damaged: set[str] = set()
    for place, row in enumerate(rows):
        id = row[1]
        try:
            one = said_of(passage_from(row).passage, titles[id], texts[id])
        except (LibraryDamagedError, KeyError):
            damaged.add(id)
            continue
        terms[place] = analysis.terms(one)
        said.setdefault(id, []).append((one, terms[place]))
    counts = {
        id: Counter(analysis.counts([one for one, _ in some], [of for _, of in some]))
        for id, some in said.items()
        if id not in damaged
    }
    return _with(table, TERMS, terms), counts


def _counts(
    contents: pa.Table, counts: dict[str, Counter[str]], total: Counter[str]
) -> list[bytes | None]:
    """What each document adds, for storing, and added to the total; else what it added before."""
    found: list[bytes | None] = []
    for id, before in zip(
        contents["document"].to_pylist(), contents["counts"].to_pylist(), strict=True
    ):
        if id in counts:
            total.update(counts[id])
            found.append(packed(counts[id]))
            continue
        found.append(before)
        try:
            total.update(unpacked(before))
        except LibraryDamagedError:
            continue
    return found


def _with(table: pa.Table, name: str, values: list[str] | list[bytes | None]) -> pa.Table:
    place = table.schema.get_field_index(name)
    of = table.schema.field(name)
    return table.set_column(place, of, pa.array(values, of.type))


def _write(
    place: Place, head: Head, name: str, table: pa.Table, written: dict[str, list[Fragments]]
) -> None:
    if table.num_rows:
        some = write_fragments(place, head.tables[name].path, table)
        written.setdefault(name, []).append(some)
