"""The HTTP interface, asked questions that lean on what was said before them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.site import site

GULLS = "Herring gulls nest on cliffs. They lay three eggs in May."
OWLS = "Barn owls nest in old barns. They hunt voles at night."
OF_OWLS, OF_GULLS = "What do barn owls hunt?", "How many eggs do herring gulls lay?"
LEANS = "And where do they nest?"
ABOUT = [(OF_OWLS, OWLS), (OF_GULLS, GULLS)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("history")
    for name, text in (("gulls.txt", GULLS), ("owls.txt", OWLS)):
        (folder / name).write_text(text)
    with Library.open(folder / "library", create=True) as library:
        sources = [Source(folder / "gulls.txt"), Source(folder / "owls.txt")]
        ingest_sources(sources, library, HashingEmbedder())
    with Engine.open(folder / "library", embedder=HashingEmbedder()) as engine:
        ours = {"host": "127.0.0.1"}
        with TestClient(site(engine, {"127.0.0.1"}), headers=ours) as client:
            yield client


def turn(text: Any, role: Any = "user") -> dict[str, Any]:
    return {"role": role, "text": text}


def post(client: TestClient, call: str, history: Any, **more: Any) -> Any:
    """Ask what leans on the history; half a character goes over the wire as it is escaped."""
    body = json.dumps({"question": LEANS, "history": history, **more})
    json_head = {"content-type": "application/json"}
    return client.post(f"/api/v1/{call}", content=body, headers=json_head)


def quoted(answer: Any) -> str:
    """The first quote of an answer."""
    assert answer.status_code == 200, answer.text
    text: str = answer.json()["quotes"][0]["text"]
    return text


@pytest.mark.parametrize(("before", "said"), ABOUT)
def test_a_follow_up_is_answered_of_what_it_leans_on(
    client: TestClient, before: str, said: str
) -> None:
    assert quoted(post(client, "ask", [turn(before)])) == said


@pytest.mark.parametrize(("before", "said"), ABOUT)
def test_a_follow_up_finds_what_it_leans_on(client: TestClient, before: str, said: str) -> None:
    found = post(client, "search", [turn(before)], k=1)
    assert [passage["text"] for passage in found.json()["passages"]] == [said]


@pytest.mark.parametrize(("before", "said"), ABOUT)
def test_what_the_assistant_said_is_leaned_on_too(
    client: TestClient, before: str, said: str
) -> None:
    history = [turn("Which birds are there?"), turn(said, "assistant")]
    assert quoted(post(client, "ask", history)) == said


def test_events_are_of_the_same_answer(client: TestClient) -> None:
    whole = post(client, "ask", [turn(OF_OWLS)]).json()
    body = {"question": LEANS, "history": [turn(OF_OWLS)]}
    stream = {"accept": "text/event-stream"}
    events = client.post("/api/v1/ask", json=body, headers=stream).text.strip().split("\n\n")
    answer = json.loads(events[-1].split("\n")[1].removeprefix("data: "))
    assert answer["quotes"] == whole["quotes"]
    assert answer["trace"]["carried"] == whole["trace"]["carried"]


def test_the_question_stays_as_it_was_asked_and_the_trace_says_what_was_looked_for(
    client: TestClient,
) -> None:
    answer = post(client, "ask", [turn(OF_OWLS)]).json()
    assert answer["question"] == LEANS
    assert answer["trace"]["carried"] == ["barn owls hunt", "nest"]


def test_a_question_that_stands_alone_carries_nothing(client: TestClient) -> None:
    body = {"question": OF_GULLS, "history": [turn(OF_OWLS)]}
    answer = client.post("/api/v1/ask", json=body)
    assert quoted(answer) == GULLS
    assert answer.json()["trace"]["carried"] == []


@pytest.mark.parametrize("history", [None, [], [turn(OWLS, "assistant")]])
@pytest.mark.parametrize("call", ["ask", "search"])
def test_a_follow_up_with_nothing_before_it_is_taken_as_it_stands(
    client: TestClient, call: str, history: Any
) -> None:
    alone = client.post(f"/api/v1/{call}", json={"question": LEANS}).json()
    given = post(client, call, history).json()
    for answer in (alone, given):
        answer.get("trace", {}).pop("milliseconds", None)
    assert given == alone


@pytest.mark.parametrize("text", ["", " \t\n", "?!… —", "\x00", "\u202e\u2067", "\ud800", "🦉🦉"])
@pytest.mark.parametrize("call", ["ask", "search"])
def test_turns_without_words_are_as_if_they_were_not_there(
    client: TestClient, call: str, text: str
) -> None:
    odd = [turn(text), turn(OF_OWLS), turn(text, "assistant"), turn(text)]
    plain = post(client, call, [turn(OF_OWLS)]).json()
    given = post(client, call, odd).json()
    for answer in (plain, given):
        answer.get("trace", {}).pop("milliseconds", None)
    assert given == plain


@pytest.mark.parametrize("text", [f"{OF_OWLS} \ud83d", f"\udc00{OF_OWLS}", f"\x00{OF_OWLS}\u202e"])
def test_odd_characters_in_a_turn_do_no_harm_to_its_words(client: TestClient, text: str) -> None:
    answer = post(client, "ask", [turn(text)])
    assert quoted(answer) == OWLS
    assert answer.json()["trace"]["carried"] == ["barn owls hunt", "nest"]


def test_of_many_turns_the_last_ones_count(client: TestClient) -> None:
    history = [turn(OF_OWLS), turn(OWLS, "assistant")] * 245
    history += [turn(OF_GULLS), turn(GULLS, "assistant")] * 5
    assert len(history) == 500
    assert quoted(post(client, "ask", history)) == GULLS
    assert quoted(post(client, "ask", history[::-1])) == OWLS


def test_a_very_long_turn_is_taken_by_its_beginning(client: TestClient) -> None:
    answer = post(client, "ask", [turn(f"{OF_OWLS} " * 30 + f"{GULLS} " * 10_000)])
    assert quoted(answer) == OWLS


@pytest.mark.parametrize("call", ["ask", "search"])
@pytest.mark.parametrize(
    "history", [[turn("owls " * 220_000)], [turn("owl")] * 40_000], ids=["one turn", "many turns"]
)
def test_a_megabyte_of_history_is_more_than_is_taken(
    client: TestClient, call: str, history: list[dict[str, Any]]
) -> None:
    refused = post(client, call, history)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
    assert "larger than 1 MB; send less" in refused.json()["detail"]


@pytest.mark.parametrize("role", ["system", "tool", "agent", "User", "", None, 7])
@pytest.mark.parametrize("call", ["ask", "search"])
def test_another_role_is_refused_with_its_place_and_those_there_are(
    client: TestClient, call: str, role: Any
) -> None:
    refused = post(client, call, [turn(OF_OWLS), turn("Voles.", role)])
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert "history.1.role" in refused.json()["detail"]
    assert "'user' or 'assistant'" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("What do barn owls hunt?", "history"),
        ({"role": "user", "text": "Why?"}, "history"),
        ([["user", "Why?"]], "history.0"),
        ([None], "history.0"),
        ([{"role": "user"}], "history.0.text: Field required"),
        ([{"text": "Why?"}], "history.0.role: Field required"),
        ([turn(7)], "history.0.text"),
        ([{**turn("Why?"), "name": "x"}], "history.0.name"),
    ],
)
def test_what_is_no_history_is_a_problem_with_a_sentence(
    client: TestClient, history: Any, said: str
) -> None:
    refused = post(client, "ask", history)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert "Traceback" not in refused.text


def test_what_has_no_words_is_no_question_whatever_went_before(client: TestClient) -> None:
    refused = post(client, "ask", [turn(OF_OWLS)], question="?!")
    assert refused.status_code == 422
    assert "has no words" in refused.json()["detail"]


def test_a_follow_up_stays_within_the_documents_that_it_is_limited_to(client: TestClient) -> None:
    listed = client.get("/api/v1/documents").json()["documents"]
    gulls = next(document["id"] for document in listed if document["title"] == "gulls")
    answer = post(client, "ask", [turn(OF_OWLS)], documents=[gulls]).json()
    assert {passage["document"] for passage in answer["nearest"]} == {gulls}
    assert (answer["trace"]["asked"], answer["trace"]["left_out"]) == (1, 1)


@pytest.mark.parametrize("call", ["/ask", "/search"])
def test_the_reference_says_which_roles_there_are(client: TestClient, call: str) -> None:
    document = client.get("/api/v1/openapi.json").json()
    content = document["paths"][call]["post"]["requestBody"]["content"]["application/json"]
    schemas = document["components"]["schemas"]
    asked = schemas[content["schema"]["$ref"].rsplit("/", 1)[1]]["properties"]
    assert "The conversation so far, oldest first." in asked["history"]["description"]
    assert "turns" not in asked
    assert schemas["Message"]["properties"]["role"]["enum"] == ["user", "assistant"]
