"""A plot of how costs grow with the library: both axes logarithmic, as an SVG file of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

Point = tuple[float, float]

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 560, 320, 64, 44, 150, 48
_INK, _GRID, _PAPER = "#24292f", "#d8dee4", "#ffffff"  # the page is read in light and in dark
_COLOURS = ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#57606a", "#bf3989")
_LABEL_GAP = 14  # between the names of two lines that end close together


def growth_plot(title: str, x_name: str, y_name: str, lines: Mapping[str, Sequence[Point]]) -> str:
    """An SVG of these lines, each named at its right end.

    Where a line climbs as steeply as the grid's diagonal, the cost grows as fast as the library.

    Args:
        title: above the plot.
        x_name: what the horizontal axis counts.
        y_name: what the vertical axis measures, with its unit.
        lines: by name, the points of each, in order; all numbers above zero.
    """
    points = [point for line in lines.values() for point in line]
    across = _Axis.over([x for x, _ in points], _LEFT, _WIDTH - _RIGHT)
    up = _Axis.over([y for _, y in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>',
        _text(_LEFT, 22, title, "start", bold=True),
        *(_column(tick, across.place(tick), up) for tick in across.ticks()),
        *(_row(tick, up.place(tick), across) for tick in up.ticks()),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, x_name, "middle"),
        f'<g transform="translate(16 {(_TOP + _HEIGHT - _BOTTOM) / 2:.0f}) rotate(-90)">'
        f"{_text(0, 0, y_name, 'middle')}</g>",
    ]
    ends = _apart({name: up.place(line[-1][1]) for name, line in lines.items()})
    for (name, line), colour in zip(lines.items(), _COLOURS, strict=False):
        places = [(across.place(x), up.place(y)) for x, y in line]
        parts += [
            f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}" fill="none" '
            f'stroke="{colour}" stroke-width="2"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places),
            _text(_WIDTH - _RIGHT + 10, ends[name] + 4, name, "start", colour=colour),
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12">\n<title>{escape(title)}</title>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class _Axis:
    """A logarithmic axis from one power of ten to another, between two places on the paper."""

    def __init__(self, low: int, high: int, first: float, last: float) -> None:
        self._low, self._high, self._first, self._last = low, high, first, last

    @classmethod
    def over(cls, values: Sequence[float], first: float, last: float) -> _Axis:
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), first, last)

    @property
    def ends(self) -> tuple[float, float]:
        return self._first, self._last

    def place(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._first + share * (self._last - self._first)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def _column(tick: float, x: float, up: _Axis) -> str:
    bottom, top = up.ends
    return _line(x, bottom, x, top) + _text(x, bottom + 18, _number(tick), "middle")


def _row(tick: float, y: float, across: _Axis) -> str:
    left, right = across.ends
    return _line(left, y, right, y) + _text(left - 8, y + 4, _number(tick), "end")


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_GRID}"/>'


def _text(
    x: float, y: float, text: str, anchor: str, *, colour: str = _INK, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """The same heights, from the top down, moved down where two would touch."""
    placed: dict[str, float] = {}
    last = -math.inf
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        last = max(height, last + _LABEL_GAP)
        placed[name] = last
    return placed
