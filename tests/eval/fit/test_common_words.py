"""The words that are no names: the packaged file is what the command makes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.fit.common_words import FILE, common_words
from tests.conftest import Pincite


def test_the_packaged_file_is_what_the_command_makes(pincite: Pincite, tmp_path: Path) -> None:
    made = tmp_path / "words.txt"
    run = pincite("eval", "words", "--out", made)
    assert run.code == 0
    assert made.read_text("utf-8") == FILE.read_text("utf-8")
    assert run.stdout == f"{len(made.read_text('utf-8').split()):,} words written to {made}\n"


def test_a_folder_that_is_missing_is_named_before_the_work(
    pincite: Pincite, tmp_path: Path
) -> None:
    run = pincite("eval", "words", "--out", tmp_path / "none" / "words.txt")
    assert run.code == 2
    assert "cannot be written: name a file in a folder that exists" in run.stderr


@given(st.lists(st.text("aB, ."), max_size=5))
def test_the_words_are_sorted_in_small_letters_and_do_not_depend_on_the_order_of_texts(
    texts: list[str],
) -> None:
    found = common_words(texts)
    assert found == sorted({word.lower() for word in found})
    assert common_words(texts[::-1]) == found


def test_what_mostly_stands_with_a_capital_is_left_out() -> None:
    texts = ["We met will and Will and Will.", "There is a will, a way and a way."]
    assert common_words(texts) == ["a", "and", "way"]
