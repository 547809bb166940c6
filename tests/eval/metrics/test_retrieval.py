from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.metrics.characters import Place
from pincite.eval.metrics.retrieval import document_scores, evidence_recall
from tests.eval.conftest import bounded, characters, place, places

DOCS = [f"d{number}" for number in range(25)]  # as strings, d10 stands before d2
RANKING = st.permutations(DOCS).flatmap(
    lambda docs: st.integers(1, len(docs)).map(lambda n: docs[:n])
)
RELEVANT = st.sets(st.sampled_from(DOCS), min_size=1, max_size=12)


def own_scores(ranking: list[str], relevant: set[str]) -> dict[str, float]:
    """The three measures at 10, from their definitions, with binary gains."""
    hit = [doc in relevant for doc in ranking[:10]]
    gain = sum(1 / log2(rank + 1) for rank, is_hit in enumerate(hit, 1) if is_hit)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(10, len(relevant)) + 1))
    return {
        "doc_ndcg@10": gain / ideal,
        "doc_recall@10": sum(hit) / len(relevant),
        "doc_mrr@10": 1 / (hit.index(True) + 1) if any(hit) else 0.0,
    }


def of_one(ranking: list[str], relevant: list[str]) -> dict[str, float]:
    found = document_scores({"q": ranking}, {"q": relevant})
    return {name: values["q"] for name, values in found.items()}


def test_a_small_ranking_scores_as_worked_out_by_hand() -> None:
    # Relevant are b, d and x; b stands second, d fourth, x not at all.
    # DCG = 1/log2(3) + 1/log2(5) = 0.630930 + 0.430677 = 1.061606
    # ideal = 1/log2(2) + 1/log2(3) + 1/log2(4) = 1 + 0.630930 + 0.5 = 2.130930
    assert of_one(["a", "b", "c", "d"], ["b", "d", "x"]) == pytest.approx(
        {"doc_ndcg@10": 1.061606 / 2.130930, "doc_recall@10": 2 / 3, "doc_mrr@10": 1 / 2},
        abs=1e-5,
    )


def test_a_question_without_a_ranking_scores_zero() -> None:
    found = document_scores({"q": ["a"]}, {"q": ["a"], "lost": ["a"]})
    assert {name: values["lost"] for name, values in found.items()} == dict.fromkeys(found, 0.0)
    assert {name: values["q"] for name, values in found.items()} == dict.fromkeys(found, 1.0)


def test_an_empty_ranking_scores_zero() -> None:
    assert set(of_one([], ["a"]).values()) == {0.0}


def test_a_ranking_of_a_question_without_gold_is_left_out() -> None:
    found = document_scores({"q": ["a"], "other": ["a"]}, {"q": ["a"]})
    assert all(values.keys() == {"q"} for values in found.values())


def test_the_eleventh_document_is_too_late() -> None:
    assert set(of_one(DOCS, ["d10"]).values()) == {0.0}
    assert of_one(DOCS, ["d9"])["doc_mrr@10"] == pytest.approx(1 / 10)


@pytest.mark.parametrize("rank", range(10))
@pytest.mark.parametrize("docs", [DOCS, DOCS[::-1], sorted(DOCS), sorted(DOCS, reverse=True)])
def test_documents_keep_the_ranks_that_they_were_given(docs: list[str], rank: int) -> None:
    assert of_one(docs, [docs[rank]])["doc_mrr@10"] == pytest.approx(1 / (rank + 1))


@bounded
@given(RANKING, RELEVANT)
def test_scores_equal_their_definitions(ranking: list[str], relevant: set[str]) -> None:
    assert of_one(ranking, sorted(relevant)) == pytest.approx(own_scores(ranking, relevant))


def test_the_last_passage_is_cut_at_the_budget() -> None:
    # 6 + 4 characters are within the budget of 10: [20, 24) of the second passage, of which
    # [22, 24) is evidence; 2 of the evidence's 8 characters.
    ranked = [place("a", 0, 6), place("a", 20, 30), place("a", 22, 30)]
    assert evidence_recall(ranked, [place("a", 22, 30)], 10) == 2 / 8


def test_evidence_in_overlapping_passages_counts_once() -> None:
    # Both passages show [4, 8), which is 4 of the evidence's 10 characters.
    ranked = [place("a", 4, 8), place("a", 4, 8)]
    assert evidence_recall(ranked, [place("a", 0, 10)], 100) == 4 / 10


def test_overlapping_evidence_counts_once() -> None:
    # The evidence is [0, 10), and [0, 5) is shown.
    assert evidence_recall([place("a", 0, 5)], [place("a", 0, 8), place("a", 2, 10)], 100) == 0.5


def test_evidence_in_two_documents_needs_both() -> None:
    # All 5 characters in a, none of the 15 in b.
    evidence = [place("a", 0, 5), place("b", 0, 15)]
    assert evidence_recall([place("a", 0, 20)], evidence, 100) == 5 / 20


@bounded
@given(places(), places(smallest=1, least=1), st.integers(1, 80))
def test_evidence_recall_equals_the_share_of_single_characters(
    ranked: list[Place], evidence: list[Place], budget: int
) -> None:
    seen = [(doc, at) for doc, span in ranked for at in range(span.start, span.end)][:budget]
    wanted = characters(evidence)
    assert evidence_recall(ranked, evidence, budget) == len(wanted & set(seen)) / len(wanted)
