"""The route that OpenAI's own client can speak to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.ui.conftest import HOSTILE_SENTENCE

ASKED = "Who introduced the term AI safety engineering?"
UNSURE = "When do trains leave the station?"
LEANS = "And at which conference?"
INTRODUCED = "In 2011, Roman Yampolskiy introduced the term"


@pytest.fixture
def client(address: str) -> OpenAI:
    return OpenAI(base_url=f"{address}v1", api_key="none", max_retries=0, timeout=20)


def test_the_message_has_the_quotes_and_the_extra_field_the_answer(
    client: OpenAI, library_folder: Path
) -> None:
    given = client.chat.completions.create(
        model="pincite", messages=[{"role": "user", "content": ASKED}]
    )
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        expected = engine.ask(ASKED)
    content = given.choices[0].message.content or ""
    assert content.startswith("> In 2011, Roman Yampolskiy introduced the term")
    assert "\\[1\\] AI safety › History" in content
    extra = (given.model_extra or {})["pincite"]
    assert [quote["text"] for quote in extra["quotes"]] == [q.text for q in expected.quotes]


def test_the_last_message_of_the_user_is_the_question(client: OpenAI) -> None:
    given = client.chat.completions.create(
        model="anything",
        temperature=0.3,
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello?"},
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": [{"type": "text", "text": ASKED}]},
        ],
    )
    assert (given.model_extra or {})["pincite"]["question"] == ASKED


def test_a_stream_gives_the_same_message_in_pieces(client: OpenAI) -> None:
    whole = client.chat.completions.create(
        model="pincite", messages=[{"role": "user", "content": ASKED}]
    )
    stream = client.chat.completions.create(
        model="pincite", messages=[{"role": "user", "content": ASKED}], stream=True
    )
    chunks = list(stream)
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len([piece for piece in pieces if piece]) > 1
    assert (chunks[-1].model_extra or {})["pincite"]["status"] == "ANSWERED"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_text_from_a_document_acts_on_no_reader_of_markdown(client: OpenAI) -> None:
    given = client.chat.completions.create(
        model="pincite", messages=[{"role": "user", "content": "What is the zebra password?"}]
    )
    content = given.choices[0].message.content or ""
    assert "![x](" not in content
    assert "http://" not in content
    assert "<iframe" not in content.replace("\\<", "")
    extra = (given.model_extra or {})["pincite"]
    assert extra["quotes"][0]["text"] == HOSTILE_SENTENCE


def test_what_is_not_there_is_said_in_words(client: OpenAI) -> None:
    given = client.chat.completions.create(
        model="pincite", messages=[{"role": "user", "content": "Quokka zyzzyva marzipan?"}]
    )
    content = given.choices[0].message.content or ""
    assert content.startswith("Not in these documents.")
    assert "come closest, and do not answer the question:\n\n- AI safety" in content
    assert re.search(r"\n\n  > \w", content)
    assert "characters" not in content
    assert (given.model_extra or {})["pincite"]["status"] == "NOT_FOUND"


def test_what_nobody_vouches_for_is_quoted_and_said_to_be_so(client: OpenAI) -> None:
    given = client.chat.completions.create(
        model="pincite", messages=[{"role": "user", "content": UNSURE}]
    )
    content = given.choices[0].message.content or ""
    extra = (given.model_extra or {})["pincite"]
    assert extra["status"] == "UNSURE"
    assert content.startswith("Not sure; these come closest:\n\n> ")
    assert content.count("\n>\n> \\[") == len(extra["quotes"])


def test_errors_come_as_the_client_knows_them(client: OpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="has no words"):
        client.chat.completions.create(
            model="pincite", messages=[{"role": "user", "content": "?!"}]
        )
    with pytest.raises(openai.BadRequestError, match="messages"):
        client.chat.completions.create(model="pincite", messages=[])
    with pytest.raises(openai.UnprocessableEntityError, match="role 'user'"):
        client.chat.completions.create(
            model="pincite", messages=[{"role": "system", "content": "Be brief."}]
        )


def test_the_models_are_listed(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["pincite"]


def test_a_question_can_be_limited_to_documents_and_tags(
    client: OpenAI, library_folder: Path
) -> None:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        hostile = next(e.id for e in engine.library.entries() if e.title != "AI safety")
    asked = {"model": "pincite", "messages": [{"role": "user", "content": ASKED}]}
    given = client.chat.completions.create(**asked, extra_body={"documents": [hostile]})
    nearest = (given.model_extra or {})["pincite"]["nearest"]
    assert {passage["document"] for passage in nearest} == {hostile}
    said = "Asked 1 of 2 documents; the others were left out."
    assert said in (given.choices[0].message.content or "")
    with pytest.raises(openai.NotFoundError, match="tag 'none'"):
        client.chat.completions.create(**asked, extra_body={"tags": ["none"]})
    with pytest.raises(openai.BadRequestError, match="documents"):
        client.chat.completions.create(**asked, extra_body={"documents": []})


def test_an_unknown_path_is_refused_as_the_client_knows_it(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="Not Found"):
        client.models.retrieve("pincite/other")


def said(client: OpenAI, *messages: tuple[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    """What comes to the messages, each a role and its content: the message, and the answer."""
    given = client.chat.completions.create(
        model="pincite",
        messages=[{"role": role, "content": text} for role, text in messages],  # type: ignore[misc]
        **more,
    )
    return given.choices[0].message.content or "", (given.model_extra or {})["pincite"]


def test_a_follow_up_is_answered_of_what_it_leans_on(client: OpenAI) -> None:
    content, answer = said(client, ("user", ASKED), ("assistant", "It was he."), ("user", LEANS))
    assert answer["question"] == LEANS
    assert answer["quotes"][0]["text"].startswith(INTRODUCED)
    first, _, rest = content.partition("\n\n")
    assert first == "Searched for: introduced · term AI safety engineering · conference"
    assert rest.startswith(f"> {INTRODUCED}")


def test_a_follow_up_with_nothing_before_it_is_taken_as_it_stands(client: OpenAI) -> None:
    content, answer = said(client, ("user", LEANS))
    assert answer["trace"]["carried"] == []
    assert "Searched for" not in content
    assert not answer["quotes"][0]["text"].startswith(INTRODUCED)


def test_what_the_assistant_said_is_leaned_on(client: OpenAI) -> None:
    told = "Roman Yampolskiy introduced the term AI safety engineering."
    _, answer = said(client, ("user", "Who was it?"), ("assistant", told), ("user", LEANS))
    assert answer["quotes"][0]["text"].startswith(INTRODUCED)
    _, without = said(client, ("user", "Who was it?"), ("user", LEANS))
    assert not without["quotes"][0]["text"].startswith(INTRODUCED)


@pytest.mark.parametrize("role", ["system", "developer", "tool", "function"])
def test_instructions_and_results_of_tools_are_not_leaned_on(client: OpenAI, role: str) -> None:
    content, answer = said(client, (role, ASKED), ("user", LEANS), (role, ASKED))
    alone, expected = said(client, ("user", LEANS))
    assert content == alone
    assert answer["quotes"] == expected["quotes"]
    assert answer["trace"]["carried"] == []


def test_a_message_without_content_and_one_in_parts_are_taken(client: OpenAI) -> None:
    parts = [{"type": "text", "text": "Who introduced the term"}, {"type": "text", "text": "AI"}]
    messages = [("user", parts), ("assistant", None), ("assistant", ""), ("user", LEANS)]
    _, answer = said(client, *messages)
    assert answer["trace"]["carried"] == ["introduced", "term AI", "conference"]


def test_what_stands_after_the_question_is_not_leaned_on(client: OpenAI) -> None:
    _, answer = said(client, ("user", LEANS), ("assistant", ASKED))
    assert answer["question"] == LEANS
    assert answer["trace"]["carried"] == []
    assert not answer["quotes"][0]["text"].startswith(INTRODUCED)


def test_a_stream_says_what_was_looked_for_too(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="pincite",
        messages=[{"role": "user", "content": ASKED}, {"role": "user", "content": LEANS}],
        stream=True,
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
    assert "".join(pieces).startswith("Searched for: introduced · term AI safety engineering · ")


def test_its_own_message_can_be_handed_back(client: OpenAI) -> None:
    content, _ = said(client, ("user", ASKED))
    _, answer = said(client, ("user", ASKED), ("assistant", content), ("user", LEANS))
    assert answer["quotes"][0]["text"].startswith(INTRODUCED)
