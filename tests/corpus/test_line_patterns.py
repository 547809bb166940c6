"""One table of list marks: what opens an item, and what only looks like it."""

from __future__ import annotations

import pytest

from pincite.corpus.line_patterns import BULLET, ITEM, LETTERED, row_cells

SIGNS = list("-*+•·‣◦○●■□▪➢➤✓✔☐☑☒–")
NUMBERS = ["1.", "12)", "(3)", "a.", "a)", "B)", "(c)", "(C)", "iv.", "iv)", "(iv)", "IV)"]


@pytest.mark.parametrize("mark", SIGNS)
@pytest.mark.parametrize("blanks", ["", "   ", "\t"])
def test_a_sign_opens_an_item_wherever_it_begins_a_line(mark: str, blanks: str) -> None:
    assert BULLET.match(f"{blanks}{mark} gulls")
    assert ITEM.match(f"{blanks}{mark} gulls")


@pytest.mark.parametrize("mark", [*NUMBERS, "—", "[ ]", "[x]", "- [x]", "1.1.", "1.1.1)"])
def test_a_number_a_letter_or_a_box_opens_an_item(mark: str) -> None:
    match = ITEM.match(f"{mark} gulls")
    assert match
    assert match[0] == f"{mark} "


@pytest.mark.parametrize("line", ["1.1 Notice", "3.2.1 The notice", "2.4 “Notice”"])
def test_a_number_of_several_parts_opens_an_item_before_a_title(line: str) -> None:
    assert ITEM.match(line)


@pytest.mark.parametrize(
    "line",
    [
        *("A. Smith came", "I. Newton", "IV. Of ships"),  # told by the lines beside them
        *("1984. A year", "1.5 million", "3.5 GB of it", "i. e. gulls", "z. B. gulls", "a gull"),
        *("-5 degrees", "1.gull", "(see above) it", "(2019) it", "mixed. It", "*bold* words"),
    ],
)
def test_prose_that_begins_like_an_item_is_none(line: str) -> None:
    assert not ITEM.match(line)


def test_a_capital_letter_may_open_an_item() -> None:
    assert LETTERED.match("A. Gulls")
    assert LETTERED.match("IV. Gulls")
    assert not LETTERED.match("Dr. Gull")


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a |  | c |", ["a", "", "c"]),
        ("a | b", ["a", "b"]),
        ("b | c |", ["b", "c"]),  # the second part of a row
        ("c |", ["c"]),
        ("a\tb", ["a", "b"]),
        ("a b", ["a b"]),
    ],
)
def test_the_cells_of_a_row(row: str, cells: list[str]) -> None:
    assert row_cells(row) == cells
