"""Makes the tables of a shared library, each under a path that nobody else has."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import lance
import pyarrow as pa

from pincite.corpus.shared.file_sums import Sums, sums_of, table_files, write
from pincite.corpus.shared.head import Head, Heads, Version
from pincite.corpus.shared.lance_errors import ConflictError, mapped
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.tables import FULL_TEXT, LOOKUPS, SCHEMAS, TERMS, passages


def create_table(place: Place, name: str, schema: pa.Schema) -> tuple[Version, Sums]:
    """Make a table without rows, with its indexes; it, and the sums of its files."""
    path = f"{name}-{uuid4().hex[:8]}"
    with mapped(place.name):
        table = lance.write_dataset(
            schema.empty_table(),
            place.table(path),
            storage_options=place.options,
            auto_cleanup_options=None,
        )
        create_indexes(table, name)
        files = table_files(place, table, path)
    return Version(path, table.version), sums_of(place, files)


def create_indexes(table: lance.LanceDataset, name: str) -> None:
    """Make every index of a table from its rows, whatever there was of it."""
    for column, kind in LOOKUPS[name].items():
        table.create_scalar_index(column, kind, replace=True)
    if name == "passages":
        table.create_scalar_index(TERMS, "INVERTED", replace=True, **FULL_TEXT)


def create_library(place: Place, analysis: str) -> None:
    """Make the tables of a library without documents; its head is made last."""
    made = {name: create_table(place, name, schema) for name, schema in SCHEMAS.items()}
    tables = {name: version for name, (version, _) in made.items()}
    sums = {path: one for _, some in made.values() for path, one in some.items()}
    Heads.create(place, Head(analysis=analysis, tables=tables, sums=write(place, None, sums)))


def with_passages(place: Place, heads: Heads, dimension: int) -> Head:
    """The head, with a table of passages for vectors of this size if it has none."""
    while "passages" not in (head := heads.latest()).tables:
        heads.durable.begin()
        version, sums = create_table(place, "passages", passages(dimension))
        tables = {**head.tables, "passages": version}
        try:
            written = write(place, head.sums, sums)
            heads.durable.sync()
            return heads.move(replace(head, tables=tables, sums=written))
        except ConflictError:
            continue
    return head
