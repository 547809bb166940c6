"""One question, worked out once: its terms, what stands for them, and its spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.query import Query
from pincite.retrieval.search.indexes import Indexes, open_indexes
from tests.retrieval.conftest import fill, hashing_settings, make_document

TEXT = (
    "# Commissioning\n\nThe site acceptance test (SAT) follows the installation.\n\n"
    "The budget for the SAT is 31,000 euros. The WHO recommends 2 grams of sodium.\n\n"
    "The vaccine is kept at −20 °C. It expires on 2024-03-13. Report PPR-9087 is closed.\n\n"
    "The temperature in the fridge is measured by Adeyemi.\n"
)
QUESTIONS = st.lists(st.sampled_from(TEXT.split()), min_size=1, max_size=8)
Asks = Callable[[str], Query]


class Trained(HashingEmbedder):
    """An embedder that has learnt some words whole."""

    def __init__(self) -> None:
        super().__init__()
        self.languages = frozenset({"en"})

    def count(self, texts: Sequence[str]) -> list[int]:
        return [1 if text in {"vacuum", "fridges", "bother"} else 2 for text in texts]


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexes]:
    with Library.open(tmp_path_factory.mktemp("asked"), create=True) as library:
        fill(library, make_document(TEXT, "plan.md"))
        yield open_indexes(library, print)


@pytest.fixture
def ask(indexes: Indexes) -> Asks:
    return lambda question: Query.of(question, indexes, HashingEmbedder())


def terms_of(query: Query) -> set[str]:
    return {one.term for one in query.wanted}


def test_a_misspelt_word_is_searched_as_the_word_of_the_library(ask: Asks) -> None:
    query = ask("at what tempriture is the vacine kept?")
    assert query.corrected == {"tempriture": "temperature", "vacine": "vaccine"}
    assert query.text == "at what tempriture is the vacine kept?"
    assert query.spelling == "at what temperature is the vaccine kept?"
    assert query == ask(query.text)
    assert terms_of(query) == terms_of(ask(query.spelling))
    assert (query.vector == ask(query.spelling).vector).all()


@settings(max_examples=60)
@given(QUESTIONS)
def test_a_word_that_is_there_is_never_corrected(indexes: Indexes, words: list[str]) -> None:
    query = Query.of(" ".join(words), indexes, HashingEmbedder())
    assert (query.corrected, query.spelling) == ({}, query.text)


@pytest.mark.parametrize(
    "word", ["vaccines", "PPR-9088", "31,001", "SAX", "2024-03-14", "-21", "kep", "who", "wont"]
)
def test_what_is_inflected_or_no_word_is_never_corrected(ask: Asks, word: str) -> None:
    assert ask(f"is {word} so").corrected == {}


def test_a_word_that_the_embedder_knows_whole_is_never_corrected(indexes: Indexes) -> None:
    assert Query.of("the vacuum", indexes, Trained()).corrected == {}
    assert Query.of("the tempriture", indexes, Trained()).corrected != {}


def test_a_question_word_is_corrected_even_if_it_is_short(ask: Asks) -> None:
    assert ask("wen is the SAT").asked == ask("when is the SAT").asked
    assert ask("wich vaccine").corrected == {"wich": "which"}


def test_a_name_is_corrected_in_its_capital(ask: Asks) -> None:
    assert ask("what does Adeyomi measure").corrected == {"Adeyomi": "Adeyemi"}


def test_a_short_form_also_asks_for_its_words_and_they_for_it(ask: Asks) -> None:
    (short,) = ask("SAT").wanted
    assert short.covered_by(frozenset(["site", "accept", "test"]))
    assert not short.covered_by(frozenset(["accept", "test"]))
    long = ask("What is the budget for the site acceptance test?").wanted
    assert all(one.covered_by(frozenset(["sat", "budget"])) for one in long)


def test_written_out_a_short_form_counts_no_more_than_itself(ask: Asks, indexes: Indexes) -> None:
    (short,) = ask("SAT").wanted
    (other,) = short.others
    rarities = sum(indexes.lexical.rarity(term) for term in other.terms)
    assert other.share * rarities <= short.weight + 1e-9


def test_a_name_that_looks_like_a_stop_word_is_wanted(ask: Asks) -> None:
    assert "xwho" in terms_of(ask("How much sodium does the WHO recommend?"))
    assert ask("How much sodium does the WHO recommend?").asked.kinds == ("amount",)
    assert terms_of(ask("How much sodium did IT recommend?")) == {"much", "sodium", "recommend"}


@pytest.mark.parametrize("code", ["PPR-9087", "PPR 9087", "PPR9087", "ppr 9087", "ppr-9087"])
def test_every_way_of_writing_a_code_is_covered_by_every_other(ask: Asks, code: str) -> None:
    wanted = ask(f"Is {code} closed?").wanted
    assert all(one.covered_by(frozenset(["ppr9087", "close"])) for one in wanted)


@pytest.mark.parametrize("day", ["13 March 2024", "2024-03-13", "March 13, 2024", "13.3.2024"])
def test_every_way_of_writing_a_day_is_covered_by_every_other(ask: Asks, day: str) -> None:
    wanted = ask(f"What expires on {day}?").wanted
    assert all(one.covered_by(frozenset(["d20240313", "expir"])) for one in wanted)


def test_a_way_of_writing_that_nothing_has_is_not_asked_for_beside_its_parts(ask: Asks) -> None:
    assert terms_of(ask("Is ABC 1234 closed?")) == {"abc", "1234", "close"}


def test_a_number_that_nothing_has_is_asked_for(ask: Asks) -> None:
    query = ask("Who paid 99,000 euros?")
    assert [one.term for one in query.numbers] == ["99000"]
    assert "99000" in terms_of(query)


def test_the_answer_says_what_was_corrected(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        fill(library, make_document(TEXT, "plan.md"))
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        answer = engine.ask("at what temperature is the vacine kept?")
    assert answer.question == "at what temperature is the vacine kept?"
    assert answer.to_json()["trace"]["corrected"] == {"vacine": "vaccine"}
