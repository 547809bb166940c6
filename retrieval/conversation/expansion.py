"""A query expanded by what was said before it (query expansion; Manning et al. 2008, chapter 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import nlargest

import numpy as np

from pincite.retrieval.conversation.follow_up import FollowUp
from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.query import Query, wanted_terms
from pincite.retrieval.search.analysis import stop_terms
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.lexical import Wanted

LEANING, STANDING = 0.5, 0.25
_MOST_TERMS = 24  # of what was said before; more cost time and weigh next to nothing


def expanded(query: Query, follow_up: FollowUp, indexes: Indexes, embedder: Embedder) -> Query:
    """The query with a share of what was said before: in its vector, its terms, and where it leans
    on that, in the words that the cross-encoder reads."""
    share = LEANING if follow_up.leans else STANDING
    whole = embedder.embed_query(f"{query.spelling} {follow_up.text}")
    own = {one.term: one for one in query.wanted if one.term not in stop_terms()}
    carried = nlargest(_MOST_TERMS, _carried(follow_up, indexes), key=lambda one: one.weight)
    others = {
        one.term: replace(one, weight=one.weight * share, boost=one.boost * share)
        for one in reversed(carried)
        if one.term not in own
    }
    return replace(
        query,
        vector=_unit((1 - share) * query.vector + share * whole),
        wanted=(*own.values(), *others.values()) or query.wanted,
        in_full=f"{query.spelling} {follow_up.before}" if follow_up.leans else query.spelling,
    )


def _carried(follow_up: FollowUp, indexes: Indexes) -> Iterator[Wanted]:
    """The terms that carry meaning of what was said before, weighted by rarity and by age."""
    for said in follow_up.said:
        for one in wanted_terms(said.text, indexes.lexical, indexes.short_forms):
            if one.term not in stop_terms():
                yield replace(one, weight=one.weight * said.share, boost=one.boost * said.share)


def _unit(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return (vector / length).astype(np.float32) if length else vector
