"""PDF: pages of several columns are read column by column, and no sentence is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import BOLD, Leaf, Text, pdf, width

LEFT = (
    "The survey of the western shore began in April with four boats. Each boat carried two "
    "divers and a sonar, which the harbour office had lent. The divers counted mussels on a line "
    "of one hundred metres and wrote them into a waterproof book. Mussel density was highest near "
    "the old pier, where it reached ninety per square metre. Storms stopped the work for eleven "
    "days in May, and in June the sonar had to be repaired by its maker before the last dives."
)
RIGHT = (
    "The eastern shore was surveyed from the air, because its cliffs cannot be reached on foot. "
    "Seals were counted at low tide on three days. The largest group had one hundred and forty "
    "animals and lay on the sandbar. Two pups were tagged by the ranger and seen again in autumn. "
    "The survey of this shore cost nine thousand euros less than planned, since the pilot of the "
    "coast guard flew without charge and the photographs were read by a class of pupils."
)
THIRD = (
    "The inner bay was left to the students, who walked over the mud with sledges and took cores "
    "of sediment. Worms were sorted by hand in the laboratory. The smallest sample held eleven "
    "kinds of worms and came from the mouth of the brook. Nobody was hurt, although the tide came "
    "in twice before the last sledge had been pulled ashore by those who had stayed behind."
)
ACROSS = (
    "We report on the state of two shores after a warm winter, on what was counted there, and on "
    "what the counts may and may not tell about the years that follow, when the pier is gone."
)
SENTENCE = re.compile(r"[^.]+\.")


def wrapped(words: str, reach: float, size: float = 10) -> list[str]:
    """Lines that are no wider than ``reach`` points."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= reach:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def justified(lines: Sequence[str], x: float, y: float, reach: float) -> Iterator[Text]:
    """Each word by itself, the blanks stretched so that all lines but the last end alike."""
    for i, line in enumerate(lines):
        words = line.split()
        spare = reach - sum(width(word) for word in words)
        blank = spare / max(1, len(words) - 1) if i + 1 < len(lines) else width(" ")
        at = x
        for word in words:
            yield Text(at, y + 12 * i, word)
            at += width(word) + blank


def column(
    words: str, x: float, y: float, reach: float = 216, size: float = 10, step: float = 12
) -> list[Text]:
    lines = wrapped(words, reach, size)
    return [Text(x, y + step * i, line, size) for i, line in enumerate(lines)]


def row_by_row(*columns: list[Text]) -> list[Text]:
    """The lines of columns, in the order of their rows."""
    return sorted((line for one in columns for line in one), key=lambda line: line.y)


def read(*lines: Text) -> str:
    return PDF.read(pdf([Leaf(lines)]), "a.pdf").text


L, R = 72, 324  # where the columns begin, 216 points wide with a gap of 36
TITLE = [Text(72, 60, "What lives on the shores of the northern bay, and what it costs", 13)]

SHORT = " ".join(f"{sentence}." for sentence in RIGHT.split(". ")[:2])
TEXTS = {"L": LEFT, "R": RIGHT, "S": SHORT, "3": THIRD, "A": ACROSS}
AT = LEFT.index(" the old pier")  # in the middle of a sentence

WORDS = {  # by which each part of a page is known
    "T": "What lives",
    "A": "We report",
    "L": "The survey of the western",
    "R": "The eastern shore was",
    "S": "The eastern shore was",
    "3": "The inner bay was",
    "N": "Mussels below",
    "H": "Shores of the North",
}
HEAD = [Text(72, 50, "Shores of the North"), Text(505, 50, "Issue 7")]
SAME = "What lives on the shores of the northern bay, and what it costs to find that out"
NOTE = "1 Mussels below one centimetre were not counted by the divers, nor were empty shells."

# Each page, and the order in which its parts are read.
PAGES: dict[str, tuple[str, list[Text]]] = {
    "column by column": ("LR", [*column(LEFT, L, 100), *column(RIGHT, R, 100)]),
    "row by row": ("LR", row_by_row(column(LEFT, L, 100), column(RIGHT, R, 100))),
    "title": ("TLR", [*TITLE, *column(LEFT, L, 100), *column(RIGHT, R, 100)]),
    "title of the size of the text": (
        "TLR",
        [Text(72, 80, SAME, font=BOLD), *column(LEFT, L, 104), *column(RIGHT, R, 104)],
    ),
    "title drawn last": ("TLR", [*column(LEFT, L, 100), *column(RIGHT, R, 100), *TITLE]),
    "abstract": (
        "TALR",
        [*TITLE, *column(ACROSS, 72, 90, 468), *column(LEFT, L, 130), *column(RIGHT, R, 130)],
    ),
    "abstract, row by row": (
        "TALR",
        [
            *TITLE,
            *column(ACROSS, 72, 90, 468),
            *row_by_row(column(LEFT, L, 130), column(RIGHT, R, 130)),
        ],
    ),
    "caption in the middle": (
        "LRA3",
        [
            *column(LEFT, L, 100),
            *column(RIGHT, R, 100),
            *column(ACROSS, 72, 330, 468, 9),
            *column(THIRD, L, 370),
            *column(THIRD, R, 370),
        ],
    ),
    "sentences that go on below a caption": (
        "ALR",
        [
            *column(LEFT[:AT], L, 100),
            *column(LEFT[AT:] + " When that was done,", R, 100),
            *column(ACROSS, 72, 230, 468, 9),
            *column("the boats went home. " + RIGHT, L, 270),
            *column(THIRD, R, 270),
        ],
    ),
    "footnote of the left column": (
        "LRN",
        [*column(LEFT, L, 100), *column(NOTE, L, 330, 216, 8, 9), *column(RIGHT, R, 100)],
    ),
    "footnote below a sentence that goes on": (
        "LRN",
        [
            *column(LEFT[:AT], L, 100),
            *column(NOTE, L, 330, 216, 8, 9),
            *column(LEFT[AT:] + " " + RIGHT, R, 100),
        ],
    ),
    "footnote over both columns": (
        "LRA",
        [*column(LEFT, L, 100), *column(RIGHT, R, 100), *column(ACROSS, 72, 330, 468, 8, 9)],
    ),
    "footnote over both columns, row by row": (
        "LRA",
        [
            *row_by_row(column(LEFT, L, 100), column(RIGHT, R, 100)),
            *column(ACROSS, 72, 330, 468),
        ],
    ),
    "justified": (
        "LR",
        [
            *justified(wrapped(LEFT, 216), L, 100, 216),
            *justified(wrapped(RIGHT, 216), R, 100, 216),
        ],
    ),
    "justified, row by row": (
        "LR",
        row_by_row(
            list(justified(wrapped(LEFT, 216), L, 100, 216)),
            list(justified(wrapped(RIGHT, 216), R, 100, 216)),
        ),
    ),
    "narrow gap": (
        "LR",
        row_by_row(column(LEFT, 72, 100, 228), column(RIGHT, 312, 100, 228)),
    ),
    "narrow gap, column by column": (
        "TLR",
        [*TITLE, *column(LEFT, 72, 100, 228), *column(RIGHT, 312, 100, 228)],
    ),
    "columns of different lengths": (
        "TL3S",
        [*TITLE, *column(f"{LEFT} {THIRD}", L, 100), *column(SHORT, R, 100)],
    ),
    "columns of different steps": (
        "TLR",
        [*TITLE, *column(LEFT, L, 100), *column(RIGHT, R, 104, step=13)],
    ),
    "three columns": (
        "TLR3",
        [
            *TITLE,
            *column(LEFT, 72, 100, 144),
            *column(RIGHT, 234, 100, 144),
            *column(THIRD, 396, 100, 144),
        ],
    ),
    "three columns, row by row": (
        "LR3",
        row_by_row(
            column(LEFT, 72, 100, 144), column(RIGHT, 234, 100, 144), column(THIRD, 396, 100, 144)
        ),
    ),
    "a head over both columns": ("HLR", [*HEAD, *column(LEFT, L, 100), *column(RIGHT, R, 100)]),
    "a head over both columns, row by row": (
        "HLR",
        [*HEAD, *row_by_row(column(LEFT, L, 100), column(RIGHT, R, 100))],
    ),
}


@pytest.mark.parametrize(("order", "page"), PAGES.values(), ids=PAGES.keys())
def test_no_sentence_is_cut_and_no_table_is_made_of_columns(order: str, page: list[Text]) -> None:
    text = read(*page)
    blocks = text.split("\n\n")
    sentences = [s for part in order for s in SENTENCE.findall(TEXTS.get(part, ""))]
    assert [s for s in sentences if not any(s.strip() in block for block in blocks)] == []
    assert "|" not in text.replace("| Shores of the North | Issue 7 |", "")


@pytest.mark.parametrize(("order", "page"), PAGES.values(), ids=PAGES.keys())
def test_columns_are_read_one_after_the_other(order: str, page: list[Text]) -> None:
    text = " ".join(read(*page).split())
    places = [text.find(WORDS[part]) for part in order]
    assert -1 not in places
    assert places == sorted(places)
