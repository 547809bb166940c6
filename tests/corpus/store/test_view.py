"""A view of a library: only the documents that carry any of some tags, as if no others existed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import DocumentNotFoundError, LibraryError, TagNotFoundError, UsageError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.store.schema import MIGRATIONS
from pincite.corpus.store.view import _tables
from pincite.retrieval.libraries import open_library
from tests.retrieval.conftest import fill, make_document
from tests.stores import STORES, new_library

SAME = "The office opens at nine."
TAGS = {
    "/a/anna.txt": ["anna"],
    "/b/anna-and-ben.txt": ["anna", "ben"],
    "/b/ben.txt": ["ben", "o'brien"],
    "/c/nobody.txt": [],
    "/c/ben/report.txt": ["ben"],
    "/d/anna/report.txt": ["anna"],
}


@pytest.fixture(params=STORES)
def library(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Library]:
    """Documents of Anna, of Ben, of both and of nobody; and a file that could not be read."""
    with new_library(tmp_path / "library", request.param) as opened:
        fill(opened, *(make_document(f"{SAME} Of {source}.", source) for source in TAGS))
        for source, tags in TAGS.items():
            opened.tag([opened.find(source).id], add=tags)
        opened.record_failures([Refusal("/b/ben.pdf", "it is damaged")])
        yield opened


def sources(library: Library) -> set[str]:
    return {entry.source for entry in library.entries()}


def of(*people: str) -> set[str]:
    """The sources of what these people may see."""
    return {source for source, tags in TAGS.items() if set(people) & set(tags)}


@pytest.mark.parametrize(
    "tags", [["anna"], ["ben"], ["anna", "ben"], ["o'brien"], ["nobody"], [], ["  anna "]]
)
def test_a_view_lists_the_documents_with_any_of_its_tags(library: Library, tags: list[str]) -> None:
    view, there = library.limited_to(tags), of(*(tag.strip() for tag in tags))
    assert sources(view) == there
    assert view.ids() == {library.find(source).id for source in there}
    assert view.document_count() == view.counts()[0] == len(there)
    assert view.counts()[1] == sum(entry.passages for entry in view.entries())
    assert set(view.tags()) == {tag.strip() for tag in tags} & {"anna", "ben", "o'brien"}


def test_a_view_of_all_tags_has_all_tagged_documents(library: Library) -> None:
    view = library.limited_to(library.tags())
    assert view.entries() == [entry for entry in library.entries() if entry.tags]
    assert view.tags() == library.tags()


def test_a_tag_that_is_not_of_the_view_is_not_told_on_a_shared_document(library: Library) -> None:
    view = library.limited_to(["anna"])
    assert view.find("anna-and-ben.txt").tags == ("anna",)
    assert view.tags() == {"anna": 3}
    assert view.known_tags() == "the tags are anna"
    with pytest.raises(TagNotFoundError, match=r"has the tag 'ben'; the tags are anna$"):
        view.tagged(["ben"])


def test_a_view_of_a_view_is_never_wider(library: Library) -> None:
    anna = library.limited_to(["anna"])
    assert sources(anna.limited_to(["anna", "ben"])) == of("anna")
    assert sources(anna.limited_to(["ben"])) == set()
    assert (library.limits, anna.limits) == (None, {"anna"})


@pytest.mark.parametrize("name", ["ben.txt", "/b/ben.txt", "bne.txt", "ID", "DIGITS", "TITLE"])
def test_a_document_of_others_is_missing_in_the_words_for_any_that_is(
    library: Library, name: str
) -> None:
    foreign = library.find("/b/ben.txt")
    name = {"ID": foreign.id, "DIGITS": foreign.id[:12], "TITLE": foreign.title}.get(name, name)
    anna = library.limited_to(["anna"])
    with pytest.raises(DocumentNotFoundError) as refused:
        anna.find(name)
    assert "ben.txt" not in str(refused.value).replace("anna-and-ben.txt", "").replace(name, "")
    assert f"has no document {name!r}" in str(refused.value)


def test_a_name_that_two_documents_have_means_the_one_that_may_be_seen(library: Library) -> None:
    assert library.limited_to(["anna"]).find("report.txt").source == "/d/anna/report.txt"
    assert library.limited_to(["ben"]).find("report.txt").source == "/c/ben/report.txt"


def test_nothing_is_read_of_a_document_of_others(library: Library) -> None:
    foreign = library.find("/b/ben.txt")
    passages = library.passage_ids([foreign.id])
    keys = {stored.passage.key(text) for stored, _, text in library.passages_in_texts()}
    anna = library.limited_to(["anna"])
    unknown = "0" * 64
    assert _said(lambda: anna.document(foreign.id)) == _said(
        lambda: anna.document(unknown), unknown[:12], foreign.id[:12]
    )
    assert anna.passages(passages) == anna.vectors(passages) == {}
    assert anna.passage_ids([foreign.id]) == []
    assert (anna.layout(foreign.id), anna.original(foreign.id)) == (None, None)
    assert not anna.has_original(foreign.id)
    assert anna.entry(foreign.source) is None
    assert not anna.has(foreign.id)
    assert anna.with_words("Of /b/ben.txt", 9) == []
    assert foreign.source not in anna.taken()
    assert {stored.document for stored, _, _ in anna.passage_texts()} == anna.ids()
    assert {id for id, _ in anna.passage_vectors()} == set(anna.passage_ids(anna.ids()))
    own = {stored.passage.key(text) for stored, _, text in anna.passages_in_texts()}
    assert anna.embedded(keys) == own < keys


def test_a_file_that_could_not_be_read_is_nobodys(library: Library) -> None:
    view = library.limited_to(["anna", "ben"])
    assert (view.refusals(), view.refusal("/b/ben.pdf")) == ([], None)
    assert view.find_refused("ben.pdf") is None
    assert library.find_refused("ben.pdf") == "/b/ben.pdf"


def test_a_view_is_of_the_present(library: Library) -> None:
    view = library.limited_to(["anna"])
    before, generation = view.change_counter, view.generation
    with open_library(library.name) as other:
        other.tag([other.find("/b/ben.txt").id], add=["anna"])
        other.tag([other.find("/a/anna.txt").id], remove=["anna"])
    assert sources(view) == (of("anna") | {"/b/ben.txt"}) - {"/a/anna.txt"}
    assert view.change_counter != before
    assert view.generation == generation == library.generation


def test_a_snapshot_of_a_view_holds_still(library: Library) -> None:
    view = library.limited_to(["anna"])
    with view.snapshot():
        there = sources(view)
        with open_library(library.name) as other:
            other.tag([other.find("/a/anna.txt").id], remove=["anna"])
        assert sources(view) == there
    assert sources(view) == there - {"/a/anna.txt"}


WRITES: dict[str, Callable[[Library, str], Any]] = {
    "remove": lambda view, id: view.remove([id]),
    "tag": lambda view, id: view.tag([id], add=["mine"]),
    "rename": lambda view, id: view.rename(id, "other.txt"),
    "compact": lambda view, id: view.compact(),
    "touch": lambda view, id: view.touch({}),
    "put": lambda view, id: view.put([], {}, "hashing"),
    "record_failures": lambda view, id: view.record_failures([]),
    "replace_vectors": lambda view, id: view.replace_vectors(view, "hashing"),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_view_can_only_be_read(library: Library, write: str) -> None:
    before = library.change_counter
    with pytest.raises(LibraryError, match="can only be read"):
        WRITES[write](library.limited_to(["anna"]), library.find("/a/anna.txt").id)
    assert library.change_counter == before


def test_closing_a_view_leaves_the_library_open(library: Library) -> None:
    library.limited_to(["anna"]).close()
    assert sources(library) == set(TAGS)


def test_a_tag_that_is_none_is_refused(library: Library) -> None:
    with pytest.raises(UsageError, match="a comma"):
        library.limited_to(["a,b"])


def test_every_table_of_the_library_is_limited() -> None:
    """A table that comes later is none of a view's until somebody says which rows are."""
    script = "\n".join(MIGRATIONS)
    tables = set(re.findall(r"CREATE TABLE (\w+)", script))
    begin = _tables(frozenset(["a"]), None)
    limited = set(re.findall(r"(\w+) AS NOT MATERIALIZED", begin))
    assert tables == limited


def _said(work: Callable[[], Any], there: str = "", instead: str = "") -> str:
    with pytest.raises(DocumentNotFoundError) as refused:
        work()
    return str(refused.value).replace(there, instead) if there else str(refused.value)
