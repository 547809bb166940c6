"""Spans of a passage are marked wherever they stand, and none is looked for among all of them."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.ui.web.ask.passage import Layer, marked

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda p: (p[0], sum(p))))


@given(SPANS, st.integers(0, 30), st.integers(1, 9))
def test_all_spans_that_overlap_are_near(
    spans: list[tuple[int, int]], start: int, length: int
) -> None:
    here = Span(start, start + length)
    near = list(Layer("b", spans).near(here.start, here.end))
    assert near == sorted(near)
    overlapping = [span for span in sorted(spans) if Span(*span).overlaps(here)]
    assert [span for span in near if Span(*span).overlaps(here)] == overlapping


@given(SPANS, SPANS, st.text("ab <&\n", max_size=30), st.integers(0, 9))
def test_each_character_is_shown_once_in_the_elements_of_its_spans(
    outer: list[tuple[int, int]], inner: list[tuple[int, int]], text: str, at: int
) -> None:
    shown, inside = [], set[str]()
    for piece in re.findall(
        "<[^>]+>|&[^;]+;|.", marked(text, at, Layer("i", outer), Layer("b", inner)), re.S
    ):
        if piece.startswith("<"):
            inside ^= {piece.strip("</>")}
        else:
            shown.append((html.unescape(piece), frozenset(inside)))
    layers = {"i": outer, "b": inner}
    assert shown == [
        (sign, frozenset(tag for tag, spans in layers.items() if any(s <= i < e for s, e in spans)))
        for i, sign in enumerate(text, at)
    ]


def test_what_is_near_does_not_grow_with_the_spans() -> None:
    spans = [(start, start + 1) for start in range(0, 20_000, 2)]
    assert len(Layer("b", spans).near(10_000, 10_010)) == 5
