"""What people of each role see and do on the library's page, within their collections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.ingest.uploads import Intake, Limits
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.access import EVERYBODY, Person
from pincite.ui.web.library import upload_view
from pincite.ui.web.library.actions import LibraryActions, View
from tests.retrieval.conftest import fill, hashing_settings, small_documents

SEA = frozenset({"sea"})
READER, WRITER = Person("rita", "read", SEA), Person("walt", "write", SEA)
BOTH = Person("both", "write", frozenset({"sea", "land"}))
WRITER_OF_ALL = Person("wanda", "write")
UNREAD = "broken.pdf"
WRITING = ("tag", "untag", "rename", "remove", "undo", "forget")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as made:
        fill(made, *small_documents())
        made.tag([made.find("birds.txt").id], ["sea", "board"])
        made.tag([made.find("bread.md").id], ["kitchen"])
        made.record_failures([Refusal(UNREAD, "it is scrambled", None, "")])
        yield made


@pytest.fixture
def actions(library: Library) -> LibraryActions:
    engine = Engine(library, HashingEmbedder(), hashing_settings())
    return LibraryActions(engine, Intake(engine, Limits()))


def does(actions: LibraryActions, person: Person, verb: str, **asked: str) -> View:
    """What is seen after one action on a new page."""
    return actions.of(person).do(View(), {"verb": verb, **asked})


def shown(actions: LibraryActions, person: Person, view: View | None = None) -> str:
    found = actions.of(person).show(view or View())
    return found.documents + found.document + found.notice


@pytest.mark.parametrize("person", [READER, WRITER])
def test_the_page_shows_ones_own_documents_tags_and_no_unread_files(
    actions: LibraryActions, library: Library, person: Person
) -> None:
    view = does(actions, person, "open", id=library.find("birds.txt").id)
    page = shown(actions, person, view)
    assert "1 document<" in page
    assert "sea (1)" in page
    hidden = ("bread", "ships", "kitchen", "board", UNREAD, "scrambled")
    assert [word for word in hidden if word in page] == []
    everything = shown(actions, EVERYBODY)
    assert [word for word in hidden if word not in everything] == []
    assert UNREAD in shown(actions, WRITER_OF_ALL)


def test_what_a_reader_may_not_do_is_not_offered_and_refused_when_it_is_called(
    actions: LibraryActions, library: Library
) -> None:
    before = library.entries()
    id = library.find("birds.txt").id
    view = does(actions, READER, "open", id=id)
    page = shown(actions, READER, view)
    assert [verb for verb in (*WRITING, "examine") if f'data-verb="{verb}"' in page] == []
    for verb in WRITING:
        view = does(actions, READER, verb, id=id, tag="sea", source="x", title="y", token="z")
        assert "needs the role write, and yours is read" in view.notice
    assert library.entries() == before
    for person in (READER, WRITER_OF_ALL):
        assert "needs the role admin" in does(actions, person, "examine").notice
    assert "sound" in does(actions, EVERYBODY, "examine").notice


@pytest.mark.parametrize("verb", ["open", "tag", "untag", "rename", "remove"])
def test_a_document_of_others_cannot_be_touched(
    actions: LibraryActions, library: Library, verb: str
) -> None:
    before = library.entries()
    asked = {"tag": "sea", "source": "x.txt", "title": "X"}
    refused = does(actions, WRITER, verb, id=library.find("bread.md").id, **asked)
    missing = does(actions, WRITER, verb, id="0" * 64, **asked)
    assert refused.notice == missing.notice != ""
    assert refused.opened is None
    assert library.entries() == before


def test_a_writer_moves_documents_between_their_collections_but_not_out_of_them(
    actions: LibraryActions, library: Library
) -> None:
    id = library.find("birds.txt").id
    assert "none of your collections" in does(actions, BOTH, "tag", id=id, tag="kitchen").notice
    assert "none of your collections" in does(actions, BOTH, "untag", id=id, tag="board").notice
    assert "so it stays" in does(actions, BOTH, "untag", id=id, tag="sea").notice
    assert library.find(id).tags == ("board", "sea")
    assert does(actions, BOTH, "tag", id=id, tag="land").notice == ""
    assert does(actions, BOTH, "untag", id=id, tag="sea").notice == ""
    assert library.find(id).tags == ("board", "land")
    assert "no longer" in does(actions, WRITER, "untag", id=id, tag="sea").notice


def test_a_name_of_others_cannot_be_taken(actions: LibraryActions, library: Library) -> None:
    id = library.find("birds.txt").id
    taken = does(actions, WRITER, "rename", id=id, source="bread.md", title="Birds")
    assert "in a collection that is not yours; choose another name" in taken.notice
    assert does(actions, WRITER, "rename", id=id, source="b.txt", title="B").notice
    assert library.find("b.txt").tags == ("board", "sea")


def test_a_removal_is_undone_by_those_who_see_the_document(
    actions: LibraryActions, library: Library
) -> None:
    view = does(actions, WRITER, "remove", id=library.find("birds.txt").id)
    assert "Undo" in shown(actions, WRITER, view)
    for person in (READER, Person("walt", "write", frozenset({"land"}))):
        assert "birds" not in shown(actions, person, view)
    elsewhere = actions.of(Person("walt", "write", frozenset({"land"})))
    refused = elsewhere.do(view, {"verb": "undo", "token": view.removed[0].token})
    assert "stays removed" in refused.notice
    assert library.entry("birds.txt") is None
    actions.of(WRITER).do(view, {"verb": "undo", "token": view.removed[0].token})
    assert library.find("birds.txt").tags == ("board", "sea")


def test_files_that_could_not_be_read_are_forgotten_by_those_who_see_them(
    actions: LibraryActions, library: Library
) -> None:
    assert "no longer" in does(actions, WRITER, "forget", id=UNREAD).notice
    assert library.refusals()
    does(actions, WRITER_OF_ALL, "forget", id=UNREAD)
    assert not library.refusals()


def test_questions_of_an_open_document_are_not_given_once_it_left_the_collection(
    actions: LibraryActions, library: Library
) -> None:
    id = library.find("birds.txt").id
    view = does(actions, READER, "open", id=id)
    shown(actions, READER, view)
    assert actions.of(READER).questions(view) is not None
    library.tag([id], remove=["sea"])
    assert actions.of(READER).questions(view) is None
    assert "mussels" not in shown(actions, READER, view)


def test_a_writer_is_told_into_which_collection_an_upload_goes() -> None:
    assert "Your collection: <b>" in upload_view.collections(SEA)
    assert "as its tag" in upload_view.collections(frozenset({"a<b", "c"}))
    assert "a&lt;b" in upload_view.collections(frozenset({"a<b", "c"}))
    assert upload_view.collections(None) == ""


def test_who_has_no_document_yet_is_told_so(actions: LibraryActions) -> None:
    page = shown(actions, Person("nina", "read", frozenset({"nowhere"})))
    assert "There is no document for you yet" in page
    assert "Drop files" not in page
