"""The fit of the check: no sign speaks for a sentence, and honest ones stay."""

from __future__ import annotations

import pytest

from pincite.eval.claims.answers import FILES, answers
from pincite.eval.claims.fit import ClaimSet, fit
from pincite.eval.claims.planted import planted
from pincite.retrieval.writing.signs import SIGNS
from pincite.retrieval.writing.support import Support


@pytest.fixture(scope="module")
def model() -> Support:
    sets = [
        ClaimSet("program", list(planted(40)), 0.3, holds=False),
        ClaimSet("by hand", answers(FILES[0])[:150], 1.0, holds=True),
    ]
    return fit(sets, None, most=0.05)


def test_no_sign_speaks_for_a_sentence(model: Support) -> None:
    assert model.embedder == ""
    assert 0 < len(model.model.weights) <= len(SIGNS)
    assert all(weight < 0 for weight in model.model.weights.values())


def test_of_the_sets_that_hold_few_honest_sentences_are_not_shown(model: Support) -> None:
    shown, of_all = model.about["shown_left_out"]["by hand"]["honest"]
    assert shown >= 0.95 * of_all


def test_it_says_how_many_of_each_kind_are_shown(model: Support) -> None:
    number = model.about["shown_left_out"]["program"]["number"]
    assert 0 <= number[0] < number[1]


def test_it_is_read_as_it_was_written(model: Support) -> None:
    assert Support.from_json(model.to_json()) == model
