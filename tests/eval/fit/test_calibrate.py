"""Fitting the confidence: what goes right gets more of it, and the threshold holds its risk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.fit.calibrate import Example, fit, write
from pincite.retrieval.confidence import confidence
from pincite.retrieval.confidence.confidence import (
    KNOWN,
    PLAIN,
    PLAIN_THRESHOLD,
    WORDS,
    Calibration,
    judge,
)

FEATURES = ("above", "margin")


def examples(set: str, n: int, seed: int, shift: float = 0.0) -> list[Example]:
    """Questions that go right with the probability ``1 / (1 + exp(-2 · above - shift))``."""
    generator = np.random.default_rng(seed)
    found = []
    for above, margin, luck in generator.normal(size=(n, 3)):
        chance = 1 / (1 + np.exp(-2 * above - shift))
        right = bool(generator.random() < chance)
        features = {"above": float(above), "margin": float(margin), PLAIN: float(luck)}
        found.append(Example(set, features, right or luck > 0, right))
    return found


@pytest.fixture(scope="module")
def fitted() -> Calibration:
    return fit([*examples("a", 3000, 1), *examples("b", 3000, 2)], "some@embedder", 0.2)


def test_the_probability_is_that_of_the_world(fitted: Calibration) -> None:
    for above in (-1.0, 0.0, 1.0):
        probability = fitted.probability({"above": above, "margin": 0.3, PLAIN: 0.0})
        assert probability == pytest.approx(1 / (1 + np.exp(-2 * above)), abs=0.05)


def test_the_plain_score_is_no_feature(fitted: Calibration) -> None:
    assert fitted.names == set(FEATURES)


def test_without_foreign_questions_there_is_no_topic_to_tell(fitted: Calibration) -> None:
    assert fitted.topic is None


TOPIC = ("agreement", "dense_around", "dense_passage", "lexical_around")


def asked(n: int, seed: int, foreign: bool) -> list[Example]:
    """Questions whose documents are about them, or are not; of those that are, half go right."""
    generator = np.random.default_rng(seed)
    found = []
    for says, *near in generator.normal(size=(n, 1 + len(TOPIC))):
        right = not foreign and bool(generator.random() < 1 / (1 + np.exp(-2 * says)))
        topic = {name: float(x) - 4 * foreign for name, x in zip(TOPIC, near, strict=True)}
        features = {**topic, "margin": float(says), PLAIN: 0.0}
        found.append(Example("a", features, not foreign, right, foreign))
    return found


def test_what_the_documents_are_not_about_has_no_chance_whatever_else_it_looks_like() -> None:
    examples = [*asked(2000, 1, foreign=False), *asked(500, 2, foreign=True)]
    model = fit(examples, "some@embedder", 0.3)
    for says in (-1.0, 0.0, 1.0):
        about = model.probability({**dict.fromkeys(TOPIC, 0.0), "margin": says})
        assert about == pytest.approx(1 / (1 + np.exp(-2 * says)), abs=0.06)
        assert model.probability({**dict.fromkeys(TOPIC, -4.0), "margin": says}) < 0.02
    assert model.about["foreign"] == {"a": {"questions": 500, "answered": 0.0}}
    assert model.about["sets"]["a"]["questions"] == 2000  # the others are no questions of the set
    assert model.about["cross_validated"]["ece"] < 0.05


def test_all_foreign_questions_weigh_the_same_however_many() -> None:
    own = asked(2000, 1, foreign=False)
    few, many = (fit([*own, *asked(n, 2, foreign=True)], "e", 0.3).topic for n in (100, 1600))
    assert few is not None
    assert many is not None
    assert few.mean["dense_around"] > many.mean["dense_around"]  # they are counted, not weighed
    middle = dict.fromkeys(TOPIC, -2.0)
    assert few.probability(middle) == pytest.approx(many.probability(middle), abs=0.1)


def test_the_threshold_holds_the_risk_and_no_more_caution_than_that(fitted: Calibration) -> None:
    everything = [*examples("a", 3000, 1), *examples("b", 3000, 2)]
    answered = [e for e in everything if fitted.probability(e.features) >= fitted.threshold]
    assert np.mean([not e.right for e in answered]) == pytest.approx(0.2, abs=0.005)


def test_unseen_questions_are_measured_and_calibrated(fitted: Calibration) -> None:
    assert fitted.about["cross_validated"]["ece"] < 0.03
    assert set(fitted.about["left_out"]) == {"a", "b"}


def test_a_set_weighs_as_the_root_of_its_size() -> None:
    right = [Example("a", {"above": 0.0}, True, True)] * 400
    wrong = [Example("b", {"above": 0.0}, True, False)] * 1600
    # 20 : 40, where by question it were 1 : 4, and by set 1 : 1
    assert fit([*right, *wrong], "e", 0.7).probability({"above": 0.0}) == pytest.approx(1 / 3, 0.01)


@pytest.mark.parametrize("right", [True, False])
def test_questions_that_all_go_one_way_cannot_be_fitted_on(right: bool) -> None:
    with pytest.raises(UsageError, match="that go right and 5 that go wrong"):
        fit([Example("a", {"above": 0.1}, True, right)] * 5, "e", 0.2)


def test_what_is_written_is_what_is_read(fitted: Calibration, tmp_path: Path) -> None:
    file = write(fitted, tmp_path / "confidence.json")
    assert Calibration.from_json(json.loads(file.read_text())) == fitted


def test_another_format_is_refused(fitted: Calibration) -> None:
    with pytest.raises(ValueError, match="calibration format 99"):
        Calibration.from_json({**fitted.to_json(), "format": 99})


def test_confidence_is_a_probability_for_the_embedder_that_was_fitted_and_else_a_plain_score(
    fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "shipped", lambda: fitted)
    features = {"above": 1.0, "margin": 0.0, PLAIN: 0.7}
    known, unknown = judge(features, "some@embedder"), judge(features, "other@embedder")
    assert (known.kind, known.threshold) == ("probability", fitted.threshold)
    assert known.value == pytest.approx(fitted.probability(features), abs=1e-4)
    assert (unknown.kind, unknown.value) == ("score", 0.7)


def test_in_a_language_that_the_embedder_does_not_know_only_the_words_count(
    fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "shipped", lambda: fitted)
    features = {"above": 1.0, "margin": 0.0, PLAIN: 0.7, WORDS: 0.2, KNOWN: 0.0}
    judged = judge(features, "some@embedder")
    assert (judged.kind, judged.value, judged.threshold) == ("score", 0.2, PLAIN_THRESHOLD)
    assert judge({**features, KNOWN: 1.0}, "some@embedder").kind == "probability"


def test_a_persons_own_threshold_counts_and_nothing_found_is_no_confidence(
    fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "shipped", lambda: fitted)
    judged = judge({}, "some@embedder", 0.9)
    assert (judged.value, judged.threshold) == (0.0, 0.9)


def test_what_is_shipped_is_for_the_packaged_model_and_says_what_it_was_fitted_on() -> None:
    shipped = confidence.shipped()
    assert shipped is not None
    assert shipped.embedder.startswith("all-MiniLM-L6-v2@")
    assert len(shipped.about["sets"]) > 1
    assert shipped.topic is not None
    for part in (shipped.topic, shipped.says):
        assert part.weights.keys() == part.mean.keys() == part.scale.keys()
    assert shipped.about["cross_validated"]["ece"] <= 0.05
    assert shipped.about["foreign"]["ai_safety"]["answered"] < 0.05
