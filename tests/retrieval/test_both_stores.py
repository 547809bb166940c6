"""A library answers alike, whichever store it is kept in: held against each other."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Passage, Section, Span
from pincite.ingest.storing import embed
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.query import Query
from pincite.retrieval.search import shared_lexical
from pincite.retrieval.search.lexical import Wanted
from pincite.retrieval.search.upkeep import open_indexes, publish
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents
from tests.stores import STORES, new_library

GOLD = Path(__file__).parents[2] / "eval" / "gold" / "ai_safety"
WORDS = ("gull", "owl", "fish", "cliff", "whale", "night", "unknown")


def lines(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """The same documents in both stores, put in two goes and one of them twice."""
    (article,) = lines(GOLD / "corpus.jsonl")
    engines = []
    for store in STORES:
        library = new_library(tmp_path_factory.mktemp(store) / "library", store)
        fill(library, make_document(article["text"], "article.txt"))
        fill(library, *small_documents(), make_document("Owls hunt. (SAT) sat.", "birds.txt"))
        fill(library, *small_documents())
        engines.append(Engine(library, HashingEmbedder(), hashing_settings()))
    yield engines[0], engines[1]
    for engine in engines:
        engine.close()


def test_passages_and_vectors_are_equal(pair: tuple[Engine, Engine]) -> None:
    one, other = (everything(engine.library) for engine in pair)
    assert one == other


def everything(library: Library) -> list[object]:
    found: list[object] = []
    for source, id in sorted((source, id) for id, source in library.sources().items()):
        passages = library.passages_vectors(library.passage_ids([id]))
        found += [source, library.document(id)]
        found += [(stored.passage, rows.tolist()) for _, (stored, rows) in sorted(passages.items())]
    return found


@pytest.mark.parametrize("merged", [False, True])
def test_each_question_of_the_gold_set_gets_the_same_answer(
    pair: tuple[Engine, Engine], merged: bool
) -> None:
    if merged:
        publish(pair[1].library, anew=True)
    for gold in lines(GOLD / "questions.jsonl")[merged::6]:  # all 250 take half a minute
        one, other = (engine.ask(gold["question"]) for engine in pair)
        assert one.quotes == other.quotes, gold["question"]
        assert one.status == other.status
        assert one.confidence == pytest.approx(other.confidence, abs=1e-6)
        assert [p.text for p in one.nearest] == [p.text for p in other.nearest]


def test_words_and_short_forms_are_equal(pair: tuple[Engine, Engine]) -> None:
    one, other = (open_indexes(engine.library, print) for engine in pair)
    assert one.words.vocabulary == other.words.vocabulary
    assert one.words.short_forms.long_forms == other.words.short_forms.long_forms
    for term in ("safeti", "gull", "whale"):
        assert one.lexical.rarity(term) == other.lexical.rarity(term)
        assert one.lexical.knows(term) == other.lexical.knows(term)


@settings(max_examples=15)
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True),
    st.sets(st.sampled_from(["article.txt", "birds.txt", "whales.txt"])),
    st.integers(1, 40),
)
def test_both_searches_rank_alike_in_any_choice_of_documents(
    pair: tuple[Engine, Engine], words: list[str], names: set[str], k: int
) -> None:
    ranked = []
    for engine in pair:
        library, indexes = engine.library, open_indexes(engine.library, print)
        ids = {id for id, source in library.sources().items() if source in names}
        rows = indexes.documents.select(ids, library).rows if names else None
        wanted = [Wanted(word, 1.0) for word in words]
        vector = HashingEmbedder().embed_query(" ".join(words))
        for found in (
            indexes.lexical.search(wanted, k, rows),
            indexes.dense.search(vector, k, rows),
        ):
            stored = library.passages(found)
            ranked.append(
                [(stored[id].passage, stored[id].document, round(found[id], 4)) for id in found]
            )
    assert all(map(_are_alike, ranked[:2], ranked[2:]))


Ranking = list[tuple[object, str, float]]


def _are_alike(one: Ranking, other: Ranking) -> bool:
    """Whether two rankings differ at most in which of equals comes first: ids differ by store."""
    scores, others = ([score for *_, score in ranking] for ranking in (one, other))
    return one == other or scores == pytest.approx(others, abs=2e-4)


def test_a_title_that_many_passages_share_keeps_no_better_one_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_lexical, "_CANDIDATES", 1)
    monkeypatch.setattr(shared_lexical, "_LEAST_CANDIDATES", 1)
    crowd = replace(
        of_lines("crowd.txt", "\n".join(f"Nothing of it, {n}." for n in range(3)))[0],
        title="Whales, gulls and lamps",
    )
    others = [f"Bread number {n} rests." for n in range(60)]
    items = [
        (crowd, of_lines("crowd.txt", crowd.text)[1]),
        of_lines("other.txt", "\n".join([*others, "A lamp burns."])),
    ]
    with new_library(tmp_path, "shared") as library:
        embedder = HashingEmbedder(64)
        missing = {p.key(d.text): (p, d.text) for d, passages in items for p in passages}
        library.put(items, embed(missing, embedder, lambda n: None), embedder.fingerprint)
        publish(library)
        index = open_indexes(library, print).lexical
        wanted = [Wanted(term, 1.0) for term in ("whale", "gull", "lamp")]
        (best,) = index.search(wanted, 1)
        stored = library.passages([best])[best]
        assert library.document(stored.document).source == "other.txt"


@pytest.mark.slow
def test_among_thousands_of_passages_alike_nearly_all_of_the_best_are_found(tmp_path: Path) -> None:
    (article,) = lines(GOLD / "corpus.jsonl")
    sentences = [one for one in re.split(r"(?<=[.!?])\s+", article["text"]) if len(one) > 30]
    shuffled, embedder, indexes = random.Random(3), HashingEmbedder(64), []
    texts = [
        "\n".join(" ".join(shuffled.sample(sentences, 2)) for _ in range(50)) for _ in range(160)
    ]
    for store in STORES:
        library = new_library(tmp_path / store, store)
        for start in range(0, len(texts), 20):
            items = [
                of_lines(f"{start + i}.txt", t) for i, t in enumerate(texts[start : start + 20])
            ]
            missing = {p.key(d.text): (p, d.text) for d, passages in items for p in passages}
            library.put(items, embed(missing, embedder, lambda n: None), embedder.fingerprint)
        publish(library)
        indexes.append(open_indexes(library, print))
    shares = []
    for gold in lines(GOLD / "questions.jsonl")[::5]:
        one, other = (
            index.lexical.search(Query.of(gold["question"], index, embedder).wanted, 300)
            for index in indexes
        )
        least = min(one.values()) - 1e-4
        shares.append(sum(score >= least for score in other.values()) / len(one))
        best, others = ([*found.values()][:60] for found in (one, other))  # those that are read
        assert best == pytest.approx(others, abs=1e-4)
    assert sum(shares) / len(shares) > 0.99


def of_lines(source: str, text: str) -> tuple[Document, list[Passage]]:
    """A document whose every line is a passage."""
    starts = accumulate((len(line) + 1 for line in text.split("\n")), initial=0)
    spans = [Span(a, a + len(line)) for a, line in zip(starts, text.split("\n"), strict=False)]
    document = Document(source, source, text, (Section(Span(0, len(text))),))
    return document, [Passage(span, (span,)) for span in spans]
