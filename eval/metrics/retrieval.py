"""Did search find it? Document-level measures through ir_measures, and evidence by characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures

from pincite.eval.metrics.characters import Place, first, shared, size

DOCUMENT_METRICS = {
    "doc_ndcg@10": ir_measures.nDCG @ 10,
    "doc_recall@10": ir_measures.R @ 10,
    "doc_mrr@10": ir_measures.RR @ 10,
}
BUDGETS = (1000, 4000)


def document_scores(
    rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Each document-level metric by question, through ``ir_measures``.

    Args:
        rankings: by question, distinct documents, best first.
        relevant: by question, the relevant documents; every such question gets a score, and zero
            where it has no ranking.
    """
    scores = {name: dict.fromkeys(relevant, 0.0) for name in DOCUMENT_METRICS}
    names = {str(measure): name for name, measure in DOCUMENT_METRICS.items()}
    # The evaluators underneath are C code that not every id is safe in, so they get numbers.
    asked = {str(number): id for number, id in enumerate(relevant)}
    docs = {doc for ids in (*rankings.values(), *relevant.values()) for doc in ids}
    number_of = {doc: str(number) for number, doc in enumerate(sorted(docs))}
    qrels = {q: {number_of[doc]: 1 for doc in relevant[id]} for q, id in asked.items()}
    # They order by score alone, so ranks become distinct scores.
    run = {
        q: {number_of[doc]: float(-rank) for rank, doc in enumerate(rankings.get(id, ()))}
        for q, id in asked.items()
    }
    for found in ir_measures.iter_calc(list(DOCUMENT_METRICS.values()), qrels, run):
        scores[names[str(found.measure)]][asked[found.query_id]] = float(found.value)
    return scores


def evidence_recall(ranked: Sequence[Place], evidence: Sequence[Place], budget: int) -> float:
    """The share of the evidence's characters within the first ``budget`` characters of passages.

    As token-wise recall in Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval"
    (2024), in characters and at a budget instead of a number of chunks, so that large passages
    have no advantage.

    Args:
        ranked: passages, best first; the last one is cut at the budget.
        evidence: at least one place.
    """
    return shared(first(ranked, budget), evidence) / size(evidence)
