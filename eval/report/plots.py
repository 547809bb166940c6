"""Plots as captioned inline SVG: small, self-contained, readable in light and dark."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.corpus.counts import counted

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 420, 300, 52, 16, 16, 44

Point = tuple[float, float]


def risk_coverage(points: Sequence[Point]) -> str:
    """The risk among the answered questions over the share that is answered."""
    line = _path(points)
    return _plot(
        "Risk and coverage",
        "share of questions answered",
        "share of wrong answers among them",
        f'<path d="{line}" class="curve"/>' if points else "",
    )


def reliability(bins: Sequence[tuple[float, float, int]]) -> str:
    """Share right over mean confidence, a dot a bin; on the diagonal confidence keeps its word.

    Args:
        bins: mean confidence, share right, questions.
    """
    most = max((n for _, _, n in bins), default=1)
    dots = "".join(
        f'<circle cx="{_x(confidence):.1f}" cy="{_y(right):.1f}" r="{3 + 4 * n / most:.1f}" '
        f'class="dot"><title>{counted(n, "question")}: confidence '
        f"{confidence:.2f}, right {right:.2f}</title>"
        "</circle>"
        for confidence, right, n in bins
    )
    diagonal = f'<path d="{_path([(0, 0), (1, 1)])}" class="ideal"/>'
    return _plot("Reliability", "confidence", "share right", diagonal + dots)


def _plot(title: str, x_name: str, y_name: str, marks: str) -> str:
    ticks = [i / 5 for i in range(6)]
    grid = "".join(
        f'<line x1="{_x(t):.1f}" y1="{_y(0):.1f}" x2="{_x(t):.1f}" y2="{_y(1):.1f}" class="grid"/>'
        f'<line x1="{_x(0):.1f}" y1="{_y(t):.1f}" x2="{_x(1):.1f}" y2="{_y(t):.1f}" class="grid"/>'
        f'<text x="{_x(t):.1f}" y="{_y(0) + 16:.1f}" text-anchor="middle">{t:.1f}</text>'
        f'<text x="{_x(0) - 8:.1f}" y="{_y(t) + 4:.1f}" text-anchor="end">{t:.1f}</text>'
        for t in ticks
    )
    names = (
        f'<text x="{_x(0.5):.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{x_name}</text>'
        f'<text transform="translate(14 {_y(0.5):.1f}) rotate(-90)" text-anchor="middle">{y_name}'
        "</text>"
    )
    return (
        f"<figure><figcaption>{title}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        f"{grid}{names}{marks}</svg></figure>"
    )


def _path(points: Sequence[Point]) -> str:
    return "M" + " L".join(f"{_x(x):.1f} {_y(y):.1f}" for x, y in points)


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
