"""Rows that are written beside a table, and that a commit makes part of it later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import lance
import pyarrow as pa
from lance import FragmentMetadata

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.shared.durable import settle
from pincite.corpus.shared.file_sums import fragment_files, sums_of
from pincite.corpus.shared.files import FileSum
from pincite.corpus.shared.lance_errors import mapped
from pincite.corpus.shared.place import Place


@dataclass(frozen=True, slots=True)
class Fragments:
    """Fragments that are in no version of their table yet. Can be pickled.

    Attributes:
        path: where the table is, beside which they were written.
        as_json: each of them.
        sums: of their files.
    """

    path: str
    as_json: Sequence[str] = ()
    sums: Mapping[str, FileSum] = field(default_factory=dict)

    @property
    def metadata(self) -> list[FragmentMetadata]:
        """As a commit takes them."""
        return [FragmentMetadata.from_json(one) for one in self.as_json]

    def require_beside(self, path: str) -> None:
        """Check that the table is still the one that they were written for.

        Raises:
            LibraryChangedError: it was made anew meanwhile, with another embedder say.
        """
        if path != self.path:
            raise LibraryChangedError(
                "another process made the library anew while documents were put into it, so "
                "nothing was changed; run it again"
            )


def write_fragments(place: Place, path: str, table: pa.Table) -> Fragments:
    """Write rows beside the table at ``path``; they are in no version of it.

    Their files are on the disk when this returns, because whoever commits them may be another
    process, at another time. Their sums are worked out while the system still has them in memory.

    Raises:
        LibraryError: they cannot be written.
    """
    if not table.num_rows:
        return Fragments(path)
    with mapped(place.name):
        written: Iterable[FragmentMetadata] = lance.fragment.write_fragments(
            table,
            place.table(path),
            schema=table.schema,
            mode="append",
            storage_options=place.options,
        )
    written = list(written)
    files = [file for one in written for file in fragment_files(path, one)]
    settle(place, files)
    return Fragments(path, [json.dumps(one.to_json()) for one in written], sums_of(place, files))


def together(some: Iterable[Fragments]) -> Fragments:
    """All of these, which are of one table.

    Raises:
        LibraryChangedError: the table was made anew between two of them.
    """
    first, *others = some
    for one in others:
        one.require_beside(first.path)
    every = (first, *others)
    return Fragments(
        first.path,
        [fragment for one in every for fragment in one.as_json],
        {path: kept for one in every for path, kept in one.sums.items()},
    )
