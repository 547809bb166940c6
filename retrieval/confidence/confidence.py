"""Confidence: the calibrated probability that an answer's quotes answer the question.

It is that of two things together: that the documents are about what is asked at all, and that, if
so, the quotes say it. Each is a logistic model on a few features of the search that carry over from
one kind of documents to another (docs/decisions/confidence-that-carries-over.md):
``confidence.json`` beside this file has each feature's weight, the data that they were fitted on,
and how well that went. It is fitted by ``pincite eval calibrate``, for one embedder; with another
embedder the confidence is the best sentence's plain score, and is called so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pincite.retrieval.confidence.features import (
    ANSWER,
    KNOWN,
    OVERVIEW,
    PLAIN,
    PLAIN_AROUND,
    WORDS,
)

FILE_NAME = "confidence.json"
FORMAT = 4
# What the two models are fitted on; more of any of them speaks for an answer.
ANSWERS = (ANSWER, "near", "dense_around", "asked", "numbers")
TOPIC = ("near", "words")
PLAIN_THRESHOLD = 0.3  # of a score, where there is no calibration …
PLAIN_FLOOR = 0.15  # … and where the documents are not about it: half of that
# Of the questions about a document that is named in them, the share whose answer was quoted:
# all 12 such questions of dev_daily (pincite eval DATA/dev_daily), which are few.
OVERVIEW_CONFIDENCE = 0.95

Kind = Literal["score", "probability"]
Level = Literal["ANSWERED", "UNSURE", "NOT_FOUND"]
"""The quotes likely say it; the closest passages, not vouched for; not what they are about."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure an answer is: ``value`` in [0, 1], its kind, where ANSWERED begins, the level."""

    value: float
    kind: Kind
    threshold: float
    level: Level


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted model: ``1 / (1 + exp(-(bias + Σ weight · (feature - mean) / scale)))``.

    Attributes:
        mean, scale, weights: by feature name.
    """

    mean: Mapping[str, float]
    scale: Mapping[str, float]
    weights: Mapping[str, float]
    bias: float

    def probability(self, found: Mapping[str, float]) -> float:
        """The probability for one search's features, in (0, 1)."""
        logit = self.bias + sum(
            weight * (found[name] - self.mean[name]) / self.scale[name]
            for name, weight in self.weights.items()
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The probability that the documents are about it, times that the quotes then say it.

    Attributes:
        embedder: the fingerprint of the embedder whose features it was fitted on.
        topic: whether the documents are about what is asked; None where that was not fitted.
        answer: whether the quotes say it, where they are.
        threshold: the probability from which on an answer is ANSWERED by default.
        floor: the probability of the topic below which the documents are not about it.
        about: data, date and scores of the fit, for people.
    """

    embedder: str
    topic: Logistic | None
    answer: Logistic
    threshold: float
    floor: float
    about: Mapping[str, Any]

    @property
    def names(self) -> frozenset[str]:
        """The features that it takes."""
        return frozenset(self.answer.weights) | frozenset(self.topic.weights if self.topic else ())

    def probability(self, found: Mapping[str, float]) -> float:
        """The probability for one search's features, in (0, 1)."""
        answer = self.answer.probability(found)
        return answer if self.topic is None else self.topic.probability(found) * answer

    def is_about(self, found: Mapping[str, float]) -> bool:
        """Whether the documents are about what one search looked for."""
        return self.topic is None or self.topic.probability(found) >= self.floor

    def to_json(self) -> dict[str, Any]:
        """The model as JSON values."""
        return {
            "embedder": self.embedder,
            "threshold": self.threshold,
            "floor": self.floor,
            "topic": None if self.topic is None else asdict(self.topic),
            "answer": asdict(self.answer),
            "about": dict(self.about),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Calibration:
        """Read what ``to_json`` wrote."""
        topic = value["topic"]
        return cls(
            embedder=value["embedder"],
            topic=None if topic is None else Logistic(**topic),
            answer=Logistic(**value["answer"]),
            threshold=value["threshold"],
            floor=value["floor"],
            about=value["about"],
        )

    @property
    def reranked(self) -> bool:
        """Whether it takes what a cross-encoder says."""
        return ANSWER in self.answer.weights


def calibrations(value: Mapping[str, Any]) -> tuple[Calibration, ...]:
    """The calibrations in a ``confidence.json``, those that take most first.

    Raises:
        ValueError: another format.
    """
    if value.get("format") != FORMAT:
        raise ValueError(f"calibration format {value.get('format')!r}, expected {FORMAT}")
    return tuple(map(Calibration.from_json, value["calibrations"]))


@cache
def packaged() -> tuple[Calibration, ...]:
    """The calibrations that come with Pincite: with what the cross-encoder says, and without."""
    file = files("pincite.retrieval.confidence") / FILE_NAME
    return calibrations(json.loads(file.read_text("utf-8"))) if file.is_file() else ()


def confidence(
    found: Mapping[str, float], fingerprint: str, threshold: float | None = None
) -> Confidence:
    """How sure the features of a search make us.

    Args:
        found: see ``features``; empty when nothing was found. In a language that the embedder was
            not trained on, cosines are high whatever is asked, and only words tell.
        fingerprint: the embedder's.
        threshold: a person's own, in place of the default.
    """
    kind: Kind
    # One of other features was fitted for something else, and says nothing of these.
    fitting = (c for c in packaged() if c.embedder == fingerprint)
    calibration = next((c for c in fitting if not found or c.names <= found.keys()), None)
    if not found.get(KNOWN, 1.0):
        value, kind, default = found[WORDS], "score", PLAIN_THRESHOLD
        about = value >= PLAIN_FLOOR
    elif calibration is not None:
        value = calibration.probability(found) if found else 0.0
        kind, default = "probability", calibration.threshold
        about = bool(found) and calibration.is_about(found)
    else:
        value, kind, default = found.get(PLAIN, 0.0), "score", PLAIN_THRESHOLD
        # What kind of answer is asked for gives any sentence a score, whatever it is about.
        about = max(found.get(name, 0.0) for name in (PLAIN_AROUND, WORDS)) >= PLAIN_FLOOR
    if found.get(OVERVIEW):
        value = max(value, OVERVIEW_CONFIDENCE)
    value = round(min(1.0, value), 4)
    limit = default if threshold is None else threshold
    level: Level = "ANSWERED" if value >= limit else "UNSURE" if about else "NOT_FOUND"
    return Confidence(value, kind, limit, level)
