"""Is a shared library what Pincite wrote?

Lance has no sums of its own, and a byte that was turned is read as it stands. Each row's sum tells
for what people are shown; what only finds passages is worked out again from that. Each file's sum
tells for all of it, and which file it is.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
from lance.query import MatchQuery

from pincite.corpus.checks import are_unit, document_faults, passage_faults
from pincite.corpus.counts import counted
from pincite.corpus.errors import LibraryError
from pincite.corpus.shared.file_check import file_problems, unchecked
from pincite.corpus.shared.harvest import said_of, unpacked
from pincite.corpus.shared.reading import ReadableStore
from pincite.corpus.shared.tables import TERMS
from pincite.corpus.shared.tableset import Tables
from pincite.corpus.store.library import Library

_AT_ONCE = 1000
_SAMPLE = 20_000  # terms that are looked for
_REBUILD = "mend it with: pincite rebuild"


def problems(store: ReadableStore, *, deep: bool) -> list[str]:
    """What is wrong with a shared library, a sentence each; an empty list when it is sound."""
    checks = (_lists, _doubled, *((_files, _documents, _vectors) if deep else ()))
    return _found(store, *checks)


def notes(store: ReadableStore) -> list[str]:
    """What is worth to know and is no damage: files that nothing is noted of."""
    tables = store.tables()
    count, every = unchecked(store.place, tables.head)
    if not count:
        return []
    have = "has" if count == 1 else "have"
    return [
        f"{count:,} of {counted(every, 'file')} of {store.name} {have} no sum and so cannot be "
        "checked, because an older Pincite wrote the library; note their sums as they are now "
        "with: pincite compact"
    ]


def index_problems(store: ReadableStore) -> list[str]:
    """Rows that no index has, a sentence for each table."""
    return _found(store, _unindexed)


def differences(store: ReadableStore) -> list[str]:
    """Where vectors, terms and counts are not those of the passages."""
    return _found(store, _terms, _counts, _finds)


Check = Callable[[Library, ReadableStore], Iterator[str]]


def _found(store: ReadableStore, *checks: Check) -> list[str]:
    found: list[str] = []
    library = Library(store)  # type: ignore[arg-type]
    for check in checks:
        try:
            with store.reading():
                found.extend(check(library, store))
        except LibraryError as error:
            found.append(str(error))
    return found


def _lists(library: Library, store: ReadableStore) -> Iterator[str]:
    """Does the catalogue list what the tables hold?"""
    yield from (one.reason for one in library.damaged())
    library.refusals()
    tables = store.tables()
    documents, passages = library.counts()
    held = tables.table("contents").count_rows()
    if held != documents:
        yield f"the table of texts holds {held} documents, and {documents} are listed"
    held = tables.table("passages").count_rows() if tables.has("passages") else 0
    if held != passages:
        yield f"the table of passages holds {held}, and {passages} are listed"


def _files(library: Library, store: ReadableStore) -> Iterator[str]:
    """Are the files those that were written?"""
    yield from file_problems(store.place, store.tables().head)


def _doubled(library: Library, store: ReadableStore) -> Iterator[str]:
    """Is any id there twice?"""
    tables = store.tables()
    for name, column in (("documents", "id"), ("contents", "document"), ("passages", "id")):
        ids = tables.read(name, [column])[column]
        if twice := len(ids) - len(ids.unique()):
            yield f"{counted(twice, 'row')} of the table {name} are there twice"


def _documents(library: Library, store: ReadableStore) -> Iterator[str]:
    for id, source in library.sources().items():
        try:
            document = library.document(id)
            yield from (f"{source!r}: {fault}" for fault in document_faults(document))
            library.layout(id)
            library.original(id)
            ids = library.passage_ids([id])
            passages = [stored.passage for stored in library.passages(ids).values()]
            yield from (f"{source!r}: {fault}" for fault in passage_faults(document, passages))
            library.passages_texts(ids)
        except LibraryError as error:
            yield str(error)


def _vectors(library: Library, store: ReadableStore) -> Iterator[str]:
    ids = [id for id, _ in library.passage_vectors()]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for id, rows in library.vectors(some).items():
            if not are_unit(rows):
                yield f"a vector of the passage {id} is not of length 1"


def _unindexed(library: Library, store: ReadableStore) -> Iterator[str]:
    """Rows that the index of terms lacks, by which Lance would rank otherwise."""
    tables = store.tables()
    if not tables.has("passages"):
        return
    table = tables.table("passages")
    fragments = {fragment.fragment_id for fragment in table.get_fragments()}
    for index in table.describe_indices():
        if index.name == f"{TERMS}_idx":
            for segment in index.segments:
                fragments -= set(segment.fragment_ids)
    if fragments:
        yield (
            f"the index of terms lacks {counted(len(fragments), 'fragment')}; mend it with: "
            "pincite rebuild"
        )


def _finds(library: Library, store: ReadableStore) -> Iterator[str]:
    """Do the indexes find each row? Their files have no sums, so they are asked."""
    tables = store.tables()
    if not tables.has("passages"):
        return
    keys, terms = tables.read("passages", ["key"])["key"].unique().to_pylist(), _holders(tables)
    if lost := len(keys) - len(store.large.sound_keys(keys)):
        yield f"the index of keys does not find {counted(lost, 'passage')}; {_REBUILD}"
    firsts = [state.first_passage for state in library.document_states()]
    found = sum(1 for _ in tables.rows("passages", ("id",), "first", firsts))
    if found != library.counts()[1]:
        yield f"the index of documents finds {counted(found, 'passage')}; {_REBUILD}"
    wrong = sum(_hits(tables, term, count) != count for term, count in terms)
    if wrong:
        yield (
            f"the index of terms does not find what {counted(wrong, 'term')} of {len(terms):,} "
            f"stand in; {_REBUILD}"
        )


def _holders(tables: Tables) -> list[tuple[str, int]]:
    """Terms with the number of passages that have them: all, or as many as it takes to be sure."""
    sums = tables.read("counts", ["key", "count"]).group_by("key").aggregate([("count", "sum")])
    every = zip(sums["key"].to_pylist(), sums["count_sum"].to_pylist(), strict=True)
    terms = [(key, count) for key, count in every if key[0].isdigit() and count > 0]
    return terms if len(terms) <= _SAMPLE else random.sample(terms, _SAMPLE)


def _hits(tables: Tables, term: str, count: int) -> int:
    query = MatchQuery(term, TERMS)
    return int(tables.read("passages", ["id"], full_text_query=query, limit=count + 1).num_rows)


def _terms(library: Library, store: ReadableStore) -> Iterator[str]:
    wrong = 0
    for id in library.ids():
        document = library.document(id)
        ids = library.passage_ids([id])
        columns = ("id", "vector", TERMS)
        rows = {row[0]: row[1:] for row in store.tables().rows("passages", columns, "id", ids)}
        for one, (stored, own) in library.passages_vectors(ids).items():
            vector, terms = rows[one]
            said = said_of(stored.passage, document.title, document.text)
            wrong += terms != store.analysis.terms(said)
            wrong += not np.array_equal(np.array(vector, np.float32), own[0])
    if wrong:
        yield f"{counted(wrong, 'vector or list of terms', 'vectors and lists of terms')} are wrong"


def _counts(library: Library, store: ReadableStore) -> Iterator[str]:
    tables = store.tables()
    wanted: Counter[str] = Counter()
    for packed in tables.read("contents", ["counts"])["counts"].to_pylist():
        wanted.update(unpacked(packed))
    sums = tables.read("counts", ["key", "count"]).group_by("key").aggregate([("count", "sum")])
    there = dict(zip(sums["key"].to_pylist(), sums["count_sum"].to_pylist(), strict=True))
    if {key: n for key, n in there.items() if n} != {key: n for key, n in wanted.items() if n}:
        yield "the counts of terms are not those of the documents; mend it with: pincite rebuild"
