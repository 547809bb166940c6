"""``pincite eval lessons`` and ``teach``, from gold sets to a cross-encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pincite.eval.claims.answers import answers
from pincite.eval.fit import entailment_card, statements
from pincite.eval.fit.lessons import load
from pincite.retrieval.cross_encoder.packaged import network_files, packaged
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from pincite.retrieval.writing import entailment
from tests.conftest import Pincite
from tests.eval.conftest import NOWHERE, OWL, SHIP, write_gold


@pytest.fixture
def lessons(tmp_path: Path, pincite: Pincite) -> Path:
    return lessons_of(tmp_path, pincite)


def lessons_of(tmp_path: Path, pincite: Pincite) -> Path:
    """A file of three lessons."""
    gold = write_gold(tmp_path / "gold", [OWL, SHIP, NOWHERE])
    file = tmp_path / "lessons.jsonl"
    run = pincite("eval", "lessons", gold, "--no-by-hand", "--out", file)
    assert run.code == 0
    assert f"3 lessons written to {file}" in run.stdout.replace("\n", "")
    return file


def test_a_gold_set_becomes_lessons_and_they_a_network(
    lessons: Path, tiny: Path, tmp_path: Path, pincite: Pincite
) -> None:
    made = load(lessons)
    assert {x.set for x in made} == {"gold"}
    assert {x.answers for x in made} == {True, False}
    out = tmp_path / "network"
    out.mkdir()
    run = pincite(
        *("eval", "teach", lessons, "--out", out, "--repeat", "gold=2"),
        *("--checkpoint", tmp_path / "course", "--config", f"embedder={tiny}"),
    )
    assert run.code == 0, run.stderr
    assert "lessons learned" in run.stdout
    embedder = SentenceTransformerEmbedder(str(tiny))
    packaged.cache_clear()
    card = packaged(out)
    assert card.embedder == embedder.network_id
    assert card.about["recipe"]["repeats"] == {"gold": 2}
    assert network_files(out).network.stat().st_size > 1000
    assert (tmp_path / "course").exists()


def test_the_mean_with_another_course_is_written_and_a_missing_one_told_before_hours_are_spent(
    lessons: Path, tiny: Path, tmp_path: Path, pincite: Pincite
) -> None:
    course, config = tmp_path / "course", ("--config", f"embedder={tiny}")
    teach = ("eval", "teach", lessons, "--out", tmp_path, *config)
    assert pincite(*teach, "--checkpoint", course).code == 0
    begun = tmp_path / "begun"
    run = pincite(*teach, "--mean", tmp_path / "none", "--checkpoint", begun)
    assert run.code == 2
    assert "missing or damaged" in run.stderr.replace("\n", " ")
    assert not begun.exists()
    assert pincite(*teach, "--mean", course, "--seed", "2").code == 0
    packaged.cache_clear()
    assert packaged(tmp_path).about["mean_with"] == ["course"]


def test_what_stands_in_a_set_that_measures_is_left_out(tmp_path: Path, pincite: Pincite) -> None:
    gold = write_gold(tmp_path / "gold", [OWL, SHIP, NOWHERE])
    file = tmp_path / "lessons.jsonl"
    run = pincite("eval", "lessons", gold, "--no-by-hand", "--against", gold, "--out", file)
    assert run.code == 0
    assert "3 lessons left out" in run.stdout
    assert file.read_text("utf-8") == ""


def test_an_embedder_without_a_network_cannot_be_taught(
    lessons: Path, tmp_path: Path, pincite: Pincite
) -> None:
    run = pincite("eval", "teach", lessons, "--out", tmp_path)
    assert run.code == 2
    assert "cannot be trained" in run.stderr
    assert "--config embedder=NAME" in run.stderr


@pytest.mark.parametrize(
    "given", ["gold", "=3", "gold=x", "gold=-1", "gold=0", "gold=²", "other=2"]
)
def test_a_repeat_that_is_no_number_of_a_set_is_refused(
    given: str, lessons: Path, tiny: Path, tmp_path: Path, pincite: Pincite
) -> None:
    run = pincite(
        *("eval", "teach", lessons, "--out", tmp_path, "--repeat", given),
        *("--config", f"embedder={tiny}"),
    )
    assert run.code == 2
    assert "SET=N" in run.stderr


def test_nothing_to_make_lessons_of_is_told(tmp_path: Path, pincite: Pincite) -> None:
    run = pincite("eval", "lessons", "--no-by-hand", "--out", tmp_path / "lessons.jsonl")
    assert run.code == 2
    assert "there are no lessons to make" in run.stderr


def test_a_set_that_measures_is_looked_for_before_the_work(
    tmp_path: Path, pincite: Pincite
) -> None:
    run = pincite("eval", "lessons", "--against", tmp_path, "--out", tmp_path / "lessons.jsonl")
    assert run.code == 2
    assert "has no gold set" in run.stderr


def test_a_checkpoint_that_cannot_be_written_is_refused_before_the_work(
    lessons: Path, tiny: Path, tmp_path: Path, pincite: Pincite
) -> None:
    run = pincite(
        *("eval", "teach", lessons, "--out", tmp_path, "--checkpoint", tmp_path / "no" / "course"),
        *("--config", f"embedder={tiny}"),
    )
    assert run.code == 2
    assert "cannot be written" in run.stderr


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
    out = ("--out", tmp_path, "--config", f"embedder={tiny}")
    run = pincite("eval", "teach", tmp_path / "none.jsonl", *out)
    assert run.code == 2
    assert "pincite eval lessons" in run.stderr
    assert not network_files(tmp_path).card_file.exists()


def test_answers_by_hand_become_the_network_of_the_check_with_its_thresholds(
    tiny: Path, tmp_path: Path, pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = [
        {"text": f"the lamp {thing} .", "cites": [1], "kind": "honest" if holds else "role"}
        for thing, holds in (("gull", True), ("tar", False)) * 20
    ]
    line = {
        "question": "the fog ?",
        "quotes": [{"title": "the", "text": "the fog : the lamp ."}],
        "sentences": sentences,
    }
    file = tmp_path / "answers.jsonl"
    file.write_text(f"{json.dumps(line)}\n", "utf-8")
    monkeypatch.setattr(statements, "unmeasured", list)  # without what is packaged: it is much
    monkeypatch.setattr(statements, "written", list)
    monkeypatch.setattr(entailment_card, "held_back", lambda: answers(file))
    config = ("--out", tmp_path, "--config", f"embedder={tiny}")
    rate = ("--passes", "80", "--rate", "0.005", "--frozen", "0")
    start = tmp_path / "start"
    run = pincite("eval", "teach-entailment", file, *config, *rate, "--start", start)
    assert run.code == 2
    assert "missing or damaged" in run.stderr.replace("\n", " ")
    assert (
        pincite("eval", "teach", lessons_of(tmp_path, pincite), *config, "--checkpoint", start).code
        == 0
    )
    run = pincite("eval", "teach-entailment", file, *config, *rate, "--start", start)
    assert run.code == 0, run.stderr
    card = entailment.network_files(tmp_path).card()
    assert set(card.thresholds) == set(entailment.OBJECTIONS)
    assert card.about["recipe"]["passes"] == 80
    assert card.about["began_with"] == "start"
    assert sum(of["hold"] for of in card.about["held_back"].values()) == 20
    again = pincite("eval", "fit-entailment", *config)
    assert again.code == 0, again.stderr
    assert entailment.network_files(tmp_path).card() == card
