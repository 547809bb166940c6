"""Fitting how likely quotes support a sentence, on claims by hand and by a program.

A logistic regression on the signs against a sentence (`pincite.retrieval.writing.signs`), for the
claims of which nothing is certainly missing. A sign whose weight comes out above 0 is left out: it
would speak for a sentence. The threshold is the highest at which few enough honest sentences of
the answers by hand are not shown, each judged by a model that has not seen its quotes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pincite.eval.claims.answers import FILES, answers
from pincite.eval.claims.planted import planted
from pincite.eval.claims.verdicts import KINDS, Claim, Kind
from pincite.eval.claims.written import written
from pincite.retrieval.confidence.confidence import Logistic
from pincite.retrieval.writing.check import signs_of
from pincite.retrieval.writing.likeness import WordVectors
from pincite.retrieval.writing.signs import SIGNS
from pincite.retrieval.writing.support import Support

Floats = NDArray[np.float64]
# Of the honest sentences of the answers by hand, left out in the fit: so many may be not shown. By
# words alone, more: else one invented clause in seven would be shown.
MOST, MOST_BY_WORDS = 0.025, 0.08
# How much a claim counts. Sentences by a program are many and alike; those on single passages were
# written by an author who knew the rules. What is given to another thing is hardly seen by any
# sign. Most stray sentences are known by a name or number, so that few are left to learn from.
_PROGRAM, _WRITTEN = 0.3, 0.5
_KINDS: dict[Kind, float] = {"role": 0.25, "stray": 10.0}
_FOLDS = 10
_STRENGTH = 1.0  # C of the L2 penalty; the fit is not sensitive to it
_LEAST_SCALE = 1e-3  # of a sign that hardly varies


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """Claims of one source.

    Attributes:
        name: of the source, for people.
        claims: the claims.
        weight: of each in the fit.
        holds: whether the threshold is to hold for its honest claims.
    """

    name: str
    claims: Sequence[Claim]
    weight: float
    holds: bool


def packaged_sets() -> list[ClaimSet]:
    """The sets that the packaged model is fitted on."""
    by_hand = [one.claim for one in written()]
    return [
        ClaimSet("program", list(planted()), _PROGRAM, holds=False),
        ClaimSet("written", by_hand, _WRITTEN, holds=False),
        *(ClaimSet(file.stem, answers(file), 1.0, holds=True) for file in FILES),
    ]


@dataclass(frozen=True, slots=True)
class _Example:
    set: str
    claim: Claim
    weight: float
    holds: bool
    signs: dict[str, float] | None  # None where something is certainly missing

    @property
    def is_honest(self) -> bool:
        return self.claim.kind == "honest"

    @property
    def fold(self) -> int:
        """By the first quote that there is: claims on the same quotes are left out together."""
        return zlib.crc32(self.claim.source.evidence[0].text[:80].encode()) % _FOLDS


def fit(
    sets: Sequence[ClaimSet], vectors: WordVectors | None, most: float | None = None
) -> Support:
    """Fit the model, with the threshold that holds.

    Args:
        sets: the claims.
        vectors: of words; None for a model without.
        most: the share of honest claims not shown, at most, in the sets that hold; by default
            `MOST`, or `MOST_BY_WORDS`.
    """
    if most is None:
        most = MOST_BY_WORDS if vectors is None else MOST
    examples = [_example(one, claim, vectors) for one in sets for claim in one.claims]
    names = _speaking_against(examples)
    unseen = _left_out(examples, names)
    held = np.sort([p for p, e in zip(unseen, examples, strict=True) if e.holds and e.is_honest])
    threshold = round(float(held[int(most * len(held))]), 4)
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "honest_not_shown_at_most": most,
        "shown_left_out": {one.name: _shown(examples, unseen, one.name, threshold) for one in sets},
    }
    embedder = "" if vectors is None else vectors.fingerprint
    return Support(embedder, _fitted(examples, names), threshold, about)


def _example(one: ClaimSet, claim: Claim, vectors: WordVectors | None) -> _Example:
    sources = [claim.source.evidence[number - 1] for number in claim.cites]
    found = signs_of(claim.sentence, sources, claim.source.question, vectors)
    signs = None if found is None else dict(found)
    weight = one.weight * _KINDS.get(claim.kind, 1.0)
    return _Example(one.name, claim, weight, one.holds, signs)


def _speaking_against(examples: Sequence[_Example]) -> list[str]:
    names = list(SIGNS)
    while True:
        weights = _fitted(examples, names).weights
        kept = [name for name in names if weights[name] < 0]
        if kept == names:
            return names
        names = kept


def _fitted(examples: Sequence[_Example], names: Sequence[str]) -> Logistic:
    known = [one for one in examples if one.signs is not None]
    values = _matrix(known, names)
    mean, scale = values.mean(axis=0), np.maximum(values.std(axis=0), _LEAST_SCALE)
    model = LogisticRegression(C=_STRENGTH, max_iter=1000).fit(
        (values - mean) / scale,
        [one.is_honest for one in known],
        sample_weight=[one.weight for one in known],
    )

    def by_name(values: Iterable[float]) -> dict[str, float]:
        return {name: round(float(value), 5) for name, value in zip(names, values, strict=True)}

    bias = round(float(model.intercept_[0]), 5)
    return Logistic(by_name(mean), by_name(scale), by_name(model.coef_[0]), bias)


def _matrix(examples: Sequence[_Example], names: Sequence[str]) -> Floats:
    return np.array([[(one.signs or {})[name] for name in names] for one in examples], np.float64)


def _left_out(examples: Sequence[_Example], names: Sequence[str]) -> Floats:
    """The probability of each example by a model that has not seen its quotes."""
    found = np.zeros(len(examples))
    for fold in range(_FOLDS):
        model = _fitted([one for one in examples if one.fold != fold], names)
        for i, one in enumerate(examples):
            if one.fold == fold and one.signs is not None:
                found[i] = model.probability(one.signs)
    return found


def _shown(
    examples: Sequence[_Example], probabilities: Floats, name: str, threshold: float
) -> dict[Kind, list[int]]:
    """For each kind of claim of a set, how many of how many are shown."""
    shown: dict[Kind, list[int]] = {}
    for kind in KINDS:
        of_kind = [
            p >= threshold
            for p, one in zip(probabilities, examples, strict=True)
            if one.set == name and one.claim.kind == kind
        ]
        if of_kind:
            shown[kind] = [int(sum(of_kind)), len(of_kind)]
    return shown
