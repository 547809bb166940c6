"""The signs that a sentence says more, or other, than its quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.negation import denial
from pincite.retrieval.writing.roles import other_number
from pincite.retrieval.writing.signs import SIGNS, signs
from pincite.retrieval.writing.support import packaged

RULES = (
    "Dogs are welcome on the lawn.\nThe library is open on Mondays.\n"
    "Visitors must not feed the ducks.\nNobody has to pay for the tour."
)
TABLE = "| Event | Time | From |\n| Claim | 90 days | end |\n| Appeal | 60 days | letter |"


def values(sentence: str, quote: str) -> dict[str, float]:
    return dict(signs(sentence, [Evidence(quote)], "", None).values)


@pytest.mark.parametrize("line", RULES.splitlines())
def test_a_line_of_the_quote_itself_has_no_sign(line: str) -> None:
    assert set(values(line, RULES).values()) == {0.0}


@pytest.mark.parametrize(
    ("sentence", "sign"),
    [
        ("Dogs are not welcome on the lawn.", "flipped"),
        ("Visitors must feed the ducks.", "flipped"),
        ("On Mondays you never find the library open.", "added"),
        ("You can feed the ducks.", "lost"),
        ("Dogs are welcome on the lawn, because clever gardeners insist.", "graft"),
        ("Dogs are welcome on the lawn only if wardens agree.", "condition"),
    ],
)
def test_what_is_changed_has_its_sign(sentence: str, sign: str) -> None:
    assert values(sentence, RULES)[sign] > 0


@pytest.mark.parametrize(
    "sentence",
    [
        "You can't feed the ducks.",
        "It is forbidden to feed the ducks.",
        "The tour costs nothing.",
        "If you don't like ducks, the library is open on Mondays.",
    ],
)
def test_a_denial_in_other_words_or_in_a_condition_has_no_sign(sentence: str) -> None:
    found = denial(sentence, [RULES])
    assert (found.added, found.lost) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("sentence", "number"), [("An appeal takes 90 days.", "90"), ("An appeal takes 60 days.", "")]
)
def test_a_number_of_another_row_is_told(sentence: str, number: str) -> None:
    assert other_number(sentence, [Evidence(TABLE)])[1] == number


def test_the_packaged_models_take_signs_that_there_are_and_each_speaks_against() -> None:
    assert "" in packaged()
    for model in packaged().values():
        assert model.model.weights.keys() <= set(SIGNS)
        assert max(model.model.weights.values()) < 0


@given(st.dictionaries(st.sampled_from(SIGNS), st.floats(0, 2)), st.sampled_from(SIGNS))
def test_more_of_a_sign_never_makes_a_sentence_supported(some: dict[str, float], sign: str) -> None:
    model = packaged()[""]
    before = {**dict.fromkeys(SIGNS, 0.0), **some}
    after = {**before, sign: before[sign] + 1}
    assert model.supports(before) or not model.supports(after)
