"""Whether quotes from PDFs open at their places is checked against the files themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pincite.corpus.types import Document, Layout
from pincite.eval.bench.check_boxes import check
from pincite.ingest.files.read import read_source
from pincite.ingest.files.walk import Source
from pincite.retrieval.reading.quote import Quote
from tests.conftest import Pincite, Run
from tests.eval.conftest import OWL, WHOLE, write_gold
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf

KEPT = ["Gulls are well-known birds. It is a well-", "known fact."]
GULLS = ["The herring gull eats fish and mussels. Gulls nest", "on cliffs in spring."]
OWLS = ["The barn owl hunts mice at night."]


def document(folder: Path, *leaves: Leaf) -> Document:
    (folder / "birds.pdf").write_bytes(pdf(leaves))
    return read_source(Source(folder / "birds.pdf"))


def quoted(found: Document, text: str) -> Quote:
    start = found.text.index(text)
    page = found.page_at(start)
    return Quote(found.id, found.title, (), page, start, start + len(text), text, (), 1.0)


@pytest.fixture
def birds(tmp_path: Path) -> Document:
    return document(tmp_path, Leaf(column(OWLS)), Leaf(column(GULLS)))


@pytest.mark.parametrize("text", ["The barn owl hunts mice at night.", "Gulls nest on cliffs"])
def test_a_quote_that_stands_where_it_says_is_found_there(birds: Document, text: str) -> None:
    checked = check(quoted(birds, text), birds)
    assert (checked.wrong, checked.words) == ("", len(text.split()))


@pytest.mark.parametrize("leaf", [Leaf(rotate=90), Leaf(rotate=180), Leaf(crop=(50, 90, 600, 700))])
def test_a_page_that_is_turned_or_cropped_is_looked_at_as_it_is_shown(
    tmp_path: Path, leaf: Leaf
) -> None:
    found = document(tmp_path, replace(leaf, lines=column(OWLS, y=200)))
    assert check(quoted(found, "The barn owl hunts mice"), found).wrong == ""


def test_a_word_with_a_hyphen_at_a_line_end_is_looked_for_in_both_its_boxes(tmp_path: Path) -> None:
    found = document(tmp_path, Leaf(column(KEPT)))
    quote = quoted(found, "It is a well-known fact.")
    assert check(quote, found).wrong == ""


def moved(found: Document, change: Callable[[np.ndarray], None]) -> Document:
    assert found.layout is not None
    words = found.layout.words.copy()
    change(words)
    return replace(found, layout=Layout(words))


def lower(words: np.ndarray) -> None:
    words["top"] += 30
    words["bottom"] += 30


def turned_over(words: np.ndarray) -> None:
    words["page"] = 3 - words["page"]


def without_one(words: np.ndarray) -> None:
    words["end"][words["page"] == 2] = 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lower, "not in their boxes: ['Gulls'"),
        (turned_over, "its boxes are not so on [1, 2]"),
        (without_one, "some of its words have no box"),
    ],
)
def test_a_word_that_is_not_in_its_box_is_noticed(
    birds: Document, change: Callable[[np.ndarray], None], said: str
) -> None:
    assert said in check(quoted(birds, "Gulls nest on cliffs"), moved(birds, change)).wrong


def test_another_page_or_another_text_than_the_quote_says_is_noticed(birds: Document) -> None:
    quote = quoted(birds, "Gulls nest on cliffs")
    assert check(replace(quote, page=1), birds).wrong == "it stands on pages [2]"
    assert "not what stands at its offsets" in check(replace(quote, text="Gulls"), birds).wrong


def asked(folder: Path, pincite: Pincite, file: str) -> Run:
    gold = write_gold(folder / "gold", [OWL, WHOLE])
    assert pincite("ingest", file).code == 0
    return pincite("eval", "places", gold, "--library", ".pincite")


def test_the_command_asks_each_question_and_counts_what_opens_at_its_place(
    tmp_path: Path, pincite: Pincite
) -> None:
    document(tmp_path, Leaf(column(OWLS)), Leaf(column(GULLS)))
    run = asked(tmp_path, pincite, "birds.pdf")
    assert run.code == 0
    assert run.stdout.startswith("2 questions: ")
    assert run.stdout.endswith("open at their page with every word in its box there, 0 do not\n")


def test_the_command_fails_where_there_is_no_quote_to_check(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "a.txt").write_text("Gulls eat fish.\n", "utf-8")
    run = asked(tmp_path, pincite, "a.txt")
    assert run.code == 1
    assert run.stdout.startswith("2 questions: 0 quotes from 0 PDFs")
