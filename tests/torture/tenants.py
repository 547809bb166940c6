"""Twenty people with scopes of their own, who try to learn of each other's documents."""

from __future__ import annotations

from pathlib import Path

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.retrieval.conftest import hashing_settings
from tests.retrieval.foreign_documents import PEOPLE, People, ask_all, store_all
from tests.torture.rows import Row, Tally

PART = "tenants"


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """So many questions, each put as ask, search and read by one of the people."""
    people = People(seed)
    with Library.open(folder / "library", create=True) as library:
        store_all(people, library)
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        asked, leaks = ask_all(people, engine, count)
    tally = Tally(count - len(leaks))
    for leak in leaks:
        tally.fault(leak)
    tally.outcomes["told nothing of others"] = count - len(leaks)
    what = f"questions of {PEOPLE} people about documents that are not theirs"
    return [tally.row(PART, what, {"kinds of questions": str(len(asked))})]
