"""PDF: lines from right to left are read in reading order, with what runs the other way in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.ingest.readers.pdf.bidi import reading_order
from pincite.ingest.readers.pdf.lines import Glyphs, lines

WIDE, HIGH = 6.0, 12.0  # of a letter, in points
LIGATURES = ("لا", "لأ", "لإ", "لآ")


def drawn(visual: str, blanks: float = WIDE, ligatures: bool = True) -> tuple[str, np.ndarray]:
    """A line's glyphs as PDFium gives them, from what is seen from left to right.

    PDFium gives the line from right to left, and the letters of a ligature, which is seen as lam
    and alef in one box, in the wrong order.
    """
    boxes, x = [], 100.0
    for character in visual:
        wide = blanks if character == " " else WIDE
        boxes.append((x, 100.0, x + wide, 100.0 + HIGH))
        x += wide
    text, placed, k = "", [], len(visual) - 1
    while k >= 0:
        pair = visual[k] + visual[k - 1] if k else ""
        if ligatures and pair in LIGATURES:
            box = (boxes[k - 1][0], 100.0, boxes[k][2], 100.0 + HIGH)
            text += pair[::-1]
            placed += [box, box]
            k -= 2
            continue
        text += visual[k]
        placed.append(boxes[k])
        k -= 1
    return text, np.array(placed, np.float32).reshape(-1, 4)


def read(visual: str, blanks: float = WIDE) -> str:
    text, boxes = drawn(visual, blanks)
    codes = np.array([ord(character) for character in text], np.uint32)
    found = lines(Glyphs(codes, boxes), 1, 1000, 800, lambda i: (10.0, False))
    return "\n".join(line.text for line in found)


@pytest.mark.parametrize("ligature", LIGATURES)
def test_the_letters_of_a_ligature_are_in_order(ligature: str) -> None:
    word = f"ا{ligature}نتاج"
    assert read(word[::-1]) == word


def test_a_file_that_gives_ligatures_in_reading_order_is_left_as_it_is() -> None:
    codes = np.array([ord(character) for character in "كلام"], np.uint32)
    boxes = np.array([[20, 0, 26, 12], [12, 0, 20, 12], [12, 0, 20, 12], [6, 0, 12, 12]], float)
    found = lines(Glyphs(codes, boxes.astype(np.float32)), 1, 100, 100, lambda i: (10.0, False))
    assert [line.text for line in found] == ["كلام"]


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ("תירבע Python דומלל", "ללמוד Python עברית"),
        ("םולש בוט Pythonל", "ל Python טוב שלום"),  # a word of another script is a word of its own
        ("ףוס 2024 תנש", "שנת 2024 סוף"),
        ("ףוס 2024,תנש", "שנת,2024 סוף"),
        ("ח״ש 1,250.50 םולשת", "תשלום 1,250.50 ש״ח"),
        ("ךיראתב 24/10/2025 העיסנ", "נסיעה 24/10/2025 בתאריך"),
        ("%50 דע", "עד %50"),
        ("deep learning לע בוט רתוי ןטק רפס", "ספר קטן יותר טוב על deep learning"),
        ("(הרעה) םולש", "שלום (הערה)"),
        ("ףוס (2026 - 2024) םינשב", "בשנים (2024 - 2026) סוף"),
        ("ןושאר ףיעס (1", "1) סעיף ראשון"),
    ],
)
def test_what_runs_from_left_to_right_keeps_its_order_and_its_blanks(seen: str, text: str) -> None:
    assert read(seen) == text


def test_marks_stand_behind_the_letters_that_they_belong_to() -> None:
    # Drawn by itself, before its letter and with a blank of no width beside it.
    codes = [ord(character) for character in "أي ًضا"]
    boxes = [
        *((28, 0, 34, 12), (22, 0, 28, 12), (19, 6, 19, 6)),
        *((16, 0, 20, 4), (12, 0, 22, 12), (8, 0, 12, 12)),
    ]
    glyphs = Glyphs(np.array(codes, np.uint32), np.array(boxes, np.float32))
    found = lines(glyphs, 1, 100, 100, lambda i: (10.0, False))
    assert [line.text for line in found] == ["أيضًا"]


def test_forms_that_letters_have_beside_others_are_letters() -> None:
    assert read("ﻡﻼﺳ") == "سلام"


def test_a_page_without_such_writing_is_left_alone() -> None:
    codes = np.array([ord(character) for character in "gulls (2)"], np.uint32)
    assert reading_order(codes, np.zeros((9, 4), np.float32)) is None


WORD = st.text("אבגדהוז", min_size=2, max_size=6)
NUMBER = st.from_regex(r"[1-9][0-9]{0,3}(\.[0-9]{1,2})?", fullmatch=True)


@given(st.lists(WORD, min_size=2, max_size=6), st.lists(NUMBER, max_size=2))
def test_words_and_numbers_are_read_as_they_are_written(
    words: list[str], numbers: list[str]
) -> None:
    parts = [words[0], *numbers[:1], words[1], *numbers[1:], *words[2:]]
    seen = " ".join(part if part[0].isdigit() else part[::-1] for part in reversed(parts))
    assert read(seen) == " ".join(parts)


def test_a_line_with_few_letters_of_the_page_s_script_runs_as_the_page_does() -> None:
    above, boxes = drawn("ןטק רפס לש דומע הז")
    line, lower = drawn("machine learning לע")
    codes = np.array([ord(character) for character in f"{above}\n{line}"], np.uint32)
    placed = np.vstack([boxes, [[0, 0, 0, 0]], lower + np.array([0, 20, 0, 20])]).astype(np.float32)
    found = lines(Glyphs(codes, placed), 1, 1000, 800, lambda i: (10.0, False))
    assert [line.text for line in found] == ["זה עמוד של ספר קטן", "על machine learning"]
