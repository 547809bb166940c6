"""Does it know when it does not know?

``confidence`` is a question's confidence, ``right`` whether its quotes answer it (for a question
without an answer: never). Each function takes arrays of equal length ``(n,)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about equal confidence: its mean, the share that is right, how many."""

    confidence: float
    right: float
    questions: int


def auroc(confidence: Floats, positive: Flags) -> float:
    """The chance that a positive question has more confidence than another, ties counting half.

    Counted as Mann and Whitney do ("On a Test of Whether One of Two Random Variables Is
    Stochastically Larger", 1947): the bootstrap takes it a thousand times, and scikit-learn's takes
    milliseconds each time.

    Raises:
        ValueError: all are positive, or none is.
    """
    if positive.all() or not positive.any():
        raise ValueError("AUROC needs both kinds of questions")
    others = np.sort(confidence[~positive])
    below = np.searchsorted(others, confidence[positive], "left")
    not_above = np.searchsorted(others, confidence[positive], "right")
    return float(np.mean(below + not_above) / (2 * len(others)))


def risk_coverage(confidence: Floats, right: Flags) -> tuple[Floats, Floats]:
    """Coverage and risk at each threshold, from the most confident question on.

    Questions of equal confidence are answered together, so the curve has a point for each distinct
    confidence. Both arrays are of shape ``(distinct,)``; risk is the share of wrong ones among
    those answered (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective
    Classification", 2010).
    """
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    answered = last + 1
    return answered / len(ordered), np.cumsum(~right[order])[last] / answered


def aurc(confidence: Floats, right: Flags) -> float:
    """The area under the risk-coverage curve: the mean risk over all coverages; small is good.

    The step curve's area, as in Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation
    for Deep Neural Classifiers" (2019); with ties, each of their questions gets the risk of all.
    """
    coverage, risk = risk_coverage(confidence, right)
    return float(np.sum(np.diff(coverage, prepend=0.0) * risk))


def coverage_at_risk(confidence: Floats, right: Flags, risk: float = 0.05) -> float:
    """The largest share of questions that can be answered with at most ``risk`` of them wrong."""
    coverage, risks = risk_coverage(confidence, right)
    return float(coverage[risks <= risk].max(initial=0.0))


def reliability(confidence: Floats, right: Flags, bins: int = BINS) -> list[Bin]:
    """Equal-mass bins in order of confidence; fewer where there are fewer questions than bins."""
    order = np.argsort(confidence, kind="stable")
    return [
        Bin(float(confidence[part].mean()), float(right[part].mean()), len(part))
        for part in np.array_split(order, min(bins, len(order)))
    ]


def ece(confidence: Floats, right: Flags, bins: int = BINS) -> float:
    """The expected calibration error over equal-mass bins.

    ``Σ (n_b / n) · |mean confidence - share right|`` (Naeini, Cooper and Hauskrecht, "Obtaining
    Well Calibrated Probabilities Using Bayesian Binning", 2015; with equal-mass bins as in Nguyen
    and O'Connor, 2015).
    """
    found = reliability(confidence, right, bins)
    return sum(b.questions * abs(b.confidence - b.right) for b in found) / len(confidence)


def brier(confidence: Floats, right: Flags) -> float:
    """The mean squared difference of confidence and outcome (Brier, 1950)."""
    return float(np.mean((confidence - right) ** 2))
