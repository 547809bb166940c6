"""The page on time and memory is made from the benchmarks' figures, and from nothing else."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.errors import UsageError
from pincite.eval.bench.cold import Start, to_json
from pincite.eval.report import performance_page as performance
from pincite.eval.report.growth_plot import growth_plot

DAY, LATER = date(2026, 11, 24), date(2026, 11, 26)
DOCS = Path(__file__).resolve().parents[3] / "docs"
STARTS = [Start("ask", 1.31, 240.0, 800, ()), Start("ask", 1.22, 250.0, 801, ("torch",))]
positive = st.floats(min_value=1e-3, max_value=1e9)
line = st.lists(st.tuples(positive, positive), min_size=1, max_size=5)


def test_the_page_and_its_plots_have_not_drifted_from_their_figures() -> None:
    figures = performance.read(DOCS / "performance.json")
    assert (DOCS / "performance.md").read_text("utf-8") == performance.page(figures)
    for name, plot in performance.plots(figures).items():
        assert (DOCS / "images" / name).read_text("utf-8") == plot


def test_the_committed_page_has_every_part() -> None:
    figures = performance.read(DOCS / "performance.json")
    assert set(figures) == {"cold", "growth", "peers", "api", "shared"}
    assert set(performance.plots(figures)) == set(performance.PLOTS)


def test_of_the_starts_of_a_command_the_least_time_and_the_most_memory_are_shown(
    tmp_path: Path,
) -> None:
    figures = performance.take_in({}, [("cold", to_json(STARTS))], DAY)
    file = tmp_path / "performance.json"
    performance.write(figures, file)
    assert performance.read(file) == figures
    page = file.with_suffix(".md").read_text("utf-8")
    assert "| `pincite ask` | 1.22 | 250 | 801 | torch |" in page
    assert "`pincite eval bench-cold`, 2026-11-24, " in page


def test_a_later_measurement_takes_the_place_of_the_earlier() -> None:
    first = performance.take_in({}, [("cold", to_json(STARTS))], DAY)
    second = performance.take_in(first, [("cold", to_json(STARTS[:1]))], LATER)
    assert "| `pincite ask` | 1.31 | 240 | 800 | none |" in performance.page(second)
    assert "2026-11-24" not in performance.page(second)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("speed", {}, "use cold, growth, peers, api"),
        ("cold", {"starts": [{}]}, "pincite eval bench-cold --json FILE"),
        ("growth", [], "pincite eval bench-growth --json FILE"),
    ],
)
def test_figures_of_another_form_are_refused(name: str, value: object, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        performance.take_in({}, [(name, value)], DAY)


@pytest.mark.parametrize("content", ["{", "7"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "performance.json").write_text(content)
    with pytest.raises(UsageError, match="cannot be read"):
        performance.read(tmp_path / "performance.json")


@given(st.dictionaries(st.text("ab<&> ", min_size=1, max_size=8), line, min_size=1, max_size=6))
def test_any_lines_stay_inside_the_paper(lines: dict[str, list[tuple[float, float]]]) -> None:
    svg = ElementTree.fromstring(growth_plot("Time", "passages", "seconds", lines))
    circles = svg.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == sum(len(points) for points in lines.values())
    for circle in circles:
        assert 64 <= float(circle.attrib["cx"]) <= 410
        assert 44 <= float(circle.attrib["cy"]) <= 272


def test_no_two_names_of_lines_touch() -> None:
    svg = growth_plot("Time", "passages", "s", {"a": [(1, 5)], "b": [(1, 5)], "c": [(1, 5)]})
    texts = ElementTree.fromstring(svg).findall("{http://www.w3.org/2000/svg}text")
    heights = sorted(float(text.attrib["y"]) for text in texts if text.text in {"a", "b", "c"})
    assert min(b - a for a, b in pairwise(heights)) >= 14
