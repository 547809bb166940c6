"""What larger libraries take is worked out from what was measured, and the page says so."""

from __future__ import annotations

from typing import Any

import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.report.performance_page import read
from pincite.eval.report.scale_page import SIZES, Prices, costs_of, page
from tests.deploy.dockerfile import ROOT

FREE = Prices(0, 0)


def row(passages: int, **changed: float) -> dict[str, Any]:
    """One measured size at which each passage costs one of everything."""
    base = {
        "kind": "shared",
        "passages": passages,
        "put_cpu_s": passages / 1000,
        "publish_cpu_s": passages / 500,
        "add_cpu_s": 0.1,
        "open_cpu_s": passages / 10_000,
        "search_p50_cpu_ms": passages**0.5,
        "ask_p50_cpu_ms": 100 + passages**0.5,
        "memory_mib": 200 + passages / 1000,
        "disk_mb": passages / 100,
    }
    return {**base, **changed}


def figures(*sizes: dict[str, Any]) -> dict[str, Any]:
    own = {"name": "Pincite", "characters_a_cpu_s": 1000.0, "pieces": 10}
    return {
        "peers": {"figures": {"characters": 2000, "peers": [own, {"name": "other"}]}},
        "shared": {"measured": "2026-11-30", "figures": {"shared": [*sizes]}},
    }


MEASURED = figures(row(10_000), row(100_000), row(100_000, kind="local", disk_mb=1.0))


def test_costs_go_on_as_they_were_measured() -> None:
    costs = costs_of(MEASURED)
    assert costs.embed_cpu_s == pytest.approx(0.2)  # 2,000 characters in 2 s, ten passages
    assert costs.put_cpu_s(10**6) == pytest.approx(1000)
    assert costs.memory_mib(10**6) == pytest.approx(1200)
    assert costs.search_ms(10**8) == pytest.approx(10**4)
    assert costs.ask_cpu_ms(10**8) == pytest.approx(100 + 10**4)


def test_of_a_cost_that_fell_from_one_size_to_the_next_nothing_is_said() -> None:
    fell = figures(row(10_000, memory_mib=300), row(100_000, memory_mib=200))
    text = page(fell, FREE)
    assert "| memory of a server, GiB | not known | not known | not known |" in text
    assert text.rstrip().endswith("| a server takes 64 GiB of memory | not known |")


def test_the_page_has_each_size_what_it_costs_and_what_breaks_first() -> None:
    text = page(MEASURED, Prices(core_hour=2, gb_month=3))
    assert all(f"{size:,}" in text for size in SIZES)
    assert "| read, cut and embed, core hours | 56 | 5,556 | 55,556 |" in text
    assert "| … money | 111.11 | 11,111.11 | 111,111.11 |" in text
    assert "| … money a month | 30.00 | 3,000.00 | 30,000.00 |" in text
    assert text.index("opening takes 60 CPU s") < text.index("a search takes 1 CPU s")
    assert "| opening takes 60 CPU s | 600,000 |" in text
    assert "| adding a document takes 60 CPU s | never |" in text
    assert "up to\n100,000 passages" in text


@pytest.mark.parametrize(
    "lacking", [{}, figures(row(10_000)), {"shared": MEASURED["shared"]}, {"peers": {}}]
)
def test_figures_that_lack_a_benchmark_are_refused_with_the_commands(lacking: Any) -> None:
    with pytest.raises(UsageError, match="bench-shared"):
        page(lacking, FREE)


def test_the_committed_page_is_what_its_figures_give() -> None:
    committed = read(ROOT / "docs" / "performance.json")
    text = (ROOT / "docs" / "scale.md").read_text("utf-8")
    assert text == page(committed, Prices(core_hour=0.04, gb_month=0.025))
