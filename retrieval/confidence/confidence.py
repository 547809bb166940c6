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
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from heapq import nlargest
from importlib.resources import files
from statistics import fmean
from typing import Any, Literal

from pincite.retrieval.query import Query
from pincite.retrieval.reading.reader import Candidate, Reading
from pincite.retrieval.search.analysis import english_share, tells_another_language, terms
from pincite.retrieval.search.lexical import Wanted

FILE_NAME = "confidence.json"
FORMAT = 3
PLAIN = "score"
WORDS = "lexical_around"
PLAIN_AROUND = "dense_around"
KNOWN = "known"
OVERVIEW = "overview"
# What the two models are fitted on; more of any of them speaks for an answer.
SAYS = ("says", "near", "dense_around", "asked", "numbers")
TOPIC = ("near", "words")
PLAIN_THRESHOLD = 0.3  # of a score, where there is no calibration …
PLAIN_FLOOR = 0.15  # … and where the documents are not about it: half of that
# Of the questions about a document that is named in them, the share whose answer was quoted:
# all 12 such questions of dev_daily (pincite eval DATA/dev_daily), which are few.
OVERVIEW_CONFIDENCE = 0.95

Kind = Literal["score", "probability"]
Level = Literal["ANSWERED", "UNSURE", "NOT_FOUND"]
"""The quotes likely say it; the closest passages, not vouched for; not what they are about."""

_NEXT = 5  # of the best sentences' cosines


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
        says: whether the quotes say it, where they are.
        threshold: the probability from which on an answer is ANSWERED by default.
        floor: the probability of the topic below which the documents are not about it.
        about: data, date and scores of the fit, for people.
    """

    embedder: str
    topic: Logistic | None
    says: Logistic
    threshold: float
    floor: float
    about: Mapping[str, Any]

    @property
    def names(self) -> frozenset[str]:
        """The features that it takes."""
        return frozenset(self.says.weights) | frozenset(self.topic.weights if self.topic else ())

    def probability(self, found: Mapping[str, float]) -> float:
        """The probability for one search's features, in (0, 1)."""
        says = self.says.probability(found)
        return says if self.topic is None else self.topic.probability(found) * says

    def is_about(self, found: Mapping[str, float]) -> bool:
        """Whether the documents are about what one search looked for."""
        return self.topic is None or self.topic.probability(found) >= self.floor

    def to_json(self) -> dict[str, Any]:
        """The model as JSON values, with the version of the form."""
        return {
            "format": FORMAT,
            "embedder": self.embedder,
            "threshold": self.threshold,
            "floor": self.floor,
            "topic": None if self.topic is None else asdict(self.topic),
            "says": asdict(self.says),
            "about": dict(self.about),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Calibration:
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: another format.
        """
        if value.get("format") != FORMAT:
            raise ValueError(f"calibration format {value.get('format')!r}, expected {FORMAT}")
        topic = value["topic"]
        return cls(
            embedder=value["embedder"],
            topic=None if topic is None else Logistic(**topic),
            says=Logistic(**value["says"]),
            threshold=value["threshold"],
            floor=value["floor"],
            about=value["about"],
        )


@cache
def shipped() -> Calibration | None:
    """The calibration that comes with Pincite."""
    file = files("pincite.retrieval.confidence") / FILE_NAME
    return Calibration.from_json(json.loads(file.read_text("utf-8"))) if file.is_file() else None


def judge(
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
    calibration = shipped()
    # One of other features was fitted by another version, and says nothing of these.
    fits = calibration is not None and (not found or calibration.names <= found.keys())
    if not found.get(KNOWN, 1.0):
        value, kind, default = found[WORDS], "score", PLAIN_THRESHOLD
        about = value >= PLAIN_FLOOR
    elif calibration is not None and fits and calibration.embedder == fingerprint:
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


def features(
    query: Query,
    reading: Reading,
    text_of: Callable[[Candidate], str],
    quoted: str = "",
    says: float | None = None,
    languages: Collection[str] | None = None,
    *,
    overview: bool = False,
) -> dict[str, float]:
    """What one search looked like, each about in [0, 1]; empty when nothing was found.

    - ``says``: the log-odds that the first passage says what is asked, where a checker read it. It
      is what tells a near miss, which looks like an answer to all the others.
    - ``score``: the best sentence's (the plain score; the calibration does without it).
    - ``near``: the mean cosine of the question with the best sentence, with its neighbourhood, with
      the first passage, with the nearest passage, and with the five nearest neighbourhoods.
    - ``dense_around``: the cosine of the question with the best sentence's neighbourhood.
    - ``lexical_around``: the share of the question's weight in rare words that the neighbourhood
      covers; ``words``: the share that the first quote covers, with what stands over it.
    - ``numbers``: 0 where the first quote lacks one of the question's numbers, else 1.
    - ``asked``: whether the best sentence has the kind of thing that is asked for; 1/2 is neutral.
    - ``known``: whether the question, or it and its neighbourhood, is in a language that the
      embedder was trained on, where that is English. No model takes it; see ``judge``.
    - ``overview``: 1 where the question is about a document that it names, and the quotes are how
      that opens. No model takes it; see ``judge``.

    Args:
        query: the question.
        reading: what the reader made of the hits.
        text_of: a candidate with its neighbours, as text.
        quoted: the first quote, with its title, headings and context.
        says: what the checker made of the first passage; None where there is no checker.
        languages: that the embedder was trained on; None where nobody says.
        overview: whether the quotes are how the documents open that the question names.
    """
    if not reading.candidates:
        return {}
    best = reading.candidates[0]
    there = frozenset(terms(quoted))
    around = nlargest(_NEXT, (c.dense_around for c in reading.candidates))
    passages = [hit.dense or 0.0 for hit in reading.hits]
    found = {
        PLAIN: best.score,
        "near": fmean([best.dense, best.dense_around, passages[0], max(passages), fmean(around)]),
        PLAIN_AROUND: best.dense_around,
        WORDS: best.lexical_around,
        "words": _covered(query.wanted, there),
        "numbers": float(all(one.covered_by(there) for one in query.numbers)),
        "asked": best.asked,
    }
    if says is not None:
        found["says"] = says
    if languages is not None:
        found[KNOWN] = float("en" not in languages or _is_english(query.text, text_of(best)))
    if overview:
        found[OVERVIEW] = 1.0
    return {name: round(value, 4) for name, value in found.items()}


def _is_english(question: str, said: str) -> bool:
    """Whether the question is, or it and what was found are. Keywords and tables have few function
    words of any language; they count as English where nothing says that they are not."""
    both = f"{question} {said}"
    return (
        english_share(question) >= 0.25
        or english_share(both) >= 0.12
        or not tells_another_language(both)
    )


def _covered(wanted: Sequence[Wanted], there: frozenset[str]) -> float:
    total = sum(one.weight for one in wanted)
    return sum(one.weight for one in wanted if one.covered_by(there)) / total if total else 0.0
