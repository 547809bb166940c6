"""Fitting the confidence: features of searches to the probability that the quotes answer.

Two logistic regressions on standardised features, fitted on several gold sets together: whether
the quotes answer, on the sets' own questions; and whether the documents are about it at all, on
those against foreign ones (`pincite.eval.fit.foreign`). A set weighs as the root of its size, so
that the largest does not decide alone and the smallest not by chance. How it does on questions that
it has not seen is measured by cross-validation, and on sets unlike any that it has seen by leaving
each one out in turn.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from pincite.corpus.errors import UsageError
from pincite.eval.fit.foreign import foreign
from pincite.eval.goldset import load_split
from pincite.eval.measure import right
from pincite.eval.metrics.abstention import ece
from pincite.eval.report.report import write_text
from pincite.eval.run import Outcome, Progress, evaluate
from pincite.retrieval.confidence.confidence import FILE_NAME, KNOWN, PLAIN, Calibration, Logistic
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.settings import Settings

Floats = NDArray[np.float64]
_FOLDS, _SEED = 5, 1
_LEAST_SCALE = 1e-3  # of a feature that hardly varies; survives rounding
_STRENGTH = 1.0  # C of the L2 penalty; the fit is not sensitive to it
_FOREIGN = 0.05  # the share of questions that we take to be about something else
# Whether the documents are about it is seen from these; the others tell near misses, and would
# learn here how the sets happen to be asked.
_TOPIC = ("agreement", "dense_around", "dense_passage", "lexical_around")


@dataclass(frozen=True, slots=True)
class Example:
    """One question asked: of which set, what its search looked like, how it went.

    Attributes:
        foreign: it is another set's question, put to the documents of this one.
    """

    set: str
    features: dict[str, float]
    answerable: bool
    right: bool
    foreign: bool = False


def fit(examples: Sequence[Example], embedder: str, threshold_for: float) -> Calibration:
    """Fit the calibration, with the threshold that holds the risk.

    Args:
        examples: of all sets; those whose search found nothing are left out.
        embedder: the fingerprint of the embedder that was used.
        threshold_for: the share of wrong answers among those given, at most; the smallest
            threshold that holds it over all examples, foreign ones among them (weighed as in the
            fit), is taken.

    Raises:
        UsageError: there are too few examples of either outcome.
    """
    examples = [e for e in examples if e.features]
    own = [e for e in examples if not e.foreign]
    right = np.array([e.right for e in examples], bool)
    if min(sum(e.right for e in own), sum(not e.right for e in own)) < _FOLDS:
        raise UsageError(
            f"calibration needs at least {_FOLDS} questions that go right and {_FOLDS} that go "
            f"wrong; of {len(own)}, {sum(e.right for e in own)} went right. Give it more gold sets"
        )
    model = _fitted(examples)
    probabilities = _probabilities(model, examples)
    threshold = round(_holding(probabilities, right, _weights(examples), threshold_for), 4)
    unseen = _cross_validated(examples)
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "sets": {
            name: {
                "questions": sum(e.set == name for e in own),
                "answerable": sum(e.set == name and bool(e.answerable) for e in own),
                "right": sum(e.set == name and bool(e.right) for e in own),
            }
            for name in _sets(own)
        },
        "fitted": _scores(examples, probabilities),
        "cross_validated": _scores(examples, unseen),
        "left_out": {
            name: _scores(*_left_out(examples, name))
            for name in _sets(own)
            if len({e.right for e in own if e.set != name}) == 2
        },
        "foreign": {
            name: _answered(examples, unseen, name, threshold)
            for name in _sets([e for e in examples if e.foreign])
        },
        "foreign_share": _FOREIGN,
        "alone": {name: _alone(own, name) for name in _sets(own)},
        "risk": threshold_for,
    }
    return replace(model, embedder=embedder, threshold=threshold, about=about)


def calibrated(
    gold_dirs: Sequence[Path],
    split: str,
    limit: int | None,
    settings: Settings,
    embedder: Embedder,
    risk: float,
    progress: Progress,
) -> Calibration:
    """Ask the questions of all gold sets, and fit the confidence on what came back.

    Each set's documents are asked its own questions, and some of the other sets'.

    Args:
        split: the split that is taken of the sets that have splits.
        limit: questions of one set, at most.
        risk: see ``fit``.

    Raises:
        GoldSetError: a gold set is not in its form.
        UsageError: too few questions went right, or too few wrong.
    """
    golds = [load_split(folder, split, limit) for folder in gold_dirs]
    examples: list[Example] = []
    for gold in golds:
        others = [other for other in golds if other is not gold]
        strange = foreign(gold, others).questions
        asked = replace(gold, questions=(*gold.questions, *strange))
        which = [False] * len(gold.questions) + [True] * len(strange)
        run = evaluate(asked, settings, embedder, progress=partial(_of, gold.name, progress))
        examples += [
            Example(gold.name, _fitted_on(o), o.question.answerable, ok, is_strange)
            for o, is_strange in zip(run.outcomes, which, strict=True)
            if (ok := right(o)) is not None
        ]
    return fit(examples, embedder.fingerprint, risk)


def _fitted_on(outcome: Outcome) -> dict[str, float]:
    return {name: value for name, value in outcome.features.items() if name != KNOWN}


def write(calibration: Calibration, file: Path | None = None) -> Path:
    """Write a calibration, by default where `pincite.retrieval.confidence` reads it."""
    file = file or Path(str(files("pincite.retrieval.confidence"))) / FILE_NAME
    write_text(json.dumps(calibration.to_json(), indent=1) + "\n", file)
    return file


def _of(name: str, progress: Progress, doing: str, done: int, total: int) -> None:
    progress(f"{name}: {doing}", done, total)


def _cross_validated(examples: Sequence[Example]) -> Floats:
    """Each question's probability by a model that was fitted on the other folds."""
    # Dealt out by turns, like beside like, so that each fold has its share of all outcomes.
    order = np.random.default_rng(_SEED).permutation(len(examples))
    kinds = [2 * examples[i].foreign + (not examples[i].right) for i in order]
    order = order[np.argsort(kinds, kind="stable")]
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


def _probabilities(model: Calibration, examples: Sequence[Example]) -> Floats:
    return np.array([model.probability(e.features) for e in examples])


def _fitted(examples: Sequence[Example]) -> Calibration:
    """Both models, with no threshold yet. Without foreign questions there is no topic to tell."""
    own = [e for e in examples if not e.foreign]
    names = sorted(own[0].features.keys() - {PLAIN})
    says = _logistic(own, names, [e.right for e in own])
    topic = None
    if len(own) < len(examples):
        topic = _logistic(examples, _TOPIC, [not e.foreign for e in examples])
    return Calibration("", topic, says, 0.5, {})


def _logistic(
    examples: Sequence[Example], names: Sequence[str], outcomes: Sequence[bool]
) -> Logistic:
    rows = np.array([[e.features[name] for name in names] for e in examples])
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), _LEAST_SCALE)
    model = LogisticRegression(C=_STRENGTH, max_iter=2000)
    model.fit((rows - mean) / scale, np.array(outcomes), sample_weight=_weights(examples))

    def named(values: Floats) -> dict[str, float]:
        return {name: round(float(v), 5) for name, v in zip(names, values, strict=True)}

    bias = round(float(model.intercept_[0]), 5)
    return Logistic(named(mean), named(scale), named(model.coef_[0]), bias)


def _weights(examples: Sequence[Example]) -> Floats:
    """One weight a question, 1 on average: a set sums to the root of its size.

    All foreign questions together sum to `_FOREIGN`, where there are any.
    """
    sizes = Counter((e.foreign, e.set) for e in examples)
    weights = np.array([sizes[e.foreign, e.set] ** -0.5 for e in examples])
    strange = np.array([e.foreign for e in examples])
    if strange.any() and not strange.all():
        weights[strange] *= _FOREIGN / weights[strange].sum()
        weights[~strange] *= (1 - _FOREIGN) / weights[~strange].sum()
    return np.asarray(weights / weights.mean(), np.float64)


def _holding(
    probabilities: Floats, right: NDArray[np.bool_], weights: Floats, risk: float
) -> float:
    """The smallest threshold at or above which the weighted share of wrong ones is at most risk."""
    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(weights[order] * ~right[order]) / np.cumsum(weights[order])
    held = np.flatnonzero(wrong <= risk)
    return float(probabilities[order][held[-1]]) if len(held) else 1.0


def _scores(examples: Sequence[Example], probabilities: Floats) -> dict[str, float]:
    """Of the sets' own questions."""
    probabilities = probabilities[[not e.foreign for e in examples]]
    examples = [e for e in examples if not e.foreign]
    right = np.array([e.right for e in examples])
    answerable = np.array([e.answerable for e in examples])
    found = {"ece": ece(probabilities, right)}
    if right.any() and not right.all():
        found["auroc_right"] = float(roc_auc_score(right, probabilities))
    if answerable.any() and not answerable.all():
        found["auroc_answerable"] = float(roc_auc_score(answerable, probabilities))
    return {name: round(value, 4) for name, value in found.items()}


def _answered(
    examples: Sequence[Example], probabilities: Floats, name: str, threshold: float
) -> dict[str, float]:
    """How many foreign questions were put to a set's documents, and the share that is answered."""
    there = np.array([e.foreign and e.set == name for e in examples])
    share = float((probabilities[there] >= threshold).mean())
    return {"questions": int(there.sum()), "answered": round(share, 4)}


def _alone(examples: Sequence[Example], name: str) -> dict[str, float]:
    """How well each feature by itself tells the set's answerable questions from the others."""
    mine = [e for e in examples if e.set == name]
    answerable = [e.answerable for e in mine]
    if len(set(answerable)) < 2:
        return {}
    return {
        feature: round(float(roc_auc_score(answerable, [e.features[feature] for e in mine])), 3)
        for feature in sorted(mine[0].features)
    }


def _sets(examples: Sequence[Example]) -> list[str]:
    return sorted({e.set for e in examples})
