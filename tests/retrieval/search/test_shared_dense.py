"""What the index of vectors of a shared library finds of the nearest, and what that costs.

pytest -m slow -s tests/retrieval/search/test_shared_dense.py    prints it for several settings
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa
import pytest

from pincite.corpus.shared.compaction import _index_vectors
from pincite.corpus.shared.head import Head, Version
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.tableset import Tables
from pincite.eval.goldset import bundled
from pincite.retrieval.embedding.packaged import PackagedEmbedder
from pincite.retrieval.search import shared_dense
from pincite.retrieval.search.shared_dense import SharedDense
from tests.retrieval.test_both_stores import GOLD, lines

WANTED = 300
SETTINGS = [(96, 1), (96, 2), (96, 4), (48, 1), (24, 1)]  # the first is the one that is set


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("count", "least"), [(100_000, 0.99), (1_000_000, 0.98)])
def test_nearly_all_of_the_nearest_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, least: float
) -> None:
    embedder = PackagedEmbedder("float32", print)
    dense = _index(tmp_path, _vectors_of_sentences(embedder, count))
    ids, rows = dense.contents()
    asked = [embedder.embed_query(q.question) for q in bundled().questions[:40]]
    nearest = [set(ids[np.argsort(-(rows @ vector))[:WANTED]].tolist()) for vector in asked]
    shares = []
    for probes, refined in SETTINGS:
        monkeypatch.setattr(shared_dense, "_PROBES", probes)
        monkeypatch.setattr(shared_dense, "_REFINED", refined)
        spent = time.process_time()
        found = [dense.search(vector, WANTED) for vector in asked]
        spent = (time.process_time() - spent) / len(asked) * 1000
        every = [len(a & b.keys()) / WANTED for a, b in zip(nearest, found, strict=True)]
        shares.append(sum(every) / len(every))
        sys.stdout.write(f"{probes} parts of {count:,} vectors, {refined} times: ")
        sys.stdout.write(f"{shares[-1]:.4f} are found, in {spent:.1f} CPU ms\n")
    assert shares[0] >= least


def _vectors_of_sentences(embedder: PackagedEmbedder, count: int) -> np.ndarray:
    """So many, with two sentences of an article in each, moved at random; all of length 1."""
    (article,) = lines(GOLD / "corpus.jsonl")
    sentences = [one for one in article["text"].split(". ") if len(one) > 40][:400]
    said, chance = embedder.embed_documents(sentences), np.random.default_rng(3)
    pairs = chance.integers(0, len(said), (count, 2))
    rows = said[pairs[:, 0]] + said[pairs[:, 1]]
    rows += chance.standard_normal(rows.shape, np.float32) * 0.02
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _index(folder: Path, rows: np.ndarray) -> SharedDense:
    """The table of passages as far as a search for near vectors reads it, with its index."""
    every = pa.FixedSizeListArray.from_arrays(rows.ravel(), rows.shape[1])
    values = pa.table({"id": np.arange(len(rows), dtype=np.int64), "vector": every})
    place = Place.of(f"lance://{folder}")
    table = lance.write_dataset(values, place.table("passages"))
    _index_vectors(table, anew=True)
    head = Head(tables={"passages": Version("passages", table.version)})
    return SharedDense(Tables(place, head), len(rows))
