"""Texts that take too long to cut, or too much memory: each has its reason, none stops others."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import ModelError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Origin, Passage
from pincite.ingest.cutting.passage_file import PassageFile
from pincite.ingest.cutting.passages import segment
from pincite.ingest.files.read import Failed, timeout_key
from pincite.ingest.files.walk import find_sources
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.ingest.processes import child, cutter
from pincite.ingest.processes.cutter import Cutter
from pincite.ingest.storing import Stopped
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import read_markdown
from tests.ingest.test_pipeline import outcomes
from tests.retrieval.conftest import make_document

EMBEDDER = HashingEmbedder()
ORIGIN = Origin("0" * 64, 9, 1, "text/plain/1", 5)
# Puts readers and cutters under test into the process: what it cuts with stands in this folder.
_BAD_CUTTING = """
import ctypes, time
from pincite.ingest.cutting import passages

usual = passages.passages

def cut(document, embedder, passage_tokens):
    order = document.text.split(maxsplit=1)[0]
    if order == "hang":
        time.sleep(600)
    elif order == "spin":
        while True:
            pass
    elif order == "swell":
        bytearray(3 * 1024**3)
    elif order == "crash":
        ctypes.string_at(0)
    elif order == "fail":
        raise KeyError("colour")
    return usual(document, embedder, passage_tokens)

passages.passages = cut
"""


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short a text is, a process cuts it."""
    monkeypatch.setattr(cutter, "_SHORT", -1)


@pytest.fixture
def bad(apart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process does what a text's first word says."""
    (tmp_path / "sitecustomize.py").write_text(_BAD_CUTTING, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(cutter, "_BY_THE_CLOCK", 1)


def refusal(cut: object) -> Failed:
    assert isinstance(cut, Failed)
    return cut


def passages_of(cut: Collection[Passage] | Failed) -> list[Passage]:
    assert not isinstance(cut, Failed)
    return list(cut)


WORDS = st.sampled_from(
    ["Gull. ", "# Head\n\n", "| a | b |\n", "- item\n", "café😀 ", "\n\n", "1.5 "]
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Cutter]:
    with Cutter(EMBEDDER, 60) as made:
        yield made


@settings(max_examples=25)
@given(st.lists(WORDS, max_size=60).map("".join))
def test_a_process_cuts_as_this_one_does(shared: Cutter, text: str) -> None:
    document = make_document(f"Gulls {text}", "a.txt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutter, "_SHORT", -1)
        assert passages_of(shared.cut(document)) == segment(document, EMBEDDER)


def test_a_long_text_is_cut_in_a_process_and_a_short_one_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []

    class Counted(child.Child):
        def __init__(self, module: str) -> None:
            started.append(module)
            super().__init__(module)

    monkeypatch.setattr(cutter, "Child", Counted)
    with Cutter(EMBEDDER, 60) as cutting:
        cutting.cut(make_document("Gulls nest.", "a.txt"))
        assert started == []
        for _ in range(2):
            cutting.cut(make_document("Gulls nest on cliffs. " * 2000, "b.txt"))
    assert started == ["pincite.ingest.processes.cut_worker"]


@pytest.mark.usefixtures("bad")
def test_each_bad_text_has_its_true_reason_and_the_next_is_cut() -> None:
    texts = ["hang", "Gulls nest.", "fail", "Owls hunt.", "swell", "Owls hunt.", "crash", "Gulls."]
    with Cutter(EMBEDDER, 2) as cutting:
        documents = [make_document(text, f"{n}.txt") for n, text in enumerate(texts)]
        cut = [cutting.cut(replace(document, origin=ORIGIN)) for document in documents]
    assert [isinstance(one, Failed) for one in cut] == [True, False] * 4
    assert "0.txt cannot be taken in: cutting its text into passages took over 2 s" in (
        refusal(cut[0]).reason
    )
    assert refusal(cut[0]).origin == replace(ORIGIN, reader=timeout_key(2))
    assert "could not be cut into passages (KeyError: 'colour')" in refusal(cut[2]).reason
    assert "took over 2 GB of memory" in refusal(cut[4]).reason
    assert "could not be cut into passages (SIGSEGV)" in refusal(cut[6]).reason


@pytest.mark.usefixtures("bad")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_the_limit_counts_what_the_processor_does_and_not_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cutter, "_BY_THE_CLOCK", 10_000)
    with Cutter(EMBEDDER, 0.2) as cutting:
        cut = cutting.cut(replace(make_document("spin", "a.txt"), origin=ORIGIN))
    assert "took over 0.2 s; split it" in refusal(cut).reason
    assert refusal(cut).origin == replace(ORIGIN, reader=timeout_key(0.2))


@pytest.mark.usefixtures("bad")
def test_a_longer_text_has_more_time_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutter, "_CHARACTERS", 3)
    with Cutter(EMBEDDER, 0.5) as cutting:
        cut = cutting.cut(make_document("hang", "a.txt"))
    assert "took over 1 s" in refusal(cut).reason


@pytest.mark.usefixtures("bad")
def test_a_file_that_takes_too_long_to_cut_stops_no_other_and_is_not_tried_again(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in {"a.txt": "Gulls nest.", "b.txt": "hang on", "c.txt": "Owls."}.items():
        (folder / name).write_text(text, "utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        runs = [
            ingest_sources(find_sources([folder]), library, EMBEDDER, options=Options(seconds=s))
            for s in (1, 1)
        ]
        assert library.problems() == []
    assert [sorted(outcomes(run)) for run in runs] == [
        [("a.txt", "added"), ("b.txt", "refused"), ("c.txt", "added")],
        [("a.txt", "unchanged"), ("b.txt", "refused"), ("c.txt", "unchanged")],
    ]
    assert "took over 1 s" in runs[0].refused[0].reason


@pytest.mark.usefixtures("apart")
def test_a_text_of_too_many_passages_is_refused_with_their_number() -> None:
    with Cutter(EMBEDDER, 60, most=3) as cutting:
        cut = cutting.cut(make_document("Gulls nest on cliffs.\n\n" * 200, "a.txt"))
    assert "passages, and a document may have 3; split it" in refusal(cut).reason


@pytest.mark.usefixtures("bad")
def test_it_stops_at_once_when_it_is_to() -> None:
    begun = time.monotonic()
    stopping: Callable[[], bool] = lambda: time.monotonic() > begun + 1  # noqa: E731
    with Cutter(EMBEDDER, 600, stopping) as cutting, pytest.raises(Stopped):
        cutting.cut(make_document("hang", "a.txt"))


@pytest.mark.usefixtures("apart")
def test_a_model_that_cannot_count_is_no_fault_of_the_text() -> None:
    class Broken(HashingEmbedder):
        def count(self, texts: Sequence[str]) -> list[int]:
            raise ModelError("the model is damaged")

    with Cutter(Broken(), 60) as cutting, pytest.raises(ModelError, match="damaged"):
        cutting.cut(make_document("Gulls nest.", "a.txt"))


@pytest.mark.usefixtures("apart")
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_process_that_somebody_ended_is_replaced() -> None:
    with Cutter(EMBEDDER, 60) as cutting:
        document = make_document("Gulls nest.", "a.txt")
        first = passages_of(cutting.cut(document))
        assert cutting._process is not None
        cutting._process._process.kill()
        assert passages_of(cutting.cut(document)) == first


@pytest.mark.usefixtures("apart")
def test_the_passages_of_a_long_text_come_in_messages_of_bounded_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    add = PassageFile.add

    def counted(file: PassageFile, rows: Collection[Any]) -> None:
        sizes.append(len(rows))
        add(file, rows)

    monkeypatch.setattr(PassageFile, "add", counted)
    monkeypatch.setattr(cutter, "_AT_ONCE", 10)
    document = read_markdown("".join(f"# Part {n}\n\nGull {n}.\n\n" for n in range(25)))
    with Cutter(EMBEDDER, 60) as cutting:
        assert passages_of(cutting.cut(document)) == segment(document, EMBEDDER)
    assert sizes == [10, 10, 5]


def test_only_a_long_text_is_cut_ahead_and_none_when_it_is_to_stop() -> None:
    long = make_document("Gulls nest on cliffs. " * 2000, "b.txt")
    with Cutter(EMBEDDER, 60) as cutting:
        assert cutting.ahead(make_document("Gulls nest.", "a.txt")) is None
        cut = cutting.ahead(long)
        assert cut is not None
        assert passages_of(cut) == segment(long, EMBEDDER)
    assert cutting.ahead(long) is None
