"""Questions that lean on others, asked of a real library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pincite.corpus.store.library import Library
from pincite.retrieval.conversation.expansion import expanded
from pincite.retrieval.conversation.follow_up import FollowUp
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.query import Query
from pincite.retrieval.search.indexes import Indexes, open_indexes
from tests.retrieval.conftest import fill, hashing_settings, make_document

PRICES = [
    make_document("Room Hazel costs 40 euros a day. Room Rowan costs 65 euros a day.", "rooms.txt"),
    make_document("The boat Hazel leaves at noon. The boat Rowan leaves at dusk.", "boats.txt"),
    make_document("Lunch is served at one. Supper is served at seven.", "meals.txt"),
]
ROOM = Turn("user", "What does room Hazel cost a day?")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *PRICES)
        yield library


@pytest.fixture
def indexes(library: Library) -> Indexes:
    return open_indexes(library, print)


@pytest.fixture
def engine(library: Library) -> Engine:
    return Engine(library, HashingEmbedder(), hashing_settings())


def query(question: str, indexes: Indexes, *history: Turn) -> Query:
    alone = Query.of(question, indexes, HashingEmbedder())
    follow_up = FollowUp.of(question, history)
    return alone if follow_up is None else expanded(alone, follow_up, indexes, HashingEmbedder())


def weights(query: Query) -> dict[str, float]:
    return {one.term: one.weight for one in query.wanted}


def test_a_follow_up_finds_what_it_leans_on(engine: Engine) -> None:
    answer = engine.ask("and Rowan?", history=[ROOM])
    assert "65 euros" in answer.quotes[0].text
    assert answer.question == "and Rowan?"
    assert answer.trace.carried == ("room", "cost", "day", "Rowan")
    [nearest, *_] = engine.search("and Rowan?", history=[ROOM])
    assert nearest.title == "rooms.txt"
    best = engine.read("and Rowan?", history=[ROOM]).hits[0].stored
    assert engine.document(best.document).source == "rooms.txt"


def test_without_history_a_question_is_asked_as_it_stands(engine: Engine) -> None:
    alone = engine.ask("and Rowan?")
    assert alone.trace.carried == ()
    said_nothing = engine.ask("and Rowan?", history=[Turn("assistant", "Hello."), Turn("user", "")])
    assert [q.text for q in said_nothing.quotes] == [q.text for q in alone.quotes]


def test_a_new_subject_is_answered_as_it_is_alone(engine: Engine) -> None:
    asked = "When is supper served in the evening at seven?"
    alone, after = engine.ask(asked), engine.ask(asked, history=[ROOM])
    assert after.quotes[0].text == alone.quotes[0].text
    assert after.trace.carried == ()


def test_what_is_not_there_is_no_surer_after_a_question_that_was_answered(engine: Engine) -> None:
    asked = "Which quokka ate the marzipan on Tuesday?"
    alone = engine.ask(asked)
    after = engine.ask(asked, history=engine.ask(ROOM.text).turns())
    assert after.confidence <= alone.confidence + 0.05


def test_own_words_keep_their_weight_and_others_have_less_the_older_they_are(
    indexes: Indexes,
) -> None:
    alone = weights(query("and Rowan?", indexes))
    earlier = Turn("user", "When is lunch served?")
    found = query("and Rowan?", indexes, earlier, ROOM)
    assert alone.items() <= weights(found).items()
    boosts = {one.term: one.boost for one in found.wanted}
    assert boosts["rowan"] == 1 > boosts["room"] > boosts["lunch"] > 0
    assert "hazel" not in boosts  # whose place Rowan took


def test_a_question_without_words_of_its_own_has_those_before_it(indexes: Indexes) -> None:
    assert weights(query("why is that?", indexes, ROOM)).keys() == {"room", "hazel", "cost", "day"}


def test_the_vector_stays_of_unit_length_and_lies_between(indexes: Indexes) -> None:
    alone = query("and Rowan?", indexes)
    found = query("and Rowan?", indexes, ROOM)
    before = HashingEmbedder().embed_query(ROOM.text)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)
    assert found.vector @ before > alone.vector @ before
    assert found.vector @ alone.vector > before @ alone.vector


def test_the_cross_encoder_reads_a_question_and_then_what_it_leans_on(indexes: Indexes) -> None:
    assert query("why is that?", indexes, ROOM).in_full == f"why is that? {ROOM.text}"
    exchanged = "and Rowan? What does room Rowan cost a day?"
    assert query("and Rowan?", indexes, ROOM).in_full == exchanged
    whole = "When is supper served in the evening at seven?"
    assert query(whole, indexes, ROOM).in_full == whole == query(whole, indexes).in_full


def test_an_answer_goes_into_the_history_of_the_next_question(engine: Engine) -> None:
    first = engine.ask("What does room Hazel cost a day?")
    asked, said = first.turns()
    assert asked == ROOM
    assert said.role == "assistant"
    assert said.text in first.quotes[0].text
    assert "65 euros" in engine.ask("and Rowan?", history=first.turns()).quotes[0].text


def test_an_answer_without_quotes_says_only_what_was_asked(engine: Engine) -> None:
    nothing = replace(engine.ask("zzz"), status="NOT_FOUND", quotes=())
    assert nothing.turns() == [Turn("user", "zzz")]


def test_a_conversation_of_hundreds_of_long_turns_costs_no_more_terms(indexes: Indexes) -> None:
    rare = " ".join(f"word{n}" for n in range(3000))
    history = [Turn("user", f"{rare} {n}") for n in range(500)]
    assert len(query("and Rowan?", indexes, *history).wanted) < 40
