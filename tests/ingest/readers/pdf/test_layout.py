"""PDF: lines, columns and pages to sentences, paragraphs, items and rows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.ingest.cutting.sentences import sentences
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import COURIER, HELVETICA, Leaf, Text, column, pdf

FULL = "Gulls nest on the cliffs above a cold sea and they return to them in every spring and"
LONG = [
    FULL,
    "feed their young on the fish that they catch far out, which they do until the days are",
    "short.",
]


def text(*leaves: Leaf) -> str:
    return PDF.read(pdf(leaves), "a.pdf").text


def lines(*rows: str) -> str:
    return text(Leaf(column(rows)))


def test_lines_of_a_paragraph_are_joined_and_a_gap_parts_paragraphs() -> None:
    assert lines(*LONG, "", *LONG) == f"{' '.join(LONG)}\n\n{' '.join(LONG)}\n"


def test_an_indented_line_after_a_full_stop_opens_a_paragraph() -> None:
    end = "until the days are short and the nights are long and the sea is too cold for fishing."
    rows = [Text(82, 100, FULL), *column([end], y=112), Text(82, 124, FULL), *column([end], y=136)]
    assert text(Leaf(rows)) == f"{FULL} {end}\n\n{FULL} {end}\n"


def test_a_short_line_that_ends_a_sentence_ends_the_paragraph() -> None:
    assert lines(*LONG, *LONG) == f"{' '.join(LONG)}\n\n{' '.join(LONG)}\n"


def test_a_sentence_that_goes_on_overleaf_is_one_sentence() -> None:
    # The page's number and the running head stand between its parts on paper.
    parts = [FULL, FULL.replace("Gulls", "some"), "they go."]
    pages = [
        Leaf([Text(72, 40, "The sea birds"), *column([part], y=300), Text(300, 770, str(n))])
        for n, part in enumerate(parts, 1)
    ]
    found = text(*pages)
    assert found == f"The sea birds\n\n{' '.join(parts)}\n"
    start = found.index(parts[0])
    assert [found[s.start : s.end] for s in sentences(found, Span(start, len(found)))] == [
        found[start:].strip()
    ]


def test_a_sentence_that_is_over_at_the_end_of_a_page_is_a_paragraph() -> None:
    found = text(Leaf(column(["They go."], y=700)), Leaf(column(["They stay."], y=80)))
    assert found == "They go.\n\nThey stay.\n"


def test_footnotes_do_not_stand_in_a_sentence_that_goes_on_overleaf() -> None:
    note = Text(72, 740, "1 As Darwin says of other birds.", size=7)
    found = text(
        Leaf([*column([*LONG, "", FULL], y=300), note]), Leaf(column(["then they go."], y=80))
    )
    assert found.endswith(f"of other birds.\n\n{FULL} then they go.\n")


@pytest.mark.parametrize(
    ("before", "after", "elsewhere", "word"),
    [
        ("inter-", "national", "", "international"),
        ("state-of-the-", "art", "", "state-of-the-art"),
        ("2019-", "2020", "", "2019-2020"),
        ("self-", "publishing", "", "self-publishing"),
        ("North-", "South", "", "North-South"),
        ("load-", "carrying", "Some load-carrying nut.", "load-carrying"),
        ("state-", "less", "A stateless one, not state-less, is stateless.", "stateless"),
    ],
)
def test_a_word_divided_at_a_line_end_is_whole_and_keeps_a_hyphen_of_its_own(
    before: str, after: str, elsewhere: str, word: str
) -> None:
    found = lines(f"{FULL} {before}", f"{after} birds rest.", "", elsewhere)
    assert found.startswith(f"{FULL} {word} birds rest.\n")


def test_where_no_words_are_divided_a_hyphen_at_a_line_end_is_the_words_own() -> None:
    rows = [*[FULL] * 52, f"{FULL} load-", "carrying nuts rest."]
    assert "load-carrying nuts" in text(Leaf(column(rows, y=60)))


def test_a_divided_word_has_a_box_on_each_line_even_on_two_pages() -> None:
    leaves = [Leaf(column([f"{FULL} inter-"], y=700)), Leaf(column(["national birds."], y=80))]
    found = PDF.read(pdf(leaves), "a.pdf")
    assert found.layout is not None
    start = found.text.index("international")
    span = Span(start, start + len("international"))
    first, second = found.layout.boxes(span)
    assert (first.page, second.page) == (1, 2)
    assert (first.top > 600, second.top < 100) == (True, True)
    rows = found.layout.words
    same = rows[(rows["start"] == span.start) & (rows["end"] == span.end)]
    assert same["page"].tolist() == [1, 2]


def test_a_word_over_three_lines_is_one_word_with_three_boxes() -> None:
    found = PDF.read(pdf([Leaf(column([f"{FULL} inter-", "na-", "tional birds."]))]), "a.pdf")
    assert found.layout is not None
    start = found.text.index("inter")
    rows = [row for row in found.layout.words.tolist() if row[0] == start]
    assert [found.text[a:b] for a, b, *_ in rows] == ["international"] * 3


@settings(max_examples=60)
@given(
    st.lists(
        st.text("abcdeXY-–1.é", min_size=1, max_size=9).filter(lambda word: word.strip("-–.1")),
        min_size=4,
        max_size=30,
    )
)
def test_no_hyphen_rule_moves_a_words_span_off_its_text(drawn: list[str]) -> None:
    rows = [" ".join(drawn[i : i + 3]) for i in range(0, len(drawn), 3)]
    found = PDF.read(pdf([Leaf(column(rows, y=300))]), "a.pdf")
    assert found.layout is not None
    spans = [(a, b) for a, b, *_ in found.layout.words.tolist()]
    assert spans == sorted(spans)
    assert all(found.text[a:b] and not set(found.text[a:b]) & set(" \n|") for a, b in spans)
    bare = "".join(found.text.split()).replace("|", "").replace("-", "")
    assert bare == "".join(drawn).replace("-", "")


def test_running_heads_stand_once_and_page_numbers_are_left_out() -> None:
    pages = [
        Leaf(
            [
                *(Text(72, 40, "Of sea birds"), Text(400, 40, f"Chapter {n // 3}")),
                *column([f"Page {'abcdef'[n]} tells of gulls."], y=300),
                Text(300, 760, f"- {n + 1} -"),
            ]
        )
        for n in range(6)
    ]
    tells = [f"Page {c} tells of gulls." for c in "abcdef"]
    heads = ["Of sea birds Chapter 0", "Of sea birds Chapter 1"]
    assert text(*pages) == "\n\n".join([heads[0], *tells[:3], heads[1], *tells[3:]]) + "\n"


def test_a_number_that_goes_with_the_page_is_known_at_any_height() -> None:
    pages = [
        Leaf(column([*("A gull rests here.", "", "", "", f"Report 2022 | {n + 7}")], y=80 + 90 * n))
        for n in range(5)
    ]
    assert text(*pages).count("Report") == 1


def test_a_title_that_comes_again_on_each_page_is_no_running_head() -> None:
    pages = [
        Leaf([Text(72, 60, "Results", 24), *column([f"Gull {n} rests."], y=300)]) for n in range(4)
    ]
    assert text(*pages).count("Results") == 4


def test_pages_that_are_all_alike_are_read() -> None:
    assert text(*[Leaf(column([f"Ticket {n}"], y=60)) for n in range(1, 5)]).count("Ticket") == 4


def test_items_stand_on_lines_of_their_own() -> None:
    found = lines("Gulls eat", "• fish of the sea,", "• crabs.", "", "They drink:", "1. water.")
    assert found == "Gulls eat\n\n• fish of the sea,\n• crabs.\n\nThey drink:\n\n1. water.\n"


def test_rows_of_figures_keep_their_cells_and_are_not_joined_to_prose() -> None:
    def row(y: float, *cells: str) -> list[Text]:
        return [Text(72 + 130 * i, y, cell) for i, cell in enumerate(cells)]

    table = [*row(160, "Gulls", "12", "$ 3"), *row(172, "Terns", "7", "(4) %")]
    found = text(Leaf([*column(LONG), *table, *column(LONG, y=200)]))
    assert found == (
        f"{' '.join(LONG)}\n\n| Gulls | 12 | $ 3 |\n| Terns | 7 | (4) % |\n\n{' '.join(LONG)}\n"
    )


def test_columns_are_read_one_after_the_other_and_a_sentence_goes_on_in_the_next() -> None:
    left = ["Gulls nest on cliffs", "above the cold sea", "and they return to"]
    right = ["the very same ledge", "in every spring."]
    found = text(Leaf([*column(left, x=72, y=600), *column(right, x=320, y=60)]))
    assert found == f"{' '.join(left)} {' '.join(right)}\n"


def test_a_raised_figure_stays_with_its_word_and_line() -> None:
    raised = [Text(72, 100, "ranges up to 1"), Text(133.5, 96, "2", 6), Text(140, 100, "inch")]
    found = text(Leaf([*raised, *column(["and down again."], y=112)]))
    assert found == "ranges up to 1² inch and down again.\n"


def test_superscripts_that_a_page_draws_last_stand_behind_their_words() -> None:
    drawn = [
        Text(72, 100, "The gull and the tern both are birds of", 10, COURIER),
        Text(72, 112, "the sea, nest on cliffs.", 10, COURIER),
        Text(120.2, 97, "(1)", 3, COURIER),  # behind "gull", whose letters are 6 points wide
        Text(198.2, 97, "®", 3, COURIER),  # behind "tern"
    ]
    assert text(Leaf(drawn)) == (
        "The gull⁽¹⁾ and the tern® both are birds of the sea, nest on cliffs.\n"
    )


def test_a_line_of_numbers_alone_is_no_superscript() -> None:
    drawn = [Text(72, 100, FULL), Text(72, 124, "12"), Text(72, 136, "(3)")]
    assert text(Leaf(drawn)).split() == [*FULL.split(), "12", "(3)"]


def test_lines_of_code_are_not_lost() -> None:
    rows = [Text(72, 100 + 12 * i, t, 10, HELVETICA) for i, t in enumerate(["f(x) {", "}", "y;"])]
    assert text(Leaf(rows)).split() == ["f(x)", "{", "}", "y;"]
