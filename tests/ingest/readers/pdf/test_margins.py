"""PDF: running heads and feet stand once; what only looks like one stays on every page."""

from __future__ import annotations

import pytest

from pincite.ingest.readers import Reading
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, column, pdf

BODY = ["Gulls nest on cliffs above the cold sea, and they come back to", "the ledge in spring."]
NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight"]


def reading(*leaves: Leaf) -> Reading:
    return PDF.read(pdf(leaves), "a.pdf")


def pages(count: int, *margins: Text, each: object = None) -> list[Leaf]:
    """Pages with a text of their own; ``each`` gives the lines of page n, from 1."""
    return [
        Leaf(
            [
                *margins,
                *(each(n) if callable(each) else []),
                *column([*BODY, f"So it is on page {NAMES[n - 1]}."], y=300),
            ]
        )
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [2, 3, 6, 8])
def test_a_head_on_every_page_stands_once_at_the_start(count: int) -> None:
    found = reading(*pages(count, Text(72, 40, "The sea birds of the north")))
    assert found.text.count("The sea birds of the north") == 1
    assert found.text.startswith("The sea birds of the north\n\nGulls nest")


def test_a_foot_on_every_page_stands_once_below_the_first() -> None:
    found = reading(*pages(3, Text(72, 760, "Printed on paper from Norway")))
    first = found.pages[0].span
    assert found.text.count("Printed on paper") == 1
    assert found.text[: first.end].rstrip().endswith("Printed on paper from Norway")


@pytest.mark.parametrize(
    ("template", "first"),
    [
        ("Page {}", "Page 1"),
        ("Page {} of 12", "Page 1 of 12"),
        ("Seite {} von 12", "Seite 1 von 12"),
        ("Sea birds | {}", "Sea birds | 1"),
        ("{} · Sea birds", "1 · Sea birds"),
        ("{} / 12", None),
        ("- {} -", None),
        ("{}", None),
    ],
)
def test_a_number_that_goes_with_the_pages_makes_a_foot(template: str, first: str | None) -> None:
    found = reading(*pages(5, each=lambda n: [Text(280, 770, template.format(n))]))
    margins = [line for line in found.text.split("\n") if line and "page" not in line]
    assert [line for line in margins if "Gulls" not in line] == ([first] if first else [])


def test_page_numbers_may_begin_anywhere_and_be_roman() -> None:
    roman = ["v", "vi", "vii", "viii", "ix"]
    found = reading(*pages(5, each=lambda n: [Text(280, 770, roman[n - 1])]))
    assert not set(found.text.split()) & set(roman)
    found = reading(*pages(5, each=lambda n: [Text(280, 770, str(n + 1243))]))
    assert "1246" not in found.text


@pytest.mark.parametrize(
    "template",
    [
        "Invoice no. {}",
        "Invoice {}",
        "Receipt number {} of the shop",
        "Total to pay: {}.00 euros",
        "{}. Ticket",
    ],
)
@pytest.mark.parametrize("start", [0, 20450])
def test_a_number_in_the_words_is_content_even_where_it_goes_with_the_pages(
    template: str, start: int
) -> None:
    found = reading(*pages(6, each=lambda n: [Text(72, 60, template.format(start + n))]))
    assert [found.text.count(template.format(start + n)) for n in range(1, 7)] == [1] * 6


def test_a_value_beside_its_label_is_content() -> None:
    found = reading(
        *pages(6, each=lambda n: [Text(72, 60, "Invoice number"), Text(200, 60, str(103 + n))])
    )
    assert [found.text.count(str(103 + n)) for n in range(1, 7)] == [1] * 6


@pytest.mark.parametrize("words", ["Date: 0{} May 2024", "Sum 1,{}15.40 euros", "Bay {}{} north"])
def test_lines_that_differ_from_page_to_page_stay(words: str) -> None:
    digits = "3141592653"
    said = [words.format(digits[n], digits[n + 1]) for n in range(1, 7)]
    found = reading(*pages(6, each=lambda n: [Text(72, 40, said[n - 1])]))
    assert all(line in found.text for line in said)


def test_heads_of_left_and_right_pages_each_stand_once() -> None:
    heads = ["The sea birds of the north", "How they nest on cliffs"]
    found = reading(*pages(6, each=lambda n: [Text(72, 40, heads[n % 2])]))
    assert [found.text.count(head) for head in heads] == [1, 1]


def test_the_head_of_a_chapter_stands_at_its_first_page() -> None:
    found = reading(*pages(8, each=lambda n: [Text(72, 40, f"Of {NAMES[(n - 1) // 4]} birds")]))
    fifth = found.pages[4].span
    assert found.text.count("Of two birds") == 1
    assert found.text[fifth.start : fifth.end].startswith("Of two birds")


def test_the_first_copy_does_not_part_a_sentence_that_goes_on_overleaf() -> None:
    half = "Gulls nest on the cliffs above a cold sea and they return to them in every spring and"
    foot = Text(72, 770, "Printed on paper from Norway")
    leaves = [
        Leaf([*column([half], y=700), foot]),
        Leaf([*column(["some stay."], y=80), foot]),
    ]
    found = reading(*leaves)
    assert found.text == f"Printed on paper from Norway\n\n{half} some stay.\n"
