"""Of a long text little is held at once, whatever its length: what is in flight is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Document, Span
from pincite.ingest.cutting import packing, units
from pincite.ingest.cutting.blocks import Block
from pincite.ingest.cutting.packing import Unit
from pincite.ingest.cutting.passages import passages
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import read, read_code, read_markdown

AT_ONCE = 10
TOKENS = 12
SENTENCE = "Gull {} sat there on cliff {}. "
KINDS: dict[str, tuple[Callable[[str], Document], str]] = {
    "one paragraph after the other": (read, SENTENCE + "It was cold.\n\n"),
    "sections": (read_markdown, "# Part {}\n\n" + SENTENCE + "\n\n"),
    "lists": (read_markdown, "They eat {}:\n\n- fish {}\n- mussels\n\n"),
    "code": (read_code, "gull = {}\nwhale = {}\n\n"),
}


class CountingEmbedder(HashingEmbedder):
    """Remembers how many texts it was asked about at once."""

    most = 0

    def count(self, texts: Sequence[str]) -> list[int]:
        self.most = max(self.most, len(texts))
        return super().count(texts)


def in_flight(kind: str, times: int) -> tuple[int, int]:
    """The most sentences that were found and in no passage yet, and that were counted at once."""
    reader, pattern = KINDS[kind]
    document = reader("".join(pattern.replace("{}", str(n)) for n in range(times)))
    embedder, found, given, most = CountingEmbedder(), 0, 0, 0
    pieces_of = units._pieces_of

    def watched(*arguments: Any) -> Iterator[Any]:
        nonlocal found
        for piece in pieces_of(*arguments):
            found += 1
            yield piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "_pieces_of", watched)
        for passage in passages(document, embedder, TOKENS):
            most = max(most, found - given)
            given += len(passage.sentences)
    assert found == given >= times
    return most, embedder.most


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_in_flight_does_not_grow_with_the_text(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(packing, "_NEAR", 2)
    (held, at_once), (held_of_more, at_once_of_more) = in_flight(kind, 60), in_flight(kind, 240)
    assert held_of_more <= held + 8 * AT_ONCE
    assert max(at_once, at_once_of_more) <= AT_ONCE


def unit(place: int, tokens: int, opens: bool) -> Unit:
    span = Span(place, place + 1)
    return Unit(span, tokens, Block(span if opens else Span(0, 1000), "prose"))


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from("abcdef")), max_size=60),
    st.integers(1, 12),
)
def test_a_long_section_is_parted_where_no_unit_near_ranks_before(
    made: list[tuple[int, bool, str]], near: int
) -> None:
    text = "".join(letter for _, _, letter in made)
    given = [unit(i, tokens, opens) for i, (tokens, opens, _) in enumerate(made)]
    starts = [sum(one.tokens for one in given[:i]) for i in range(len(given) + 1)]
    total = starts.pop()
    ranks = [packing._rank(text, one) for one in given]

    def is_cut(i: int) -> bool:
        before = [j for j in range(i) if starts[i] - starts[j] <= near]
        after = [j for j in range(i + 1, len(given)) if starts[j] - starts[i] <= near]
        return (
            starts[i] > near
            and total - starts[i] > near
            and all(ranks[i] < ranks[j] for j in before)
            and all(ranks[i] <= ranks[j] for j in after)
        )

    cuts = [0, *filter(is_cut, range(len(given))), len(given)]
    expected = [given[a:b] for a, b in pairwise(cuts)]
    assert list(packing._parts(text, iter(given), near)) == expected
