"""Floors of the check of written answers: planted claims that pass, honest sentences struck."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pincite.eval.claims import Kind, Outcome, Source, claims, outcomes, sources, verdict

LESSONS = Path("eval/lessons")


@pytest.fixture(scope="module")
def found() -> dict[Kind, Outcome]:
    lines = [
        line
        for file in sorted(Path(__file__).parents[2].joinpath(LESSONS).glob("lessons-*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    every = list(sources(lines))
    return {one.kind: one for one in outcomes(claims(random.Random(7).sample(every, 500)))}


@pytest.mark.parametrize(
    ("kind", "most"), [("number", 0.03), ("name", 0.05), ("negation", 0.10), ("clause", 0.05)]
)
def test_few_planted_claims_are_shown_as_supported(
    found: dict[Kind, Outcome], kind: Kind, most: float
) -> None:
    assert found[kind].claims >= 100
    assert found[kind].supported <= most * found[kind].claims


def test_few_sentences_of_the_quotes_themselves_are_struck(found: dict[Kind, Outcome]) -> None:
    assert found["honest"].claims == 500
    assert found["honest"].supported >= 0.99 * 500


def test_each_kind_is_planted_in_what_has_room_for_it() -> None:
    texts = [
        "The hall seats 120 people and was built in Porto, which the mayor praised loudly twice.",
        "Guests must tell Lydia before dusk because the garden gate closes early every Sunday.",
    ]
    planted = list(claims([Source("What about it?", text, text) for text in texts], seed=3))
    assert {claim.kind for claim in planted} == {"honest", "number", "name", "negation", "clause"}
    assert {claim.kind for claim in planted if verdict(claim) == "supported"} == {"honest"}
