"""What comes closest where there is no answer: short, whole words, whole rows, each text once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pincite.retrieval.answer import FoundPassage
from pincite.ui.text.closest import LONGEST, closest, excerpt
from pincite.ui.text.table_rows import is_row


@given(st.text(st.sampled_from("ab \n|-\\…"), max_size=600))
def test_an_excerpt_is_a_beginning_of_the_text_and_not_too_long(text: str) -> None:
    short = excerpt(text)
    assert len(short) <= LONGEST + len("\n… |")
    assert (short == text) == (len(text) <= LONGEST)
    if short != text:
        kept = short.removesuffix(" |").rpartition("…")[0]
        assert text.startswith(kept.removesuffix("\n"))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=LONGEST + 1))
def test_no_text_whatever_is_too_long_to_be_shortened(text: str) -> None:
    assert 0 < len(excerpt(text)) <= LONGEST + len("\n… |")


def test_prose_ends_at_a_word() -> None:
    text = "The herring gull eats fish. " * 20
    short = excerpt(text)
    assert short.endswith("…")
    assert text[len(short) - 1] in " ."
    assert LONGEST - 10 < len(short) <= LONGEST + 1


def test_a_word_without_an_end_is_cut() -> None:
    assert excerpt("鴉は夜に鼠を狩る" * 100) == ("鴉は夜に鼠を狩る" * 100)[:LONGEST] + "…"


def test_a_table_ends_at_a_row_and_never_below_its_bare_names() -> None:
    names = "| Class | Late |\n| --- | --- |"
    rows = [f"| Class number {n} of the school | {n} |" for n in range(20)]
    *shown, last = excerpt("\n".join([names, *rows])).split("\n")
    assert last == "…"
    assert shown == [*names.split("\n"), *rows[: len(shown) - 2]]
    long_row = f"| {'word ' * 60}| 7 |"
    cut, last = excerpt(f"{names}\n{long_row}").split("\n")
    assert is_row(cut)
    assert cut.endswith("word… |")
    assert last == "…"


def test_a_table_after_prose_stays_apart_from_it() -> None:
    text = "Fees are due in May.\n" + "\n".join(f"| Class {n} | {n} pounds |" for n in range(40))
    first, *rows, last = excerpt(text).split("\n")
    assert first == "Fees are due in May."
    assert all(map(is_row, rows))
    assert last == "…"


def test_the_same_text_comes_once_with_all_its_places() -> None:
    one, other, copy = (
        FoundPassage(str(n) * 64, f"T{n}", (), None, n, n + 1, text, 0.5)
        for n, text in enumerate(["a", "b", "a"])
    )
    first, second = closest([one, other, copy])
    assert (first.passage, first.places) == (one, (copy,))
    assert (second.passage, second.places) == (other, ())
