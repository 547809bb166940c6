"""The vectors of a text's parts, out of the text's own pass or by passes of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.retrieval.embedding import forward_pass
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder, Vectors, embed_alone
from pincite.retrieval.embedding.forward_pass import groups
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.conftest import WORDS
from tests.retrieval.embedding.test_embedder import PROMPTS, with_prompts

pytestmark = pytest.mark.model

TEXTS = ["the gull . a whale , the lamp", "a rope", "", "the mast ? fog : the bell . salt tar"]

texts = st.lists(st.sampled_from([*WORDS, "ünknown", "😀", "\n", " "]), max_size=40).map(" ".join)


@pytest.fixture(scope="session")
def embedder(tiny: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny), "float32")


def copied(tiny: Path, folder: Path, change: Callable[[Path], None]) -> SentenceTransformerEmbedder:
    copy = shutil.copytree(tiny, folder / "copy")
    change(copy)
    return SentenceTransformerEmbedder(str(copy), "float32")


def with_first_token(folder: Path) -> None:
    file = folder / "1_Pooling" / "config.json"
    file.write_text(file.read_text("utf-8").replace("mean", "cls"), "utf-8")


def words_of(text: str) -> list[Span]:
    """Each run of visible characters."""
    spans, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        spans.append(Span(start, start + len(word)))
        start += len(word)
    return spans


def states(embedder: SentenceTransformerEmbedder, text: str) -> Vectors:
    """The last hidden state of each token, the special ones at both ends included."""
    import torch

    inputs = embedder.model.tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        rows: Vectors = embedder.network(**inputs).last_hidden_state[0].numpy()
    return rows


def unit(row: Vectors) -> Vectors:
    return row / np.linalg.norm(row)


def test_a_part_is_the_mean_of_its_tokens_inside_the_pass_of_its_text(
    embedder: SentenceTransformerEmbedder,
) -> None:
    text = "the gull . a whale , the lamp"
    ((own, second, last),) = embedder.embed_parts([text], [[Span(0, 10), Span(25, 29)]])
    seen = states(embedder, text)
    assert own == pytest.approx(unit(seen.mean(axis=0)), abs=1e-5)
    assert second == pytest.approx(unit(seen[1:4].mean(axis=0)), abs=1e-5)
    assert last == pytest.approx(unit(seen[8]), abs=1e-5)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(texts, max_size=6))
def test_rows_are_finite_and_unit_and_depend_on_no_other_text(
    embedder: SentenceTransformerEmbedder, some: list[str]
) -> None:
    parts = [words_of(text) for text in some]
    together = embedder.embed_parts(some, parts)
    backwards = embedder.embed_parts(some[::-1], parts[::-1])[::-1]
    whole = embedder.embed_documents(some)
    for i, rows in enumerate(together):
        assert rows.shape == (1 + len(parts[i]), 32)
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
        (alone,) = embedder.embed_parts([some[i]], [parts[i]])
        assert rows == pytest.approx(alone, abs=1e-5)
        assert rows == pytest.approx(backwards[i], abs=1e-5)
        assert rows[0] == pytest.approx(whole[i], abs=1e-5)


def test_a_text_is_what_sentence_transformers_makes_of_it(
    embedder: SentenceTransformerEmbedder,
) -> None:
    beyond = "gull whale lamp fog " * 20
    theirs = embedder.model.encode_document([*TEXTS, beyond], normalize_embeddings=True)
    assert embedder.embed_documents([*TEXTS, beyond]) == pytest.approx(theirs, abs=1e-5)
    asked = embedder.model.encode_query("the gull ?", normalize_embeddings=True)
    assert embedder.embed_query("the gull ?") == pytest.approx(asked, abs=1e-5)


def test_a_prompt_is_in_the_pass_and_in_no_part(
    embedder: SentenceTransformerEmbedder, tiny: Path, tmp_path: Path
) -> None:
    prompted = copied(tiny, tmp_path, lambda folder: with_prompts(folder, PROMPTS))
    ((own, first),) = prompted.embed_parts(["the gull . fog"], [[Span(0, 8)]])
    seen = states(embedder, "text : the gull . fog")
    assert own == pytest.approx(unit(seen.mean(axis=0)), abs=1e-5)
    assert first == pytest.approx(unit(seen[3:5].mean(axis=0)), abs=1e-5)


def test_a_part_beyond_the_window_or_without_a_token_has_a_pass_of_its_own(
    embedder: SentenceTransformerEmbedder,
) -> None:
    text = "gull " * embedder.window + "bell fog  "
    bell, blank = Span(len(text) - 10, len(text) - 2), Span(len(text) - 1, len(text))
    ((_, first, last, none),) = embedder.embed_parts([text], [[Span(0, 4), bell, blank]])
    alone = embedder.embed_documents(["bell fog", ""])
    assert last == pytest.approx(alone[0], abs=1e-5)
    assert none == pytest.approx(alone[1], abs=1e-5)
    assert float(first @ embedder.embed_documents(["gull"])[0]) < 0.999


@pytest.mark.parametrize("kind", ["first token", "slow tokenizer"])
def test_a_model_with_another_vector_embeds_each_part_as_a_text(
    tiny: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "slow tokenizer":
        from transformers import BertTokenizer

        monkeypatch.setattr(BertTokenizer, "is_fast", False)
        other = copied(tiny, tmp_path, lambda folder: None)
    else:
        other = copied(tiny, tmp_path, with_first_token)
    ((own, part),) = other.embed_parts(["the gull . fog"], [[Span(4, 8)]])
    alone = other.model.encode_document(["the gull . fog", "gull"], normalize_embeddings=True)
    assert np.array([own, part]) == pytest.approx(alone, abs=1e-5)
    if kind == "first token":
        assert own == pytest.approx(unit(states(other, "the gull . fog")[0]), abs=1e-5)


def test_hashed_words_of_a_part_are_those_in_it() -> None:
    hashing = HashingEmbedder()
    ((own, part),) = hashing.embed_parts(["a gull, a whale"], [[Span(2, 6)]])
    assert np.array_equal([own, part], hashing.embed_documents(["a gull, a whale", "gull"]))


def test_equal_texts_are_embedded_once_where_each_part_is_one() -> None:
    given: list[str] = []

    def embed(some: Sequence[str]) -> Vectors:
        given.extend(some)
        return HashingEmbedder().embed_documents(some)

    rows = embed_alone(embed, ["gull", "gull owl"], [[Span(0, 4)], [Span(0, 4), Span(5, 8)]])
    assert given == ["gull", "gull owl", "owl"]
    assert [len(some) for some in rows] == [2, 3]


def test_texts_of_many_lengths_are_fed_with_hardly_any_padding(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[int] = []
    forward = embedder.network.forward

    def counting(**inputs: Any) -> Any:
        fed.append(inputs["input_ids"].numel())
        return forward(**inputs)

    monkeypatch.setattr(embedder.network, "forward", counting)
    monkeypatch.setattr(forward_pass, "TOKENS_AT_ONCE", 128)
    some = ["gull " * (1 + 7 * n % 20) for n in range(256)]
    embedder.embed_parts(some, [[]] * len(some))
    needed = sum(2 + len(text.split()) for text in some)
    assert max(fed) <= 128
    assert needed <= sum(fed) <= 1.05 * needed


@given(lengths=st.lists(st.integers(1, 50), max_size=40), budget=st.integers(1, 120))
def test_groups_have_each_text_once_and_stay_within_the_budget(
    lengths: list[int], budget: int
) -> None:
    made = list(groups(lengths, budget))
    assert sorted(i for group in made for i in group) == list(range(len(lengths)))
    assert all(len(g) == 1 or len(g) * max(lengths[i] for i in g) <= budget for g in made)
