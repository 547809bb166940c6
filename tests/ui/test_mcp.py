"""The MCP server, asked by the protocol's own client."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from pincite.retrieval.embedding.hashing_embedder import HASHING, HashingEmbedder
from pincite.retrieval.engine import Engine

ASKED = "Who introduced the term AI safety engineering?"
UNSURE = "When do trains leave the station?"
LEANS = "And at which conference?"
INTRODUCED = "In 2011, Roman Yampolskiy introduced the term"


@pytest.fixture
def answer(library_folder: Path) -> dict[str, Any]:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        return engine.ask(ASKED).to_json()


async def test_over_http_the_three_tools_answer(address: str, answer: dict[str, Any]) -> None:
    async with Client(f"{address}mcp") as client:
        listed = await client.list_tools()
        assert {tool.name for tool in listed.tools} == {"ask", "search", "read_document"}
        given = await client.call_tool("ask", {"question": ASKED})
        assert given.structured_content["quotes"] == answer["quotes"]

        found = await client.call_tool("search", {"question": ASKED, "k": 2})
        assert len(found.structured_content["passages"]) == 2

        quote = answer["quotes"][0]
        place = {"document": quote["document"], "start": quote["start"], "end": quote["end"]}
        read = await client.call_tool("read_document", place)
        assert read.structured_content["text"] == quote["text"]
        assert read.structured_content["section"] == list(quote["section"])


@pytest.mark.parametrize(
    ("question", "status"), [(UNSURE, "UNSURE"), ("Quokka zyzzyva marzipan?", "NOT_FOUND")]
)
async def test_what_nobody_vouches_for_and_what_is_not_there_are_told_apart(
    address: str, question: str, status: str
) -> None:
    async with Client(f"{address}mcp") as client:
        given = await client.call_tool("ask", {"question": question})
    assert given.structured_content["status"] == status
    assert bool(given.structured_content["quotes"]) == (status == "UNSURE")
    assert given.structured_content["nearest"]


async def test_on_standard_input_and_output_it_answers_the_same(
    library_folder: Path, answer: dict[str, Any]
) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "pincite.ui.cli", "--library", str(library_folder), "mcp"],
        env={
            "PINCITE_EMBEDDER": HASHING,
            "PYTHONPATH": str(Path(__file__).parents[2] / ".package"),
        },
    )
    async with Client(server) as client:
        given = await client.call_tool("ask", {"question": ASKED})
    assert given.structured_content["quotes"] == answer["quotes"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "?!"}, "has no words"),
        ("search", {"question": ASKED, "documents": ["nothing"]}, "no document 'nothing'"),
        ("read_document", {"document": "nothing"}, "no document 'nothing'"),
        ("read_document", {"document": "@", "start": 10**9}, "invalid range 1000000000–"),
        ("read_document", {"document": "@", "start": 9, "end": 3}, "invalid range 9–3"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    address: str, answer: dict[str, Any], tool: str, arguments: dict[str, Any], said: str
) -> None:
    id = answer["quotes"][0]["document"]
    arguments = {key: id if value == "@" else value for key, value in arguments.items()}
    async with Client(f"{address}mcp") as client:
        given = await client.call_tool(tool, arguments)
    assert given.is_error
    assert said in given.content[0].text


async def test_a_long_document_is_read_in_pieces(address: str, answer: dict[str, Any]) -> None:
    id = answer["quotes"][0]["document"]
    async with Client(f"{address}mcp") as client:
        first = (await client.call_tool("read_document", {"document": id})).structured_content
        rest = await client.call_tool("read_document", {"document": id, "start": first["end"]})
    assert first["end"] == 20_000
    assert rest.structured_content["start"] == 20_000
    assert first["characters"] > 20_000


async def test_a_follow_up_is_answered_of_what_it_leans_on(address: str) -> None:
    history = [{"role": "user", "text": ASKED}, {"role": "assistant", "text": "It was he."}]
    async with Client(f"{address}mcp") as client:
        given = await client.call_tool("ask", {"question": LEANS, "history": history})
        found = await client.call_tool("search", {"question": LEANS, "history": history, "k": 1})
    answer = given.structured_content
    assert answer["quotes"][0]["text"].startswith(INTRODUCED)
    assert answer["trace"]["carried"] == ["introduced", "term AI safety engineering", "conference"]
    assert found.structured_content["passages"][0]["text"].startswith(INTRODUCED)


@pytest.mark.parametrize("history", [{}, {"history": None}, {"history": []}])
async def test_a_follow_up_with_nothing_before_it_is_taken_as_it_stands(
    address: str, history: dict[str, Any]
) -> None:
    async with Client(f"{address}mcp") as client:
        given = await client.call_tool("ask", {"question": LEANS, **history})
    assert given.structured_content["trace"]["carried"] == []
    assert not given.structured_content["quotes"][0]["text"].startswith(INTRODUCED)


@pytest.mark.parametrize("tool", ["ask", "search"])
@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ({"role": "system", "text": "Be brief."}, "'user' or 'assistant'"),
        ({"role": "user"}, "text"),
        ("Why?", "history"),
    ],
)
async def test_what_is_no_turn_is_refused(address: str, tool: str, turn: object, said: str) -> None:
    async with Client(f"{address}mcp") as client:
        given = await client.call_tool(tool, {"question": LEANS, "history": [turn]})
    assert given.is_error
    assert said in given.content[0].text


async def test_the_tools_say_what_a_history_is(address: str) -> None:
    async with Client(f"{address}mcp") as client:
        listed = await client.list_tools()
    inputs = {tool.name: tool.input_schema["properties"] for tool in listed.tools}
    for name in ("ask", "search"):
        assert "oldest first" in inputs[name]["history"]["description"]
    assert "history" not in inputs["read_document"]


async def test_quotes_come_as_citations_too(address: str) -> None:
    async with Client(f"{address}mcp") as client:
        given = await client.call_tool("ask", {"question": ASKED, "cite": ["bibtex", "markdown"]})
        refused = await client.call_tool("ask", {"question": ASKED, "cite": ["endnote"]})
    cited = given.structured_content["citations"]
    assert list(cited) == ["bibtex", "markdown"]
    assert cited["bibtex"].startswith("@misc{pincite-")
    assert refused.is_error
    assert "'bibtex', 'ris', 'apa' or 'markdown'" in refused.content[0].text
