"""Conversations and ratings over HTTP: each person's own, and nothing of what they may not see."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.access import Person
from pincite.ui.server import conversations, feedback
from pincite.ui.server.conversation_file import FILE_NAME, ConversationFile
from pincite.ui.server.conversations import Conversations, ready_to_keep
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.people import Account, write_people
from pincite.ui.server.site import site
from tests.conftest import Pincite
from tests.retrieval.conftest import fill, hashing_settings, small_documents
from tests.ui.visitors import account

ASKED = "Where do gulls nest, and who kneads the dough?"
ADA = {"authorization": "Bearer the token of ada"}
RITA = {"authorization": "Bearer the token of rita"}
NOBODY = {"authorization": "Bearer 0123456789abcdef"}
PEOPLE = {
    "ada": account("ada", token="the token of ada"),
    "rita": account("rita", "read", "sea", token="the token of rita"),
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *small_documents())
        library.tag([library.find("birds.txt").id], ["sea"])
        library.tag([library.find("bread.md").id], ["sea", "kitchen"])
        yield Engine(library, HashingEmbedder(), hashing_settings())


@pytest.fixture
def client(engine: Engine, tmp_path: Path) -> Iterator[TestClient]:
    write_people(tmp_path / "people", PEOPLE)
    credentials = Credentials.read(tmp_path / "people")
    credentials._token = "0123456789abcdef"
    options = ServerOptions(keep_conversations=True)
    app = site(engine, credentials=credentials, options=options)
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def answer(client: TestClient) -> dict[str, Any]:
    """Quotes of the birds and of the bread."""
    found = client.post("/api/v1/ask", json={"question": ASKED}, headers=ADA).json()
    assert {quote["title"] for quote in found["quotes"]} >= {"birds.txt", "Bread"}
    return dict(found)


def body(*answers: dict[str, Any], title: str = "Gulls") -> dict[str, Any]:
    return {"title": title, "turns": [{"question": ASKED, "answer": one} for one in answers]}


def listed(client: TestClient, who: dict[str, str]) -> list[str]:
    given = client.get("/conversations", headers=who).json()
    return [entry["title"] for entry in given["conversations"]]


def test_a_person_keeps_lists_opens_and_deletes_their_conversations(
    client: TestClient, answer: dict[str, Any]
) -> None:
    kept = client.put("/conversations/c1", json=body(answer), headers=ADA)
    assert (kept.status_code, kept.json()["title"]) == (200, "Gulls")
    assert client.put("/conversations/c2", json=body(), headers=ADA).status_code == 200
    given = client.get("/conversations", headers=ADA).json()
    assert given["person"] == "ada"
    assert [entry["id"] for entry in given["conversations"]] == ["c2", "c1"]
    opened = client.get("/conversations/c1", headers=ADA).json()
    assert opened["turns"] == body(answer)["turns"]
    assert client.delete("/conversations/c1", headers=ADA).status_code == 204
    assert client.get("/conversations/c1", headers=ADA).status_code == 404
    assert client.delete("/conversations", headers=ADA).status_code == 204
    assert listed(client, ADA) == []


def test_nobody_reaches_anothers(client: TestClient, answer: dict[str, Any]) -> None:
    client.put("/conversations/c1", json=body(answer), headers=ADA)
    assert listed(client, RITA) == []
    for method in ("GET", "DELETE"):
        given = client.request(method, "/conversations/c1", headers=RITA)
        assert given.status_code == 404
        assert "somebody else's" in given.json()["detail"]
    client.put("/conversations/c1", json=body(title="Rita's"), headers=RITA)
    client.delete("/conversations", headers=RITA)
    assert listed(client, ADA) == ["Gulls"]
    assert client.get("/conversations").status_code == 401


def test_a_token_that_is_nobodys_has_no_conversations(client: TestClient) -> None:
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/c1"), ("DELETE", "/c1")]:
        given = client.request(method, f"/conversations{path}", headers=NOBODY)
        assert given.status_code == 403, path
        assert "come in with a name" in given.json()["detail"]
    assert client.put("/conversations/c1", json=body(), headers=NOBODY).status_code == 403


def test_quotes_that_a_person_may_not_see_any_more_are_taken_out(
    client: TestClient, answer: dict[str, Any], tmp_path: Path
) -> None:
    told = client.post("/api/v1/ask", json={"question": ASKED}, headers=RITA).json()
    given = client.put("/conversations/c1", json=body(told), headers=RITA)
    assert given.status_code == 200, given.text
    rita = PEOPLE["rita"]
    moved = Account(Person("rita", "read", frozenset({"kitchen"})), rita.password, rita.tokens)
    write_people(tmp_path / "people", {**PEOPLE, "rita": moved})
    (turn,) = client.get("/conversations/c1", headers=RITA).json()["turns"]
    assert {quote["title"] for quote in turn["answer"]["quotes"]} == {"Bread"}
    assert "cliff" not in json.dumps(turn["answer"]).lower()


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"title": "T"}, 422, "turns: Field required"),
        ({"title": 7, "turns": []}, 422, "title"),
        ({"title": "T", "turns": [], "person": "rita"}, 422, "person"),
        ({"title": "T", "turns": ["x"]}, 422, "not in its form"),
        ({"title": "T", "turns": [{"question": "x" * 2**21, "answer": None}]}, 422, "begin a new"),
        ({"title": "T", "turns": ["x" * 2**23]}, 413, "send less"),
    ],
)
def test_what_cannot_be_kept_is_a_sentence(
    client: TestClient, sent: dict[str, Any], status: int, sentence: str
) -> None:
    given = client.put("/conversations/c1", json=sent, headers=ADA)
    assert given.status_code == status
    assert sentence in given.json()["detail"]
    assert listed(client, ADA) == []


def test_a_conversation_too_many_is_a_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "MOST_CONVERSATIONS", 1)
    client.put("/conversations/c1", json=body(), headers=ADA)
    given = client.put("/conversations/c2", json=body(), headers=ADA)
    assert given.status_code == 422
    assert "delete one first" in given.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
        {"origin": "http://evil.example"},
        {
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "document",
        },
    ],
)
def test_a_page_elsewhere_reaches_neither_conversations_nor_ratings(
    client: TestClient, answer: dict[str, Any], headers: dict[str, str]
) -> None:
    client.put("/conversations/c1", json=body(answer), headers=ADA)
    for method, path, sent in [
        ("GET", "/conversations", None),
        ("GET", "/conversations/c1", None),
        ("PUT", "/conversations/c1", body()),
        ("DELETE", "/conversations/c1", None),
        ("DELETE", "/conversations", None),
        ("POST", "/feedback", {"verdict": "up", "answer": answer}),
    ]:
        given = client.request(method, path, json=sent, headers={**ADA, **headers})
        assert given.status_code == 403, path
        assert "gull" not in given.text.lower()
    assert listed(client, ADA) == ["Gulls"]


def test_a_form_of_a_page_elsewhere_is_no_rating(
    client: TestClient, answer: dict[str, Any]
) -> None:
    text = json.dumps({"verdict": "up", "answer": answer})
    given = client.post("/feedback", content=text, headers={**ADA, "content-type": "text/plain"})
    assert given.status_code == 415


def test_without_the_option_nothing_is_kept_and_no_file_is_made(
    engine: Engine, tmp_path: Path
) -> None:
    with TestClient(site(engine, credentials=Credentials(PEOPLE))) as client:
        client.put("/conversations/c1", json=body(), headers=ADA)
        assert client.get("/conversations", headers=ADA).status_code == 404
        assert 'data-keeps=\\"server' not in client.get("/config", headers=ADA).text
    assert not (tmp_path / "library" / FILE_NAME).exists()


def test_the_page_says_where_conversations_are_kept(client: TestClient) -> None:
    config = client.get("/config", headers=RITA).text
    assert "Kept on this server" in config
    assert " data-rates" in config


# Ratings


def ratings(tmp_path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(tmp_path / "library" / FILE_NAME)) as connection:
        statement = "SELECT person, verdict, question, history FROM feedback ORDER BY id"
        return connection.execute(statement).fetchall()


def test_a_rating_is_kept_with_who_gave_it_and_what_was_said_before(
    client: TestClient, answer: dict[str, Any], tmp_path: Path
) -> None:
    before = [{"role": "user", "text": "What is bread?"}]
    sent = {"verdict": "down", "answer": answer, "history": before}
    assert client.post("/feedback", json=sent, headers=RITA).status_code == 204
    assert ratings(tmp_path) == [("rita", "down", ASKED, json.dumps(before))]


def test_where_nobody_has_a_name_ratings_have_none(engine: Engine, tmp_path: Path) -> None:
    with TestClient(site(engine)) as client:
        found = client.post("/api/v1/ask", json={"question": ASKED}).json()
        given = client.post("/feedback", json={"verdict": "up", "answer": found})
        assert given.status_code == 204
    assert ratings(tmp_path) == [("", "up", ASKED, "[]")]


def test_a_read_only_server_keeps_no_ratings_and_its_pages_have_no_thumbs(
    engine: Engine, tmp_path: Path
) -> None:
    options = ServerOptions(read_only=True)
    with TestClient(site(engine, options=options), raise_server_exceptions=False) as client:
        found = client.post("/api/v1/ask", json={"question": ASKED}).json()
        given = client.post("/feedback", json={"verdict": "up", "answer": found})
        assert given.status_code in (404, 405)
        assert " data-rates" not in client.get("/config").text
    assert not (tmp_path / "library" / FILE_NAME).exists()


def test_a_rating_of_what_the_documents_do_not_say_is_refused(
    client: TestClient, answer: dict[str, Any], engine: Engine, tmp_path: Path
) -> None:
    def rated(**fields: Any) -> tuple[int, str]:
        sent = {"verdict": "up", "answer": answer, **fields}
        given = client.post("/feedback", json=sent, headers=RITA)
        return given.status_code, given.json()["detail"]

    forged = {**answer, "quotes": [{**answer["quotes"][0], "text": "Gulls are fish."}]}
    status, sentence = rated(answer=forged)
    assert (status, "rate the new answer" in sentence) == (409, True)
    assert rated(verdict="sideways")[0] == 422
    assert rated(answer={"status": "MAYBE"}) == (
        422,
        "the answer is not in its form; send it as the server gave it",
    )
    assert rated(history=[{"role": "dog", "text": "woof"}])[0] == 422
    engine.library.tag([engine.library.find("birds.txt").id], remove=["sea"])
    assert rated()[0] == 409  # it is not there for her any more
    assert not (tmp_path / "library" / FILE_NAME).exists() or ratings(tmp_path) == []


def test_more_ratings_than_are_kept_is_a_sentence(
    client: TestClient, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MOST_RATINGS", 1)
    sent = {"verdict": "up", "answer": answer}
    assert client.post("/feedback", json=sent, headers=RITA).status_code == 204
    given = client.post("/feedback", json=sent, headers=RITA)
    assert (given.status_code, "no more are kept" in given.json()["detail"]) == (422, True)


def test_a_damaged_file_is_told_without_its_place(
    client: TestClient, answer: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "library" / FILE_NAME).write_text("no database " * 1000)
    given = client.put("/conversations/c1", json=body(answer), headers=ADA)
    assert given.status_code == 500
    assert str(tmp_path) not in given.text
    assert client.post("/api/v1/ask", json={"question": ASKED}, headers=ADA).status_code == 200


# When the server starts


def test_conversations_of_people_who_are_gone_are_deleted_at_the_next_start(tmp_path: Path) -> None:
    with ConversationFile.open(tmp_path) as file:
        for name in ("ada", "rita", "zoe"):
            Conversations(file).put(name, "c1", f"A secret of {name}", [])
    said: list[str] = []
    assert ready_to_keep(tmp_path, {"ada"}, said.append)
    assert [sentence.partition(" is")[0] for sentence in said] == ["rita", "zoe"]
    assert b"secret of rita" not in (tmp_path / FILE_NAME).read_bytes()
    with ConversationFile.open(tmp_path) as file:
        assert [entry.title for entry in Conversations(file).entries("ada")] == ["A secret of ada"]


def test_where_they_cannot_be_kept_the_server_starts_without(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    said: list[str] = []
    assert not ready_to_keep(tmp_path, {"ada"}, said.append)
    assert said[0].endswith("browsers keep their conversations")


def test_the_option_goes_with_people_and_not_with_read_only(
    pincite: Pincite, tmp_path: Path
) -> None:
    alone = pincite("serve", "--keep-conversations")
    assert (alone.code, "goes with --auth" in alone.stderr) == (2, True)
    people = str(tmp_path / "people")
    both = pincite("serve", "--keep-conversations", "--auth", people, "--read-only")
    assert (both.code, "cannot be combined" in both.stderr) == (2, True)
