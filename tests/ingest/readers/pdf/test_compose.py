"""PDF: what stands between the words of two lines that are joined."""

from __future__ import annotations

import numpy as np
import pytest

from pincite.ingest.readers.pdf.blocks import Block, Kind
from pincite.ingest.readers.pdf.compose import compose
from pincite.ingest.readers.pdf.lines import Line

SIZE, STEP = 10.0, 12.0  # points


def block(*lines: str) -> Block:
    """A paragraph whose letters are as wide as high; a blank at a line's end is in the file."""
    written = []
    for number, text in enumerate(lines):
        words, x, top = text.split(), 0.0, number * STEP
        boxes = []
        for word in words:
            boxes.append((x, top, x + SIZE * len(word), top + SIZE))
            x += SIZE * (len(word) + 1)
        right, spaced = x - SIZE, text.endswith(" ")
        drawn = np.array(boxes, np.float32)
        place = (0.0, top, right, top + SIZE)
        written.append(Line(1, " ".join(words), drawn, (), spaced, SIZE, False, *place))
    return Block(Kind.PROSE, written)


def text(*blocks: Block) -> str:
    return compose(blocks, 1).text


KOREAN = block("갈매기는 절벽 위 ", "둥지에서 새끼를 키", "우며 봄마다 돌아온", "다.")


def test_a_korean_word_goes_on_in_the_next_line_where_no_blank_ends_a_full_one() -> None:
    assert text(KOREAN) == "갈매기는 절벽 위 둥지에서 새끼를 키우며 봄마다 돌아온다.\n"


def test_short_korean_lines_are_words_of_their_own() -> None:
    found = text(KOREAN, block("발행일 봄", "발행처 갈매기", "발행인 김하중 갈매기처장"))
    assert found.endswith("\n\n발행일 봄 발행처 갈매기 발행인 김하중 갈매기처장\n")


@pytest.mark.parametrize("lines", [("海鸥在悬崖上", "筑巢。"), ("カモメは", "崖に巣を作る。")])
def test_chinese_and_japanese_lines_are_joined_without_a_blank(lines: tuple[str, str]) -> None:
    assert text(block(*lines)) == f"{''.join(lines)}\n"


def test_a_word_over_three_lines_is_one_word_with_a_box_on_each() -> None:
    reading = compose([block("we co-", "op-", "erate")], 1)
    assert reading.layout is not None
    words = reading.layout.words
    assert [reading.text[w["start"] : w["end"]] for w in words] == ["we", *["cooperate"] * 3]
