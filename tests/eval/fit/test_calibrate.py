"""Fitting the confidence: what goes right gets more of it, and the threshold holds its risk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.fit.calibrate import fit, write
from pincite.eval.fit.examples import Example, Kind
from pincite.retrieval.confidence import confidence
from pincite.retrieval.confidence.confidence import (
    ANSWERS,
    PLAIN_THRESHOLD,
    TOPIC,
    Calibration,
    Logistic,
    calibrations,
)
from pincite.retrieval.confidence.confidence import confidence as judged_by
from pincite.retrieval.confidence.features import ANSWER, KNOWN, PLAIN, WORDS

UNUSED = {PLAIN: 0.0, "near": 0.0, "asked": 0.0, "numbers": 0.0}


def examples(set: str, n: int, seed: int, shift: float = 0.0) -> list[Example]:
    """Questions that go right with the probability ``1 / (1 + exp(-2 · says - shift))``."""
    generator = np.random.default_rng(seed)
    found = []
    for says, around, luck in generator.normal(size=(n, 3)):
        right = bool(generator.random() < 1 / (1 + np.exp(-2 * says - shift)))
        features = {**UNUSED, ANSWER: float(says), "dense_around": float(around)}
        found.append(Example(set, features, right or bool(luck > 0), right))
    return found


def asked(n: int, seed: int, kind: Kind) -> list[Example]:
    """Questions whose documents are about them, or are not; of those that are, half go right."""
    generator = np.random.default_rng(seed)
    found = []
    for says, *near in generator.normal(size=(n, 1 + len(TOPIC))):
        about = kind == "own"
        right = about and bool(generator.random() < 1 / (1 + np.exp(-2 * says)))
        topic = {name: float(x) - 4 * (not about) for name, x in zip(TOPIC, near, strict=True)}
        features = {**UNUSED, "dense_around": 0.0, **topic, ANSWER: float(says)}
        found.append(Example("a", features, about, right, kind))
    return found


@pytest.fixture(scope="module")
def fitted() -> Calibration:
    return fit([*examples("a", 3000, 1), *examples("b", 3000, 2)], "some@embedder", 0.2)


def test_the_probability_is_that_of_the_world(fitted: Calibration) -> None:
    for says in (-1.0, 0.0, 1.0):
        probability = fitted.probability({**UNUSED, ANSWER: says, "dense_around": 0.0})
        assert probability == pytest.approx(1 / (1 + np.exp(-2 * says)), abs=0.05)


def test_what_speaks_against_an_answer_by_chance_has_no_weight() -> None:
    found = [
        replace(e, features={**e.features, "near": -e.features[ANSWER]})
        for e in examples("a", 2000, 1)
    ]
    model = fit(found, "some@embedder", 0.2)
    assert model.names <= set(ANSWERS) - {"near"}
    assert min(model.answer.weights.values()) >= 0


def test_without_foreign_questions_there_is_no_topic_to_tell(fitted: Calibration) -> None:
    assert fitted.topic is None


def test_what_the_documents_are_not_about_has_no_chance_whatever_else_it_looks_like() -> None:
    model = fit([*asked(2000, 1, "own"), *asked(500, 2, "foreign")], "some@embedder", 0.3)
    for says in (-1.0, 0.0, 1.0):
        near = {**UNUSED, "dense_around": 0.0, ANSWER: says}
        about = model.probability({**near, **dict.fromkeys(TOPIC, 0.0)})
        assert about == pytest.approx(1 / (1 + np.exp(-2 * says)), abs=0.06)
        assert model.probability({**near, **dict.fromkeys(TOPIC, -6.0)}) < 0.02
    assert model.about["sets"]["a"]["own"] == 2000
    assert model.about["sets"]["a"]["foreign"] == 500
    assert model.about["cross_validated"]["a"]["foreign_claimed"] < 0.01
    assert model.about["cross_validated"]["a"]["ece"] < 0.05


def test_of_no_set_more_than_a_few_answerable_questions_fall_under_the_floor() -> None:
    own = asked(2000, 1, "own")
    far = [replace(e, set="b", features={**e.features, "near": -1.0}) for e in asked(500, 3, "own")]
    model = fit([*own, *far, *asked(500, 2, "foreign")], "some@embedder", 0.3)
    for name in ("a", "b"):
        mine = [e for e in (*own, *far) if e.set == name and e.answerable]
        assert np.mean([model.is_about(e.features) for e in mine]) >= 0.975


def test_the_kinds_of_a_set_weigh_the_same_however_many_questions_they_have() -> None:
    own = asked(2000, 1, "own")
    few, many = (fit([*own, *asked(n, 2, "foreign")], "e", 0.3).topic for n in (100, 1600))
    assert few is not None
    assert many is not None
    middle = {**UNUSED, **dict.fromkeys(TOPIC, -2.0)}
    assert few.probability(middle) == pytest.approx(many.probability(middle), abs=0.1)


def test_the_threshold_holds_the_risk_and_no_more_caution_than_that(fitted: Calibration) -> None:
    everything = [*examples("a", 3000, 1), *examples("b", 3000, 2)]
    answered = [e for e in everything if fitted.probability(e.features) >= fitted.threshold]
    assert np.mean([not e.right for e in answered]) == pytest.approx(0.2, abs=0.005)


def test_unseen_questions_are_measured_and_calibrated(fitted: Calibration) -> None:
    assert set(fitted.about["left_out"]) == {"a", "b"}
    for name in ("a", "b"):
        assert fitted.about["cross_validated"][name]["ece"] < 0.04
        assert fitted.about["left_out"][name]["ece"] < 0.04


def test_every_set_weighs_the_same_whatever_its_size() -> None:
    features = {**UNUSED, ANSWER: 0.0, "dense_around": 0.0}
    right = [Example("a", features, True, True)] * 400
    wrong = [Example("b", features, True, False)] * 1600
    assert fit([*right, *wrong], "e", 0.7).probability(features) == pytest.approx(1 / 2, abs=0.01)


@pytest.mark.parametrize("right", [True, False])
def test_questions_that_all_go_one_way_cannot_be_fitted_on(right: bool) -> None:
    with pytest.raises(UsageError, match="that go right and 5 that go wrong"):
        fit([Example("a", {ANSWER: 0.1}, True, right)] * 5, "e", 0.2)


def test_what_is_written_is_what_is_read(fitted: Calibration, tmp_path: Path) -> None:
    file = write(fitted, tmp_path / "confidence.json")
    assert calibrations(json.loads(file.read_text())) == (fitted,)


def test_another_format_is_refused(fitted: Calibration) -> None:
    with pytest.raises(ValueError, match="calibration format 99"):
        calibrations({"format": 99, "calibrations": [fitted.to_json()]})


def test_confidence_is_a_probability_for_the_embedder_that_was_fitted_and_else_a_plain_score(
    fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "packaged", lambda: (fitted,))
    features = {**UNUSED, ANSWER: 1.0, "dense_around": 0.0, PLAIN: 0.7}
    known, unknown = judged_by(features, "some@embedder"), judged_by(features, "other@embedder")
    assert (known.kind, known.threshold) == ("probability", fitted.threshold)
    assert known.value == pytest.approx(fitted.probability(features), abs=1e-4)
    assert (unknown.kind, unknown.value) == ("score", 0.7)


def test_in_a_language_that_the_embedder_does_not_know_only_the_words_count(
    fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "packaged", lambda: (fitted,))
    features = {**UNUSED, ANSWER: 1.0, "dense_around": 0.0, PLAIN: 0.7, WORDS: 0.2, KNOWN: 0.0}
    judged = judged_by(features, "some@embedder")
    assert (judged.kind, judged.value, judged.threshold) == ("score", 0.2, PLAIN_THRESHOLD)
    assert judged_by({**features, KNOWN: 1.0}, "some@embedder").kind == "probability"


def test_a_persons_own_threshold_counts_and_nothing_found_is_no_confidence(
    fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "packaged", lambda: (fitted,))
    judged = judged_by({}, "some@embedder", 0.9)
    assert (judged.value, judged.threshold) == (0.0, 0.9)


def test_where_nobody_read_the_calibration_without_counts(
    fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = {"dense_around": 1.0}
    plain = Logistic({"dense_around": 0.0}, {"dense_around": 1.0}, weights, 0.0)
    without = replace(fitted, answer=plain, topic=None, threshold=0.9)
    monkeypatch.setattr(confidence, "packaged", lambda: (fitted, without))
    features = {**UNUSED, "dense_around": 0.0}
    assert judged_by(features, "some@embedder").threshold == 0.9
    read = judged_by({**features, ANSWER: 1.0}, "some@embedder")
    assert read.threshold == fitted.threshold


def test_each_kind_of_calibration_takes_the_place_of_its_own(
    fitted: Calibration, tmp_path: Path
) -> None:
    def written() -> list[tuple[bool, float]]:
        value = json.loads((tmp_path / "c.json").read_text("utf-8"))
        return [(one.reranked, one.threshold) for one in calibrations(value)]

    plain = Logistic({"near": 0.0}, {"near": 1.0}, {"near": 1.0}, 0.0)
    without = replace(fitted, answer=plain, threshold=0.1)
    write(without, tmp_path / "c.json")
    write(replace(fitted, threshold=0.2), tmp_path / "c.json")
    assert written() == [(True, 0.2), (False, 0.1)]
    write(replace(without, threshold=0.3), tmp_path / "c.json")
    assert written() == [(True, 0.2), (False, 0.3)]


def test_the_packaged_ones_are_for_the_packaged_model_and_say_what_they_were_fitted_on() -> None:
    assert [one.reranked for one in confidence.packaged()] == [True, False]
    for packaged in confidence.packaged():
        assert packaged.embedder.startswith("all-MiniLM-L6-v2@")
        assert len(packaged.about["sets"]) > 1
        assert packaged.topic is not None
        for part in (packaged.topic, packaged.answer):
            assert part.weights.keys() == part.mean.keys() == part.scale.keys()
            assert min(part.weights.values()) >= 0
        for scores in packaged.about["cross_validated"].values():
            assert scores["foreign_claimed"] <= 0.1
