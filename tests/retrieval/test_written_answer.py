"""An engine with a writer: order, numbers, scopes, follow-ups, and nothing where none is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pincite.corpus.errors import SettingsError
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.engine import Engine
from pincite.retrieval.written_answer import WritingListener, with_written
from tests.retrieval.writing.liar import Liar, Script, liar

GULLS = "Where do gulls nest in spring?"


@pytest.fixture
def server() -> Iterator[Liar]:
    scripts = {
        "cites": Script(("Gulls nest [1]. ", "Something else entirely [2]. ", "No marker.")),
        "far": Script(("".join(f"The quote says it [{n}]. " for n in range(1, 9)),)),
        "rewrites": Script(("Where do gulls nest in winter?",)),
        "rambles": Script(("I cannot do that.",)),
    }
    with liar(**scripts) as running:
        yield running


def with_writer(engine: Engine, server: Liar, name: str) -> Engine:
    engine.settings = engine.settings.model_copy(
        update={"writer": f"openai:{name}", "writer_url": server.url}
    )
    return engine


def test_quotes_are_there_before_the_model_is_called(engine: Engine, server: Liar) -> None:
    order: list[str] = []
    calls: list[int] = []

    def on_answer(answer: Answer) -> None:
        order.append(f"{len(answer.quotes)} quotes")
        calls.append(len(server.requests))

    listener = WritingListener(on_answer, on_sentence=lambda one: order.append(one.verdict))
    answer = with_writer(engine, server, "cites").ask(GULLS, write=True, listener=listener)
    assert calls == [0]
    assert order[0] == f"{len(answer.quotes)} quotes"
    assert answer.written is not None
    assert order[1:] == [one.verdict for one in answer.written.sentences]
    assert [one.verdict for one in answer.written.sentences] == [
        "supported",
        "unsupported",
        "uncited",
    ]
    assert answer.to_json()["written"]["left_out"] == 1


def test_a_further_quote_is_shown_once_it_is_cited(engine: Engine, server: Liar) -> None:
    engine.settings = engine.settings.model_copy(update={"quotes": 1})
    plain = engine.ask(GULLS)
    answer = with_writer(engine, server, "far").ask(GULLS, write=True)
    assert answer.quotes[: len(plain.quotes)] == plain.quotes
    assert answer.further == ()
    assert answer.written is not None
    cited = {number for one in answer.written.sentences for number in one.quotes}
    assert cited <= set(range(1, len(answer.quotes) + 1))
    for quote in answer.quotes:
        text = engine.document(quote.document).text
        assert text[quote.start : quote.end] == quote.text


def test_nothing_is_written_where_the_documents_are_about_other_things(
    engine: Engine, server: Liar
) -> None:
    found = replace(engine.ask(GULLS), status="NOT_FOUND", quotes=())
    writer = with_writer(engine, server, "cites").writer()
    assert with_written(found, writer, engine.document) == found
    assert server.requests == []


def test_without_write_or_without_a_writer_nothing_changes(engine: Engine, server: Liar) -> None:
    assert "written" not in with_writer(engine, server, "cites").ask(GULLS).to_json()
    assert server.requests == []
    engine.settings = engine.settings.model_copy(update={"writer": None})
    with pytest.raises(SettingsError, match="PINCITE_WRITER=openai:NAME"):
        engine.ask(GULLS, write=True)


def test_a_writer_reads_no_document_that_the_person_may_not_see(
    engine: Engine, server: Liar
) -> None:
    birds = engine.library.find("birds.txt").id
    engine.library.tag([birds], add=["sea"])
    with_writer(engine, server, "far").limited_to(["sea"]).ask(GULLS, write=True)
    sent = server.requests[0]["messages"][1]["content"]
    assert "birds.txt" in sent
    assert "Bread" not in sent
    assert "ships.txt" not in sent


@pytest.mark.parametrize(
    ("name", "wording"), [("rewrites", "Where do gulls nest in winter?"), ("rambles", "")]
)
def test_a_follow_up_is_asked_in_the_models_words_only_where_these_are_accepted(
    engine: Engine, server: Liar, name: str, wording: str
) -> None:
    history = [Turn("user", GULLS), Turn("assistant", "On the cliffs.")]
    answer = with_writer(engine, server, name).ask("and in winter?", history=history, write=True)
    assert answer.question == "and in winter?"
    assert answer.trace.rewritten == wording


def test_a_host_beyond_this_machine_is_said_before_the_first_call(engine: Engine) -> None:
    said: list[str] = []
    engine._say = said.append
    engine.settings = engine.settings.model_copy(
        update={"writer": "openai:x", "writer_url": "https://models.example/v1"}
    )
    engine.writer()
    engine.writer()
    assert said == [
        "openai:x writes answers: questions, and the quotes found, go to models.example."
    ]
