"""How many documents stand behind an answer: copies count once, and the order does not matter."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import StoredPassage
from pincite.corpus.types import Document, Passage, Section, Span
from pincite.ingest.storing import Item, Storing
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.agreement import agreement, same_answer
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.reading.reader import PassageAnswer, Reading
from pincite.retrieval.search.search import Hit
from tests.retrieval.conftest import fill, hashing_settings, make_document

CITY = "Bergen"


def whole(text: str) -> Passage:
    return Passage(Span(0, len(text)), (Span(0, len(text)),))


class Shelf:
    """Documents of one passage each, and what a cross-encoder reads in them."""

    def __init__(self, texts: list[str], logits: list[float]) -> None:
        sections = [(Section(Span(0, len(text))),) for text in texts]
        each = enumerate(zip(texts, sections, strict=True))
        made = [Document(f"{i}", f"{i}", text, section) for i, (text, section) in each]
        self.documents = {one.id: one for one in made}
        self.hits = [
            Hit(
                stored=StoredPassage(
                    i, d.id, Passage(Span(0, len(d.text)), (Span(0, len(d.text)),))
                ),
                score=1.0 - i / 100,
                dense=None,
                lexical=None,
            )
            for i, d in enumerate(made)
        ]
        self.answers = {
            i: PassageAnswer(logit, self._city(d.text))
            for i, (d, logit) in enumerate(zip(made, logits, strict=True))
        }
        first, place = made[0], self._city(made[0].text)
        assert place is not None
        self.quotes = [
            Quote(
                *(first.id, first.title, (), None, 0, len(first.text), first.text),
                highlights=((0, len(first.text)),),
                score=1.0,
                answer=(place.start, place.end),
            )
        ]

    @staticmethod
    def _city(text: str) -> Span | None:
        at = text.find(CITY)
        return Span(at, at + len(CITY)) if at >= 0 else None

    def agreeing(self) -> int | None:
        reading = Reading(self.hits, [], self.answers)
        found = agreement(self.quotes, reading, self.documents.__getitem__, lambda ids: False)
        assert found is not None
        return found.agreeing


TEXTS = [f"It sailed from {CITY}.", f"{CITY} was its port.", "It sailed from Oslo.", f"In {CITY}?"]
rest = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from([2.0, -2.0])), max_size=6)


def shelf(others: list[tuple[str, float]]) -> Shelf:
    return Shelf([TEXTS[0], *(text for text, _ in others)], [2.0, *(logit for _, logit in others)])


@given(rest)
def test_as_many_agree_as_there_are_wordings_that_give_the_answer(
    others: list[tuple[str, float]],
) -> None:
    wordings = {text for text, logit in others if logit > 0 and CITY in text} | {TEXTS[0]}
    assert shelf(others).agreeing() == len(wordings)


@given(rest, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(
    others: list[tuple[str, float]], order: random.Random
) -> None:
    mixed = order.sample(others, len(others))
    assert shelf(mixed).agreeing() == shelf(others).agreeing()


@given(rest)
def test_a_copy_agrees_with_nobody(others: list[tuple[str, float]]) -> None:
    assert shelf([*others, (TEXTS[0].upper().replace(CITY.upper(), CITY), 2.0)]).agreeing() == (
        shelf(others).agreeing()
    )


words = st.lists(
    st.sampled_from(["the", "bergen", "port", "1997", "not", "12", "old", "harbour"]), max_size=5
)


@given(words, words)
def test_agreeing_is_mutual(one: list[str], other: list[str]) -> None:
    a, b = " ".join(one), " ".join(other)
    assert same_answer(a, b) == same_answer(b, a)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Bergen", "the port of Bergen", True),
        ("12 May", "13 May", False),
        ("it is allowed", "it is not allowed", False),
        ("Bergen", "Bergen, Oslo and Stavanger", False),
        ("", "", False),
    ],
)
def test_answers_are_the_same_where_figures_and_negations_are(
    one: str, other: str, same: bool
) -> None:
    assert same_answer(one, other) is same


def stored(library: Library, *names: str) -> None:
    """One upload: documents that are stored in one go."""
    storing = Storing(library, HashingEmbedder())
    for name in names:
        text = f"The {name} sailed from Bergen."
        document = make_document(text, f"{name}.txt")
        storing.store([Item(document, [whole(text)])])


def test_what_came_in_one_upload_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        stored(library, "brig", "cutter")
        ids = frozenset(entry.id for entry in library.entries())
        assert not library.added_together(ids), "there is nothing else"
        library.put(
            [(make_document("An owl.", "owl.txt"), [])],
            {},
            HashingEmbedder().fingerprint,
            added_at={"owl.txt": "2001-01-01T00:00:00+00:00"},
        )
        assert library.added_together(ids)
        assert not library.added_together(ids | {library.find("owl.txt").id})
        looks: list[str] = []
        rows = library._database.rows
        monkeypatch.setattr(
            library._database,
            "rows",
            lambda said, values=(): looks.append(said) or rows(said, values),
        )
        assert library.added_together(ids)
        assert not [said for said in looks if "LIMIT 1" in said], "nothing has changed since"


def test_an_answer_says_how_many_documents_stand_behind_it(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(
            library,
            make_document("The brig sailed from Bergen.", "a.txt"),
            make_document("From Bergen the brig sailed to Hull.", "b.txt"),
        )
        answer = Engine(library, HashingEmbedder(), hashing_settings()).ask(
            "Where did the brig sail from?"
        )
    value = answer.to_json()["agreement"]
    assert value == {"documents": 2, "agreeing": None, "together": False}


def test_nobody_stands_behind_no_answer(engine: Engine) -> None:
    answer = engine.ask("quasar redshift")
    assert (answer.status == "NOT_FOUND") == (answer.agreement is None)
