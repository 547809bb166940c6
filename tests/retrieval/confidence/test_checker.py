"""The checker, on a tiny network made in the tests and on the packaged one."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pincite.corpus.errors import ModelError
from pincite.retrieval.confidence import checker as module
from pincite.retrieval.confidence.checker import (
    HEAD,
    HEAD_BIAS,
    AdjustedChecker,
    adjusted,
    checker_for,
    taught,
)
from pincite.retrieval.confidence.confidence import shipped
from pincite.retrieval.embedding.embedder import PACKAGED, SentenceTransformerEmbedder
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder

LAYER = "encoder.layer.1.attention.self.query"
TEXTS = ["the gull .", "a lamp , a rope ?", "fog : the bell"]

Write = Callable[..., Path]


@pytest.fixture
def embedder(tiny: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny), "float32")


def adjustments(scale: float = 1.0) -> dict[str, Any]:
    import torch

    torch.manual_seed(3)
    return {
        f"{LAYER}.up": scale * torch.randn(32, 4),
        f"{LAYER}.down": torch.randn(4, 32),
        HEAD: torch.randn(32),
        HEAD_BIAS: torch.tensor(0.25),
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    from safetensors.torch import save_file

    def write(tensors: dict[str, Any], embedder: str, name: str = "checker.safetensors") -> Path:
        save_file(tensors, tmp_path / name, {"embedder": embedder, "about": json.dumps({"n": 1})})
        return tmp_path / name

    return write


def test_an_adjusted_weight_is_its_own_and_up_times_down_and_no_other_changes(
    embedder: SentenceTransformerEmbedder,
) -> None:
    import torch

    given = adjustments()
    before = {name: p.clone() for name, p in embedder.network.named_parameters()}
    after = dict(adjusted(embedder.network, given).named_parameters())
    for name, weight in before.items():
        if name == f"{LAYER}.weight":
            weight = weight + given[f"{LAYER}.up"] @ given[f"{LAYER}.down"]
        assert torch.allclose(after[name], weight, atol=1e-6), name


def test_the_embedder_embeds_as_before_and_shares_its_table_of_words(
    embedder: SentenceTransformerEmbedder,
) -> None:
    before = embedder.embed_documents(TEXTS)
    changed = adjusted(embedder.network, adjustments(5.0))
    assert np.array_equal(embedder.embed_documents(TEXTS), before)
    assert changed.embeddings is embedder.network.embeddings


def test_what_it_says_is_the_head_on_the_first_token_of_the_pair(
    embedder: SentenceTransformerEmbedder, write: Write
) -> None:
    import torch

    given = adjustments()
    file = write(given, embedder.network_id)
    pair = embedder.model.tokenizer("the whale ?", "a rope .", return_tensors="pt")
    with torch.inference_mode():
        first = adjusted(embedder.network, given)(**pair).last_hidden_state[0, 0]
    expected = float(first @ given[HEAD] + given[HEAD_BIAS])
    checker = AdjustedChecker(embedder, file)
    assert checker.check("the whale ?", ["a  rope\n."]) == pytest.approx([expected], abs=1e-4)
    beside, _ = checker.check("the whale ?", ["a rope .", "a lamp and a rope and a gull ."])
    assert beside == pytest.approx(expected, abs=1e-4)


def test_a_question_and_a_text_of_any_length_are_read(
    embedder: SentenceTransformerEmbedder, write: Write
) -> None:
    checker = AdjustedChecker(embedder, write(adjustments(), embedder.network_id))
    for question, text in [
        ("gull " * 500, "lamp"),
        ("gull", "lamp " * 500),
        ("?" * 900, "." * 900),
    ]:
        assert np.isfinite(checker.check(question, [text, "lamp"])).all()
    assert np.isfinite(checker.check("", [""])).all()


def test_threads_that_ask_at_once_get_what_one_gets(
    embedder: SentenceTransformerEmbedder, write: Write
) -> None:
    file = write(adjustments(), embedder.network_id)
    alone = [AdjustedChecker(embedder, file).check("the gull ?", [text]) for text in TEXTS]
    checker = AdjustedChecker(embedder, file)  # whose weights are still to be loaded
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda text: checker.check("the gull ?", [text]), TEXTS * 10))
    assert np.array(told) == pytest.approx(np.array(alone * 10), abs=1e-6)


def test_only_the_embedder_that_it_was_taught_for_has_a_checker(
    embedder: SentenceTransformerEmbedder, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checker_for(embedder) is None
    assert checker_for(HashingEmbedder()) is None
    file = write(adjustments(), embedder.network_id)
    monkeypatch.setattr(module, "files", lambda package: file.parent)
    assert isinstance(checker_for(embedder), AdjustedChecker)


@pytest.mark.parametrize("damage", ["cut", "noise", "nameless"])
def test_a_damaged_file_is_refused_with_what_to_do(
    damage: str, tmp_path: Path, embedder: SentenceTransformerEmbedder, write: Write
) -> None:
    file = write(adjustments(), embedder.fingerprint, f"{damage}.safetensors")
    if damage == "nameless":
        from safetensors.torch import save_file

        save_file(adjustments(), file)
    else:
        data = file.read_bytes()
        file.write_bytes(data[:40] if damage == "cut" else b"\xff" * len(data))
    with pytest.raises(
        ModelError, match=f"{damage}.safetensors is missing or damaged .*install Pincite again"
    ):
        taught(file)


def test_what_is_shipped_is_for_the_packaged_model_and_the_confidence_goes_by_it() -> None:
    embedder = SentenceTransformerEmbedder(PACKAGED)
    found = checker_for(embedder)
    assert isinstance(found, AdjustedChecker)
    said = module.shipped()
    assert sum(said.about["lessons"].values()) == sum(said.about["sets"].values())
    calibration = shipped()
    assert calibration is not None
    assert calibration.says.weights["says"] > 0


@pytest.mark.model
def test_what_answers_is_told_from_what_only_speaks_of_the_same_in_either_precision() -> None:
    checker = checker_for(SentenceTransformerEmbedder(PACKAGED, "float32"))
    half = checker_for(SentenceTransformerEmbedder(PACKAGED, "bfloat16"))
    assert checker is not None
    assert half is not None
    text = "In 1912 the captain of the schooner Aurora bought two barrels of lamp oil in Bergen."
    for answered, missed in [
        ("Where did the captain buy the lamp oil?", "Where was the captain born?"),
        ("How many barrels were bought?", "How much did the barrels cost?"),
        ("When was the lamp oil bought?", "When was the Aurora built?"),
    ]:
        said = checker.check(answered, [text])
        assert said > checker.check(missed, [text])
        assert half.check(answered, [text]) == pytest.approx(said, abs=0.5)
