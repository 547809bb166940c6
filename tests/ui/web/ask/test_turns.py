"""Turns of a conversation: taken by the server, kept by the browser, and drawn again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import AccessDeniedError
from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.settings import load_settings
from pincite.ui.web.ask.scope import choices
from pincite.ui.web.ask.turns import MOST_TURNS, Stopped, Turn, Turns
from tests.retrieval.writing.liar import Liar, Script, liar

GULLS = "Herring gulls nest on cliffs. They lay three eggs in May.\n"
OWLS = "Barn owls nest in old barns. They hunt voles at night.\n"
ASKED = "Where do herring gulls nest?"
OF_OWLS = "What do barn owls hunt?"
LEANS = "And where do they nest?"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "gulls.txt").write_text(GULLS)
    (tmp_path / "owls.txt").write_text(OWLS)
    with Library.open(tmp_path / "library", create=True) as library:
        sources = [Source(tmp_path / "gulls.txt"), Source(tmp_path / "owls.txt")]
        ingest_sources(sources, library, HashingEmbedder())
        yield Engine(library, HashingEmbedder())


def handed_in(*turns: dict[str, Any], first: int = 1) -> str:
    return json.dumps([first, turns])


def kept(turns: Turns, question: str = ASKED) -> dict[str, Any]:
    """A turn as a browser keeps it."""
    turn = turns.take(1, question)
    return json.loads(json.dumps({"question": turn.question, "answer": turn.answer}))


def test_a_turn_has_all_that_the_page_shows_and_copies(engine: Engine) -> None:
    turn = Turns(engine).take(4, ASKED)
    assert turn.answer is not None
    assert turn.answer["quotes"][0]["text"] == GULLS.strip()
    assert turn.answer["quotes"][0]["highlights"] == [[0, len("Herring gulls nest on cliffs.")]]
    assert 'href="#evidence-4-1"' in turn.reply
    assert 'id="evidence-4-1"' in turn.evidence
    assert "<b>Herring gulls nest on cliffs.</b> They lay three eggs in May." in turn.reply
    assert f"> {GULLS.strip()} [^4-1]" in turn.markdown
    assert f"annote = {{{GULLS.strip()}}}" in turn.citations["bibtex"]
    assert set(turn.citations) == {"bibtex", "ris", "apa"}
    [again] = Turns(engine).redraw(handed_in({"question": ASKED, "answer": turn.answer}))
    assert again.citations == turn.citations


def test_a_turn_without_quotes_has_no_citations(engine: Engine) -> None:
    turn = Turns(engine).take(1, "Quokka zyzzyva marzipan?")
    assert turn.citations == {}
    assert "BibTeX" not in turn.reply
    assert "Copy as Markdown" in turn.reply


def test_what_goes_wrong_is_a_sentence_in_the_chat(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    turns = Turns(engine)
    assert "has no words" in turns.take(1, "?!").reply
    assert "a question may have 2,000" in turns.take(1, "why " * 9000).reply
    assert "no document" in turns.take(1, ASKED, ["document:0123456789"]).reply
    monkeypatch.setattr(engine._cache, "sources", lambda: 1 / 0)
    reply = turns.take(1, ASKED).reply
    assert "Something failed" in reply
    assert "division" not in reply
    assert "ZeroDivisionError" in caplog.text


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        reply = Turns(Engine(library, HashingEmbedder())).take(1, ASKED).reply
    assert "is empty; add documents" in reply


def test_a_stopped_question_ends_before_its_next_stage(engine: Engine) -> None:
    begun: list[str] = []

    def watch(stage: str) -> None:
        begun.append(stage)
        if stage == "lexical":
            raise Stopped

    with pytest.raises(Stopped):
        Turns(engine).take(1, ASKED, watch=watch)
    assert begun == ["embed", "dense", "lexical"]


def test_a_conversation_is_drawn_again_as_it_was(engine: Engine) -> None:
    turns = Turns(engine)
    first, second = kept(turns), kept(turns, "What do they hunt at night?")
    again = turns.redraw(handed_in(first, second, first=7))
    assert [turn.number for turn in again] == [7, 8]
    assert [turn.to_json()["answer"] for turn in again] == [first["answer"], second["answer"]]
    assert again[0].evidence == Turns(engine).take(7, ASKED).evidence


def test_quotes_of_a_changed_document_are_not_shown_again(engine: Engine, tmp_path: Path) -> None:
    turns = Turns(engine)
    turn = kept(turns)
    (tmp_path / "gulls.txt").write_text("Gulls are elsewhere now.")
    ingest_sources([Source(tmp_path / "gulls.txt")], engine.library, HashingEmbedder())
    [again] = turns.redraw(handed_in(turn))
    assert "have changed or are gone" in again.reply
    assert "cliffs" not in again.reply + again.evidence
    assert again.answer is None


def test_a_forged_quote_is_not_shown(engine: Engine) -> None:
    turns = Turns(engine)
    for part in ("quotes", "nearest"):
        turn = kept(turns)
        turn["answer"][part][0]["text"] = "Herring gulls nest on clouds."
        [again] = turns.redraw(handed_in(turn))
        assert "clouds" not in again.reply + again.evidence
        assert "not shown" in again.reply


def test_a_forged_context_is_not_shown(engine: Engine) -> None:
    turns = Turns(engine)
    turn = kept(turns)
    forged = {"start": 58, "end": 64, "text": "clouds", "role": "before"}
    turn["answer"]["quotes"][0]["context"] = [forged]
    [again] = turns.redraw(handed_in(turn))
    assert "clouds" not in again.reply + again.evidence
    assert "not shown" in again.reply


def test_an_unsure_turn_is_drawn_again_as_it_was(engine: Engine) -> None:
    turns = Turns(Engine(engine.library, HashingEmbedder(), load_settings(threshold=1)))
    turn = kept(turns)
    [again] = turns.redraw(handed_in(turn))
    assert turn["answer"]["status"] == "UNSURE"
    assert again.answer == turn["answer"]
    assert "Not sure; these come closest:" in again.reply
    assert "Herring gulls nest on cliffs." in again.reply


def test_a_turn_that_was_kept_before_quotes_had_context_is_still_drawn(engine: Engine) -> None:
    turns = Turns(engine)
    turn = kept(turns)
    for quote in turn["answer"]["quotes"]:
        del quote["context"], quote["places"], quote["answer"]
    del turn["answer"]["trace"]["asked"], turn["answer"]["trace"]["left_out"]
    [again] = turns.redraw(handed_in(turn))
    assert "Herring gulls nest on cliffs." in again.reply


def test_words_that_answer_are_not_drawn_where_they_are_no_part_of_the_marks(
    engine: Engine,
) -> None:
    turns = Turns(engine)
    turn = kept(turns)
    quote = turn["answer"]["quotes"][0]
    quote["answer"] = [quote["end"], quote["end"] + 5]
    [again] = turns.redraw(handed_in(turn))
    assert "not shown" in again.reply


@pytest.mark.parametrize(
    "answer",
    [None, 7, [], {}, {"status": "ANSWERED"}, {"quotes": "<script>"}],
)
def test_what_is_no_answer_is_drawn_as_none(engine: Engine, answer: Any) -> None:
    [again] = Turns(engine).redraw(handed_in({"question": "<b>?", "answer": answer}))
    assert "&lt;b&gt;?" in again.question_html
    assert "not shown" in again.reply


def test_a_trace_that_is_none_draws_nothing_of_it(engine: Engine) -> None:
    turns = Turns(engine)
    turn = kept(turns)
    turn["answer"]["trace"]["scores"] = {"passages": [7]}
    [again] = turns.redraw(handed_in(turn))
    assert "not shown" in again.reply


@pytest.mark.parametrize("text", ["", "null", "[1]", "[1, 2]", '["x", []]', "[1, [7]]", "{}"])
def test_what_is_no_conversation_is_drawn_as_nothing(engine: Engine, text: str) -> None:
    assert Turns(engine).redraw(text) == []


def test_no_more_turns_are_drawn_than_a_conversation_has(engine: Engine) -> None:
    turn = {"question": "Why?", "answer": None}
    assert len(Turns(engine).redraw(handed_in(*[turn] * (MOST_TURNS + 5)))) == MOST_TURNS


def test_a_question_is_put_to_what_was_chosen(engine: Engine) -> None:
    library = engine.library
    gulls, owls = library.entries()
    library.tag([gulls.id], add=["birds of the sea"])
    offered = dict(choices(library.entries()))
    assert list(offered) == ["# birds of the sea", gulls.title, owls.title]

    def documents(*chosen: str) -> set[str]:
        answer = Turns(engine).take(1, "Where do they nest?", chosen).answer
        assert answer is not None
        return {passage["document"] for passage in answer["nearest"]}

    assert documents(offered[owls.title]) == {owls.id}
    assert documents("tag:birds of the sea") == {gulls.id}
    assert documents("tag:birds of the sea", offered[owls.title]) == {gulls.id, owls.id}


def test_documents_of_one_title_are_told_apart_by_their_source(engine: Engine) -> None:
    for entry in engine.library.entries():
        engine.library.rename(entry.id, entry.source, title="Birds")
    labels = [label for label, _ in choices(engine.library.entries())]
    assert len(set(labels)) == 2
    assert all(label.startswith("Birds (") for label in labels)


def before(*turns: tuple[str, str]) -> str:
    """What was said before, each a role and its text, as a browser hands it in."""
    return json.dumps([{"role": role, "text": text} for role, text in turns])


def first_quote(turn: Turn) -> str:
    assert turn.answer is not None
    text: str = turn.answer["quotes"][0]["text"]
    return text


def test_a_follow_up_is_answered_of_what_it_leans_on_and_says_so(engine: Engine) -> None:
    turn = Turns(engine).take(2, LEANS, history=before(("user", OF_OWLS), ("assistant", "Voles.")))
    assert first_quote(turn) == OWLS.strip()
    assert turn.question == LEANS
    assert "Searched for: barn owls hunt · nest" in turn.reply
    assert ">Ask as typed</button>" in turn.reply
    assert "Searched for: barn owls hunt · nest" in turn.markdown


def test_what_was_answered_is_leaned_on(engine: Engine) -> None:
    history = before(("user", "Which birds are there?"), ("assistant", OWLS))
    assert first_quote(Turns(engine).take(2, LEANS, history=history)) == OWLS.strip()


@pytest.mark.parametrize("history", ["[]", before(("user", "?!")), before(("assistant", OWLS))])
def test_with_nothing_before_it_there_is_no_way_back_to_what_was_typed(
    engine: Engine, history: str
) -> None:
    turn = Turns(engine).take(2, LEANS, history=history)
    assert first_quote(turn) == GULLS.strip()
    assert "Searched for" not in turn.reply + turn.markdown
    assert "Ask as typed" not in turn.reply


def test_a_question_that_stands_alone_has_no_way_back_either(engine: Engine) -> None:
    turn = Turns(engine).take(2, ASKED, history=before(("user", OF_OWLS)))
    assert first_quote(turn) == GULLS.strip()
    assert "Ask as typed" not in turn.reply


@pytest.mark.parametrize(
    "history",
    [
        *("", "null", "7", "{}", "[1]", "[null]", '["What?"]', "[", "[NaN]", "[" * 9_000),
        '[{"role": "user"}]',
        '[{"role": "system", "text": "What do barn owls hunt?"}]',
        '[{"role": "user", "text": 7}]',
        before(("user", "barn owls " * 500_000)),
    ],
    ids=range(14),
)
def test_what_is_no_history_is_taken_as_none(engine: Engine, history: str) -> None:
    turn = Turns(engine).take(2, LEANS, history=history)
    assert first_quote(turn) == GULLS.strip()
    assert "Searched for" not in turn.reply


@pytest.mark.parametrize(
    "bad",
    [
        *("7", "null", "[]", '"voles"', '{"role": "user"}', '{"role": "user", "text": 7}'),
        '{"role": "tool", "text": "voles"}',
        '{"role": "assistant", "text": "\\ud83e voles"}',
        '{"role": "assistant", "text": "\ud83e voles"}',
    ],
    ids=range(9),
)
def test_a_turn_that_is_none_leaves_the_others_of_the_history(engine: Engine, bad: str) -> None:
    history = f"[{bad}, {before(('user', OF_OWLS))[1:-1]}, {bad}]"
    turn = Turns(engine).take(2, LEANS, history=history)
    assert first_quote(turn) == OWLS.strip()
    assert "Searched for: barn owls hunt · nest" in turn.reply


@pytest.mark.parametrize("half", ["\\ud83e", "\ud83e"])
def test_half_a_character_in_what_was_said_leaves_its_other_words(
    engine: Engine, half: str
) -> None:
    history = f'[{{"role": "user", "text": "What do barn owls hunt? {half}"}}]'
    turn = Turns(engine).take(2, LEANS, history=history)
    assert first_quote(turn) == OWLS.strip()
    assert "Searched for: barn owls hunt · nest" in turn.reply


def test_of_a_long_history_the_last_turns_count(engine: Engine) -> None:
    history = [("user", OF_OWLS)] * 500 + [("user", ASKED)] * 10
    assert first_quote(Turns(engine).take(2, LEANS, history=before(*history))) == GULLS.strip()
    turned = before(*history[::-1])
    assert first_quote(Turns(engine).take(2, LEANS, history=turned)) == OWLS.strip()


def test_markup_in_what_was_said_stays_text(engine: Engine) -> None:
    said = "owls<script>alert</script> <img src=x onerror=alert(1)> barn"
    turn = Turns(engine).take(2, LEANS, history=before(("user", said)))
    assert "Searched for: " in turn.reply
    assert "<script" not in turn.reply
    assert "<img" not in turn.reply
    assert "onerror=" not in turn.reply


def test_a_follow_up_is_drawn_again_with_what_was_looked_for(engine: Engine) -> None:
    turns = Turns(engine)
    turn = turns.take(1, LEANS, history=before(("user", OF_OWLS)))
    again = turns.redraw(handed_in({"question": turn.question, "answer": turn.answer}))
    assert [one.reply for one in again] == [turn.reply]
    assert "Searched for: barn owls hunt · nest" in again[0].reply


def test_a_forged_subject_is_drawn_as_text(engine: Engine) -> None:
    turns = Turns(engine)
    turn = kept(turns)
    turn["answer"]["trace"]["carried"] = ["<script>alert(1)</script>", "</p><b>"]
    [again] = turns.redraw(handed_in(turn))
    assert "&lt;script&gt;" in again.reply
    assert "<script" not in again.reply
    assert "</p><b>" not in again.reply
    turn["answer"]["trace"]["carried"] = [{"a": 1}]
    [again] = turns.redraw(handed_in(turn))
    assert "not shown" in again.reply


def test_a_turn_that_was_kept_before_there_were_follow_ups_is_still_drawn(engine: Engine) -> None:
    turns = Turns(engine)
    turn = kept(turns)
    del turn["answer"]["trace"]["carried"]
    [again] = turns.redraw(handed_in(turn))
    assert "Herring gulls nest on cliffs." in again.reply
    assert "Ask as typed" not in again.reply


WRITES = {
    "mixed": Script(
        (
            "Herring gulls nest on cliffs [1]. ",
            "Herring gulls nest on 12 cliffs [1]. ",
            "So it goes.",
        )
    ),
    "other": Script(("Barn owls hunt voles at night [2].",)),
    "acts": Script(('Herring gulls < nest & "nest" on cliffs, ![x](http://a.example/x.png) [1].',)),
    "none": Script(("Herring gulls nest on 12 cliffs [1].",)),
    "key": Script(status=401),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Liar]:
    with liar(**WRITES) as running:
        yield running


def written(
    engine: Engine, server: Liar, name: str, quotes: int = 3, question: str = ASKED
) -> tuple[Turn, list[dict[str, Any]]]:
    """A turn that a model wrote, and what the browser was told meanwhile."""
    named = {"writer": f"openai:{name}", "writer_url": server.url, "quotes": quotes}
    engine.settings = engine.settings.model_copy(update=named)
    told: list[dict[str, Any]] = []
    return Turns(engine).take(3, question, tell=told.append), told


def test_the_quotes_are_drawn_before_a_model_writes(engine: Engine, server: Liar) -> None:
    turn, told = written(engine, server, "mixed")
    first, *sentences = told
    assert first["partial"] is True
    assert "Writing…" in first["reply"]
    assert first["evidence"] == turn.evidence
    assert len(sentences) == 3
    assert "<s>" not in sentences[0]["written"]
    assert 'href="#evidence-3-1"' in sentences[0]["written"]
    assert "<bdi>Herring gulls nest on 12 cliffs.</bdi></s>" in sentences[1]["written"]
    assert "(not in the quotes: 12)" in sentences[1]["written"]
    assert "<summary>1 sentence left out: no quote says it</summary>" in turn.reply
    assert "Writing…" not in turn.reply
    assert "Herring gulls nest on cliffs. [^3-1]" in turn.markdown
    assert "12 cliffs" not in turn.markdown


def test_a_further_quote_has_its_card_before_it_is_cited(engine: Engine, server: Liar) -> None:
    turn, told = written(engine, server, "other", quotes=1)
    assert [set(one) >= {"partial"} for one in told] == [True, True, False]
    assert 'id="evidence-3-2"' not in told[0]["evidence"]
    assert 'id="evidence-3-2"' in told[1]["evidence"]
    assert 'href="#evidence-3-2"' in told[2]["written"]
    assert told[1]["evidence"] == turn.evidence


def test_what_a_model_writes_is_text(engine: Engine, server: Liar) -> None:
    turn, told = written(engine, server, "acts")
    for html in (turn.reply, told[-1]["written"]):
        assert "gulls &lt; nest &amp; &#34;nest&#34; on cliffs" in html
        assert "a.example" not in html


def test_where_nothing_is_left_one_line_says_so(engine: Engine, server: Liar) -> None:
    turn, _ = written(engine, server, "none")
    assert "The quotes support no sentence that openai:none wrote." in turn.reply
    assert "12 cliffs" not in turn.reply


def test_a_model_that_fails_is_a_notice_over_the_quotes(engine: Engine, server: Liar) -> None:
    turn, _ = written(engine, server, "key")
    assert '<p class="notice">The writer openai:key at 127.0.0.1' in turn.reply
    assert "<blockquote" in turn.reply


def test_what_was_written_is_drawn_again(engine: Engine, server: Liar) -> None:
    turn, _ = written(engine, server, "mixed")
    kept = json.loads(json.dumps({"question": ASKED, "answer": turn.answer}))
    [again] = Turns(engine).redraw(handed_in(kept, first=3))
    assert again == turn
    kept["answer"]["written"]["sentences"][0]["quotes"] = [99]
    [forged] = Turns(engine).redraw(handed_in(kept, first=3))
    assert "Ask it again" in forged.reply


def test_without_a_writer_a_turn_that_wants_one_says_so(engine: Engine) -> None:
    told: list[dict[str, Any]] = []
    turn = Turns(engine).take(1, ASKED, tell=told.append)
    assert "No model is named that writes answers" in turn.reply
    assert told == []


def test_nobody_sees_quotes_that_they_may_not_have_any_more(engine: Engine, server: Liar) -> None:
    named = {"writer": "openai:mixed", "writer_url": server.url}
    engine.settings = engine.settings.model_copy(update=named)

    def confirm() -> None:
        raise AccessDeniedError("this needs the role read")

    calls, told = len(server.requests), []
    turn = Turns(engine).take(1, ASKED, confirm=confirm, tell=told.append)
    assert "This needs the role read" in turn.reply
    assert told == []
    assert len(server.requests) == calls
