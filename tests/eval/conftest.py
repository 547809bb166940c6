"""What several of these tests are made of: places in two documents, small gold sets, runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.eval.goldset import load
from pincite.eval.measure import scores
from pincite.eval.metrics.characters import Place
from pincite.eval.report import report
from pincite.eval.report.report import Report
from pincite.eval.run import History, Run, evaluate
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.settings import load_settings

Ask = Callable[..., Run]
bounded = settings(max_examples=75)

TEXTS = {
    "birds": (
        "The herring gull eats fish and mussels. Gulls nest on cliffs in spring. "
        "The barn owl hunts mice at night."
    ),
    "ships": (
        "The schooner left Bergen with forty sailors. A storm broke the mainmast near Iceland. "
        "Lamp oil was stored below deck in nine barrels."
    ),
    "bread": "Knead the dough for ten minutes. Bake the loaf at 220 degrees until it is brown.",
}


def place(doc: str, start: int, end: int) -> Place:
    return doc, Span(start, end)


def characters(places: list[Place]) -> set[tuple[str, int]]:
    """The characters of the places, one by one."""
    return {(doc, offset) for doc, span in places for offset in range(span.start, span.end)}


@st.composite
def a_place(draw: st.DrawFn, smallest: int = 0) -> Place:
    start = draw(st.integers(0, 40))
    return place(draw(st.sampled_from("ab")), start, start + draw(st.integers(smallest, 15)))


def places(smallest: int = 0, least: int = 0) -> st.SearchStrategy[list[Place]]:
    """Places that often overlap and touch, of at least ``smallest`` characters each."""
    return st.lists(a_place(smallest), min_size=least, max_size=6)


def evidence(doc: str, said: str, texts: dict[str, str] = TEXTS) -> dict[str, Any]:
    """Evidence as a line of a gold set has it."""
    start = texts[doc].index(said)
    return {"doc": doc, "start": start, "end": start + len(said), "text": said}


def question(id: str, text: str, *found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A question as a gold set has it: answerable if it has evidence, unless ``more`` differs."""
    return {
        "id": id,
        "question": text,
        "answers": [],
        "evidence": list(found),
        "answerable": bool(found),
        **more,
    }


def documents(texts: dict[str, str] = TEXTS) -> list[dict[str, Any]]:
    return [{"id": id, "title": id.title(), "text": text} for id, text in texts.items()]


OWL = question(
    "owl",
    "What does the barn owl hunt?",
    evidence("birds", "The barn owl hunts mice at night."),
    answers=["mice"],
    split="dev",
    kind="fact",
)
SHIP = question(
    "ship",
    "How many sailors left Bergen?",
    evidence("ships", "The schooner left Bergen with forty sailors."),
    answers=["forty"],
    split="dev",
    kind="fact",
)
SCOPED = question(
    "scoped",
    "What was stored in the barrels?",
    evidence("ships", "Lamp oil was stored below deck in nine barrels."),
    answers=["Lamp oil"],
    scope_doc="ships",
    split="test",
)
TALK = question(
    "talk",
    "How long is the dough kneaded?",
    evidence("bread", "Knead the dough for ten minutes."),
    answers=["ten minutes"],
    history=[
        {"role": "user", "text": "What is bread?"},
        {"role": "assistant", "text": "A loaf."},
    ],
    split="test",
)
STORED = "Lamp oil was stored below deck in nine barrels."
FOLLOWS = question(
    "follows",
    "And where is that?",
    evidence("ships", STORED),
    history=[{"role": "user", "text": "How was the lamp oil stored?"}],
)
THANKED = question(
    "thanked",
    "And where is that?",
    evidence("ships", STORED),
    history=[
        {"role": "user", "text": "How was the lamp oil stored?"},
        {"role": "agent", "text": "In nine barrels."},
        {"role": "user", "text": "Thanks!"},
        {"role": "agent", "text": "You are welcome."},
    ],
)
TOLD = question(
    "told",
    "Where is it?",
    evidence("ships", STORED),
    history=[
        {"role": "user", "text": "What is so?"},
        {"role": "agent", "text": "The lamp oil in the barrels."},
    ],
)
WHOLE = question(
    "whole", "Which gull eats mussels?", answerable=True, relevant_docs=["birds"], split="dev"
)
NOWHERE = question("nowhere", "Who painted the ceiling?", kind="near miss", split="dev")
NEVER = question("never", "What colour is the captain's parrot?", kind="near miss", split="test")
QUESTIONS = [OWL, SHIP, SCOPED, TALK, WHOLE, NOWHERE, NEVER]


def write_lines(file: Path, values: list[Any]) -> None:
    """One value a line; a string stands there as it is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [value if isinstance(value, str) else json.dumps(value) for value in values]
    file.write_text("".join(line + "\n" for line in lines), "utf-8")


def write_gold(
    folder: Path, questions: list[Any] | None = None, corpus: list[Any] | None = None
) -> Path:
    """A gold set's two files, unchecked."""
    write_lines(folder / "corpus.jsonl", documents() if corpus is None else corpus)
    write_lines(folder / "questions.jsonl", QUESTIONS if questions is None else questions)
    return folder


def run_of(
    folder: Path,
    questions: list[Any] | None = None,
    texts: dict[str, str] = TEXTS,
    library: Path | None = None,
    history: History = "all",
    write: bool = False,
    **overrides: Any,
) -> Run:
    """Ask a small gold set, made in ``folder``, with hashed words."""
    gold = load(write_gold(folder, questions, documents(texts)))
    settings = load_settings(embedder="hashing", **overrides)
    return evaluate(gold, settings, HashingEmbedder(), library, history=history, write=write)


def report_of(run: Run) -> Report:
    return report.report(run, scores(run))


@pytest.fixture
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """``run_of`` in a folder of its own."""

    def asked(*arguments: Any, **more: Any) -> Run:
        return run_of(tmp_path_factory.mktemp("asked") / "small", *arguments, **more)

    return asked


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All of ``QUESTIONS``, asked once for a whole file of tests."""
    return run_of(tmp_path_factory.mktemp("asked") / "small")
