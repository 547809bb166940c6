"""Pincite beside others: what is there is measured alike, and what is not is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from pincite.corpus.errors import UsageError
from pincite.eval.bench import peers
from pincite.eval.bench.peer_pipelines import measure
from pincite.eval.bench.peers import Comparison, Peer, compare, show

OURS = Peer("Pincite", {"pincite": "1"}, 90, 3000.0, 50.0, 60.0, 200.0)
THEIRS = Peer("LangChain", {"langchain-community": "2"}, 40, 1000.0, 40.0, None, 700.0)
FOUND = Comparison(30_000, 5, "all-MiniLM-L6-v2", (OURS, THEIRS), ("Chroma",))


class Pipeline:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ingest(self, files: Sequence[Path]) -> int:
        return len(files)

    def search(self, question: str) -> None:
        self.asked.append(question)


def test_each_question_is_asked_once_after_a_first_that_does_not_count() -> None:
    pipeline = Pipeline()
    found = measure(pipeline, [Path("a.txt")], ["who", "what"])
    assert pipeline.asked == ["who", "who", "what"]
    assert (found["pieces"], found["answer_cpu_ms"]) == (1, None)
    assert found["ingest_cpu_s"] >= 0 <= found["search_cpu_ms"]


def test_the_json_is_flat_and_has_the_ratio_to_each() -> None:
    written = json.loads(json.dumps(FOUND.to_json()))
    assert written["missing"] == ["Chroma"]
    assert [peer["pincite_ratio"] for peer in written["peers"]] == [1.0, 3.0]
    assert written["peers"][1]["answer_cpu_ms"] is None


def test_the_table_names_who_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda module: None)
    console = Console(width=120, record=True)
    show(console, FOUND)
    said = console.export_text()
    assert "Chroma is not measured: not installed (chromadb, langchain-text-splitters)" in said
    assert "3.00×" in said


def test_who_is_not_installed_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Gulls nest.", "utf-8")
    monkeypatch.setattr(peers, "find_spec", lambda module: None)
    found = compare([tmp_path / "a.txt"], ["who"], "hashing", names=("Chroma", "txtai"))
    assert (found.peers, found.missing) == ((), ("Chroma", "txtai"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"name files of UTF-8 text"):
        compare([tmp_path / "a.txt"], ["who"], "hashing")


@pytest.mark.slow
def test_pincite_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Gulls nest on cliffs.\n\n" * 50, "utf-8")
    (ours,) = compare([tmp_path / "a.txt"], ["Where?"], "hashing", names=("Pincite",)).peers
    assert ours.pieces > 0 < ours.characters_a_cpu_s
    assert ours.answer_cpu_ms is not None


@pytest.mark.slow
def test_a_pipeline_that_fails_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Gulls nest.", "utf-8")
    with pytest.raises(UsageError, match=r"Pincite failed with exit code 1: .*no-such-model"):
        compare(
            [tmp_path / "a.txt"], ["Where?"], str(tmp_path / "no-such-model"), names=("Pincite",)
        )
