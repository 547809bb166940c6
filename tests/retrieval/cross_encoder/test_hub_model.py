"""Cross-encoders of other people, made in the tests as tiny models of the hub's kinds."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pincite.corpus.errors import ModelError
from pincite.retrieval.cross_encoder.cross_encoder import cross_encoder_for
from pincite.retrieval.cross_encoder.hub_model import HubCrossEncoder
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder

TEXTS = ["the gull .", "a lamp , a rope , a bell : the fog", "tar"]


def saved(tiny: Path, folder: Path, kind: str, **config: object) -> Path:
    """A model of one of transformers' classes with the tiny model's words."""
    import torch
    import transformers

    base = transformers.BertConfig.from_pretrained(tiny, **config)
    torch.manual_seed(5)
    getattr(transformers, kind)(base).save_pretrained(folder, safe_serialization=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def ranker(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranker")
    return saved(tiny, folder, "BertForSequenceClassification", num_labels=1)


@pytest.fixture(scope="module")
def answerer(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tiny, tmp_path_factory.mktemp("answerer"), "BertForQuestionAnswering")


def test_a_ranker_gives_its_score_and_no_place(ranker: Path) -> None:
    import torch
    import transformers

    model = transformers.AutoModelForSequenceClassification.from_pretrained(ranker).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(ranker)
    with torch.inference_mode():
        alone = [float(model(**tokenizer("gull ?", t, return_tensors="pt")).logits) for t in TEXTS]
    scores = HubCrossEncoder(str(ranker)).read("gull ?", TEXTS)
    assert [score.logit for score in scores] == pytest.approx(alone, abs=1e-4)
    assert all(score.span is None for score in scores)


def test_an_answerer_gives_the_best_span_against_the_first_token(answerer: Path) -> None:
    import torch
    import transformers

    model = transformers.AutoModelForQuestionAnswering.from_pretrained(answerer).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(answerer)
    scores = HubCrossEncoder(str(answerer)).read("gull ?", TEXTS)
    for text, score in zip(TEXTS, scores, strict=True):
        pair = tokenizer("gull ?", text, return_tensors="pt")
        with torch.inference_mode():
            out = model(**pair)
        first, last = out.start_logits[0].numpy(), out.end_logits[0].numpy()
        inside = [i for i, s in enumerate(pair.sequence_ids(0)) if s == 1]
        best = max(first[i] + last[j] for i in inside for j in inside if i <= j)
        assert score.logit == pytest.approx(best - first[0] - last[0], abs=1e-4)
        assert score.span is not None
        assert text[slice(*score.span)] == text[slice(*score.span)].strip() != ""


def test_it_is_used_by_name_with_any_embedder_and_not_calibrated(ranker: Path) -> None:
    model = cross_encoder_for(HashingEmbedder(), str(ranker))
    assert model is not None
    assert not model.calibrated
    assert np.isfinite([score.logit for score in model.read("gull " * 600, ["tar " * 600])]).all()


def test_a_name_that_is_no_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def no_hub(*_: object, **__: object) -> str:
        raise OSError("no such repository")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", no_hub)
    with pytest.raises(ModelError, match="no safetensors weights"):
        HubCrossEncoder(str(tmp_path))
    with pytest.raises(ModelError, match=r"the cross-encoder 'no/such'.*PINCITE_CROSS_ENCODER"):
        HubCrossEncoder("no/such")


def test_threads_that_ask_at_once_get_what_one_gets(ranker: Path) -> None:
    alone = [HubCrossEncoder(str(ranker)).read("gull ?", [text])[0].logit for text in TEXTS]
    model = HubCrossEncoder(str(ranker))  # whose weights are still to be loaded
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda text: model.read("gull ?", [text])[0].logit, TEXTS * 8))
    assert found == pytest.approx(alone * 8, abs=1e-5)


def test_more_passages_than_one_pass_takes_are_read(ranker: Path) -> None:
    model = HubCrossEncoder(str(ranker))
    scores = model.read("gull ?", TEXTS * 20)
    assert [s.logit for s in scores] == pytest.approx(
        [s.logit for s in model.read("gull ?", TEXTS)] * 20, abs=1e-4
    )
    assert model.read("gull ?", []) == []


@pytest.mark.parametrize("kind", ["ranker", "answerer"])
def test_a_text_without_a_word_has_a_finite_score(
    kind: str, request: pytest.FixtureRequest
) -> None:
    [score] = HubCrossEncoder(str(request.getfixturevalue(kind))).read("gull ?", [""])
    assert np.isfinite(score.logit)


def test_a_model_that_fails_is_told_by_its_name(
    ranker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = HubCrossEncoder(str(ranker))
    loaded, _ = model._loaded()
    monkeypatch.setattr(loaded, "forward", lambda **_: 1 / 0)
    with pytest.raises(ModelError, match="PINCITE_CROSS_ENCODER"):
        model.read("gull ?", TEXTS)


def test_pickled_weights_are_not_loaded(ranker: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ranker, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickled"):
        HubCrossEncoder(str(folder))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"architectures": ["BertForMaskedLM"]}, "BertForMaskedLM"),
        ({"id2label": {"0": "no", "1": "yes"}}, "2 labels"),
        ({"architectures": []}, "config.json"),
    ],
)
def test_a_model_of_another_kind_is_refused_with_its_kind(
    ranker: Path, tmp_path: Path, change: dict[str, object], says: str
) -> None:
    folder = shutil.copytree(ranker, tmp_path / "other")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, **change}), "utf-8")
    with pytest.raises(ModelError, match=says):
        HubCrossEncoder(str(folder))


def test_damaged_weights_are_told_when_they_are_loaded(ranker: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ranker, tmp_path / "damaged")
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])
    model = HubCrossEncoder(str(folder))
    with pytest.raises(ModelError, match="cannot be loaded"):
        model.read("gull", ["tar"])
