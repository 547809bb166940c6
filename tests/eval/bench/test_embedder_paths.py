"""The same questions by ONNX Runtime and by torch: what is compared, shown and refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from pincite.corpus.errors import ModelError
from pincite.eval.bench import embedder_paths
from pincite.eval.bench.embedder_paths import ComparedSet, Pair, agree, compare, show
from pincite.eval.goldset import GoldSet, Question, bundled
from pincite.eval.run import Given, Outcome
from pincite.retrieval.settings import load_settings

QUESTION = Question("q1", "Who hunts mice?", (), (), answerable=True)
OWL = Outcome(QUESTION, True, True, 0.8, (Given("birds", 3, 9, "an owl"),))


def shown(*sets: ComparedSet) -> str:
    console = Console(width=200, record=True)
    show(console, sets)
    return console.export_text()


@pytest.mark.parametrize(
    ("other", "is_equal", "agrees"),
    [
        (OWL, True, True),
        (replace(OWL, confidence=0.8099), True, True),
        (replace(OWL, confidence=0.7901), True, True),
        (replace(OWL, confidence=0.7899), True, False),
        (replace(OWL, quotes=()), False, False),
        (replace(OWL, quotes=(replace(OWL.quotes[0], end=8),)), False, False),
        (replace(OWL, answered=False), False, False),
        (Outcome(QUESTION, error="the disk is full"), False, False),
    ],
)
def test_two_answers_agree_in_quotes_level_and_confidence(
    other: Outcome, is_equal: bool, agrees: bool
) -> None:
    pair = Pair(OWL, other)
    assert (pair.is_equal, pair.agrees) == (is_equal, agrees)
    compared = ComparedSet("birds", (Pair(OWL, OWL), pair))
    assert agree([compared]) is agrees
    assert ("birds: q1: 'Who hunts mice?'" in shown(compared)) is not agrees


def test_each_set_and_all_of_them_have_a_line_with_what_is_furthest_apart() -> None:
    near, far = replace(OWL, confidence=0.801), replace(OWL, confidence=0.5)
    some = ComparedSet("birds", (Pair(OWL, near), Pair(OWL, OWL)))
    lines = shown(some, ComparedSet("ships", (Pair(OWL, far),))).splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["birds", "2", "2", "0.0010"],
        ["ships", "1", "1", "0.3000"],
        ["all", "3", "3", "0.3000"],
    ]
    assert "0.8000 with birds 3-9 by ONNX Runtime, 0.5000 with birds 3-9 by torch" in lines[4]


def test_of_many_that_differ_the_first_are_shown() -> None:
    compared = ComparedSet("birds", (Pair(OWL, replace(OWL, quotes=())),) * 25)
    assert shown(compared).splitlines()[-1] == "and 5 more"


def test_without_onnx_runtime_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(ModelError, match="there is nothing to compare"):
        compare(GoldSet("none", {}, ()), load_settings(), lambda *_: None)


@pytest.mark.model
@pytest.mark.slow
def test_questions_of_the_article_agree() -> None:
    gold = bundled()
    compared = compare(
        replace(gold, questions=gold.questions[:5]), load_settings(), lambda *_: None
    )
    assert len(compared.pairs) == 5
    assert agree([compared])
    assert embedder_paths.MOST == 0.01
