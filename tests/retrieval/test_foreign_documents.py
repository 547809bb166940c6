"""A person who may see some of the documents learns nothing of the others, whatever they ask."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from pincite.corpus.errors import DocumentNotFoundError, TagNotFoundError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.retrieval.conftest import hashing_settings
from tests.retrieval.foreign_documents import (
    People,
    ask_all,
    leaks,
    store_all,
    without_echo,
)

SHORT, LONG = 110, 2_000


@pytest.fixture(scope="module")
def people() -> People:
    return People(seed=7)


@pytest.fixture(scope="module")
def shared(people: People, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over the documents of all of them."""
    folder = tmp_path_factory.mktemp("shared") / "library"
    with Library.open(folder, create=True) as library:
        store_all(people, library)
        yield Engine(library, HashingEmbedder(), hashing_settings())


def test_a_question_tells_nothing_of_the_documents_of_others(
    people: People, shared: Engine
) -> None:
    asked, found = ask_all(people, shared, SHORT)
    assert found == []
    assert sum(asked.values()) == SHORT
    assert len(asked) == 11


@pytest.mark.slow
def test_two_thousand_questions_tell_nothing_of_the_documents_of_others(
    people: People, shared: Engine
) -> None:
    asked, found = ask_all(people, shared, LONG)
    lines = [f"{kind:24}{n:6} {count(found, kind):6}" for kind, n in asked.items()]
    head, total = (
        f"\n{'question':24}{'asked':>6}{'leaks':>7}",
        f"{'in all':24}{LONG:6} {len(found):6}",
    )
    sys.stdout.write("\n".join([head, *lines, total, ""]))
    assert found == []


def count(found: list[str], kind: str) -> int:
    return sum(leak.startswith(f"{kind}: ") for leak in found)


@pytest.mark.parametrize("person", [0, 7, 19])
def test_no_reading_method_tells_of_the_documents_of_others(
    people: People, shared: Engine, person: int
) -> None:
    engine = shared.limited_to([people.tags[person]])
    library, own = engine.library, people.seen_by(person)
    told = (
        [entry.to_json() for entry in library.entries()],
        library.tags(),
        library.known_tags(),
        library.taken(),
        [(title, text) for _, title, text in library.passages_in_texts()],
        [engine.document(secret.document.id) for secret in own],
        [engine.guide(secret.document.source).to_json() for secret in own],
        [engine.guide(secret.document.id, questions=False).to_json() for secret in own],
        library.problems(deep=False),
    )
    assert leaks(told, people.foreign_words(person)) == []
    assert library.counts()[0] == len(library.entries()) == len(own)
    for secret in own:  # so the secrets are there to be told
        assert leaks(told, secret.words) == list(secret.words)


@pytest.mark.parametrize("person", [0, 19])
def test_a_foreign_document_is_missing_in_the_words_for_one_that_nobody_has(
    people: People, shared: Engine, person: int
) -> None:
    engine = shared.limited_to([people.tags[person]])
    for secret in people.foreign_to(person)[:8]:
        document = secret.document
        for name in (document.id, document.id[:8], document.source, document.title):
            nobodys = name[:-2] + "qq"
            for look_up in (
                engine.library.find,
                engine.guide,
                lambda name: engine.ask("What is it?", documents=[name]),
            ):
                said = [refusal(look_up, one) for one in (name, nobodys)]
                assert said[0] == said[1].replace(nobodys, name)
        assert refusal(engine.document, document.id) == refusal(engine.document, "0" * 64).replace(
            "0" * 12, document.id[:12]
        )
        for tag in secret.tags:
            with pytest.raises(TagNotFoundError) as refused:
                engine.ask("What is it?", tags=[tag])
            assert leaks(refused.value, people.foreign_words(person), tag) == []


def refusal(look_up: object, name: str) -> str:
    assert callable(look_up)
    with pytest.raises(DocumentNotFoundError) as refused:
        look_up(name)
    return str(refused.value)


def test_the_questions_would_tell_if_nobody_were_limited(people: People, shared: Engine) -> None:
    """The measure itself: without limits, most of these questions tell of others' documents."""
    told = Counter[str]()
    for person, attempt in people.attempts(SHORT):
        if not attempt.choice:
            answer = without_echo(shared.ask(attempt.question, history=attempt.history))
            told[attempt.kind] += bool(leaks(answer, people.foreign_words(person)))
    assert min(told.values()) > 0
    assert len(told) == 9
