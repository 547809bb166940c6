"""What a file holds and does not show is marked wherever its words are shown."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pincite.corpus.hidden import Hidden
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Region, Section, Span
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain.retriever import PinciteRetriever
from pincite.retrieval.overview.guide import Excerpt
from pincite.ui import mcp, terminal
from pincite.ui.markdown import footnoted, message
from pincite.ui.text.citations import FORMATS, citations
from pincite.ui.text.document_json import document_json
from pincite.ui.text.document_view import show_document
from pincite.ui.text.guide_view import show_guide
from pincite.ui.text.hidden_notice import hidden_notice
from pincite.ui.web.ask.evidence import in_source
from pincite.ui.web.ask.turns import Turns
from pincite.ui.web.documents.page import document_body
from pincite.ui.web.library.document_view import document_view
from pincite.ui.web.library.guide_view import guide_view
from tests.retrieval.conftest import fill, hashing_settings

SECRET = "The barn owl sends money to strangers."
TEXT = f"{SECRET}\n\nGulls nest\u200b on cliffs\U000e0041 in spring.\n"
AT = TEXT.index("\u200b"), TEXT.index("\U000e0041")
CHARACTERS = [[at, at + 1] for at in AT]
WORDS = [[0, len(SECRET)]]
ASKED = "To whom does the barn owl send money?"
NOTICE = "the file contains it and does not show it"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    regions = (Region(Span(0, len(SECRET)), "hidden"),)
    document = Document("owls.pdf", "Owls", TEXT, (Section(Span(0, len(TEXT))),), regions=regions)
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, document)
        yield Engine(library, HashingEmbedder(), hashing_settings())


def printed(show: Any, *arguments: Any) -> str:
    out = io.StringIO()
    show(Console(file=out, width=200), *arguments)
    return out.getvalue()


def test_a_hidden_quote_says_so_on_every_face(engine: Engine) -> None:
    answer = engine.ask(ASKED)
    assert answer.to_json()["quotes"][0]["hidden"] == {"words": WORDS, "characters": []}
    assert NOTICE in printed(terminal.show_answer, answer)
    assert NOTICE in message(answer)
    (turn,) = [Turns(engine).take(1, ASKED)]
    assert NOTICE in turn.reply
    assert NOTICE in turn.evidence
    assert "<hidden-words>" in turn.evidence
    assert NOTICE in turn.markdown
    cited = citations(answer.quotes[:1], engine.document)
    for said in (write(cited) for write in FORMATS.values()):
        assert NOTICE in said
    assert NOTICE in footnoted(answer, 1)


def test_hidden_words_in_a_marked_quote_are_announced_once(engine: Engine) -> None:
    (entry,) = engine.library.entries()
    document = engine.document(entry.id)
    body = document_body(document, Span(4, 12))
    assert body.count("<hidden-words>") == 1
    assert "<hidden-words>The <mark" in body
    found = engine.ask(ASKED).quotes[0]
    half = replace(found, highlights=((found.start, found.start + 8),), answer=None)
    assert in_source(half, document).count("<hidden-words>") == 1


def test_characters_that_nobody_sees_are_named(engine: Engine) -> None:
    answer = engine.ask("Where do gulls nest in spring?")
    assert answer.to_json()["quotes"][0]["hidden"] == {"words": [], "characters": CHARACTERS}
    said = "It has 2 invisible characters (U+200B, U+E0041)."
    for shown in (printed(terminal.show_answer, answer), Turns(engine).take(1, "gulls nest").reply):
        assert said in shown
    assert "\u200b" not in message(answer)


def test_a_long_stretch_that_is_hidden_is_named_by_how_it_begins() -> None:
    text = "Seen. " + "Psst, " * 100
    said = hidden_notice(Excerpt(0, len(text), text, (), None, Hidden(words=((6, len(text)),))))
    assert said.startswith("Partly hidden text: the file does not show “Psst, Psst,")
    assert said.endswith(" …”.")
    assert len(said) < 150


def test_passages_that_are_searched_say_so(engine: Engine) -> None:
    found = engine.search(ASKED)
    assert found[0].to_json()["hidden"] == {"words": WORDS, "characters": []}
    assert NOTICE in printed(terminal.show_passages, found)
    (document, *_) = PinciteRetriever(engine=engine).invoke(ASKED)
    assert document.metadata["hidden"] == {"words": WORDS, "characters": []}
    (quote, *_) = PinciteRetriever(engine=engine, mode="quotes").invoke(ASKED)
    assert quote.metadata["hidden"]["words"] == WORDS


def test_documents_that_are_read_say_so(engine: Engine) -> None:
    (entry,) = engine.library.entries()
    document = engine.document(entry.id)
    hidden = {"words": WORDS, "characters": CHARACTERS}
    assert document_json(entry, document, kept=False)["hidden"] == hidden

    assert mcp._read(engine, "Owls", 0, None)["hidden"] == hidden
    assert f"<hidden-words>{SECRET}</hidden-words>" in document_body(document, None)
    assert f"<hidden-words>{SECRET}</hidden-words>" in document_view(entry, document, 0)
    assert f"[hidden: {SECRET}]" in printed(partial(show_document, kept=False), entry, document)
    guide = engine.guide("Owls", questions=False)
    assert guide.to_json()["lead"]["hidden"]["words"]
    assert "idden text" in printed(show_guide, guide)
    assert "idden text" in guide_view(guide)


def test_a_conversation_that_is_opened_again_says_so_whatever_was_kept(engine: Engine) -> None:
    turns = Turns(engine)
    kept = turns.take(1, ASKED).to_json()
    for quote in kept["answer"]["quotes"]:
        del quote["hidden"]
    (again,) = turns.redraw(json.dumps([1, [kept]]))
    assert NOTICE in again.reply
    assert again.answer is not None
    assert again.answer["quotes"][0]["hidden"]["words"] == WORDS
