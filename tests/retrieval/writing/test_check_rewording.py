"""What the check makes of other words for what stands between two words of a quote."""

from __future__ import annotations

import pytest

from pincite.retrieval.writing.check import check
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.types import Draft

QUOTE = Evidence("The gate opens at noon.\nAfter three wrong codes wait for ten minutes.")


def missing(sentence: str) -> tuple[str, ...]:
    return check(Draft(sentence, (1,)), [QUOTE], "").missing


def test_words_between_two_that_stand_side_by_side_in_a_line_are_other_words_for_it() -> None:
    assert missing("After three failed attempts people should wait for ten minutes.") == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Wait for ten minutes, since burglars failed three attempts.",  # in another order
        "The gate failed several attempts after three wrong codes.",  # in another line
        "After three wrong codes wait for ten minutes, since burglars often guess.",  # at the end
    ],
)
def test_what_stands_anywhere_else_is_missing(sentence: str) -> None:
    assert missing(sentence)
