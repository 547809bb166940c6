"""What a transaction changed, on its way into the tables of a shared library."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pincite.corpus.shared.fragments import Fragments

Values = dict[str, Any]  # of a row, by column


@dataclass(slots=True)
class Change:
    """What goes and what comes.

    Attributes:
        before: by id, the sums of the documents' rows that go, as they were when it was made.
        documents: rows that come.
        contents_gone: ids of documents whose large rows go.
        firsts_gone: the first passages' ids of these.
        refusals_gone: sources of the refusals that go.
        refusals: rows that come.
        fragments: by table, what was written of the large rows that come and is in no version yet.
        counts: what is added to ``counts``; less than nothing for what goes.
        embedder: what made the vectors.
        raised: by how much the generation is raised.
        anew: the tables that are made anew, with only what comes.
    """

    before: dict[str, bytes] = field(default_factory=dict)
    documents: list[Values] = field(default_factory=list)
    contents_gone: set[str] = field(default_factory=set)
    firsts_gone: set[int] = field(default_factory=set)
    refusals_gone: set[str] = field(default_factory=set)
    refusals: list[Values] = field(default_factory=list)
    fragments: dict[str, Fragments] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    embedder: str | None = None
    raised: int = 0
    anew: set[str] = field(default_factory=set)

    def replace_large(self, ids: set[str]) -> None:
        """Let the large rows of these documents, and of all that go, go."""
        self.contents_gone |= self.before.keys() | ids

    def __bool__(self) -> bool:
        return bool(
            self.before
            or self.documents
            or self.refusals_gone
            or self.refusals
            or self.contents_gone
        )
