"""An engine limited to tags answers as one over a library of only the documents that carry them."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from weakref import ref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import (
    DocumentNotFoundError,
    LibraryChangedError,
    LibraryEmptyError,
    UsageError,
)
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.listeners import QuestionEvent
from pincite.retrieval.search.document_rows import DocumentRows
from pincite.retrieval.search.indexes import open_indexes
from pincite.retrieval.search.view import limited
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.retrieval.test_scope import WORDS, shelves, tag
from tests.stores import IN_BOTH

GULLS = "Where do gulls nest in spring?"


def sources(engine: Engine, question: str = GULLS) -> set[str]:
    return {engine.document(p.document).source for p in engine.search(question, 100)}


@IN_BOTH
def test_only_the_documents_with_the_tags_are_asked(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], ships=["sea", "old"], bread=["kitchen"])
    assert sources(engine.limited_to(["sea"])) == {"birds.txt", "ships.txt"}
    assert sources(engine.limited_to(["old", "kitchen"])) == {"ships.txt", "bread.md"}
    answer = engine.limited_to(["kitchen"]).ask(GULLS)
    assert {quote.title for quote in answer.quotes} <= {"Bread"}
    assert (answer.trace.documents, answer.trace.asked, answer.trace.left_out) == (1, None, 0)
    assert sources(engine) == {"birds.txt", "ships.txt", "bread.md"}


@IN_BOTH
def test_a_choice_is_of_what_may_be_seen(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], ships=["sea", "old"], bread=["old"])
    seen = engine.limited_to(["sea", "old"])
    assert {p.title for p in seen.search("a", 50, tags=["old"])} == {"ships.txt", "Bread"}
    answer = engine.limited_to(["sea"]).ask(GULLS, documents=["birds.txt"])
    assert (answer.trace.asked, answer.trace.left_out) == (1, 1)
    with pytest.raises(DocumentNotFoundError, match=r"no document 'bread\.md'"):
        engine.limited_to(["sea"]).ask(GULLS, documents=["bread.md"])


@IN_BOTH
def test_where_nothing_may_be_seen_it_is_said_so(engine: Engine) -> None:
    tag(engine.library, birds=["sea"])
    for seen in (engine.limited_to(["cats"]), engine.limited_to([])):
        for ask in (seen.ask, seen.search, seen.read):
            with pytest.raises(LibraryEmptyError, match=r"^there is nothing here that you may see"):
                ask(GULLS)  # type: ignore[operator]
        with pytest.raises(LibraryEmptyError, match="ask whoever runs this server"):
            seen.warm_up()


def test_a_limited_engine_limits_only_further(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], ships=["sea", "old"], bread=["old"])
    sea = engine.limited_to(["sea"])
    assert sources(sea.limited_to(["sea", "old"])) == {"birds.txt", "ships.txt"}
    assert sea.limited_to(["old"]).library.entries() == []


def test_a_tag_that_is_none_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="a comma"):
        engine.limited_to(["a,b"])


def test_those_who_listen_to_an_engine_hear_of_the_questions_of_limited_ones(
    engine: Engine,
) -> None:
    tag(engine.library, birds=["sea"])
    heard: list[QuestionEvent] = []
    engine.listeners.add(heard.append)
    answer = engine.limited_to(["sea"]).ask(GULLS)
    assert [event.answer for event in heard] == [answer]


def test_the_indexes_are_opened_once_for_all(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag(engine.library, birds=["sea"], bread=["kitchen"])
    engine.warm_up()
    monkeypatch.delattr("pincite.retrieval.source_cache.open_indexes")
    for tags in (["sea"], ["kitchen"], ["sea"]):
        assert engine.limited_to(tags).ask(GULLS).nearest


def test_indexes_that_the_library_has_moved_past_are_kept_for_nobody(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], bread=["kitchen"])
    engine.limited_to(["sea"]).ask(GULLS, tags=["sea"])
    engine.ask(GULLS, documents=["bread.md"])
    before = ref(engine._cache.sources().indexes)
    fill(engine.library, make_document("A lamp burns oil.", "lamp.txt"))
    engine.ask(GULLS)
    gc.collect()
    assert before() is None


def test_what_a_view_has_is_looked_up_once_until_something_changes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag(engine.library, birds=["sea"])
    looked_up: list[object] = []
    real = DocumentRows.select
    monkeypatch.setattr(
        DocumentRows, "select", lambda *given: [looked_up.append(1), real(*given)][1]
    )
    for _ in range(3):
        engine.limited_to(["sea"]).ask(GULLS)
    assert len(looked_up) == 1
    tag(engine.library, ships=["old"])  # of somebody else
    engine.limited_to(["sea"]).ask(GULLS)
    assert len(looked_up) == 1
    tag(engine.library, ships=["sea"])
    assert sources(engine.limited_to(["sea"])) == {"birds.txt", "ships.txt"}
    assert len(looked_up) == 2


@IN_BOTH
def test_a_document_at_hand_is_not_given_to_those_who_may_not_see_it(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], bread=["kitchen"])
    birds = engine.library.find("birds.txt").id
    seen = engine.limited_to(["sea"])
    assert seen.document(birds) is engine.document(birds)
    with pytest.raises(DocumentNotFoundError, match=f"no document {birds[:12]}"):
        engine.limited_to(["kitchen"]).document(birds)
    tag_away(engine.library, "birds.txt", "sea")
    with pytest.raises(DocumentNotFoundError):
        seen.document(birds)


# Words


@pytest.fixture
def worded(tmp_path: Path) -> Engine:
    """Anna's document, and Ben's, whose words and short forms are others."""
    library = Library.open(tmp_path / "library", create=True)
    fill(
        library,
        make_document("The engineers repaired the harbour crane in May.", "anna.txt"),
        make_document(
            "The engineering of the submarine takes years. The harbour acceptance test (HAT) "
            "came first. The site visit programme (SVP) followed.",
            "ben.txt",
        ),
        make_document("The site visit programme (SVP) is for guests of the zoo.", "both.txt"),
        passage_tokens=40,
    )
    tag(library, anna=["anna"], ben=["ben"], both=["anna", "ben"])
    return Engine(library, HashingEmbedder(), hashing_settings())


@pytest.mark.parametrize(
    ("tags", "typed", "read"),
    [
        ("ben", "submraine", "submarine"),
        ("anna", "submraine", None),  # it stands in Ben's document only
        ("anna", "engineerign", None),  # "engineers" has its stem, and is another word
        ("ben", "engineerign", "engineering"),
        ("anna", "harbuor", "harbour"),
        ("anna", "progrmme", "programme"),
        ("ben", "progrmme", "programme"),
    ],
)
def test_a_misspelt_word_is_read_as_one_that_may_be_seen(
    worded: Engine, tags: str, typed: str, read: str | None
) -> None:
    answer = worded.limited_to([tags]).ask(f"tell me about the {typed} please")
    assert answer.trace.corrected.get(typed) == read


def test_a_word_that_only_others_have_is_as_unknown_as_any(worded: Engine) -> None:
    """Were it known, that it is not corrected would tell that it is there."""
    fill(worded.library, make_document("The submarina is a bar.", "bar.txt"))
    tag(worded.library, bar=["anna"])
    question = "where is the submarine"
    assert worded.ask(question).trace.corrected == {}
    assert worded.limited_to(["ben"]).ask(question).trace.corrected == {}
    assert worded.limited_to(["anna"]).ask(question).trace.corrected == {"submarine": "submarina"}


def test_a_short_form_stands_for_what_documents_that_may_be_seen_say(worded: Engine) -> None:
    def meanings(tags: list[str], short: str) -> list[tuple[str, ...]]:
        view = worded.library.limited_to(tags)
        indexes = open_indexes(worded.library, print)
        documents = indexes.documents.select(view.ids(), view)
        part = limited(indexes, documents, view, worded.document)
        long = [one for one, _ in part.short_forms.shortened(["harbour", "accept", "test"])]
        return [*part.short_forms.meanings(short), *long]

    hat = ("harbour", "accept", "test")
    assert meanings(["ben"], "hat") == [hat, hat]
    assert meanings(["anna"], "hat") == []
    assert meanings(["anna"], "svp") == [("site", "visit", "programm")]


# Properties


@settings(max_examples=15)
@given(shelves(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.booleans())
def test_a_limited_engine_reaches_what_one_over_those_documents_does(
    shelf: tuple[list[Document], set[str]], words: Sequence[str], misspelt: bool
) -> None:
    documents, chosen = shelf
    question = " ".join(word[:2] + word[3:] if misspelt else word for word in words)
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder, "all"), create=True) as every:
            fill(every, *documents)
            every.tag([every.find(name).id for name in chosen], add=["some"])
            whole = Engine(every, HashingEmbedder(), hashing_settings(dense_weight=1.0))
            part = reached(whole.limited_to(["some"]), question)
        with Library.open(Path(folder, "some"), create=True) as some:
            fill(some, *(document for document in documents if document.source in chosen))
            alone = Engine(some, HashingEmbedder(), hashing_settings(dense_weight=1.0))
            assert part == reached(alone, question)


def reached(engine: Engine, question: str) -> tuple[object, ...]:
    """What search gives, in its order, what may be quoted, and which words are read as others."""
    answer = engine.ask(question)
    return (
        [(engine.document(p.document).source, p.start) for p in engine.search(question, 100)],
        {candidate.document for candidate in engine.read(question).candidates},
        engine.library.ids(),
        set(answer.trace.corrected),
        answer.trace.documents,
    )


@settings(max_examples=10)
@given(st.lists(st.sets(st.sampled_from("abc")), min_size=1, max_size=5))
def test_a_view_of_all_tags_is_all_tagged_documents(tags: list[set[str]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), create=True) as library,
    ):
        for number, some in enumerate(tags):
            fill(library, make_document(f"A gull nests on cliff {number}.", f"{number}.txt"))
            library.tag([library.find(f"{number}.txt").id], add=some)
        tagged = [entry for entry in library.entries() if entry.tags]
        assert library.limited_to(library.tags()).entries() == tagged
        for one in "abc":
            view = library.limited_to([one])
            assert view.ids() == {entry.id for entry in tagged if one in entry.tags}


# Somebody changes tags meanwhile


STAGES = ["embed", "dense", "lexical", "fuse", "read", "quote", "verify", "confidence"]


def tag_away(library: Library, source: str, tag: str) -> None:
    with open_library(library.name) as other:
        other.tag([other.find(source).id], remove=[tag])


@pytest.mark.parametrize("stage", STAGES)
def test_a_document_whose_tag_is_taken_away_while_it_is_asked_is_not_quoted(
    engine: Engine, stage: str
) -> None:
    tag(engine.library, birds=["sea"], ships=["sea"])
    passed: list[str] = []

    def watch(now: str) -> None:
        if now == stage and stage not in passed:
            tag_away(engine.library, "birds.txt", "sea")
        passed.append(now)

    answer = engine.limited_to(["sea"]).ask(GULLS, watch=watch)
    assert passed.count(stage) > 1  # asked again
    titles = {item.title for item in (*answer.quotes, *answer.nearest)}
    assert titles == {"ships.txt"}
    assert answer.trace.documents == 1


@IN_BOTH
def test_a_document_that_is_tagged_while_it_is_asked_may_be_quoted(engine: Engine) -> None:
    tag(engine.library, ships=["sea"])
    passed: list[str] = []

    def watch(now: str) -> None:
        if now == "read" and not passed.count("read"):
            tag(engine.library, birds=["sea"])
        passed.append(now)

    answer = engine.limited_to(["sea"]).ask(GULLS, watch=watch)
    assert "Gulls nest on cliffs" in answer.quotes[0].text


@IN_BOTH
def test_the_last_document_that_is_taken_away_while_it_is_asked(engine: Engine) -> None:
    tag(engine.library, birds=["sea"])
    act: Callable[[str], None] = lambda stage: tag_away(engine.library, "birds.txt", "sea")  # noqa: E731
    with pytest.raises(LibraryEmptyError, match="nothing here that you may see"):
        engine.limited_to(["sea"]).ask(GULLS, watch=act)


def test_tags_that_never_hold_still_are_an_error_that_says_so(engine: Engine) -> None:
    tag(engine.library, birds=["sea"], ships=["sea"])
    there = [True]

    def turn(stage: str) -> None:
        if stage == "verify":
            there[0] = not there[0]
            how = {"add" if there[0] else "remove": ["sea"]}
            with Library.open(engine.library.folder) as other:
                other.tag([other.find("ships.txt").id], **how)

    with pytest.raises(LibraryChangedError, match="ask again"):
        engine.limited_to(["sea"]).ask(GULLS, watch=turn)
