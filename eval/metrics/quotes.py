"""Are the quotes the right ones, no more and no less?"""

from __future__ import annotations

from collections.abc import Sequence

from pincite.eval.metrics.characters import Place, shared, size


def hits(quote: Place, evidence: Place) -> bool:
    """Whether a quote shares at least half of the shorter one's characters with the evidence.

    >>> from pincite.corpus.types import Span
    >>> hits(("a", Span(0, 40)), ("a", Span(38, 42))), hits(("a", Span(0, 40)), ("a", Span(39, 42)))
    (True, False)
    """
    return 2 * shared([quote], [evidence]) >= min(len(quote[1]), len(evidence[1])) > 0


def quote_hit(quotes: Sequence[Place], evidence: Sequence[Place], k: int) -> float:
    """1.0 if any of the first ``k`` quotes hits any of the evidence, else 0.0."""
    return float(any(hits(quote, place) for quote in quotes[:k] for place in evidence))


def overlap(quotes: Sequence[Place], evidence: Sequence[Place]) -> tuple[float, float, float]:
    """Precision, recall and intersection over union, in characters of the two unions.

    Without quotes all three are zero. ``evidence`` has at least one place.
    """
    both, shown, wanted = shared(quotes, evidence), size(quotes), size(evidence)
    return (both / shown if shown else 0.0, both / wanted, both / (shown + wanted - both))
