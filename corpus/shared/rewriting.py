"""What a merge writes beside moving rows together: counts, and terms of another analysis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import lance
import pyarrow as pa
import pyarrow.compute as pc

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.shared.analysis import Analysis, require_same
from pincite.corpus.shared.files import FileSum
from pincite.corpus.shared.fragments import Fragments, write_fragments
from pincite.corpus.shared.harvest import unpacked
from pincite.corpus.shared.head import Head, Version
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.reanalysis import Reanalysed, reanalysed
from pincite.corpus.shared.tables import COUNTS
from pincite.corpus.shared.tableset import open_table


class Rewriting:
    """What a merge writes beside moving rows together; begun again with each head.

    Attributes:
        anew: whether all that can be worked out anew is.
        sums: of the files that it wrote itself.
    """

    def __init__(self, place: Place, analysis: Analysis | None, anew: bool) -> None:
        self.anew = anew
        self.sums: dict[str, FileSum] = {}
        self._place = place
        self._analysis = analysis
        self._made: Reanalysed | None = None

    def begin(self, head: Head) -> None:
        """Work out what depends on the rows of this head.

        Raises:
            LibraryVersionError: a newer Pincite has made its terms meanwhile.
        """
        self._made = None
        if self._analysis is not None and head.analysis != self._analysis.name:
            if not self._analysis.follows(head.analysis):
                require_same(self._place.name, head.analysis, self._analysis)
            self._made = reanalysed(self._place, head, self._analysis)

    def rows(self, head: Head, name: str, table: lance.LanceDataset) -> Fragments | None:
        """The rows that take the place of all rows of a table; None where they stay."""
        if name == "counts":
            found = write_fragments(self._place, head.tables[name].path, self._counts(head, table))
        elif self._made is not None and name in self._made.fragments:
            found = self._made.fragments[name]
        else:
            return None
        self.sums |= found.sums
        return found

    def _counts(self, head: Head, table: lance.LanceDataset) -> pa.Table:
        if self._made is not None:
            return self._made.counts_table()
        if self.anew:
            return _counted_anew(open_table(self._place, head.tables["contents"]))
        return _sums(table).cast(COUNTS)

    def after(self, head: Head, tables: Mapping[str, Version], sums: str | None) -> Head:
        """The head that follows; with another analysis it may answer otherwise."""
        head = replace(head, tables=tables, sums=sums)
        if self._analysis is None or self._made is None:
            return head
        return replace(
            head,
            analysis=self._analysis.name,
            generation=head.generation + 1,
            commits=head.commits + 1,
        )


def _sums(counts: lance.LanceDataset) -> pa.Table:
    """One row for each key, none where all of it adds up to nothing."""
    sums = counts.to_table().group_by("key").aggregate([("count", "sum")])
    return sums.rename_columns(["key", "count"]).filter(pc.field("count") != 0)


def _counted_anew(contents: lance.LanceDataset) -> pa.Table:
    """The same, from what each document adds."""
    total: Counter[str] = Counter()
    for batch in contents.to_batches(columns=["counts"]):
        for data in batch["counts"].to_pylist():
            with suppress(LibraryDamagedError):  # which doctor finds
                total.update(unpacked(data))
    rows = [{"key": key, "count": count} for key, count in total.items() if count]
    return pa.Table.from_pylist(rows, COUNTS)
