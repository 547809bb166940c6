"""What it takes to start a command is measured in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from pincite.corpus.errors import UsageError
from pincite.eval.bench import cold
from pincite.eval.bench.cold import HEAVY, Start, bench, show
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder


@pytest.fixture(autouse=True)
def _hashed_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_EMBEDDER", "hashing")


@pytest.mark.slow
def test_each_start_of_each_command_is_measured_and_shown() -> None:
    told: list[str] = []
    commands = (("--help",), ("ask", cold.QUESTION))
    starts = bench(HashingEmbedder(), 2, commands, lambda doing, done, total: told.append(doing))
    assert [start.command for start in starts] == ["--help", "--help", "ask", "ask"]
    assert told == ["starting commands"] * 2
    help_, _, ask, _ = starts
    assert help_.cpu_seconds > 0
    assert 5 < help_.peak_mib < ask.peak_mib
    assert 50 < help_.modules < ask.modules
    assert {start.heavy for start in starts} == {()}
    console = Console(width=120, record=True)
    show(console, starts)
    lines = console.export_text().splitlines()
    assert [line.split()[0] for line in lines] == ["command", "--help", "ask"]
    assert lines[1].split()[3] == str(help_.modules)


def test_a_server_is_measured_until_it_is_ready() -> None:
    (start,) = bench(HashingEmbedder(), 1, (("serve",),))
    assert start.modules > 500
    assert set(start.heavy) <= set(HEAVY)


def test_the_least_seconds_and_the_most_memory_of_all_rounds_count() -> None:
    console = Console(width=120, record=True)
    show(console, [Start("ask", 2.0, 300.0, 9, ("torch",)), Start("ask", 1.5, 290.0, 9, ())])
    assert console.export_text().splitlines()[1].split() == ["ask", "1.50", "300", "9", "torch"]


def test_a_command_that_fails_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"`pincite show nothing` failed .*nothing"):
        bench(HashingEmbedder(), 1, (("show", "nothing"),))
