from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.types import Span
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.reading.reader import Candidate, Reading, read
from pincite.retrieval.search.analysis import content_terms, terms
from pincite.retrieval.search.indexes import open_indexes
from pincite.retrieval.search.search import Hit, search
from tests.retrieval.conftest import fill, make_document, query_for

QUESTIONS = [
    "Where do herring gulls nest?",
    "Why did the captain repair the rudder?",
    "How long do I knead the dough?",
    "zzz",
    "who is it",
    "x" * 99,  # too long to be a term: a question without one
]


def hits_for(library: Library, question: str, k: int = 99) -> list[Hit]:
    query = query_for(library, question)
    return search(
        query.vector,
        query.wanted,
        open_indexes(library, print),
        library,
        k=k,
        candidates=99,
        dense_weight=0.5,
    )


def reading_of(library: Library, question: str, hits: list[Hit] | None = None) -> Reading:
    return read(
        query_for(library, question),
        hits_for(library, question) if hits is None else hits,
        library,
        library.document,
        dense_weight=0.5,
    )


def reading_from(library: Library, vector: Vectors, hits: list[Hit]) -> Reading:
    return read(
        replace(query_for(library, "gulls"), vector=vector),
        hits,
        library,
        library.document,
        dense_weight=0.5,
    )


def random_unit(seed: int) -> Vectors:
    direction = np.random.default_rng(seed).standard_normal(HashingEmbedder().embed_query("x").size)
    return np.asarray(direction / np.linalg.norm(direction), np.float32)


def text_of(library: Library, candidate: Candidate) -> str:
    return text_at(library, candidate.document, candidate.span)


def text_at(library: Library, document: str, span: Span) -> str:
    return library.document(document).text[span.start : span.end]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_sentence_of_the_hits_is_a_candidate_once(library: Library, question: str) -> None:
    hits = hits_for(library, question, k=4)
    candidates = reading_of(library, question, hits).candidates
    expected = {(hit.stored.id, span) for hit in hits for span in hit.stored.passage.sentences}
    assert {(c.passage, c.span) for c in candidates} == expected
    assert len(candidates) == len(expected)


@pytest.mark.parametrize("question", QUESTIONS)
def test_candidates_come_best_first_and_so_do_passages(library: Library, question: str) -> None:
    reading = reading_of(library, question)
    assert all(a.score >= b.score for a, b in pairwise(reading.candidates))
    assert all(a.score >= b.score for a, b in pairwise(reading.hits))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_score_is_between_0_and_1(library: Library, question: str) -> None:
    reading = reading_of(library, question)
    assert all(0 <= c.score <= 1 + 1e-6 for c in reading.candidates)
    assert all(0 <= hit.score <= 1 for hit in reading.hits)


@pytest.mark.parametrize("question", QUESTIONS)
def test_reading_reorders_the_passages_and_neither_drops_nor_adds_one(
    library: Library, question: str
) -> None:
    hits = hits_for(library, question, k=5)
    read_hits = reading_of(library, question, hits).hits
    assert sorted(h.stored.id for h in read_hits) == sorted(h.stored.id for h in hits)


@pytest.mark.parametrize(
    "sentence",
    [
        "The herring gull eats fish and mussels.",
        "A storm broke the mainmast near Iceland.",
        "Bake the loaf at 220 degrees until the crust is brown.",
        "Its face is shaped like a heart.",
    ],
)
def test_a_sentence_is_the_best_answer_to_itself(library: Library, sentence: str) -> None:
    assert text_of(library, reading_of(library, sentence).candidates[0]) == sentence


def test_a_reason_is_preferred_where_a_reason_is_asked_for(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        fill(library, make_document("The captain repaired the rudder quietly.", "a.txt"))
        fill(library, make_document("The captain repaired the rudder because.", "b.txt"))
        best = reading_of(library, "Why did the captain repair the rudder?").candidates[0]
        assert library.document(best.document).source == "b.txt"


@pytest.mark.parametrize("question", QUESTIONS)
def test_neighbours_stand_beside_the_sentence_in_its_own_section(
    library: Library, question: str
) -> None:
    for c in reading_of(library, question).candidates:
        document = library.document(c.document)
        section = document.section_at(c.span.start).span
        assert all(section.contains(span) for span in (*c.before, *c.after))
        line = [*reversed(c.before), c.span, *c.after]
        for left, right in pairwise(line):
            assert left.end <= right.start
            assert not document.text[left.end : right.start].strip()


def test_the_first_sentence_of_a_section_has_none_before_it_and_the_last_none_after(
    library: Library,
) -> None:
    found = {text_of(library, c): c for c in reading_of(library, QUESTIONS[0]).candidates}
    assert found["The barn owl hunts mice at night."].before == ()
    assert found["Its face is shaped like a heart."].after == ()
    back = found["They return to the same nest in April 1997."]
    assert [text_at(library, back.document, span) for span in back.before] == [
        "Gulls nest on cliffs in spring.",
        "The herring gull eats fish and mussels.",
    ]
    assert back.after == ()


def test_a_neighbour_is_seen_even_when_its_passage_is_no_hit(library: Library) -> None:
    every = hits_for(library, QUESTIONS[0])
    alone = [hit for hit in every if "They return" in passage_text(library, hit)]
    (candidate,) = reading_of(library, QUESTIONS[0], alone).candidates
    assert [text_at(library, candidate.document, span) for span in candidate.before][:1] == [
        "Gulls nest on cliffs in spring."
    ]


def passage_text(library: Library, hit: Hit) -> str:
    return text_at(library, hit.stored.document, hit.stored.passage.span)


def test_no_hits_give_no_candidates(library: Library) -> None:
    assert reading_of(library, "gulls", []) == Reading([], [])


def test_reading_twice_gives_the_same(library: Library) -> None:
    assert reading_of(library, QUESTIONS[0]) == reading_of(library, QUESTIONS[0])


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "twins", create=True) as library:
        fill(library, *(make_document("A gull nests here. It sleeps.", f"{n}.txt") for n in "ab"))
        yield library


def test_identical_text_scores_the_same_in_every_file_to_the_last_digit(tmp_path: Path) -> None:
    text = "A gull nests here. It sleeps. The herring gull eats fish."
    with Library.open(tmp_path, create=True) as library:
        fill(library, *(make_document(text, f"{n}.txt") for n in range(9)))
        hits = hits_for(library, "gull")
        for seed in range(20):
            scores: dict[str, set[float]] = {}
            for c in reading_from(library, random_unit(seed), hits).candidates:
                scores.setdefault(text_of(library, c), set()).add(c.score)
            assert [len(found) for found in scores.values()] == [1, 1, 1]


@pytest.mark.parametrize("seed", range(20))
def test_meaning_is_the_cosine_of_the_sentence_and_of_its_sum_with_its_neighbours(
    library: Library, seed: int
) -> None:
    asked = random_unit(seed)
    stored = library.passages(range(1, 99))
    at = {
        (passage.document, span): row
        for id, rows in library.vectors(stored).items()
        for passage in [stored[id]]
        for span, row in zip(passage.passage.sentences, rows[1:], strict=True)
    }
    for c in reading_from(library, asked, hits_for(library, "gulls", k=4)).candidates:
        alone = at[c.document, c.span]
        around = sum((at[c.document, span] for span in (*c.before[:1], *c.after)), alone)
        for found, row in ((c.dense, alone), (c.dense_around, around)):
            assert found == pytest.approx(max(0, row @ asked / np.linalg.norm(row)), abs=1e-6)


@pytest.mark.parametrize("question", QUESTIONS)
def test_words_are_the_share_of_the_rare_that_is_there_or_around_it_or_over_it(
    library: Library, question: str
) -> None:
    rarity = open_indexes(library, print).lexical.rarity
    weights = {term: rarity(term) for term in content_terms(question)}

    def covered(*sentences: str) -> float:
        there = {term for sentence in sentences for term in terms(sentence)}
        return sum(w for term, w in weights.items() if term in there) / (
            sum(weights.values()) or 1.0
        )

    for c in reading_of(library, question, hits_for(library, "gulls", k=4)).candidates:
        near = [text_at(library, c.document, span) for span in (*c.before[:1], *c.after)]
        document = library.document(c.document)
        over = document.title, *document.section_at(c.span.start).path
        assert c.lexical == pytest.approx(covered(text_of(library, c)))
        assert c.lexical_around == pytest.approx(covered(text_of(library, c), *near, *over))


def test_documents_are_never_each_others_neighbours(twins: Library) -> None:
    for c in reading_of(twins, "gull").candidates:
        near = [text_at(twins, c.document, span) for span in (*c.before, *c.after)]
        assert sorted([*near, text_of(twins, c)]) == ["A gull nests here.", "It sleeps."]


def test_a_question_that_points_away_from_everything_still_scores_in_range(
    library: Library,
) -> None:
    hits = hits_for(library, "gulls")
    away = -np.sum([rows[0] for rows in library.vectors(range(1, 99)).values()], axis=0)
    reading = reading_from(library, (away / np.linalg.norm(away)).astype(np.float32), hits)
    assert reading.candidates
    assert all(0 <= c.score <= 1 for c in reading.candidates)


TABLE = "# Nests\n\n| Bird | Eggs |\n| --- | --- |\n" + "".join(
    f"| gull {n} | {n} |\n" for n in range(30)
)


def test_rows_that_are_told_their_columns_are_neighbours_across_passages(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        fill(library, make_document(TABLE, "nests.md"))
        found = {text_of(library, c): c for c in reading_of(library, "gull").candidates}
    assert len(found) == 31
    assert all(found[f"| gull {n} | {n} |"].before for n in range(30))


def test_the_names_of_columns_are_searched_with_the_rows(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        fill(library, make_document(TABLE, "nests.md"))
        hits = hits_for(library, "eggs")
        last = next(hit for hit in hits if "gull 29" in passage_text(library, hit))
        assert last.stored.passage.columns == ("Bird", "Eggs")
        assert last.lexical


def test_a_row_of_the_table_goes_before_the_row_that_names_its_columns(tmp_path: Path) -> None:
    table = "| City | Lunch allowance |\n| --- | --- |\n| Zurich | 28 |\n| Berlin | 19 |\n"
    with Library.open(tmp_path, create=True) as library:
        fill(library, make_document(table, "nests.md"))
        best = reading_of(library, "What is the lunch allowance in Zurich?").candidates[0]
        assert text_of(library, best) == "| Zurich | 28 |"


def test_references_count_for_less_than_what_cites_them(tmp_path: Path) -> None:
    said = "The herring gull eats fish."
    with Library.open(tmp_path, create=True) as library:
        fill(library, make_document(f"# 7. References and notes\n\n{said}", "a.md"))
        fill(library, make_document(f"# Food\n\n{said}", "b.md"))
        first, second = reading_of(library, "What does the herring gull eat?").candidates
        assert library.document(first.document).source == "b.md"
        assert second.score < 0.8 * first.score
