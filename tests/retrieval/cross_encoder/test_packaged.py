"""The cross-encoder that comes with Pincite: what it reads, and what becomes of a bad file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from pincite.corpus.errors import ModelError
from pincite.eval.fit.network_graph import graph
from pincite.retrieval.confidence.confidence import packaged as calibrations
from pincite.retrieval.cross_encoder import packaged as module
from pincite.retrieval.cross_encoder.cross_encoder import NONE, cross_encoder_for
from pincite.retrieval.cross_encoder.packaged import (
    PackagedCrossEncoder,
    network_files,
    packaged,
)
from pincite.retrieval.embedding.embedder import PACKAGED, SentenceTransformerEmbedder
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.health import examine
from pincite.retrieval.inference import session
from pincite.retrieval.settings import load_settings

pytestmark = pytest.mark.model

FILES = network_files()
BOARD = "Sailing club\nBoard\nThe chair is Ana Ruiz. The treasurer resigned in May."
PRICES = (
    "Camping\nPrices\nSite: Seeblick; June: 27 €; July: 34 €\nSite: Huber; June: 15 €; July: 15 €"
)
OWL = "Birds\nThe barn owl hunts mice at night."


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(PACKAGED, "float32")


@pytest.fixture(scope="module")
def tokenizer(embedder: SentenceTransformerEmbedder) -> Path:
    return embedder.folder / "tokenizer.json"


@pytest.fixture(scope="module")
def model(tokenizer: Path) -> PackagedCrossEncoder:
    return PackagedCrossEncoder(tokenizer)


@pytest.mark.parametrize(
    ("question", "right", "answer"),
    [
        ("who is the chair of the board?", 0, "Ana Ruiz"),
        ("price of seeblick in july", 1, "€"),
        ("what does the barn owl hunt", 2, "mice"),
    ],
)
def test_the_passage_that_answers_scores_best_and_its_words_are_named(
    model: PackagedCrossEncoder, question: str, right: int, answer: str
) -> None:
    texts = [BOARD, PRICES, OWL]
    scores = model.read(question, texts)
    assert max(range(3), key=lambda i: scores[i].logit) == right
    assert scores[right].logit > 0
    assert scores[right].span is not None
    start, end = scores[right].span
    assert answer in texts[right][start:end]


def test_a_near_miss_is_told_from_what_is_said(model: PackagedCrossEncoder) -> None:
    [said] = model.read("when did the treasurer resign?", [BOARD])
    [missing] = model.read("why did the treasurer resign?", [BOARD])
    assert said.logit > missing.logit


def test_what_stands_beyond_the_window_is_read_as_well(model: PackagedCrossEncoder) -> None:
    fine = " ".join(["The weather was fine and the boats lay in the harbour."] * 30)
    long = f"Sailing club\nMinutes\n{fine}"
    late = f"{long} The next meeting is on 4 May at noon."
    [without] = model.read("When is the next meeting?", [long])
    [there] = model.read("When is the next meeting?", [late])
    assert there.logit > without.logit + 1
    assert there.span is not None
    assert "4 May" in late[slice(*there.span)]


def test_a_text_scores_alike_whatever_is_read_beside_it(model: PackagedCrossEncoder) -> None:
    question = "who is the chair of the board?"
    [alone] = model.read(question, [BOARD])
    beside = model.read(question, [PRICES * 6, BOARD, OWL])[1]
    assert beside == alone


@pytest.mark.parametrize("text", ["", " ", "?", "\u200b", "汉字 漢字", "a" * 5000])
def test_odd_texts_and_questions_have_a_score(model: PackagedCrossEncoder, text: str) -> None:
    for question, passage in ((text or "?", OWL), ("owl", text)):
        [score] = model.read(question, [passage])
        assert -50 < score.logit < 50
        if score.span is not None:
            assert 0 <= score.span[0] < score.span[1] <= len(passage)
    assert model.read("owl", []) == []


def test_threads_that_ask_at_once_get_what_one_gets(tokenizer: Path) -> None:
    texts = [BOARD, PRICES, OWL] * 6
    alone = [PackagedCrossEncoder(tokenizer).read("who hunts mice", [t]) for t in texts[:3]]
    model = PackagedCrossEncoder(tokenizer)  # whose network is still to be loaded
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda t: model.read("who hunts mice", [t]), texts)) == alone * 6


def test_it_goes_with_the_packaged_embedder_only(
    embedder: SentenceTransformerEmbedder, tiny: Path
) -> None:
    assert cross_encoder_for(embedder) is not None
    assert cross_encoder_for(embedder, NONE) is None
    assert cross_encoder_for(SentenceTransformerEmbedder(str(tiny))) is None
    assert cross_encoder_for(HashingEmbedder()) is None


def test_its_card_says_what_it_was_taught_on_and_the_confidence_goes_by_it() -> None:
    about = packaged().about
    assert {"date", "sets", "licences", "recipe", "held_back", "limits"} <= about.keys()
    assert [one.reranked for one in calibrations()] == [True, False]
    assert FILES.network.stat().st_size < 24_000_000


def test_the_graph_calculates_what_the_network_does_but_for_rounding() -> None:
    """The network as it was taught, which ONNX Runtime optimises when it is opened."""
    whole = onnxruntime.InferenceSession(FILES.network, providers=["CPUExecutionProvider"])
    light = session(FILES.graph.read_bytes(), FILES.graph.name, FILES.network)
    numbers = np.random.default_rng(14)
    for tokens in (20, 40, 100, 192):
        ids = numbers.integers(1000, 30_000, (1, tokens))
        types = (np.arange(tokens) > 9).astype(np.int64)[None]
        pair = {"ids": ids, "types": types}
        (some,) = whole.run(["answers"], {**pair, "mask": np.ones_like(ids)})
        (others,) = light.run(["answers"], pair)
        # A value at the edge of two steps of 256 goes to the one or the other.
        assert others == pytest.approx(some, abs=0.3)


def test_the_graph_is_small_and_its_weights_stand_in_the_network() -> None:
    written = graph(FILES.network.read_bytes(), FILES.network.name)
    assert written == FILES.graph.read_bytes()
    assert len(written) < 400_000
    with pytest.raises(ModelError, match=r"cross_encoder\.onnx cannot be loaded"):
        graph(b"no network", FILES.network.name)


def spoilt(home: Path) -> dict[str, Callable[[], object]]:
    copied = network_files(home)
    network, graph, card = copied.network, copied.graph, copied.card_file
    data = FILES.network.read_bytes()
    return {
        "no network": network.unlink,
        "a network cut short": lambda: network.write_bytes(data[:-1000]),
        "one bit of the network": lambda: network.write_bytes(
            data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
        ),
        "no graph": graph.unlink,
        "a graph cut short": lambda: graph.write_bytes(FILES.graph.read_bytes()[:-1000]),
        "a network for a graph": lambda: graph.write_bytes(data),
        "no card": card.unlink,
        "a card that is no JSON": lambda: card.write_text("{", "utf-8"),
        "a card of something else": lambda: card.write_text('{"a": 1}', "utf-8"),
    }


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "cross_encoder"
    home.mkdir()
    for file in (FILES.network, FILES.graph, FILES.card_file):
        shutil.copy(file, home / file.name)
    monkeypatch.setattr(module, "folder", lambda: home)
    packaged.cache_clear()
    yield home
    packaged.cache_clear()


@pytest.mark.parametrize("damage", list(spoilt(Path())))
def test_a_bad_file_is_told_and_the_questions_are_answered_without_it(
    damage: str, home: Path, embedder: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    from pincite.corpus.store.library import Library
    from pincite.ingest.pipeline import ingest_documents
    from tests.retrieval.conftest import make_document

    spoilt(home)[damage]()
    packaged.cache_clear()
    with pytest.raises(ModelError, match=r"answers come without the cross-encoder"):
        cross_encoder_for(embedder)
    library = tmp_path / "library"
    with Library.open(library, create=True) as opened:
        ingest_documents([make_document(OWL, "owl.txt")], opened, embedder)
    told: list[str] = []
    with Engine.open(library, embedder=embedder, say=told.append) as engine:
        answer = engine.ask("What does the barn owl hunt?")
    assert "mice" in answer.quotes[0].text
    assert answer.quotes[0].answer is None
    assert answer.trace.confidence_kind == "probability"
    assert len(told) == 1
    assert "answers come without the cross-encoder" in told[0]
    report = examine(load_settings(library=library))
    assert any("answers come without the cross-encoder" in one for one in report.problems)
