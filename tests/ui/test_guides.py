"""Guides that are kept: which one is given, and when its questions are asked anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pincite.corpus.errors import DocumentNotFoundError, LibraryChangedError, ModelError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.overview.guide import Guide
from pincite.ui.guides import Guides
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.retrieval.overview.handbook import HANDBOOK


class Asked(Engine):
    """An engine that counts how often it looked for questions, and does something first."""

    times = 0

    def first(self) -> None:
        """What happens meanwhile."""

    def guide(self, name: str, *, questions: bool = True) -> Guide:
        if questions:
            self.times += 1
            self.first()
        return super().guide(name, questions=questions)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Asked]:
    with Library.open(tmp_path / "library", create=True) as library:
        other = make_document("Owls hunt mice at night in the woods.\n", "owls.txt")
        fill(library, make_document(HANDBOOK, "handbook.md"), other, passage_tokens=60)
        yield Asked(library, HashingEmbedder(), hashing_settings())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guides(engine: Asked, clock: Clock) -> Guides:
    return Guides(engine, clock)


@pytest.fixture
def id(engine: Asked) -> str:
    return engine.library.find("handbook.md").id


def change(engine: Engine) -> None:
    generation = engine.library.generation
    fill(engine.library, make_document(f"Terns dive for fish {generation} times.\n", "terns.txt"))


def test_a_guide_is_known_before_its_questions(guides: Guides, engine: Asked, id: str) -> None:
    known = guides.known(id)
    assert known is not None
    assert known.questions is None
    assert guides.complete(id) == guides.known(id) == engine.guide(id)


def test_a_guide_is_made_once(guides: Guides, engine: Asked, id: str) -> None:
    guides.known(id)
    made = guides.complete(id)
    assert guides.complete(id) is guides.known(id) is made
    assert guides.whole(id) == made
    assert engine.times == 1


def test_questions_that_could_not_be_asked_are_asked_again_after_a_minute(
    guides: Guides, engine: Asked, clock: Clock, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise LibraryChangedError("the library was changed; ask again")

    guides.known(id)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "first", fail)
        without = guides.complete(id)
    assert without is not None
    assert without.questions == ()
    assert guides.complete(id) == without
    assert engine.times == 1
    clock.now += 61
    made = guides.complete(id)
    assert made is not None
    assert made.questions


def test_a_failure_is_told_to_a_program(
    guides: Guides, engine: Asked, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ModelError("the model is missing")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "first", fail)
        with pytest.raises(ModelError):
            guides.whole(id)
    assert guides.whole(id).questions


def test_while_the_library_changes_a_guide_stays_and_is_asked_anew_once_a_minute(
    guides: Guides, engine: Asked, clock: Clock, id: str
) -> None:
    guides.known(id)
    made = guides.complete(id)
    for _ in range(3):
        change(engine)
        assert guides.known(id) is guides.complete(id) is made
        clock.now += 19
    assert engine.times == 1
    clock.now += 19
    assert guides.known(id) is made
    guides.complete(id)
    assert engine.times == 2
    clock.now += 61
    guides.complete(id)
    assert engine.times == 2


def test_a_guide_during_whose_making_the_library_changed_is_no_guide_of_now(
    guides: Guides, engine: Asked, clock: Clock, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Engine.guide

    def changed_at_the_end(self: Engine, name: str, *, questions: bool = True) -> Guide:
        made = real(self, name, questions=questions)
        change(self)
        return made

    guides.known(id)
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "guide", changed_at_the_end)
        guides.complete(id)
    clock.now += 61
    guides.complete(id)
    assert engine.times == 2


def test_while_questions_are_asked_for_one_guide_nobody_waits_for_another(
    guides: Guides, engine: Asked, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = engine.library.find("owls.txt").id
    guides.known(other)
    guides.known(id)
    meanwhile: list[Guide | None] = []
    with monkeypatch.context() as patch:
        patch.setattr(engine, "first", lambda: meanwhile.append(guides.complete(other)))
        assert guides.complete(id)
    assert meanwhile == [None]
    assert guides.complete(other)


def test_a_guide_has_the_title_that_its_document_has_now(
    guides: Guides, engine: Asked, id: str
) -> None:
    guides.whole(id)
    renamed = engine.library.rename(id, "handbook.md", "Pier Handbook")
    assert guides.whole(renamed).title == "Pier Handbook"


def test_a_document_that_is_removed_has_no_guide(guides: Guides, engine: Asked, id: str) -> None:
    guides.whole(id)
    engine.library.remove([id])
    with pytest.raises(DocumentNotFoundError):
        guides.whole(id)
