"""What a search looked like, in figures: each is what it is called."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pincite.corpus.store.rows import StoredPassage
from pincite.corpus.types import Passage, Span
from pincite.retrieval.confidence.confidence import ANSWERS, TOPIC
from pincite.retrieval.confidence.features import ANSWER, KNOWN, features, is_english
from pincite.retrieval.query import Query
from pincite.retrieval.reading.reader import Candidate, PassageAnswer, Reading
from pincite.retrieval.search.answer_type import Asked
from pincite.retrieval.search.lexical import Wanted
from pincite.retrieval.search.search import Hit


def query(*wanted: Wanted) -> Query:
    return Query(
        text="the lunch in 2025",
        spelling="the lunch in 2025",
        corrected={},
        vector=np.zeros(2, np.float32),
        wanted=wanted,
        numbers=tuple(one for one in wanted if one.term.isdigit()),
        asked=Asked.of("the lunch"),
    )


def candidate(score: float, dense: float, around: float) -> Candidate:
    return Candidate("d", 1, Span(0, 4), score, dense, around, 0.2, 0.3, 0.5)


def hit(id: int, dense: float) -> Hit:
    passage = Passage(Span(0, 4), (Span(0, 4),))
    return Hit(StoredPassage(id, "d", passage), 0.5, dense, 0.1)


LUNCH, YEAR = Wanted("lunch", 3.0), Wanted("2025", 1.0)
READING = Reading([hit(1, 0.4), hit(2, 0.8)], [candidate(0.9, 0.5, 0.6), candidate(0.7, 0.1, 0.2)])


READ = replace(READING, answers={1: PassageAnswer(1.5, None), 2: PassageAnswer(-2.0, None)})


def found(quoted: str, reading: Reading = READING) -> dict[str, float]:
    return features(query(LUNCH, YEAR), reading, quoted)


def test_nothing_found_has_no_features() -> None:
    assert features(query(LUNCH), Reading([], [])) == {}


def test_near_is_the_mean_of_five_cosines() -> None:
    # the best sentence, its neighbourhood, the first passage, the nearest, the best neighbourhoods
    assert found("")["near"] == pytest.approx((0.5 + 0.6 + 0.4 + 0.8 + (0.6 + 0.2) / 2) / 5)


def test_words_are_those_of_the_quote_by_their_weight() -> None:
    assert found("Lunch is at noon.")["words"] == 0.75
    assert found("Prices of 2025\nlunch: 12 francs")["words"] == 1.0


def test_a_quote_that_lacks_a_number_of_the_question_is_told() -> None:
    assert found("Lunch is at noon.")["numbers"] == 0.0
    assert found("Prices of 2025\nlunch: 12 francs")["numbers"] == 1.0
    assert features(query(LUNCH), READING)["numbers"] == 1.0


def test_what_the_models_take_is_there_where_a_cross_encoder_read() -> None:
    assert found("lunch", READ).keys() >= {*ANSWERS, *TOPIC}
    assert found("lunch", READ)[ANSWER] == 1.5
    assert ANSWER not in found("lunch")


def test_log_odds_that_nothing_was_fitted_on_do_not_count() -> None:
    assert ANSWER not in features(query(LUNCH), READ, calibrated=False)


def test_a_language_that_the_embedder_was_not_trained_on_is_told() -> None:
    assert features(query(LUNCH), READING, known=False)[KNOWN] == 0.0
    asked, said = "wie viel kostet das Mittagessen", "Es kostet zwölf Franken und ist warm."
    assert not is_english(asked, said)
    assert is_english("how much is lunch", said)


def test_keywords_of_an_english_table_are_known() -> None:
    assert is_english("okonjo contract number", "| Okonjo | QX-44 |")
