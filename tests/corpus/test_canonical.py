"""The one form of a text that offsets count in."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical

MARKS = [chr(code) for code in range(0x300, 0x370)] + ["\u0f73", "\u05b0", "\u3099", "…"]
many = st.lists(st.sampled_from(MARKS), min_size=64, max_size=120).map("".join)


@given(st.lists(st.sampled_from(["a", "é", "か", " "]) | many, max_size=5).map("".join))
def test_many_marks_on_a_letter_are_in_the_order_of_nfc(text: str) -> None:
    assert canonical(text) == unicodedata.normalize("NFC", text)
