"""Fitting the confidence: features of searches to the probability that the quotes answer.

Two logistic regressions on standardised features, fitted on several gold sets together: whether
the quotes answer, on the sets' own questions, with and without the documents that answer them; and
whether the documents are about it at all, on their own questions against foreign ones. Every set
weighs the same. More of any feature speaks for an answer: one whose weight comes out below 0 has
learnt how a set happens to be asked, and is left out. How it does on questions that it has not
seen is measured by cross-validation, and on sets unlike any that it has seen by leaving each one
out in turn.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from pincite.corpus.errors import UsageError
from pincite.eval.fit.examples import Example, Kind
from pincite.eval.metrics.abstention import ece
from pincite.eval.report.report import write_text
from pincite.retrieval.confidence.confidence import (
    ANSWERS,
    FILE_NAME,
    FORMAT,
    TOPIC,
    Calibration,
    Logistic,
    calibrations,
)

Floats = NDArray[np.float64]
_FOLDS, _SEED = 5, 1
_LEAST_SCALE = 1e-3  # of a feature that hardly varies; survives rounding
_STRENGTH = 1.0  # C of the L2 penalty; the fit is not sensitive to it
# The share of questions that we take to be of each kind, in every set.
_SHARES: dict[Kind, float] = {"own": 0.75, "without": 0.2, "foreign": 0.05}
_REFUSED = 0.02  # of a set's answerable questions, at most: shown nothing, as if foreign


def fit(examples: Sequence[Example], embedder: str, risk: float) -> Calibration:
    """Fit the calibration, with the threshold that holds the risk.

    Args:
        examples: of all sets; those whose search found nothing are left out.
        embedder: the fingerprint of the embedder that was used.
        risk: the share of wrong answers among those given, at most; the smallest threshold that
            holds it over all examples (weighed as in the fit) is taken.

    Raises:
        UsageError: there are too few examples of either outcome.
    """
    examples = [e for e in examples if e.features]
    own = [e for e in examples if e.kind == "own"]
    right = np.array([e.right for e in examples], bool)
    if min(sum(e.right for e in own), sum(not e.right for e in own)) < _FOLDS:
        raise UsageError(
            f"calibration needs at least {_FOLDS} questions that go right and {_FOLDS} that go "
            f"wrong; of {len(own)}, {sum(e.right for e in own)} went right. name more gold sets"
        )
    model = _fitted(examples)
    probabilities = _probabilities(model, examples)
    threshold = round(_holding(probabilities, right, _weights(examples), risk), 4)
    unseen = _cross_validated(examples)
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "sets": {name: _counts(examples, name) for name in _sets(own)},
        "shares": dict(_SHARES),
        "risk": risk,
        "cross_validated": {
            name: _scores(*_of_set(examples, unseen, name), threshold) for name in _sets(own)
        },
        "left_out": {
            name: _scores(*_left_out(examples, name), threshold)
            for name in _sets(own)
            if len({e.right for e in own if e.set != name}) == 2
        },
        "alone": {name: _alone(examples, name) for name in _sets(own)},
    }
    floor = _floor(model, [e for e in own if e.answerable])
    return replace(model, embedder=embedder, threshold=threshold, floor=floor, about=about)


def write(calibration: Calibration, file: Path | None = None) -> Path:
    """Write a calibration, by default where `pincite.retrieval.confidence` reads it.

    Those of other embedders stay, and of one that takes what a cross-encoder says stays the one
    that does not (``--config reranked_passages=0``), and the reverse.

    Raises:
        UsageError: the file cannot be written.
    """
    file = file or Path(str(files("pincite.retrieval.confidence"))) / FILE_NAME
    kind = calibration.embedder, calibration.reranked
    others = [one for one in _there(file) if (one.embedder, one.reranked) != kind]
    both = sorted([calibration, *others], key=lambda one: not one.reranked)
    value = {"format": FORMAT, "calibrations": [one.to_json() for one in both]}
    write_text(json.dumps(value, indent=1) + "\n", file)
    return file


def _there(file: Path) -> tuple[Calibration, ...]:
    """The calibrations that the file has; none where it is of another format, or not there."""
    try:
        return calibrations(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _fitted(examples: Sequence[Example]) -> Calibration:
    """Both models, with no threshold yet. Without foreign questions there is no topic to tell."""
    about = [e for e in examples if e.kind != "foreign"]
    answer = _logistic(about, ANSWERS, [e.right for e in about])
    told = [e for e in examples if e.kind != "without"]  # the documents are about those, or nearly
    topic = None
    if any(e.kind == "foreign" for e in told):
        topic = _logistic(told, TOPIC, [e.kind != "foreign" for e in told])
    return Calibration("", topic, answer, 0.5, 0.0, {})


def _logistic(
    examples: Sequence[Example], wanted: Sequence[str], outcomes: Sequence[bool]
) -> Logistic:
    names = [name for name in wanted if name in examples[0].features]
    while True:
        rows = np.array([[e.features[name] for name in names] for e in examples])
        mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), _LEAST_SCALE)
        model = LogisticRegression(C=_STRENGTH, max_iter=2000)
        model.fit((rows - mean) / scale, np.array(outcomes), sample_weight=_weights(examples))
        weights = model.coef_[0]
        if weights.min() >= 0 or len(names) == 1:
            break
        del names[int(weights.argmin())]

    def named(values: Floats) -> dict[str, float]:
        return {name: round(float(v), 5) for name, v in zip(names, values, strict=True)}

    return Logistic(named(mean), named(scale), named(weights), round(float(model.intercept_[0]), 5))


def _weights(examples: Sequence[Example]) -> Floats:
    """One weight a question, 1 on average: sets sum to the same, and their kinds to `_SHARES`."""
    weights = np.zeros(len(examples))
    for name in _sets(examples):
        kinds = {kind: _where(examples, name, kind) for kind in _SHARES}
        there = {kind: at for kind, at in kinds.items() if at.any()}
        total = sum(_SHARES[kind] for kind in there)
        for kind, at in there.items():
            weights[at] = _SHARES[kind] / total / at.sum()
    return np.asarray(weights / weights.mean(), np.float64)


def _floor(model: Calibration, answerable: Sequence[Example]) -> float:
    """The topic's probability that of each set all but `_REFUSED` of the answerable reach."""
    topic = model.topic
    if topic is None:
        return 0.0
    reached = [
        [topic.probability(e.features) for e in answerable if e.set == name]
        for name in _sets(answerable)
    ]
    return round(min(float(np.quantile(some, _REFUSED)) for some in reached), 4)


def _cross_validated(examples: Sequence[Example]) -> Floats:
    """Each question's probability by a model that was fitted on the other folds."""
    # Dealt out by turns, like beside like, so that each fold has its share of all outcomes.
    order = np.random.default_rng(_SEED).permutation(len(examples))
    alike = [(examples[i].set, examples[i].kind, examples[i].right) for i in order]
    order = order[sorted(range(len(order)), key=alike.__getitem__)]
    fold = np.empty(len(examples), int)
    fold[order] = np.arange(len(examples)) % _FOLDS
    probabilities = np.zeros(len(examples))
    for held in range(_FOLDS):
        model = _fitted([e for e, f in zip(examples, fold, strict=True) if f != held])
        tested = [e for e, f in zip(examples, fold, strict=True) if f == held]
        probabilities[fold == held] = _probabilities(model, tested)
    return probabilities


def _left_out(examples: Sequence[Example], held: str) -> tuple[list[Example], Floats]:
    model = _fitted([e for e in examples if e.set != held])
    tested = [e for e in examples if e.set == held]
    return tested, _probabilities(model, tested)


def _of_set(
    examples: Sequence[Example], probabilities: Floats, name: str
) -> tuple[list[Example], Floats]:
    mine = [e.set == name for e in examples]
    return [e for e in examples if e.set == name], probabilities[mine]


def _probabilities(model: Calibration, examples: Sequence[Example]) -> Floats:
    return np.array([model.probability(e.features) for e in examples])


def _holding(
    probabilities: Floats, right: NDArray[np.bool_], weights: Floats, risk: float
) -> float:
    """The smallest threshold at or above which the weighted share of wrong ones is at most risk."""
    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(weights[order] * ~right[order]) / np.cumsum(weights[order])
    held = np.flatnonzero(wrong <= risk)
    return float(probabilities[order][held[-1]]) if len(held) else 1.0


def _scores(
    examples: Sequence[Example], probabilities: Floats, threshold: float
) -> dict[str, float]:
    """How well one set's questions are told, foreign ones aside but for ``foreign_claimed``.

    ``false_at_10``: the share of unanswerable questions that is claimed where a tenth of the
    answerable is not.
    """
    strange = np.array([e.kind == "foreign" for e in examples])
    claimed = probabilities >= threshold
    found = {"foreign_claimed": float(claimed[strange].mean())} if strange.any() else {}
    right, answerable = (
        np.array([getattr(e, name) for e in examples if e.kind != "foreign"], bool)
        for name in ("right", "answerable")
    )
    claimed, probabilities = claimed[~strange], probabilities[~strange]
    found |= {
        "ece": ece(probabilities, right),
        "claimed": float(claimed[answerable].mean()),
        "right": float(right[claimed].mean()) if claimed.any() else 0.0,
    }
    if right.any() and not right.all():
        found["auroc_right"] = float(roc_auc_score(right, probabilities))
    if answerable.any() and not answerable.all():
        found["auroc_answerable"] = float(roc_auc_score(answerable, probabilities))
        found["unanswerable_claimed"] = float(claimed[~answerable].mean())
        tenth = np.quantile(probabilities[answerable], 0.1)
        found["false_at_10"] = float((probabilities[~answerable] >= tenth).mean())
    return {name: round(value, 4) for name, value in found.items()}


def _alone(examples: Sequence[Example], name: str) -> dict[str, float]:
    """How well each feature by itself tells the set's answerable questions from the others."""
    mine = [e for e in examples if e.set == name and e.kind != "foreign"]
    answerable = [e.answerable for e in mine]
    if len(set(answerable)) < 2:
        return {}
    return {
        feature: round(float(roc_auc_score(answerable, [e.features[feature] for e in mine])), 3)
        for feature in sorted(mine[0].features)
    }


def _counts(examples: Sequence[Example], name: str) -> dict[str, int]:
    mine = [e for e in examples if e.set == name]
    return {
        **{kind: int(_where(examples, name, kind).sum()) for kind in _SHARES},
        "answerable": sum(e.answerable for e in mine),
        "right": sum(e.right for e in mine),
    }


def _where(examples: Sequence[Example], name: str, kind: Kind) -> NDArray[np.bool_]:
    return np.array([e.set == name and e.kind == kind for e in examples], bool)


def _sets(examples: Sequence[Example]) -> list[str]:
    return sorted({e.set for e in examples})
