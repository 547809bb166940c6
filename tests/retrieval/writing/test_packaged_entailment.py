"""The network of the check that comes with Pincite: what it tells, and what a bad file does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pincite.corpus.errors import ModelError
from pincite.corpus.store.library import Library
from pincite.eval.fit.network_graph import graph
from pincite.retrieval.embedding.model_files import packaged_tokenizer
from pincite.retrieval.engine import Engine
from pincite.retrieval.health import examine
from pincite.retrieval.settings import load_settings
from pincite.retrieval.writing import entailment as module
from pincite.retrieval.writing.entailment import (
    OBJECTIONS,
    PackagedEntailment,
    network_files,
    packaged_entailment,
)
from pincite.retrieval.writing.evidence import Evidence
from tests.retrieval.conftest import fill, make_document
from tests.retrieval.writing.liar import Script, liar

pytestmark = pytest.mark.model

FILES = network_files()
NOTICE = Evidence(
    "The pool is closed on Mondays for cleaning. Children under six swim free of charge. "
    "Ana Ruiz teaches beginners, and Tom Beck teaches the club. The board did not approve the new "
    "fence.",
    "Pool\nNotice",
)


@pytest.fixture(scope="module")
def network() -> PackagedEntailment:
    return packaged_entailment()


@pytest.mark.parametrize(
    ("holds", "does_not"),
    [
        ("A child of five pays nothing.", "A child of five pays as well."),
        ("The new fence was rejected by the board.", "The board agreed to the new fence."),
        (
            "The board turned the fence down.",
            "The board turned the fence down because of its price.",
        ),
        (
            "The pool is shut on Mondays so that it can be cleaned.",
            "The pool is shut on Mondays because the staff are off.",
        ),
    ],
)
def test_what_the_quote_says_in_other_words_is_told_from_what_it_does_not_say(
    network: PackagedEntailment, holds: str, does_not: str
) -> None:
    assert network.log_odds(holds, [NOTICE]) > network.log_odds(does_not, [NOTICE]) + 1


def test_what_stands_beyond_the_window_is_read_as_well(network: PackagedEntailment) -> None:
    fine = " ".join(["The weather was fine and the boats lay in the harbour."] * 40)
    said = "Beginners are taught by Ana Ruiz."
    late = Evidence(f"{fine} {NOTICE.text}", NOTICE.title)
    without = Evidence(fine, NOTICE.title)
    assert network.log_odds(said, [late]) > network.log_odds(said, [without]) + 2


@pytest.mark.parametrize("text", ["", " ", "?", "\u200b", "汉字 漢字", "a" * 5000])
def test_odd_texts_have_log_odds(network: PackagedEntailment, text: str) -> None:
    assert -50 < network.log_odds(text, [NOTICE]) < 50
    assert -50 < network.log_odds("Ana teaches.", [Evidence(text)]) < 50


def test_its_card_says_what_it_was_taught_and_has_a_threshold_for_each_objection() -> None:
    card = FILES.card()
    assert {"date", "sentences", "licence", "recipe", "began_with", "limits"} <= card.about.keys()
    assert set(card.thresholds) == set(OBJECTIONS)
    assert FILES.network.stat().st_size < 24_000_000
    assert graph(FILES.network.read_bytes(), FILES.network.name) == FILES.graph.read_bytes()


def spoilt(home: Path) -> dict[str, Callable[[], object]]:
    files = network_files(home)
    return {
        "no network": files.network.unlink,
        "a graph cut short": lambda: files.graph.write_bytes(FILES.graph.read_bytes()[:-1000]),
        "a card that is no JSON": lambda: files.card_file.write_text("{", "utf-8"),
    }


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "writing"
    home.mkdir()
    for file in (FILES.network, FILES.graph, FILES.card_file):
        shutil.copy(file, home / file.name)
    monkeypatch.setattr(module, "folder", lambda: home)
    return home


@pytest.mark.parametrize("damage", list(spoilt(Path())))
def test_with_a_bad_file_the_rules_check_alone_and_one_sentence_says_so(
    damage: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt(home)[damage]()
    with pytest.raises(ModelError, match="written answers are checked by rules alone"):
        PackagedEntailment(packaged_tokenizer())
    path = tmp_path / "library"
    with Library.open(path, create=True) as library:
        fill(library, make_document("The barn owl hunts mice at night. Gulls nest on cliffs."))
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    told: list[str] = []
    script = Script(("The barn owl hunts mice at night [1]. The barn owl hunts 9 mice [1].",))
    with liar(m=script) as server:
        settings = load_settings(
            embedder="hashing", library=path, writer="openai:m", writer_url=server.url
        )
        with Engine.open(path, settings=settings, say=told.append) as engine:
            written = engine.ask("What does the barn owl hunt at night?", write=True).written
    assert written is not None
    assert [one.verdict for one in written.sentences] == ["supported", "unsupported"]
    assert [one for one in told if "written answers are checked by rules alone" in one] == told
    report = examine(settings)
    assert any("written answers are checked by rules alone" in one for one in report.problems)
