"""The lexical index: BM25 by Tantivy, over the terms of `pincite.retrieval.search.analysis`."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.search.analysis import ANALYSIS, analyzer, prepared

# A word in a heading says what the passage is about; the title says it of the whole document.
_FIELDS = {"body": 1.0, "headings": 0.5, "title": 0.3}


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that together stand for a wanted one: ``sat`` for ``site``, ``accept`` and ``test``.

    ``share`` is that of their score which counts for it in a search, in [0, 1].
    """

    terms: frozenset[str]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A term that is looked for, with its weight beside the others, and what stands for it too."""

    term: str
    weight: float
    others: tuple[Alternative, ...] = ()
    boost: float = 1.0

    def covered_by(self, there: frozenset[str]) -> bool:
        """Whether a text of these terms has it."""
        return self.term in there or any(other.terms <= there for other in self.others)


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=True, indexed=True, fast=True)
    for field in _FIELDS:
        builder.add_text_field(field, tokenizer_name=ANALYSIS, index_option="freq")
    return builder.build()


class LexicalIndex:
    """Passage ids by BM25 (k1 = 1.2, b = 0.75) over body, headings and title."""

    def __init__(self, index: tantivy.Index) -> None:
        index.register_tokenizer(ANALYSIS, analyzer())
        index.config_reader("manual")
        index.reload()
        self._searcher = index.searcher()
        self._copy: TemporaryDirectory[str] | None = None  # gone from the disk with this object

    @classmethod
    def build(
        cls, passages: Iterable[tuple[int, str, str, str]], folder: Path | None = None
    ) -> LexicalIndex:
        """An index over ``(passage id, title, headings, body)``, in ``folder`` or in memory.

        Raises:
            OSError: the folder cannot be written to.
        """
        try:
            return cls(_built(passages, folder))
        except ValueError as error:  # what Tantivy raises for any trouble
            raise OSError(f"the lexical index cannot be written ({error})") from error

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open what ``build`` wrote into ``folder``. The caller has checked the files' hashes.

        Raises:
            IndexDamagedError: Tantivy cannot read it.
        """
        try:
            if os.access(folder, os.W_OK):
                return cls(tantivy.Index.open(str(folder)))
            # Tantivy puts a lock beside what it reads, so where it cannot, it reads a copy.
            copy = TemporaryDirectory(prefix="pincite-")
            shutil.copytree(folder, copy.name, dirs_exist_ok=True)
            index = cls(tantivy.Index.open(copy.name))
            index._copy = copy
            return index
        except (ValueError, OSError) as error:
            raise IndexDamagedError(f"the lexical index {folder} cannot be read") from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def ids(self) -> list[int]:
        """The ids of all passages, in order."""
        every = self._searcher.search(tantivy.Query.all_query(), limit=max(1, len(self))).hits
        return sorted(int(self._searcher.doc(address)["passage"][0]) for _, address in every)

    def search(
        self, wanted: Iterable[Wanted], k: int, allowed: Sequence[int] | None = None
    ) -> dict[int, float]:
        """The ``k`` best passages that have a wanted term, best first, with scores.

        ``allowed`` limits the search to these passage ids, inside the search.
        """
        if k < 1 or (allowed is not None and not len(allowed)):
            return {}
        Query, should = tantivy.Query, tantivy.Occur.Should
        words = [(should, _query(one, field)) for one in wanted for field in _FIELDS]
        if not words:
            return {}
        query = Query.boolean_query(words)
        if allowed is not None:
            chosen = Query.term_set_query(_schema(), "passage", [int(id) for id in allowed])
            must = tantivy.Occur.Must
            query = Query.boolean_query(
                [(must, query), (must, Query.const_score_query(chosen, 0.0))]
            )
        hits = self._searcher.search(query, limit=k).hits
        scored = {int(self._searcher.doc(a)["passage"][0]): float(score) for score, a in hits}
        return dict(sorted(scored.items(), key=lambda item: (-item[1], item[0])))

    def knows(self, term: str) -> bool:
        """Whether any passage, heading or title has the term."""
        return any(self._searcher.doc_freq(field, term) for field in _FIELDS)

    def rarity(self, term: str) -> float:
        """The term's BM25 inverse document frequency over passage bodies.

        ``ln(1 + (N - n + 0.5) / (n + 0.5))`` (Robertson and Zaragoza 2009, as Lucene floors it).
        """
        n = self._searcher.doc_freq("body", term)
        return math.log(1.0 + (len(self) - n + 0.5) / (n + 0.5))


def _built(passages: Iterable[tuple[int, str, str, str]], folder: Path | None) -> tantivy.Index:
    path = str(folder) if folder is not None else None
    index = tantivy.Index(_schema(), path=path)
    index.register_tokenizer(ANALYSIS, analyzer())
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for id, title, headings, body in passages:
        fields = {"title": title, "headings": headings, "body": body}
        document = tantivy.Document(**{name: prepared(said) for name, said in fields.items()})
        document.add_unsigned("passage", id)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    return index


def _query(wanted: Wanted, field: str) -> tantivy.Query:
    """The best of a term and what stands for it, in one field."""
    Query = tantivy.Query

    def having(terms: Iterable[str]) -> tantivy.Query:
        each = [Query.term_query(_schema(), field, term, "freq") for term in sorted(terms)]
        must = [(tantivy.Occur.Must, query) for query in each]
        return each[0] if len(each) == 1 else Query.boolean_query(must)

    weight = _FIELDS[field] * wanted.boost
    said = [Query.boost_query(having([wanted.term]), weight)]
    said += [
        Query.boost_query(having(other.terms), weight * other.share)
        for other in wanted.others
        if other.share
    ]
    return said[0] if len(said) == 1 else Query.disjunction_max_query(said)
