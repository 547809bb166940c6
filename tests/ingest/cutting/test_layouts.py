"""Lists, tables, code, notes: each layout is cut as a person reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Document
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import (
    check_whole,
    cut,
    passages_of,
    read,
    read_code,
    read_markdown,
    sentences_of,
)

bounded = settings(max_examples=30)
WORDS = st.text("abcdefgh.", min_size=1, max_size=8).filter(lambda word: word.strip(".") != "")
CELLS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
TABLES = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=2, max_size=12)
)
STANZAS = st.lists(
    st.lists(WORDS.map(lambda word: f"{word} = 1  # {word}. No."), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("mark", ["-", "*", "+", "•", "–"])
def test_each_list_item_is_a_sentence_of_its_own(mark: str) -> None:
    items = [f"{mark} One gull", f"{mark} Two owls", f"  {mark} Three geese"]
    assert cut("\n".join(items)) == [item.strip() for item in items]


def test_list_items_as_wide_as_wrapped_text_stay_apart() -> None:
    items = ["- " + "gulls and owls " * 5 + "nest", "- " + "geese and swans " * 4 + "nest"]
    assert cut("\n".join(items)) == items


def test_an_item_of_several_sentences_is_several_sentences() -> None:
    text = "- The gull sat. It slept.\n- The owl sat."
    assert cut(text) == ["- The gull sat.", "It slept.", "- The owl sat."]


@pytest.mark.parametrize("mark", ["-", "1.", "2)", "a)", "(ii)"])
def test_an_indented_line_goes_on_with_its_item(mark: str) -> None:
    text = f"{mark} The gull that\n   sat there slept.\n{mark} The owl"
    assert cut(text) == [f"{mark} The gull that\n   sat there slept.", f"{mark} The owl"]


def test_an_item_in_an_item_is_one_of_its_own() -> None:
    items = ["1) Birds:", "   a) gulls", "      (i) herring gulls", "   b) owls", "2) Ships"]
    assert cut("\n".join(items)) == [item.strip() for item in items]


def test_a_letter_in_brackets_that_wrapping_puts_first_opens_no_item() -> None:
    text = (
        "The schooner left Bergen with forty sailors, as is said in section 12\n"
        "(b) of the log, and no one on the quay believed that all of them would\nreturn."
    )
    assert cut(text) == [text]


HEAD = "| Bird | Eggs |\n| --- | --- |"


def test_a_row_is_never_split_and_the_ruler_stays_with_the_header() -> None:
    row = "| Dr. Gull. No. | 3. Or 4. |"
    assert cut(f"{HEAD}\n{row}\nThe end. Or not.") == [HEAD, row, "The end.", "Or not."]


def test_rows_are_embedded_with_the_names_of_their_columns() -> None:
    rows = [f"| gull {n} | {n} |" for n in range(8)]
    document = read_markdown(f"# Nests\n\n{HEAD}\n" + "\n".join(rows))
    first, second, *_, last = passages_of(document, 10)
    assert first.path == ("Nests",)
    assert first.sentence_texts(document.text)[0] == HEAD
    assert second.path == last.path == ("Nests",)
    assert second.columns == last.columns == ("Bird", "Eggs")
    shown = second.sentence_texts(document.text)
    assert set(shown) <= set(rows)
    said, (row, *_) = second.embedded(document.text)
    assert said.split("\n")[:2] == ["Nests", "Bird: gull 1; Eggs: 1"]
    assert said[row.start : row.end] == "Bird: gull 1; Eggs: 1"


def test_the_same_rows_under_other_columns_are_embedded_anew() -> None:
    rows = "\n".join(f"| gull {n} | {n} |" for n in range(9))
    eggs, owls = (read(f"| Bird | {name} |\n|---|---|\n{rows}") for name in ("Eggs", "Owls"))
    last = [passages_of(document, 9)[-1] for document in (eggs, owls)]
    assert last[0].sentence_texts(eggs.text) == last[1].sentence_texts(owls.text)
    assert last[0].key(eggs.text) != last[1].key(owls.text)


def test_a_wide_row_is_cut_between_cells_and_each_piece_names_its_own_columns() -> None:
    names = [f"column{n}" for n in range(300)]
    text = f"| {' | '.join(names)} |\n|{'---|' * 300}\n" + "\n".join(
        f"| {' | '.join(f'{n}x{k}' for k in range(300))} |" for n in range(2)
    )
    document = read_markdown(f"# Nests\n\n{text}")
    found = passages_of(document)
    check_whole(document, found)
    rows = [p for p in found if p.context]
    assert sum(len(p.columns) for p in rows) == 2 * 300
    for passage in rows:
        embedded = passage.embedded_text(document.text)
        number = passage.columns[0].removeprefix("column")
        assert embedded.startswith(f"Nests\n{passage.columns[0]}: ")
        assert f"x{number};" in embedded.split("\n")[1].split(" ")[1]
        assert HashingEmbedder().count([embedded])[0] <= HashingEmbedder().window


def test_columns_without_a_name_keep_their_place() -> None:
    document = read_markdown("|  | Eggs |\n| --- | --- |\n| gull | 3 |\n| owl |  |")
    (passage,) = passages_of(document)
    assert passage.columns == ("", "Eggs")
    assert passage.embedded_text(document.text).split("\n")[-2:] == ["gull; Eggs: 3", "owl"]


LOOSE = {
    "bars": ("year | gulls | owls", "1912 | 3 | 14", "1913 | 15 | 9", "1914 | 2 | 6"),
    "years": ("birds | 2013 | 2014", "gulls | 3 | 14", "owls | 15 | 9", "geese | 2 | 6"),
    "tabs": ("Bird\tEggs", "Gull\t3", "Owl\t4", "Goose\t5"),
    "blanks": ("Bird      Eggs", "Gull         3", "Barn owl    14", "Goose        5"),
}


@pytest.mark.parametrize("layout", LOOSE)
def test_columns_are_named_where_words_stand_over_numbers(layout: str) -> None:
    document = read("\n".join(LOOSE[layout]))
    assert sentences_of(document) == list(LOOSE[layout])
    last = passages_of(document, 4)[-1]
    assert last.columns[0] == LOOSE[layout][0].split()[0]


RULED = {
    "columns": "Bird  Eggs\n----  ----\nGull  3\nOwls  4",
    "reStructuredText": "====  ====\nBird  Eggs\n====  ====\nGull  3\nOwls  4\n====  ====",
    "grid": "+----+--+\n| Bird | Eggs |\n+====+==+\n| Gull | 3 |\n+--+--+\n| Owls | 4 |\n+--+--+",
    "no bars outside": "Bird | Eggs\n---|---\nGull | 3\nOwls | 4",
}


@pytest.mark.parametrize("layout", RULED)
def test_a_ruler_belongs_to_the_row_above_it(layout: str) -> None:
    document = read(RULED[layout])
    found = sentences_of(document)
    assert len(found) == 3
    assert ["Bird" in found[0], "Gull" in found[1], "Owls" in found[2]] == [True] * 3
    last = passages_of(document, 2)[-1]
    assert last.columns == ("Bird", "Eggs")


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n| c | d |\n| e | f |",
        "Gull | Owl\nGoose | Swan\nTern | Auk",
        "a\t1\nb\t2\nc\t3",
    ],
)
def test_rows_over_which_no_names_stand_have_none(text: str) -> None:
    assert {p.path for p in passages_of(read(text), 1)} == {()}


def test_two_blanks_after_a_full_stop_make_no_table() -> None:
    text = "The gull sat there.  It slept.\nThe owls sat there.  It slept."
    assert cut(text) == ["The gull sat there.", "It slept.", "The owls sat there.", "It slept."]


@bounded
@given(TABLES, st.sampled_from([1, 5, 20]), st.sampled_from(["", "A word. And two.\n\n"]))
def test_every_row_of_every_table_is_one_sentence(
    table: list[list[str]], tokens: int, before: str
) -> None:
    rows = [f"| {' | '.join(row)} |" for row in table]
    rows.insert(1, "|" + " --- |" * len(table[0]))
    document = read_markdown(before + "\n".join(rows) + "\n\nThe end.")
    found = sentences_of(document, tokens)
    assert [s for s in found if s.startswith("|")] == ["\n".join(rows[:2]), *rows[2:]]
    passages = passages_of(document, tokens)
    check_whole(document, passages)
    for passage in passages:
        own = passage.sentence_texts(document.text)
        has_rows = any(s.startswith("|") for s in own)
        assert passage.columns == (tuple(table[0]) if has_rows else ())
        assert (passage.kind == "row") == has_rows


def fenced(stanzas: list[list[str]]) -> Document:
    return read_markdown("Look:\n\n```python\n" + joined(stanzas) + "\n```\n\nSeen.")


def joined(stanzas: list[list[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in stanzas)


@bounded
@given(STANZAS)
def test_code_is_cut_at_blank_lines(stanzas: list[list[str]]) -> None:
    expected = ["\n".join(lines) for lines in stanzas]
    assert sentences_of(read_code(joined(stanzas))) == expected
    expected[0] = f"```python\n{expected[0]}"
    expected[-1] = f"{expected[-1]}\n```"
    assert sentences_of(fenced(stanzas)) == ["Look:", *expected, "Seen."]


@bounded
@given(STANZAS, st.integers(12, 20))
def test_no_line_of_code_is_cut_where_it_fits(stanzas: list[list[str]], tokens: int) -> None:
    document = read_code(joined(stanzas))
    lines = [line for sentence in sentences_of(document, tokens) for line in sentence.split("\n")]
    assert lines == [line for stanza in stanzas for line in stanza]


@pytest.mark.parametrize("media_type", ["text/x-rst", "text/x-tex", "text/html"])
def test_markup_is_prose(media_type: str) -> None:
    document = replace(read("The gull sat. It\nslept."), media_type=media_type)
    assert sentences_of(document) == ["The gull sat.", "It", "slept."]


def test_indented_code_is_code_in_markdown_and_an_indented_paragraph_of_an_item_is_not() -> None:
    text = "Do:\n\n    x = 1. y\n    z = 2. w\n\n- Item.\n\n    More. Here.\n"
    assert sentences_of(read_markdown(text)) == [
        "Do:",
        "x = 1. y\n    z = 2. w",
        "- Item.",
        "More.",
        "Here.",
    ]


def test_a_fence_that_nothing_closes_makes_no_code_of_a_plain_text() -> None:
    assert cut("```\nThe gull sat. It slept.") == ["```", "The gull sat.", "It slept."]


def entries(first: int, last: int) -> str:
    return "\n".join(
        f"[{n}] Berg, A. and C. D. Dahl. On gulls and owls. Seabirds 7, {1990 + n}."
        for n in range(first, last)
    )


@pytest.mark.parametrize(
    ("list_", "labels"),
    [
        (entries(1, 8), {"References"}),
        (entries(1, 8).replace("[", "").replace("]", "."), {"References"}),
        (entries(1, 4), set()),  # too few
        (entries(1, 8).replace(" A. ", " Ada ").replace("C. D. Dahl", "Dahl"), set()),
        (entries(1, 8).replace(" 7, 199", " 7, "), set()),  # no years
    ],
)
def test_a_list_of_references_without_a_heading_is_told_by_its_looks(
    list_: str, labels: set[str]
) -> None:
    document = read("The gull sat there. " * 60 + "\n\n" + list_ + "\n\nAn appendix.")
    found = passages_of(document)
    check_whole(document, found)
    assert {heading for p in found for heading in p.path} == labels
    for passage in found:
        text = document.text[passage.span.start : passage.span.end]
        assert not passage.path or not ("gull sat" in text or "appendix" in text)


def test_what_begins_a_document_is_no_list_of_references() -> None:
    document = read(entries(1, 8) + "\n\n" + "The gull sat there. " * 60)
    assert {p.path for p in passages_of(document)} == {()}


def test_notes_of_markdown_are_packed_apart() -> None:
    document = read_markdown("# A\n\nIt sat.[^1] It slept.\n\n[^1]: So says Berg.\n[^b]: He lies.")
    first, second = passages_of(document)
    assert (first.path, second.path) == (("A",), ("A", "Footnotes"))
    assert second.sentence_texts(document.text)[0] == "[^1]: So says Berg."
