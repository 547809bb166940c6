"""The packaged embedder without torch: the vectors are torch's, and torch stands in if it must."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import ModelError, UsageError
from pincite.corpus.types import Span
from pincite.retrieval import inference
from pincite.retrieval.embedding import embedder as embedding
from pincite.retrieval.embedding import onnx as module
from pincite.retrieval.embedding import packaged
from pincite.retrieval.embedding.embedder import PACKAGED, SentenceTransformerEmbedder, Vectors
from pincite.retrieval.embedding.forward_pass import MeanPooling
from pincite.retrieval.embedding.model_files import packaged_folder
from pincite.retrieval.embedding.onnx import EIGHT_BIT, FLOAT, LONGEST, OnnxNetwork
from pincite.retrieval.embedding.packaged import PackagedEmbedder
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.health import examine
from pincite.retrieval.settings import load_settings
from tests.conftest import CUT_OFF
from tests.retrieval.embedding.test_embedder import SENTENCES

# Elsewhere sums are cut off, and documents are embedded in float32.
needs_fast_bytes = pytest.mark.skipif(
    not inference.has_fast_bytes(), reason="the processor has no AVX-512 VNNI or AVX VNNI"
)

pytestmark = pytest.mark.model

ARTICLE = Path(str(files("pincite.corpus"))) / "documents" / "ai_safety.txt"
ODD = ["", " ", "İstanbul ﬁ x\u200by", "a\nb\tc", "storm " * 300, "\U0001f600"]

# Asks for vectors where torch cannot be imported, and prints one of them.
_WITHOUT_TORCH = """
for name in ("torch", "transformers", "sentence_transformers"):
    sys.modules[name] = None
from pincite.retrieval.embedding.packaged import PackagedEmbedder
embedder = PackagedEmbedder(say=print)
rows = embedder.embed_parts(["The gull flies."], [[]])
print(embedder.window, embedder.count(["The gull flies."]), float(rows[0][0] @ rows[0][0]))
"""


@pytest.fixture(scope="module")
def light() -> PackagedEmbedder:
    return PackagedEmbedder("float32", pytest.fail)


@pytest.fixture(scope="module")
def heavy() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(PACKAGED, "float32")


def least_cosine(some: Vectors, others: Vectors) -> float:
    return float((np.atleast_2d(some) * np.atleast_2d(others)).sum(axis=1).min())


def test_texts_parts_and_questions_have_the_vectors_that_torch_gives(
    light: PackagedEmbedder, heavy: SentenceTransformerEmbedder
) -> None:
    texts = [*SENTENCES, *ODD]
    parts = [[Span(0, len(text) // 2), Span(len(text) // 2, len(text))] for text in texts]
    for some, others in zip(
        light.embed_parts(texts, parts), heavy.embed_parts(texts, parts), strict=True
    ):
        assert some.shape == others.shape
        assert least_cosine(some, others) >= 0.9999
    assert light.embed_documents(texts) == pytest.approx(heavy.embed_documents(texts), abs=1e-5)
    for text in ODD:
        assert light.embed_query(text) == pytest.approx(heavy.embed_query(text), abs=1e-5)
    assert light.embed_documents([]).shape == heavy.embed_documents([]).shape == (0, 384)


@settings(max_examples=10)
@given(texts=st.lists(st.text(max_size=60), max_size=5))
def test_whatever_is_written_is_counted_and_embedded_as_torch_does(
    light: PackagedEmbedder, heavy: SentenceTransformerEmbedder, texts: list[str]
) -> None:
    assert light.count(texts) == heavy.count(texts)
    if texts:
        assert least_cosine(light.embed_documents(texts), heavy.embed_documents(texts)) >= 0.9999


def test_it_is_the_same_embedder_to_a_library(
    light: PackagedEmbedder, heavy: SentenceTransformerEmbedder
) -> None:
    assert light.fingerprint == heavy.fingerprint
    assert light.network_id == heavy.network_id
    assert light.window == heavy.window
    assert light.languages == heavy.languages
    assert isinstance(open_embedder(load_settings()), PackagedEmbedder)


def test_vectors_are_had_where_torch_cannot_be_imported() -> None:
    run = subprocess.run(
        [sys.executable, "-c", CUT_OFF + _WITHOUT_TORCH], capture_output=True, text=True, timeout=60
    )
    window, counts, length = run.stdout.rsplit(maxsplit=2)
    assert (window, counts) == ("254", "[5]"), run.stderr
    assert float(length) == pytest.approx(1, abs=1e-5)


def test_four_threads_at_once_get_the_vectors_of_one_alone(light: PackagedEmbedder) -> None:
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(light.embed_documents, [SENTENCES] * 8))
        questions = list(pool.map(light.embed_query, SENTENCES * 3))
    alone = light.embed_documents(SENTENCES)
    assert all(np.array_equal(rows, alone) for rows in together)
    assert np.array_equal(questions, [light.embed_query(one) for one in SENTENCES * 3])


@pytest.mark.parametrize(
    ("precision", "fast", "torch_embeds"),
    [
        ("float32", True, False),
        ("bfloat16", False, True),
        ("auto", True, True),
        ("auto", False, False),
    ],
)
def test_torch_embeds_documents_only_where_it_is_faster_and_never_questions(
    monkeypatch: pytest.MonkeyPatch, precision: str, fast: bool, torch_embeds: bool
) -> None:
    class Loaded(Exception):
        pass

    def load(*_: object) -> None:
        raise Loaded

    monkeypatch.setattr(embedding, "_load", load)
    monkeypatch.setattr(embedding, "has_fast_bfloat16", lambda: fast)
    embedder = PackagedEmbedder(precision, pytest.fail)
    assert embedder.embed_query("gull").shape == (384,)
    if torch_embeds:
        with pytest.raises(Loaded):
            embedder.embed_parts(["gull"], [[]])
        with pytest.raises(Loaded):
            embedder.embed_documents(["gull"])
    else:
        assert embedder.embed_parts(["gull"], [[]])[0].shape == (1, 384)


@pytest.fixture(scope="module")
def whole() -> PackagedEmbedder:
    return PackagedEmbedder("int8", pytest.fail)


@needs_fast_bytes
def test_in_eight_bits_texts_and_parts_are_near_those_in_float32(
    light: PackagedEmbedder, whole: PackagedEmbedder
) -> None:
    texts = [one.strip() for one in ARTICLE.read_text("utf-8").split("\n\n") if len(one) > 200]
    assert len(texts) >= 20
    parts = [[Span(0, len(text) // 2), Span(len(text) // 2, len(text))] for text in texts]
    rows = [
        np.vstack(embedder.embed_parts(texts, parts)).astype(np.float64)
        for embedder in (whole, light)
    ]
    cosines = (rows[0] * rows[1]).sum(axis=1)
    assert cosines.min() >= 0.996
    assert cosines.mean() >= 0.998
    for odd in ODD:
        assert least_cosine(whole.embed_documents([odd]), light.embed_documents([odd])) >= 0.98
    assert whole.fingerprint == light.fingerprint


@settings(max_examples=10)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_in_eight_bits_no_vector_depends_on_the_other_texts(
    whole: PackagedEmbedder, texts: list[str]
) -> None:
    together = whole.embed_documents(texts)
    assert np.array_equal(together, np.vstack([whole.embed_documents([one]) for one in texts]))


def test_questions_are_in_float32_whatever_documents_are_in(
    light: PackagedEmbedder, whole: PackagedEmbedder
) -> None:
    for text in ODD:
        assert np.array_equal(light.embed_query(text), whole.embed_query(text))


@pytest.mark.parametrize("fast", [True, False])
def test_documents_are_in_eight_bits_where_the_processor_has_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, light: PackagedEmbedder, whole: PackagedEmbedder, fast: bool
) -> None:
    monkeypatch.setattr(packaged, "has_fast_bytes", lambda: fast)
    monkeypatch.setattr(embedding, "has_fast_bfloat16", lambda: False)
    found = PackagedEmbedder("auto", pytest.fail).embed_documents(SENTENCES)
    assert np.array_equal(found, (whole if fast else light).embed_documents(SENTENCES))


def test_if_the_graph_in_eight_bits_is_damaged_a_sentence_says_so_and_float32_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, light: PackagedEmbedder
) -> None:
    said: list[str] = []
    embedder = PackagedEmbedder("int8", said.append)
    (tmp_path / EIGHT_BIT.file).write_bytes(b"no graph")
    home = Path(module.__file__)
    (tmp_path / FLOAT.file).write_bytes(home.with_name(FLOAT.file).read_bytes())
    monkeypatch.setattr(module, "files", lambda package: tmp_path)
    assert np.array_equal(embedder.embed_documents(["gull"]), light.embed_documents(["gull"]))
    assert len(said) == 1
    assert "damaged" in said[0]
    assert "in float32 instead" in said[0]


def test_another_model_in_eight_bits_is_refused() -> None:
    with pytest.raises(UsageError, match=r"int8 is for all-MiniLM-L6-v2 only, not for some/model"):
        open_embedder(load_settings(embedder="some/model", precision="int8"))


@needs_fast_bytes
def test_the_graph_in_eight_bits_of_another_bert_is_near_torch(tiny: Path) -> None:
    from pincite.eval.fit.eight_bit_graph import graph

    ids = [2, *range(5, 12), 3]
    data = graph(tiny, [ids])
    session = inference.session(data, "tiny", tiny / "model.safetensors", folded=True)
    (states,) = session.run(["states"], {"ids": np.array([ids])})
    import torch

    network = SentenceTransformerEmbedder(str(tiny), "float32").network
    with torch.inference_mode():
        theirs = network(input_ids=torch.tensor([ids])).last_hidden_state.numpy()
    means = [rows[0].mean(axis=0) for rows in (states, theirs)]
    assert means[0] @ means[1] / np.prod([np.linalg.norm(one) for one in means]) >= 0.99


@pytest.mark.parametrize("fault", ["damaged", "missing", "of another version", "no ONNX Runtime"])
def test_if_onnx_runtime_cannot_be_used_a_sentence_says_so_and_torch_answers(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    heavy: SentenceTransformerEmbedder,
    fault: str,
) -> None:
    graph = Path(module.__file__).with_name(FLOAT.file).read_bytes()
    if fault == "damaged":
        (tmp_path / FLOAT.file).write_bytes(graph[:-1])
    elif fault == "of another version":
        (tmp_path / FLOAT.file).write_bytes(graph + b"\x08\x09")
    if fault == "no ONNX Runtime":
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
    else:
        monkeypatch.setattr(module, "files", lambda package: tmp_path)
    said: list[str] = []
    embedder = open_embedder(load_settings(precision="float32"), said.append)
    (sentence,) = said
    expected = {
        "missing": "No such file",
        "no ONNX Runtime": "pip install onnxruntime",
    }.get(fault, FLOAT.sha256)
    assert expected in sentence
    assert "torch reads questions instead" in sentence
    assert embedder.embed_query("gull") == pytest.approx(heavy.embed_query("gull"), abs=1e-5)
    assert embedder.count(["the storm"]) == [2]
    assert embedder.embed_documents(["gull"]).shape == (1, 384)
    assert sentence in examine(load_settings()).problems


def test_a_pass_that_fails_is_an_error_of_the_house(
    light: PackagedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def run(self, *_: object) -> None:
            raise RuntimeError("bad allocation")

    network = OnnxNetwork(light.folder)
    monkeypatch.setattr(network, "_session", Full())
    with pytest.raises(ModelError, match=r"4 tokens \(bad allocation\)"):
        MeanPooling(network).embed_whole(["gull"])


def test_a_text_keeps_its_first_tokens_and_the_mark_at_its_end(light: PackagedEmbedder) -> None:
    network = OnnxNetwork(light.folder)
    short, long = network.encode(["the storm", "storm " * 400])
    assert len(long.ids) == len(long.offsets) == LONGEST
    assert (long.ids[0], long.ids[-1]) == (short.ids[0], short.ids[-1])
    assert long.offsets[-2].tolist() == [6 * (LONGEST - 3), 6 * (LONGEST - 3) + 5]


def test_weights_may_stand_behind_a_link(light: PackagedEmbedder, tmp_path: Path) -> None:
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).symlink_to(light.folder / name)
    rows = MeanPooling(OnnxNetwork(tmp_path, packed=True)).embed_whole(["gull"])
    assert np.array_equal(rows, light.embed_documents(["gull"]))


def test_the_graph_is_what_its_writer_writes() -> None:
    from pincite.eval.fit.embedder_graph import graph

    folder, _ = packaged_folder()
    assert graph(folder) == Path(module.__file__).with_name(FLOAT.file).read_bytes()


def test_the_graph_of_another_bert_gives_the_states_that_torch_gives(tiny: Path) -> None:
    from pincite.eval.fit.embedder_graph import graph

    ids = np.array([[2, 5, 6, 7, 3], [2, 8, 3, 0, 0]])
    mask = (ids > 0).astype(np.int64)
    session = inference.session(graph(tiny), "tiny", tiny / "model.safetensors")
    (states,) = session.run(["states"], {"ids": ids, "mask": mask})
    import torch

    network = SentenceTransformerEmbedder(str(tiny), "float32").network
    with torch.inference_mode():
        expected = network(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask))
    theirs = expected.last_hidden_state.numpy()
    assert states[mask == 1] == pytest.approx(theirs[mask == 1], abs=1e-4)


def test_a_graph_is_not_written_for_another_kind_of_network(tiny: Path, tmp_path: Path) -> None:
    from pincite.eval.fit.embedder_graph import graph

    config = (tiny / "config.json").read_text("utf-8")
    (tmp_path / "config.json").write_text(config.replace('"gelu"', '"relu"'), "utf-8")
    with pytest.raises(UsageError, match="relu"):
        graph(tmp_path)


def test_a_network_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r"gulls\.onnx cannot be loaded by ONNX Runtime"):
        inference.session(b"no network", "gulls.onnx")
