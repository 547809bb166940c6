"""A damaged document takes no other down: it is left out, and named to whoever can mend it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import LibraryDamagedError, TagNotFoundError
from pincite.corpus.store.library import Library
from pincite.ingest.cutting.passages import segment
from pincite.ingest.reembedding import repair
from pincite.ingest.storing import Item, Storing
from pincite.retrieval import source_cache
from pincite.retrieval.answer import Answer
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.corpus.store.test_library_faults import behind_our_back
from tests.retrieval.conftest import hashing_settings, make_document

EMBEDDER = HashingEmbedder(32)
TEXTS = {
    "gull.txt": "The herring gull eats fish and mussels. Gulls nest on cliffs in spring.",
    "owl.txt": "The barn owl hunts mice at night. Its face is shaped like a heart.",
    "ship.txt": "The rudder was repaired because it leaked. The mast is of oak.",
    "bread.txt": "Knead the dough for ten minutes. Let it rise in a warm bowl.",
}
QUESTIONS = {
    "gull.txt": "What does the herring gull eat?",
    "owl.txt": "What does the barn owl hunt?",
    "ship.txt": "Why was the rudder repaired?",
    "bread.txt": "How long is the dough kneaded?",
}
LEFT_OUT = (
    "documents that are damaged are left out of all answers; see which with: pincite doctor --deep"
)
ID = "(SELECT id FROM documents WHERE source = '{}')"
DAMAGE = (
    "UPDATE documents SET title = 'Lies' WHERE source = '{}'",
    "UPDATE documents SET sum = x'' WHERE source = '{}'",
    "UPDATE documents SET metadata = '{{' WHERE source = '{}'",
    "UPDATE documents SET passage_sum = x'00' WHERE source = '{}'",
    "UPDATE documents SET id = 'lies' WHERE source = '{}'",
    f"DELETE FROM contents WHERE document = {ID}",
    f"UPDATE contents SET text = 'lies' || text WHERE document = {ID}",
    f"UPDATE contents SET sections = '[' WHERE document = {ID}",
    f"DELETE FROM passages WHERE document = {ID}",
    f"UPDATE passages SET id = id + 1000 WHERE document = {ID}",
    f"UPDATE passages SET end = end - 3 WHERE document = {ID}",
    f"UPDATE passages SET document = 'lies' WHERE document = {ID}",
    f"DELETE FROM vectors WHERE key IN (SELECT key FROM passages WHERE document = {ID})",
    f"UPDATE vectors SET data = x'0000' WHERE key IN"
    f" (SELECT key FROM passages WHERE document = {ID})",
    f"UPDATE tags SET tag = 'lies' WHERE tag = 'law' AND document = {ID}",
)


def item(name: str) -> Item:
    document = make_document(TEXTS[name], name)
    return Item(document, segment(document, EMBEDDER, passage_tokens=12), tags=["law", name[:-4]])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a closed library with its indexes, to be copied."""
    folder = tmp_path_factory.mktemp("sound") / "library"
    with Library.open(folder, create=True) as library:
        Storing(library, EMBEDDER).store([item(name) for name in TEXTS])
    with opened(folder) as engine:
        engine.ask("What?")
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "library"))


def opened(folder: Path, say: Callable[[str], None] = lambda sentence: None) -> Engine:
    return Engine.open(folder, settings=hashing_settings(), embedder=EMBEDDER, say=say)


def answers(folder: Path, without: str = "", **scope: list[str]) -> dict[str, Answer]:
    """The answers to the questions about all documents but one."""
    with opened(folder) as engine:
        asked = {name: text for name, text in QUESTIONS.items() if name != without}
        return {name: engine.ask(question, **scope) for name, question in asked.items()}


def quoted(found: dict[str, Answer]) -> dict[str, list[tuple[str, ...]]]:
    return {
        name: [(one.document, one.title, one.text) for one in answer.quotes]
        for name, answer in found.items()
    }


def first_quotes(found: dict[str, Answer]) -> dict[str, tuple[str, ...]]:
    return {name: quotes[0] for name, quotes in quoted(found).items()}


@pytest.mark.parametrize("rebuilt", [False, True])
@pytest.mark.parametrize("damage", DAMAGE)
def test_questions_about_other_documents_are_answered_as_before(
    folder: Path, damage: str, rebuilt: bool
) -> None:
    right = first_quotes(answers(folder, "owl.txt"))
    behind_our_back(folder, damage.format("owl.txt"))
    if rebuilt:
        shutil.rmtree(folder / "indexes")
    found = answers(folder, "owl.txt")
    assert first_quotes(found) == right
    everything = json.dumps([answer.to_json() for answer in found.values()])
    assert not [word for word in ("barn owl", "mice", "heart", "lies") if word in everything]
    with Library.open(folder) as library:
        assert library.problems()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(sorted(TEXTS)), st.sampled_from(DAMAGE), st.sampled_from(DAMAGE))
def test_whichever_documents_row_is_damaged_the_others_answer(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, name: str, one: str, other: str
) -> None:
    folder = Path(shutil.copytree(sound, tmp_path_factory.mktemp("damaged") / "library"))
    behind_our_back(folder, one.format(name), other.format(name))
    assert first_quotes(answers(folder, name)) == first_quotes(answers(sound, name))


def test_a_question_about_the_damaged_document_never_shows_a_word_of_it(folder: Path) -> None:
    behind_our_back(folder, DAMAGE[0].format("owl.txt"))
    said: list[str] = []
    with Engine.open(
        folder, settings=hashing_settings(), embedder=EMBEDDER, say=said.append
    ) as engine:
        for _ in range(2):
            shown = json.dumps(engine.ask(QUESTIONS["owl.txt"]).to_json())
            assert "mice" not in shown
    assert said == [LEFT_OUT]


def test_indexes_that_are_built_without_it_say_so(folder: Path) -> None:
    behind_our_back(folder, DAMAGE[0].format("owl.txt"))
    shutil.rmtree(folder / "indexes")
    said: list[str] = []
    with opened(folder, said.append) as engine:
        for question in QUESTIONS.values():
            engine.ask(question)
    assert said[0] == LEFT_OUT


@pytest.mark.parametrize("rebuilt", [False, True])
def test_where_every_document_is_damaged_one_is_named(folder: Path, rebuilt: bool) -> None:
    behind_our_back(folder, "UPDATE contents SET sections = '['")
    if rebuilt:
        shutil.rmtree(folder / "indexes")
    with opened(folder) as engine, pytest.raises(LibraryDamagedError, match="doctor --repair"):
        engine.ask(QUESTIONS["owl.txt"])


@pytest.mark.parametrize("damage", [DAMAGE[0], DAMAGE[6], DAMAGE[10]])
def test_whoever_names_the_damaged_document_is_told_so(folder: Path, damage: str) -> None:
    behind_our_back(folder, damage.format("owl.txt"))
    with opened(folder) as engine:
        for _ in range(2):
            with pytest.raises(LibraryDamagedError, match=r"owl.txt.*doctor --repair"):
                engine.ask(QUESTIONS["owl.txt"], documents=["owl.txt"])
        engine.ask(QUESTIONS["gull.txt"], documents=["gull.txt", "ship.txt"])


@pytest.mark.parametrize("damage", [DAMAGE[0], DAMAGE[6], DAMAGE[10]])
def test_a_tag_is_asked_without_its_damaged_document(folder: Path, damage: str) -> None:
    right = first_quotes(answers(folder, "owl.txt", tags=["law"]))
    behind_our_back(folder, damage.format("owl.txt"))
    assert first_quotes(answers(folder, "owl.txt", tags=["law"])) == right
    with opened(folder) as engine:
        law = engine.limited_to(["law"])
        assert law.ask(QUESTIONS["ship.txt"]).quotes[0].title == "ship.txt"
        assert law.ask(QUESTIONS["gull.txt"], tags=["law"]).quotes[0].title == "gull.txt"
        with pytest.raises((TagNotFoundError, LibraryDamagedError)):
            engine.ask("What?", tags=["owl"])


def test_a_library_with_very_many_damaged_documents_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind_our_back(folder, DAMAGE[6].format("owl.txt"), DAMAGE[7].format("gull.txt"))
    monkeypatch.setattr(source_cache, "_MOST_DAMAGED", 1)
    with opened(folder) as engine, pytest.raises(LibraryDamagedError):
        engine.ask(QUESTIONS["ship.txt"])


def test_a_list_has_the_others_and_names_the_damaged_one(folder: Path) -> None:
    behind_our_back(folder, DAMAGE[0].format("owl.txt"))
    with Library.open(folder) as library:
        assert [entry.source for entry in library.entries()] == [
            "bread.txt",
            "gull.txt",
            "ship.txt",
        ]
        (damaged,) = library.damaged()
        assert damaged.source == "owl.txt"
        assert "doctor --repair" in damaged.reason
        assert library.tags()["law"] == 3
        with pytest.raises(LibraryDamagedError, match=r"owl.txt"):
            library.require_sound()


def test_what_is_mended_is_found_again(folder: Path) -> None:
    right = quoted(answers(folder))
    behind_our_back(folder, DAMAGE[12].format("owl.txt"))
    shutil.rmtree(folder / "indexes")
    assert quoted(answers(folder)) != right
    with Library.open(folder) as library:
        assert repair(library, EMBEDDER).passages
    assert quoted(answers(folder)) == right
    behind_our_back(folder, DAMAGE[6].format("owl.txt"))
    assert quoted(answers(folder)) != right
    with Library.open(folder) as library:
        assert repair(library, EMBEDDER).documents == ("owl.txt",)
        Storing(library, EMBEDDER).store([item("owl.txt")])
    assert quoted(answers(folder)) == right


def test_other_documents_are_ingested_beside_a_damaged_one(folder: Path) -> None:
    behind_our_back(folder, DAMAGE[7].format("owl.txt"))
    with Library.open(folder) as library:
        text = "The lighthouse was painted red in 1904."
        document = make_document(text, "light.txt")
        Storing(library, EMBEDDER).store([Item(document, segment(document, EMBEDDER))])
    with opened(folder) as engine:
        assert engine.ask("When was the lighthouse painted?").quotes[0].title == "light.txt"


def test_questions_at_the_same_time_are_all_answered_without_it(folder: Path) -> None:
    right = first_quotes(answers(folder, "owl.txt"))
    behind_our_back(folder, DAMAGE[10].format("owl.txt"))
    with opened(folder) as engine, ThreadPoolExecutor(4) as pool:
        names = [name for name in QUESTIONS if name != "owl.txt"] * 4
        found = pool.map(engine.ask, [QUESTIONS[name] for name in names])
        for name, answer in zip(names, found, strict=True):
            assert first_quotes({name: answer}) == {name: right[name]}
