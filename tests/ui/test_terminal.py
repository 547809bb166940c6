"""What reaches the terminal: all of a quote, and nothing that acts on the screen."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pincite.corpus.hidden import unseen
from pincite.corpus.store.rows import Entry
from pincite.retrieval.answer import Answer, FoundPassage
from pincite.retrieval.confidence.confidence import Level
from pincite.retrieval.reading.quote import Context, Place, Quote
from pincite.retrieval.trace import Trace
from pincite.ui import terminal
from pincite.ui.text.control_characters import harmless
from tests.conftest import Pincite

RED, REVERSED, MARK = "\x1b[31m", "\u202e", "\ufffd"
BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ACTING = {"Cc", "Zl", "Zp"}  # controls, and what parts lines and paragraphs
PASSAGE = FoundPassage("0" * 64, "Title", ("Heading",), None, 10, 24, "The owl hunts.", 0.5)
ENTRY = Entry("0" * 64, "/a.txt", "Title", "text/plain", "1" * 64, 14, 0, 1, "2024-05-01T00:00", {})


def acts_on_a_terminal(text: str) -> list[str]:
    """The characters of the text that a terminal would obey instead of show."""
    return [
        character
        for character in text
        if character not in "\n\t"
        and (unicodedata.category(character) in ACTING or character in BIDIRECTIONAL)
    ]


def console(*, is_terminal: bool = False, width: int = 80) -> Console:
    """A console that writes into memory."""
    return Console(
        file=io.StringIO(),
        force_terminal=is_terminal,
        color_system=None,
        width=width,
        highlight=False,
    )


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@given(st.text())
def test_harmless_text_has_nothing_for_a_terminal_to_obey(text: str) -> None:
    assert acts_on_a_terminal(harmless(text)) == []


@given(st.text())
def test_harmless_replaces_what_acts_or_is_invisible_and_nothing_else(text: str) -> None:
    acting = set(acts_on_a_terminal(text))
    invisible = {i for start, end in unseen(text) for i in range(start, end)}
    expected = "".join(
        MARK if character in acting or i in invisible else character
        for i, character in enumerate(text)
    )
    assert harmless(text) == expected


@given(st.text(), st.text(), st.booleans())
def test_a_passage_shows_nothing_that_acts(text: str, title: str, is_terminal: bool) -> None:
    page = console(is_terminal=is_terminal)
    passage = replace(PASSAGE, text=text, title=title, section=(title, text))
    terminal.show_passages(page, [passage])
    assert acts_on_a_terminal(shown(page)) == []


@given(st.text(min_size=1), st.sampled_from(["ANSWERED", "UNSURE"]), st.booleans())
def test_a_quote_its_context_and_its_places_show_nothing_that_acts(
    text: str, status: Level, is_terminal: bool
) -> None:
    quote = Quote(
        *("0" * 64, text, (text,), None, 0, len(text), text, ((0, 1),), 0.5),
        context=(Context(0, len(text), text, "before"),),
        places=(Place("0" * 64, text, (text,), 3, 0, len(text)),),
    )
    trace = Trace(1, "hashing", "score", 0.3, {}, {}, asked=1, left_out=2)
    page = console(is_terminal=is_terminal)
    terminal.show_answer(page, Answer("Q?", status, 0.2, (quote,), (), trace))
    assert acts_on_a_terminal(shown(page)) == []
    assert ("Not sure; these come closest:" in shown(page)) == (status == "UNSURE")
    assert ("Asked 1 of 3 documents" in shown(page)) == (status == "UNSURE")


@given(st.lists(st.text(), min_size=1), st.booleans())
def test_what_was_looked_for_shows_nothing_that_acts_and_stands_on_the_first_line(
    carried: list[str], is_terminal: bool
) -> None:
    trace = Trace(1, "hashing", "score", 0.3, {}, {}, carried=tuple(carried))
    page = console(is_terminal=is_terminal)
    terminal.show_answer(page, Answer("Q?", "NOT_FOUND", 0.2, (), (), trace))
    lines = shown(page).split("\n")
    assert lines[0].startswith("Searched for: ")
    assert lines[1].startswith("Not in these documents")
    assert acts_on_a_terminal(shown(page)) == []


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_list_of_documents_shows_nothing_that_acts(is_terminal: bool) -> None:
    page = console(is_terminal=is_terminal, width=200)
    entry = replace(ENTRY, title=f"{RED}Title", source=f"/{REVERSED}a.txt")
    terminal.show_documents(page, [entry])
    assert acts_on_a_terminal(shown(page)) == []
    assert f"{MARK}[31mTitle" in shown(page)
    assert f"/{MARK}a.txt" in shown(page)


def test_a_place_names_title_headings_and_page_and_only_in_detail_the_characters() -> None:
    passage = replace(PASSAGE, section=("One", "Two"), page=7)
    assert terminal.place(passage) == "Title › One › Two, page 7"
    detailed = terminal.place(passage, details=True)
    assert detailed == "Title › One › Two, page 7 · characters 10–24"


@pytest.mark.parametrize(
    ("status", "words", "detailed"),
    [
        ("ANSWERED", "Likely the answer", "Likely the answer (probability 0.71)"),
        ("UNSURE", "Title › Heading", "(probability 0.71, sure from 0.80 on)"),
        ("NOT_FOUND", "Not in these documents", "Not in these documents (probability 0.71)"),
    ],
)
def test_how_sure_an_answer_is_stands_in_words_and_only_in_detail_as_a_number(
    status: Level, words: str, detailed: str
) -> None:
    quote = Quote(*("0" * 64, "Title", ("Heading",), None, 0, 14, "The owl hunts.", (), 0.5))
    trace = Trace(1, "hashing", "probability", 0.8, {}, {})
    quotes = () if status == "NOT_FOUND" else (quote,)
    given = Answer("Q?", status, 0.71, quotes, (), trace)
    plain, full = console(), console()
    terminal.show_answer(plain, given)
    terminal.show_answer(full, given, details=True)
    assert shown(plain).strip().splitlines()[-1].strip() == words
    assert "0.71" not in shown(plain)
    assert shown(full).strip().splitlines()[-1] == detailed


@given(st.text(min_size=1), st.booleans())
def test_what_comes_closest_shows_nothing_that_acts(text: str, is_terminal: bool) -> None:
    near = replace(PASSAGE, text=text, title=text, section=(text,))
    copy = replace(near, document="1" * 64, start=3)
    trace = Trace(1, "hashing", "score", 0.3, {}, {})
    page = console(is_terminal=is_terminal)
    terminal.show_answer(page, Answer("Q?", "NOT_FOUND", 0.1, (), (near, copy), trace))
    assert acts_on_a_terminal(shown(page)) == []
    assert "also in" in shown(page)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_markup_is_text_like_any_other(is_terminal: bool) -> None:
    page = console(is_terminal=is_terminal)
    said = "An [bold]array[/bold][0] of [/] :smile: and [link=http://x.example]x[/link]."
    terminal.show_passages(page, [replace(PASSAGE, text=said, title="[red]Title")])
    assert said in " ".join(line.strip() for line in shown(page).splitlines())
    assert "[red]Title › Heading" in shown(page)


def test_a_long_quote_stays_on_its_line_in_a_pipe() -> None:
    page = console(width=20)
    said = "The owl " + "and the gull " * 100 + "hunt."
    terminal.show_passages(page, [replace(PASSAGE, text=said)])
    assert shown(page).splitlines()[0] == f"[1] {said}"


def test_a_long_word_is_folded_on_a_narrow_terminal_and_not_cut() -> None:
    page = console(is_terminal=True, width=30)
    said = "".join(chr(ord("a") + number % 26) for number in range(400))
    terminal.show_passages(page, [replace(PASSAGE, text=said, section=())])
    joined = "".join(line.removeprefix("[1]").strip() for line in shown(page).splitlines())
    assert joined.startswith(said)
    assert max(map(len, shown(page).splitlines())) <= 30


def test_wide_characters_are_folded_and_not_cut() -> None:
    page = console(is_terminal=True, width=30)
    said = "鴉は夜に鼠を狩る" * 20
    terminal.show_passages(page, [replace(PASSAGE, text=said, section=())])
    joined = "".join(line.removeprefix("[1]").strip() for line in shown(page).splitlines())
    assert joined.startswith(said)


def test_a_long_path_in_the_list_is_folded_and_not_cut() -> None:
    page = console(width=80)
    source = "/" + "/".join(f"folder{number:02}" for number in range(20)) + "/notes.txt"
    terminal.show_documents(page, [replace(ENTRY, source=source)])
    lines = shown(page).splitlines()[1:]
    assert "".join(line.split()[-1] for line in lines) == source


def test_a_hostile_document_is_shown_literally_from_end_to_end(
    tmp_path: Path, pincite: Pincite
) -> None:
    file = tmp_path / f"owl{RED}{REVERSED}.txt"
    hostile = f"The owl {RED}hunts\x07 {REVERSED}mice\u202c at\x9b2J [bold]night[/bold]."
    file.write_text(f"== Own{RED}ls{REVERSED} ==\n{hostile}\n", "utf-8")
    commands = [
        ("ingest", file, "--title", f"{RED}T{REVERSED}"),
        ("ask", f"What does the owl {RED}hunt at {REVERSED}night?"),
        ("search", "owl"),
        ("documents",),
        ("doctor",),
        ("ingest", tmp_path / f"{RED}gone.txt"),
        ("ask", f"{RED}?{REVERSED}"),
        ("remove", f"{RED}{REVERSED}"),
        ("remove", file),
    ]
    runs = {command: pincite(*command) for command in commands}
    assert [c for c, run in runs.items() if acts_on_a_terminal(run.stdout + run.stderr)] == []
    answer = runs[commands[1]].stdout
    said = f"The owl {MARK}[31mhunts{MARK} {MARK}mice{MARK} at{MARK}2J [bold]night[/bold]."
    assert answer.splitlines()[0] == f"[1] {said}"
    assert answer.splitlines()[1] == f"    {MARK}[31mT{MARK} › Own{MARK}[31mls{MARK}"
