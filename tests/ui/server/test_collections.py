"""Each person sees the documents of their collections, whatever interface they come through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.access import Role
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.site import site
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents
from tests.retrieval.overview.handbook import HANDBOOK
from tests.ui.visitors import account

SEA, KITCHEN = ["birds.txt", "ships.txt"], ["bread.md", "handbook.md"]
OF_BREAD = "At how many degrees is the loaf baked?"
OF_GULLS = "What does the herring gull eat?"
HIDDEN = ("bread", "220", "kitchen", "loaf at", "handbook")
PEOPLE: dict[str, tuple[Role, tuple[str, ...]]] = {
    "rita": ("read", ("sea",)),
    "walt": ("write", ("sea", "harbour")),
    "cook": ("write", ("kitchen",)),
    "nina": ("read", ("nowhere",)),
    "ada": ("admin", ()),
}
MCP = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Library.open(tmp_path_factory.mktemp("collections") / "library", create=True) as library:
        fill(library, *small_documents())
        fill(library, make_document(HANDBOOK, "handbook.md"), passage_tokens=60)
        for name in SEA:
            library.tag([library.find(name).id], ["sea"])
        for name in KITCHEN:
            library.tag([library.find(name).id], ["kitchen"])
        library.tag([library.find("ships.txt").id], ["harbour"])
        yield Engine(library, HashingEmbedder(), hashing_settings())


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    people = {
        name: account(name, role, *tags, token=f"the token of {name}")
        for name, (role, tags) in PEOPLE.items()
    }
    with TestClient(site(engine, credentials=Credentials(people))) as made:
        yield made


def as_(name: str, **headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer the token of {name}", **headers}


def call_tool(client: TestClient, name: str, tool: str, **arguments: Any) -> str:
    call = {"name": tool, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    return client.post("/mcp", json=body, headers=as_(name, **MCP)).text


def gradio_ask(client: TestClient, name: str, question: str) -> str:
    """What the pages' one named endpoint answers."""
    begun = client.post("/gradio_api/call/ask", json={"data": [question]}, headers=as_(name))
    event = begun.json()["event_id"]
    return client.get(f"/gradio_api/call/ask/{event}", headers=as_(name)).text


def ways_to_ask(client: TestClient, name: str, question: str) -> dict[str, str]:
    """The answer to a question through every interface, as it is sent."""
    headers = as_(name)
    asked = {"question": question}
    messages = {"messages": [{"role": "user", "content": question}]}
    return {
        "ask": client.post("/api/v1/ask", json=asked, headers=headers).text,
        "cited": client.post("/api/v1/ask", json={**asked, "cite": ["apa"]}, headers=headers).text,
        "events": client.post(
            "/api/v1/ask", json=asked, headers=as_(name, accept="text/event-stream")
        ).text,
        "search": client.post("/api/v1/search", json=asked, headers=headers).text,
        "chat": client.post("/v1/chat/completions", json=messages, headers=headers).text,
        "streamed": client.post(
            "/v1/chat/completions", json={**messages, "stream": True}, headers=headers
        ).text,
        "mcp ask": call_tool(client, name, "ask", **asked),
        "mcp search": call_tool(client, name, "search", **asked),
        "gradio": gradio_ask(client, name, question),
    }


def without_question(text: str) -> str:
    return text.replace(OF_BREAD, "").casefold()


def test_what_is_asked_is_answered_from_ones_own_documents_in_every_interface(
    client: TestClient,
) -> None:
    for way, text in ways_to_ask(client, "rita", OF_GULLS).items():
        assert "fish and mussels" in text, way
    for way, text in ways_to_ask(client, "ada", OF_BREAD).items():
        assert "220 degrees" in text, way
    for way, text in ways_to_ask(client, "rita", OF_BREAD).items():
        assert not [word for word in HIDDEN if word in without_question(text)], (way, text)
    for way, text in ways_to_ask(client, "nina", OF_BREAD).items():
        assert not [word for word in HIDDEN if word in without_question(text)], (way, text)


@pytest.mark.parametrize(
    ("name", "listed", "tags"),
    [
        ("rita", SEA, {"sea"}),
        ("walt", SEA, {"sea", "harbour"}),
        ("cook", KITCHEN, {"kitchen"}),
        ("nina", [], set()),
        ("ada", sorted([*SEA, *KITCHEN]), {"sea", "harbour", "kitchen"}),
    ],
)
def test_the_list_has_ones_own_documents_and_no_others_tags(
    client: TestClient, name: str, listed: list[str], tags: set[str]
) -> None:
    given = client.get("/api/v1/documents", headers=as_(name)).json()["documents"]
    assert sorted(entry["source"] for entry in given) == sorted(listed)
    assert {tag for entry in given for tag in entry["tags"]} == tags
    assert client.get("/api/v1/health", headers=as_(name)).json()["documents"] == len(listed)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/documents/{id}"),
        ("GET", "/api/v1/documents/{id}/guide"),
        ("GET", "/api/v1/documents/{id}/pages/1"),
        ("GET", "/api/v1/documents/{id}/boxes?start=0&end=5"),
        ("DELETE", "/api/v1/documents/{id}"),
        ("GET", "/documents/{id}"),
        ("GET", "/documents/{id}?span=0-5&text=Bake%20the%20loaf"),
    ],
)
@pytest.mark.parametrize("known_by", ["id", "first digits", "name"])
def test_a_document_of_others_is_as_one_that_is_not_there(
    client: TestClient, engine: Engine, method: str, path: str, known_by: str
) -> None:
    id = engine.library.find("bread.md").id
    theirs = {"id": id, "first digits": id[:12], "name": "bread.md"}[known_by]
    none = {"id": "0" * 64, "first digits": "0" * 12, "name": "dread.md"}[known_by]
    assert client.get(f"/api/v1/documents/{id}/guide", headers=as_("ada")).status_code == 200
    name = "walt" if method == "DELETE" else "rita"
    refused, missing = (
        client.request(method, path.format(id=one), headers=as_(name)) for one in (theirs, none)
    )
    assert refused.status_code == missing.status_code == 404
    assert refused.text.replace(theirs, "x") == missing.text.replace(none, "x")
    assert engine.library.find("bread.md").id == id


def test_documents_and_tags_of_others_cannot_be_named_in_a_question(client: TestClient) -> None:
    for key, theirs, none in (
        ("documents", "bread.md", "dread.md"),
        ("tags", "kitchen", "ditchen"),
    ):
        for path in ("/api/v1/ask", "/api/v1/search"):
            refused, missing = (
                client.post(path, json={"question": OF_GULLS, key: [one]}, headers=as_("rita"))
                for one in (theirs, none)
            )
            assert refused.status_code == missing.status_code == 404
            assert refused.text.replace(theirs, "x") == missing.text.replace(none, "x")
            assert "bread" not in missing.text.replace("dread", "")
        told = call_tool(client, "rita", "ask", question=OF_GULLS, **{key: [theirs]})
        assert told.replace(theirs, "x") == call_tool(
            client, "rita", "ask", question=OF_GULLS, **{key: [none]}
        ).replace(none, "x")
    read = call_tool(client, "rita", "read_document", document="bread.md")
    assert "no document 'bread.md'" in read
    assert "Knead" in call_tool(client, "cook", "read_document", document="bread.md")


def test_a_guide_that_was_made_for_one_is_not_given_to_others(
    client: TestClient, engine: Engine
) -> None:
    id = engine.library.find("handbook.md").id
    path = f"/api/v1/documents/{id}/guide"
    assert client.get(path, headers=as_("cook")).status_code == 200
    assert client.get(path, headers=as_("rita")).status_code == 404
    engine.library.tag([id], remove=["kitchen"])
    try:
        assert client.get(path, headers=as_("cook")).status_code == 404
        assert client.get(path, headers=as_("ada")).status_code == 200
    finally:
        engine.library.tag([id], add=["kitchen"])


def fresh(client: TestClient, name: str) -> list[Any]:
    """What the page for questions is filled with when it is opened."""
    config = client.get("/config", headers=as_(name)).json()
    assert not [word for word in ("bread.md", "birds.txt", "kitchen") if word in json.dumps(config)]
    greeting = next(
        c["id"] for c in config["components"] if c["props"].get("elem_id") == "greeting"
    )
    event = next(d for d in config["dependencies"] if d["outputs"][:1] == [greeting])
    session = f"page-of-{name}"
    body = {"fn_index": event["id"], "data": [], "session_hash": session}
    client.post("/gradio_api/queue/join", json=body, headers=as_(name))
    address = f"/gradio_api/queue/data?session_hash={session}"
    heard = client.get(address, headers=as_(name)).text.split("data: ")
    done = next(json.loads(one) for one in heard if '"process_completed"' in one)
    data: list[Any] = done["output"]["data"]
    return data


def test_the_pages_greeting_and_its_choices_name_ones_own_documents(client: TestClient) -> None:
    greeting, scope, *_ = fresh(client, "rita")
    assert "This library holds 2 documents" in greeting
    assert "birds" in greeting
    assert "bread" not in greeting
    labels = [label for label, _ in scope["choices"]]
    assert labels[0] == "# sea"
    assert len(labels) == 3
    nothing, none, *_ = fresh(client, "nina")
    assert "There is no document for you yet" in nothing
    assert none["choices"] == []
    assert len(fresh(client, "ada")[1]["choices"]) == 3 + 4


def test_a_kept_turn_is_drawn_again_for_those_who_see_its_quotes(
    client: TestClient, engine: Engine
) -> None:
    answer = engine.ask(OF_BREAD).to_json()
    kept = json.dumps([1, [{"question": OF_BREAD, "answer": answer}]])

    def redrawn(name: str) -> str:
        config = client.get("/config", headers=as_(name)).json()
        wire = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "wire")
        body = {"component_id": wire, "fn_name": "redraw", "data": kept, "session_hash": name}
        given = client.post("/gradio_api/component_server", json=body, headers=as_(name))
        assert given.status_code == 200
        return given.text

    assert "220 degrees" in redrawn("cook")
    assert "220 degrees" not in redrawn("rita")


def send(client: TestClient, name: str, *files: str, **fields: Any) -> httpx.Response:
    parts = [
        ("files", (file, f"{file} tells of the zebra and its stripes.\n".encode()))
        for file in files
    ]
    given: httpx.Response = client.post(
        "/api/v1/documents", files=parts, data=fields, headers=as_(name)
    )
    return given


def test_what_a_writer_adds_goes_into_their_collections(client: TestClient, engine: Engine) -> None:
    def tags(source: str) -> tuple[str, ...]:
        return engine.library.find(source).tags

    assert send(client, "rita", "a.txt").status_code == 403
    assert send(client, "cook", "soup.txt").status_code == 201  # theirs by itself
    assert tags("soup.txt") == ("kitchen",)
    unclear = send(client, "walt", "crab.txt")
    assert unclear.status_code == 422
    assert "your collections are harbour, sea" in unclear.json()["detail"]
    assert send(client, "walt", "crab.txt", tags=["harbour"]).status_code == 201
    assert tags("crab.txt") == ("harbour",)
    foreign = send(client, "walt", "eel.txt", tags=["sea", "kitchen"])
    assert foreign.status_code == 403
    assert "'kitchen' is none of your collections" in foreign.json()["detail"]
    assert engine.library.entry("eel.txt") is None
    for source in ("soup.txt", "crab.txt"):
        path = f"/api/v1/documents/{engine.library.find(source).id}"
        assert client.delete(path, headers=as_("rita")).status_code == 403
        assert client.delete(
            path, headers=as_("cook" if source == "soup.txt" else "walt")
        ).is_success


def test_a_document_that_a_writer_does_not_see_is_neither_replaced_nor_named(
    client: TestClient, engine: Engine
) -> None:
    before = engine.library.find("bread.md").id
    taken = send(client, "walt", "bread.md", tags=["sea"])
    assert taken.status_code == 422
    assert "in a collection that is not yours; choose another name" in taken.json()["detail"]
    assert engine.library.find("bread.md").id == before
    assert send(client, "cook", "zebra.txt").status_code == 201
    copied = client.post(
        "/api/v1/documents",
        files=[("files", ("mine.txt", b"zebra.txt tells of the zebra and its stripes.\n"))],
        data={"tags": ["sea"]},
        headers=as_("walt"),
    )
    assert copied.json()["documents"][0]["same_as"] is None
    again = client.post(
        "/api/v1/documents",
        files=[("files", ("mine2.txt", b"zebra.txt tells of the zebra and its stripes.\n"))],
        headers=as_("ada"),
    )
    assert again.json()["documents"][0]["same_as"] in ("zebra.txt", "mine.txt")
    for source in ("zebra.txt", "mine.txt", "mine2.txt"):
        path = f"/api/v1/documents/{engine.library.find(source).id}"
        assert client.delete(path, headers=as_("ada")).is_success


def test_only_an_admin_measures_and_looks_at_the_metrics(client: TestClient) -> None:
    for name in ("rita", "walt"):
        assert client.get("/metrics", headers=as_(name)).status_code == 403
        assert client.get("/evaluate", headers=as_(name)).status_code == 404
        assert client.get("/library", headers=as_(name)).status_code == 200
        assert "Evaluate" not in client.get("/config", headers=as_(name)).text
    assert client.get("/metrics", headers=as_("ada")).status_code == 200
    assert client.get("/evaluate", headers=as_("ada")).status_code == 200
    sent = client.post("/gradio_api/upload", files={"files": ("a", b"One.")}, headers=as_("rita"))
    assert sent.status_code == 403
