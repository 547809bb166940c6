"""``pincite eval lessons`` and ``teach``, from a gold set to a checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.eval.fit.lessons import load
from pincite.retrieval.confidence.checker import AdjustedChecker, taught
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from tests.conftest import Pincite
from tests.eval.conftest import NOWHERE, OWL, SHIP, write_gold


@pytest.fixture
def lessons(tmp_path: Path, pincite: Pincite) -> Path:
    gold = write_gold(tmp_path / "gold", [OWL, SHIP, NOWHERE])
    run = pincite("eval", "lessons", gold, "--out", tmp_path / "lessons.jsonl")
    assert run.code == 0
    assert f"lessons written to {tmp_path / 'lessons.jsonl'}" in run.stdout.replace("\n", "")
    return tmp_path / "lessons.jsonl"


def test_a_gold_set_becomes_lessons_and_they_a_checker(
    lessons: Path, tiny: Path, tmp_path: Path, pincite: Pincite
) -> None:
    made = load(lessons)
    assert {x.set for x in made} == {"gold"}
    assert {"answer", "unanswerable"} <= {x.kind for x in made}
    file = tmp_path / "checker.safetensors"
    short = ("--epochs", 1, "--courses", 1, "--config", f"embedder={tiny}")
    run = pincite("eval", "teach", lessons, "--out", file, "--folds", 2, *short)
    assert run.code == 0
    assert f"{len(made)} lessons taught" in run.stdout
    embedder = SentenceTransformerEmbedder(str(tiny))
    assert taught(file).embedder == embedder.network_id
    assert taught(file).about["recipe"]["epochs"] == 1
    assert isinstance(AdjustedChecker(embedder, file).check("the gull ?", ["a gull ."])[0], float)


def test_an_embedder_without_a_network_cannot_be_taught(
    lessons: Path, tmp_path: Path, pincite: Pincite
) -> None:
    run = pincite("eval", "teach", lessons, "--out", tmp_path / "checker.safetensors")
    assert run.code == 2
    assert "has no network that could be taught" in run.stderr
    assert "--config embedder=NAME" in run.stderr


@pytest.mark.parametrize("verb", ["lessons", "teach"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    verb: str, tmp_path: Path, pincite: Pincite
) -> None:
    run = pincite("eval", verb, tmp_path / "none", "--out", tmp_path / "no" / "file")
    assert run.code == 2
    assert "cannot be written" in run.stderr


def test_lessons_that_are_not_there_are_asked_for(
    tiny: Path, tmp_path: Path, pincite: Pincite
) -> None:
    out = ("--out", tmp_path / "checker.safetensors", "--config", f"embedder={tiny}")
    run = pincite("eval", "teach", tmp_path / "none.jsonl", *out)
    assert run.code == 2
    assert "pincite eval lessons" in run.stderr
    assert not (tmp_path / "checker.safetensors").exists()
