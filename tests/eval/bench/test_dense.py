"""The benchmark of dense search says what it takes and what it finds."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from pincite.eval.bench import dense as bench
from pincite.retrieval.search import dense
from tests.conftest import Pincite


def test_each_size_has_a_column_with_cost_and_recall(pincite: Pincite) -> None:
    run = pincite("eval", "bench-dense", "--passages", 600, "--passages", 900)
    assert (run.code, run.stderr) == (0, "")
    stated, sizes, *rows = run.stdout.splitlines()
    assert stated.startswith("vectors of 256 numbers, ")
    assert sizes.split() == ["passages", "600", "900"]
    for name in ("build", "search, ms: median", "search half of it, ms: 95 %"):
        assert any(row.startswith(name) for row in rows), name
    recalls = [row.split()[-2:] for row in rows if "recall@300: mean" in row]
    assert recalls == [["1.0000", "1.0000"]] * 2


def test_too_few_passages_are_refused_with_the_least_number(pincite: Pincite) -> None:
    run = pincite("eval", "bench-dense", "--passages", 599)
    assert run.code != 0
    assert "599 passages are too few to have 300 candidates" in run.stderr
    assert "at least 600" in run.stderr


def test_what_short_codes_miss_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(1)
    vectors = chance.normal(size=(200, 24)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    monkeypatch.setattr(bench, "LARGEST", 1000)
    with (
        patch.object(dense, "CODED_FROM", 500),
        patch.object(dense, "EXACT_UP_TO", 1000),
        patch.object(dense, "SHORTLIST", 1),
        patch.object(dense, "_SHORTEST", 1),
    ):
        found = bench.measured(vectors[:150], vectors[150:], 2500, 50)
    assert len(found.kept) == len(found.expected) == 3
    assert all(0 < share < 1 for share in found.everything.recall)
    assert len(found.half.seconds) == 50
