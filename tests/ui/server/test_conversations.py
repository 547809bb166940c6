"""Conversations that the server keeps for people, each person's for that person alone."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import (
    DiskFullError,
    DocumentNotFoundError,
    LibraryError,
    LibraryLockedError,
    LibraryReadOnlyError,
    QuoteError,
    UsageError,
)
from pincite.corpus.store.library import Library
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.writing.types import Sentence, Written
from pincite.ui.server import conversation_file, conversations, feedback
from pincite.ui.server.conversation_file import FILE_NAME, ConversationFile
from pincite.ui.server.conversations import Conversations, open_conversations, visible_part
from pincite.ui.server.feedback import Feedback
from tests.retrieval.conftest import fill, hashing_settings, small_documents

QUESTION = "Where do gulls nest, and who kneads the dough?"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ConversationFile]:
    with ConversationFile.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def kept(file: ConversationFile) -> Conversations:
    return Conversations(file)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("asked") / "library"
    with Library.open(folder, create=True) as library:
        fill(library, *small_documents())
        library.tag([library.find("bread.md").id], add=["kitchen"])
        yield Engine(library, HashingEmbedder(), hashing_settings())


@pytest.fixture(scope="module")
def answer(engine: Engine) -> Answer:
    """Quotes of the birds and of the bread."""
    found = engine.ask(QUESTION)
    assert {quote.title for quote in found.quotes} >= {"birds.txt", "Bread"}
    return found


def everything(id: str) -> bool:
    return True


def turn(answer: Answer | None, question: str = QUESTION) -> dict[str, Any]:
    return {"question": question, "answer": answer and json.loads(json.dumps(answer.to_json()))}


def test_a_conversation_comes_back_as_it_was(kept: Conversations, answer: Answer) -> None:
    turns = [turn(answer), turn(None, "And?")]
    entry = kept.put("anna", "c1", "  Gulls\nand bread ", turns)
    found = kept.get("anna", "c1", everything)
    assert found is not None
    assert found.to_json()["turns"] == turns
    assert found.entry == entry == kept.entries("anna")[0]
    assert entry.title == "Gulls and bread"


def test_nobody_is_given_anothers(kept: Conversations, answer: Answer) -> None:
    kept.put("anna", "c1", "Anna's", [turn(answer)])
    assert kept.entries("ben") == kept.entries("") == []
    assert kept.get("ben", "c1", everything) is None
    assert not kept.delete("ben", "c1")
    kept.forget("ben")
    kept.put("ben", "c1", "Ben's", [])
    assert [one.title for one in kept.entries("anna")] == ["Anna's"]


def test_what_is_deleted_is_gone_from_the_file_too(
    kept: Conversations, answer: Answer, tmp_path: Path
) -> None:
    kept.put("anna", "c1", "a secret title", [turn(answer)])
    kept.put("anna", "c2", "another secret title", [])
    assert b"secret title" in (tmp_path / FILE_NAME).read_bytes()
    assert kept.delete("anna", "c1")
    assert not kept.delete("anna", "c1")
    kept.forget("anna")
    assert kept.entries("anna") == []
    assert b"secret title" not in (tmp_path / FILE_NAME).read_bytes()


def test_the_newest_conversation_is_first(kept: Conversations) -> None:
    for id in ("c1", "c2", "c1"):
        kept.put("anna", id, id, [])
    assert [one.id for one in kept.entries("anna")] == ["c1", "c2"]


def test_quotes_of_documents_that_may_not_be_seen_any_more_are_taken_out(
    kept: Conversations, engine: Engine, answer: Answer
) -> None:
    kept.put("anna", "c1", "Both", [turn(answer)])
    seen = engine.limited_to(["kitchen"])
    found = kept.get("anna", "c1", seen.library.has)
    assert found is not None
    (shown,) = found.turns
    assert shown.answer is not None
    items = (*shown.answer.quotes, *shown.answer.nearest)
    assert {item.title for item in items} == {"Bread"}
    assert "gulls" not in json.dumps([q.to_json() for q in shown.answer.nearest]).lower()


def test_what_a_model_wrote_goes_with_the_first_quote_that_is_taken_out(answer: Answer) -> None:
    written = Written("model", "host", (Sentence("Gulls nest on cliffs.", "supported", (1,)),))
    told = replace(answer, written=written)
    assert visible_part(told, everything) == told
    bread = next(quote.document for quote in answer.quotes if quote.title == "Bread")
    shown = visible_part(told, lambda id: id == bread)
    assert shown is not None
    assert (len(shown.quotes), shown.written) == (1, None)


def test_an_answer_all_of_whose_quotes_are_taken_out_is_none(
    kept: Conversations, answer: Answer
) -> None:
    kept.put("anna", "c1", "Both", [turn(answer)])
    found = kept.get("anna", "c1", lambda id: False)
    assert found is not None
    assert found.turns[0].to_json() == {"question": QUESTION, "answer": None}


def test_an_answer_without_quotes_stays_an_answer(kept: Conversations, answer: Answer) -> None:
    nothing = replace(answer, quotes=(), status="NOT_FOUND")
    kept.put("anna", "c1", "Nothing", [turn(nothing)])
    found = kept.get("anna", "c1", lambda id: False)
    assert found is not None
    assert found.turns[0].answer == replace(nothing, nearest=())


def test_the_other_places_of_a_quote_are_taken_out_as_well(
    kept: Conversations, answer: Answer
) -> None:
    value = turn(answer)
    quote = value["answer"]["quotes"][0]
    place = {name: quote[name] for name in ("title", "section", "page", "start", "end")}
    quote["places"] = [{**place, "document": name} for name in ("mine", "theirs")]
    kept.put("anna", "c1", "Places", [value])
    found = kept.get("anna", "c1", lambda id: id != "theirs")
    assert found is not None
    assert found.turns[0].answer is not None
    assert [p.document for p in found.turns[0].answer.quotes[0].places] == ["mine"]


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "change",
    [
        {"question": 7},
        {"question": "\ud800"},
        {"answer": "yes"},
        {"answer": {}},
        {"answer": {"status": "MAYBE"}},
        {"answer": {"confidence": float("nan")}},
        {"answer": {"scores": nested(100_000)}},
        {"answer": {"question": "\ud800"}},
    ],
)
def test_a_turn_that_is_not_in_its_form_is_refused(
    kept: Conversations, answer: Answer, change: dict[str, Any]
) -> None:
    value = turn(answer)
    if isinstance(change.get("answer"), dict) and change["answer"]:
        scores = change["answer"].pop("scores", None)
        value["answer"] |= change["answer"]
        if scores is not None:
            value["answer"]["trace"]["scores"] = {"deep": scores}
    else:
        value |= change
    with pytest.raises(UsageError):
        kept.put("anna", "c1", "Bad", [value])
    assert kept.entries("anna") == []


@pytest.mark.parametrize("turns", [[7], [None], [{}], [{"question": "?"}], ["ab"]])
def test_what_is_no_turn_is_refused(kept: Conversations, turns: list[Any]) -> None:
    with pytest.raises(UsageError, match="not in its form"):
        kept.put("anna", "c1", "Bad", turns)


@pytest.mark.parametrize("id", ["", "a b", "../x", "é", "x" * 65, "a\n"])
def test_an_id_that_is_none_is_refused(kept: Conversations, id: str) -> None:
    with pytest.raises(UsageError, match="1 to 64 letters"):
        kept.put("anna", id, "Bad", [])


def test_what_else_a_browser_sends_is_not_kept(kept: Conversations, tmp_path: Path) -> None:
    kept.put("anna", "c1", "Turn", [{"question": "?", "answer": None, "html": "<b>secret</b>"}])
    assert b"secret" not in (tmp_path / FILE_NAME).read_bytes()


def test_a_conversation_that_is_too_long_is_refused(kept: Conversations) -> None:
    with pytest.raises(UsageError, match=r"has 1\.9 MiB, and at most 1 MiB are kept; begin a new"):
        kept.put("anna", "c1", "Long", [turn(None, "x" * 2_000_000)])


def test_more_conversations_than_are_kept_are_refused_and_old_ones_go_on(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "MOST_CONVERSATIONS", 2)
    for id in ("c1", "c2"):
        kept.put("anna", id, id, [])
    with pytest.raises(UsageError, match="2 are kept; delete one first"):
        kept.put("anna", "c3", "Three", [])
    kept.put("anna", "c2", "Two, longer", [])
    kept.put("ben", "c1", "Ben's own", [])
    assert kept.delete("anna", "c1")
    kept.put("anna", "c3", "Three", [])


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "delete", "forget", "open"]),
            st.sampled_from(["anna", "ben", ""]),
            st.sampled_from(["c1", "c2", "c3"]),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        ),
        max_size=15,
    )
)
def test_each_person_has_what_they_put_and_did_not_delete(
    steps: list[tuple[str, str, str, str]],
) -> None:
    there: dict[tuple[str, str], str] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = ConversationFile.open(Path(folder))
        for step, person, id, said in steps:
            kept = Conversations(file)
            if step == "put":
                kept.put(person, id, said, [turn(None, said)])
                there[person, id] = said
            elif step == "delete":
                assert kept.delete(person, id) == ((person, id) in there)
                there.pop((person, id), None)
            elif step == "forget":
                kept.forget(person)
                there = {key: value for key, value in there.items() if key[0] != person}
            else:
                file.close()
                file = ConversationFile.open(Path(folder))
        with file:
            found = {
                (person, entry.id): Conversations(file).get(person, entry.id, everything)
                for person in ("anna", "ben", "")
                for entry in Conversations(file).entries(person)
            }
    assert {key: one.turns[0].question for key, one in found.items() if one} == there


# The file


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    for _ in range(2):
        ConversationFile.open(tmp_path).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x55" * (len(data) - 4096)
    path.write_bytes(data)


def test_a_damaged_file_is_one_sentence_and_the_server_goes_on_without(
    tmp_path: Path, answer: Answer
) -> None:
    path = tmp_path / FILE_NAME
    for spoil in ("no database at all " * 100, "damage", "newer", "folder"):
        path.unlink(missing_ok=True)
        if spoil == "folder":
            path.mkdir()
        elif spoil in ("damage", "newer"):
            with ConversationFile.open(tmp_path) as file:
                for number in range(20):
                    Conversations(file).put("anna", f"c{number}", "Title", [turn(answer)])
            if spoil == "damage":
                damage(path)
            else:
                with sqlite3.connect(path) as connection:
                    connection.execute("PRAGMA user_version = 99")
                connection.close()
        else:
            path.write_text(spoil)
        said: list[str] = []
        assert open_conversations(tmp_path, said.append) is None
        assert len(said) == 1
        assert str(path) in said[0]
        assert said[0].endswith("the server goes on without, and browsers keep their conversations")


def test_a_file_that_is_sound_is_opened_without_a_word(tmp_path: Path) -> None:
    said: list[str] = []
    with open_conversations(tmp_path, said.append) or pytest.fail("it was not opened") as file:
        assert Conversations(file).entries("anna") == []
    assert said == []


def test_damage_that_comes_later_is_a_sentence_too(kept: Conversations, tmp_path: Path) -> None:
    kept.put("anna", "c1", "Title", [turn(None, "x" * 20_000)])
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        other.execute("UPDATE conversations SET turns = '[7]'")
    other.close()
    with pytest.raises(LibraryError, match="are damaged"):
        kept.get("anna", "c1", everything)
    damage(tmp_path / FILE_NAME)
    with pytest.raises(LibraryError, match="move the file away"):
        kept.get("anna", "c1", everything)


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.EROFS, LibraryReadOnlyError), (errno.ENOSPC, DiskFullError), (errno.EIO, LibraryError)],
)
def test_a_file_that_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[LibraryError]
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(kind, match="check the permissions of the file") as raised:
        ConversationFile.open(tmp_path)
    assert type(raised.value) is kind


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    with ConversationFile.open(tmp_path) as file:
        pages = file.rows("PRAGMA page_count", [])[0][0]
        file.rows(f"PRAGMA max_page_count = {pages}", [])
        with pytest.raises(DiskFullError, match="database or disk is full"):
            Conversations(file).put("anna", "c1", "Title", [turn(None, "x" * 20_000)])


def test_a_file_that_somebody_else_writes_to_for_long_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_file, "_LOCK_WAIT_SECONDS", 0.05)
    with ConversationFile.open(tmp_path) as file:
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryLockedError, match="database is locked"):
            Conversations(file).put("anna", "c1", "Title", [])
        other.execute("ROLLBACK")
        other.close()
        Conversations(file).put("anna", "c1", "Title", [])


def test_threads_that_write_at_once_lose_nothing(kept: Conversations) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: kept.put(f"p{n % 3}", f"c{n}", "Title", []), range(30)))
    assert sum(len(kept.entries(f"p{n}")) for n in range(3)) == 30


# Feedback


def rows(tmp_path: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        found = connection.execute(
            "SELECT person, verdict, question, history, answer FROM feedback"
        )
        return found.fetchall()


def test_a_verdict_is_kept_with_the_quotes_and_where_they_stand(
    file: ConversationFile, engine: Engine, answer: Answer, tmp_path: Path
) -> None:
    before = [Turn("user", "What is bread?")]
    Feedback(file).rate("anna", "up", answer, engine.document, before)
    ((person, verdict, question, history, said),) = rows(tmp_path)
    assert (person, verdict, question) == ("anna", "up", QUESTION)
    assert json.loads(history) == [{"role": "user", "text": "What is bread?"}]
    first = json.loads(said)["quotes"][0]
    quote = answer.quotes[0]
    assert first["source"] == engine.document(quote.document).source
    assert (first["start"], first["end"], first["text"]) == (quote.start, quote.end, quote.text)


def test_a_verdict_that_is_none_or_on_another_text_is_refused(
    file: ConversationFile, engine: Engine, answer: Answer, tmp_path: Path
) -> None:
    kept = Feedback(file)
    with pytest.raises(UsageError, match="'sideways' is none; send up or down"):
        kept.rate("anna", "sideways", answer, engine.document)
    forged = replace(answer, quotes=(replace(answer.quotes[0], text="Gulls are fish."),))
    with pytest.raises(QuoteError):
        kept.rate("anna", "up", forged, engine.document)
    with pytest.raises(DocumentNotFoundError):
        kept.rate("anna", "up", answer, engine.limited_to(["kitchen"]).document)
    with pytest.raises(UsageError, match="not valid text"):
        kept.rate("anna", "up", replace(answer, question="\ud800"), engine.document)
    assert rows(tmp_path) == []


def test_more_verdicts_than_are_kept_are_refused(
    file: ConversationFile, engine: Engine, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MOST_RATINGS", 1)
    Feedback(file).rate("anna", "up", answer, engine.document)
    with pytest.raises(UsageError, match="you have rated 1 answers, and no more are kept"):
        Feedback(file).rate("anna", "down", answer, engine.document)
    Feedback(file).rate("ben", "down", answer, engine.document)
