"""A shared library beside a local one: what is measured, printed and taken into the pages."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from pincite.eval.bench.shared import StoreCosts
from tests.conftest import Pincite

SIZE = ("--passages", 40)


def test_both_kinds_of_library_are_measured_and_taken_into_the_pages(
    pincite: Pincite, tmp_path: Path
) -> None:
    report = tmp_path / "shared.json"
    run = pincite("eval", "bench-shared", *SIZE, "--json", report)
    assert run.code == 0, run.stderr
    measured = json.loads(report.read_text())["shared"]
    assert [(one["kind"], one["passages"]) for one in measured] == [
        (kind, 40) for kind in ("shared", "local")
    ]
    for one in measured:
        assert one.keys() == {field.name for field in fields(StoreCosts)}
        assert one["documents"] * 20 == one["passages"]  # those that were added are gone again
        assert min(one["ask_p50_ms"], one["memory_mib"], one["disk_mb"], one["search_p50_ms"]) > 0
    assert "40, shared" in run.stdout

    figures = tmp_path / "performance.json"
    figures.write_text("{}")
    assert pincite("eval", "performance", figures, f"shared={report}").code == 0
    assert "## A shared library" in figures.with_suffix(".md").read_text()
    refused = pincite("eval", "scale", figures)
    assert refused.code == 2
    assert "bench-peers" in refused.stderr


@pytest.mark.slow
def test_a_soak_tells_of_commits_questions_and_memory(pincite: Pincite, tmp_path: Path) -> None:
    report = tmp_path / "soak.json"
    run = pincite("eval", "soak", "--minutes", "0.2", "--json", report)
    found = json.loads(report.read_text())
    assert found["commits"] > 2
    assert found["failed"] == []
    for who in ("server", "writer"):
        assert len(found[f"{who}_mib"]) == 3
        assert len(found[f"{who}_files"]) == 3
    assert "commits and" in run.stdout
