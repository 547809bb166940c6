"""Rows, items and headings are embedded with what stands over them, and quoted alone."""

from __future__ import annotations

import pytest

from pincite.corpus.types import Document, Passage
from tests.ingest.cutting.helpers import check_whole, passages_of, read, read_markdown


def embedded(document: Document) -> dict[str, str]:
    """What each sentence stands under and what is embedded of itself, by its own words.

    All of it is in what is embedded of its passage.
    """
    passages = passages_of(document)
    check_whole(document, passages)
    seen: dict[str, str] = {}
    for passage in passages:
        whole, spans = passage.embedded(document.text)
        for i, (own, span) in enumerate(zip(passage.sentences, spans, strict=True)):
            over = passage.context[i] if passage.context else ()
            over = over[:-1] if passage.columns else over  # the header, whose cells have its names
            lines = [document.text[s.start : s.end] for s in over]
            assert all(f"{line}\n" in whole for line in [*passage.path, *lines])
            words = document.text[own.start : own.end]
            seen[words] = "\n".join([*lines, whole[span.start : span.end]])
    return seen


TABLE = "| City | Lunch |\n| --- | --- |\n| Zurich | 28 CHF |\n| Bern | 25 CHF |"


def test_a_row_is_embedded_with_its_section_its_lead_in_and_its_columns() -> None:
    seen = embedded(read_markdown(f"# Travel\n\nThe rates are:\n\n{TABLE}\n"))
    assert seen["| Zurich | 28 CHF |"] == "The rates are:\nCity: Zurich; Lunch: 28 CHF"
    assert seen["The rates are:"] == "The rates are:"


def test_rows_far_down_a_table_still_have_its_lead_in_and_its_header_as_context() -> None:
    document = read_markdown(f"# Travel\n\nThe rates are:\n\n{TABLE}\n")
    last = passages_of(document, 5)[-1]
    assert [document.text[s.start : s.end] for s in last.context[0]] == [
        "The rates are:",
        "| City | Lunch |\n| --- | --- |",
    ]
    assert last.embedded_text(document.text) == "Travel\nThe rates are:\nCity: Bern; Lunch: 25 CHF"


def test_a_header_of_one_line_is_no_row_of_its_own_columns() -> None:
    seen = embedded(read("Prices:\nBird | 2013 | 2014\ngulls | 3 | 14\nowls | 15 | 9"))
    assert seen["Bird | 2013 | 2014"].endswith("Bird | 2013 | 2014")
    assert seen["owls | 15 | 9"] == "Prices:\nBird: owls; 2013: 15; 2014: 9"


def test_an_item_is_embedded_with_its_heading_its_lead_in_and_the_items_over_it() -> None:
    seen = embedded(
        read_markdown("# Zoo\n\nThey eat:\n\n- birds:\n  - gulls\n  - owls\n- fish\n\nAll of it.")
    )
    assert seen["- fish"] == "They eat:\n- fish"
    assert seen["- owls"] == "They eat:\n- birds:\n- owls"
    assert seen["All of it."] == "All of it."


@pytest.mark.parametrize(
    ("text", "item", "over"),
    [
        ("What to bring\n- tent\n- rope", "- rope", ["What to bring"]),
        ("What to bring\n\n- tent\n- rope", "- rope", ["What to bring"]),
        ("It rained all day.\n\n- tent\n- rope", "- rope", []),
        ("1. Birds:\n- gulls\n- owls\n2. Ships", "- owls", ["1. Birds:"]),
        ("1. Birds:\n- gulls\n- owls\n2. Ships", "2. Ships", []),
        ("1. Birds\n1.1 Gulls\n1.2 Owls\n2. Ships", "1.2 Owls", ["1. Birds"]),
        ("1. Birds\n1.1 Gulls\n1.1.1 Big gulls\n2. Ships", "2. Ships", []),
        ("- a:\n  - b:\n    - c:\n      - d", "- d", ["- b:", "- c:"]),
        ("Do:\n\n- Open it.\n\n  It is heavy.\n\n- Close it.", "- Close it.", ["Do:"]),
    ],
)
def test_what_an_item_stands_under(text: str, item: str, over: list[str]) -> None:
    assert embedded(read_markdown(text))[item].split("\n") == [*over, item]


def test_a_passage_that_starts_inside_a_list_is_embedded_with_its_lead_in() -> None:
    document = read("They all eat:\n" + "\n".join(f"- fish number {n}" for n in range(9)))
    last = passages_of(document, 12)[-1]
    assert last.kind == "list"
    assert last.embedded_text(document.text).startswith("They all eat:\n- fish")


def test_context_that_does_not_fit_the_window_is_left_out() -> None:
    text = f"{'They eat ' * 70}:\n- " + "fish " * 140
    for passage in passages_of(read(text)):
        assert len(passage.embedded_text(text).split()) <= 200


def kinds(document: Document) -> list[tuple[str, str]]:
    passages = passages_of(document)
    check_whole(document, passages)
    return [(p.kind, first_words(document, p)) for p in passages]


def first_words(document: Document, passage: Passage) -> str:
    return document.text[passage.span.start : passage.span.end].split("\n")[0]


def test_prose_rows_and_code_are_passages_of_their_own() -> None:
    text = f"The gull sat there.\n\n{TABLE}\n\nIt slept.\n\n```\nx = 1\n```\n\n- a\n- b\n"
    assert kinds(read_markdown(text)) == [
        ("prose", "The gull sat there."),
        ("row", "| City | Lunch |"),
        ("prose", "It slept."),
        ("code", "```"),
        ("list", "- a"),
    ]


def test_a_short_lead_in_goes_with_its_table() -> None:
    assert kinds(read_markdown(f"The gull sat there. The rates are:\n\n{TABLE}\n")) == [
        ("prose", "The gull sat there."),
        ("row", "The rates are:"),
    ]


def test_a_section_that_is_only_a_heading_is_a_passage() -> None:
    text = (
        "# Yard\n\n## The dock is **closed** in May\n\n## Its telephone is 555 0147\n\n"
        "## Crane\n\nAsk for Tam.\n"
    )
    document = read_markdown(text)
    assert kinds(document) == [
        ("heading", "The dock is **closed** in May"),
        ("heading", "Its telephone is 555 0147"),
        ("prose", "Ask for Tam."),
    ]
    first = passages_of(document)[0]
    assert first.path == ("Yard",)
    assert first.embedded_text(text) == "Yard\nThe dock is **closed** in May"


@pytest.mark.parametrize(
    ("heading", "is_passage"),
    [("Fees", False), ("2.1 Fees", False), ("The dock is closed in May", True), ("Call 555", True)],
)
def test_a_heading_over_other_sections_is_a_passage_where_it_says_something(
    heading: str, is_passage: bool
) -> None:
    found = kinds(read_markdown(f"# {heading}\n\n## Below\n\nAsk for Tam.\n"))
    assert (("heading", heading) in found) == is_passage
