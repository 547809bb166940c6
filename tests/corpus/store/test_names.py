"""Which document a name means: one is found, several are listed, and nobody guesses."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import AmbiguousIdError, DocumentNotFoundError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.types import Document, Section, Span
from tests.stores import STORES, new_library

PARTS = st.sampled_from(["a", "b", "report.pdf", "2024", "x y", "Ünï.txt", "abcdef"])
SOURCES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
ROOTED = st.tuples(st.sampled_from(["", "/", "https://e.org/"]), SOURCES).map("".join)


def put(library: Library, *documents: tuple[str, str]) -> None:
    """Store documents by source and title."""
    made = [
        (Document(source, title, "Gulls.", (Section(Span(0, 6)),)), ())
        for source, title in documents
    ]
    library.put(made, {}, "none")


@pytest.fixture(params=STORES)
def library(tmp_path: Path, request: pytest.FixtureRequest) -> Library:
    return new_library(tmp_path / "library", request.param)


def found(library: Library, name: str) -> str:
    return library.find(name).source


@pytest.mark.parametrize(
    "name",
    ["/home/x/2024/report.pdf", "report.pdf", "2024/report.pdf", "./report.pdf", "Birds of 2024"],
)
def test_a_document_is_found_by_source_base_name_ending_and_title(
    library: Library, name: str
) -> None:
    put(library, ("/home/x/2024/report.pdf", "Birds of 2024"), ("/home/x/owls.txt", "Owls"))
    assert found(library, name) == "/home/x/2024/report.pdf"


@pytest.mark.parametrize("name", ["\ud800", "report.pdf\udcff", "\0"])
def test_a_name_that_is_no_text_is_that_of_no_document(library: Library, name: str) -> None:
    put(library, ("/home/x/2024/report.pdf", "Birds of 2024"))
    with pytest.raises(DocumentNotFoundError, match="has no document"):
        library.find(name)
    assert library.find_refused(name) is None
    assert library.entry(name) is None


def test_a_relative_path_means_the_file_from_here_and_not_another_of_its_name(
    library: Library, tmp_path: Path
) -> None:
    put(library, (str(tmp_path / "a" / "x.txt"), "A"), ("/else/a/x.txt", "B"))
    assert found(library, "a/x.txt") == str(tmp_path / "a" / "x.txt")
    assert found(library, os.path.join("a", "..", "a", "x.txt")) == str(tmp_path / "a" / "x.txt")
    with pytest.raises(AmbiguousIdError):
        library.find("x.txt")


@pytest.mark.parametrize("name", ["eport.pdf", "4/report.pdf", "report", "Bird", "/report.pdf"])
def test_a_piece_of_a_name_or_title_is_not_the_name(library: Library, name: str) -> None:
    put(library, ("/home/x/2024/report.pdf", "Birds"))
    with pytest.raises(DocumentNotFoundError, match="has no document"):
        library.find(name)


def test_a_name_of_two_documents_is_refused_with_both_and_a_way_out(library: Library) -> None:
    put(library, ("/a/report.pdf", "One"), ("/b/report.pdf", "Two"), ("/c/x.txt", "report.pdf"))
    with pytest.raises(AmbiguousIdError) as caught:
        library.find("report.pdf")
    said = str(caught.value)
    assert said.startswith("'report.pdf' matches 3 documents: /a/report.pdf (")
    assert said.endswith("; type more of the path, or the digits in the brackets")
    for entry in library.entries():
        assert f"{entry.source} ({entry.id[:12]})" in said
        assert library.find(entry.id[:12]).id == entry.id


def test_many_documents_of_one_title_are_not_all_listed(library: Library) -> None:
    put(library, *((f"/{n}.txt", "Untitled") for n in range(30)))
    with pytest.raises(AmbiguousIdError, match=r"30 documents: .*, and 25 more; type"):
        library.find("Untitled")


def test_a_misspelt_name_is_answered_with_the_nearest_ones(library: Library) -> None:
    put(library, ("/a/annual-report.pdf", "X"), ("/b/annual-reports.pdf", "Y"), ("/c.txt", "Z"))
    with pytest.raises(DocumentNotFoundError) as caught:
        library.find("anual-report.pdf")
    assert str(caught.value).endswith(
        "has no document 'anual-report.pdf'; the nearest are /a/annual-report.pdf, "
        "/b/annual-reports.pdf; see: pincite documents"
    )
    with pytest.raises(DocumentNotFoundError, match="'quokka'; see: pincite documents"):
        library.find("quokka")


@settings(max_examples=25)  # each makes a library on the disk
@given(st.lists(ROOTED, min_size=1, max_size=6, unique=True), st.lists(PARTS, min_size=6))
def test_the_source_and_the_whole_id_always_win(sources: list[str], titles: list[str]) -> None:
    with TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
        put(library, *zip(sources, titles, strict=False))
        for entry in library.entries():
            assert library.find(entry.source).id == entry.id
            assert library.find(entry.id).id == entry.id


@settings(max_examples=25)  # each makes a library on the disk
@given(st.lists(ROOTED, min_size=1, max_size=6, unique=True), st.lists(PARTS, min_size=6), SOURCES)
def test_a_name_finds_one_document_exactly_where_it_fits_one(
    sources: list[str], titles: list[str], name: str
) -> None:
    with TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
        put(library, *zip(sources, titles, strict=False))
        fits = {
            entry.source
            for entry in library.entries()
            if entry.source.endswith(f"/{name}")
            or entry.title == name
            or (len(name) >= 6 and entry.id.startswith(name))
        }
        if name in sources or len(fits) == 1:
            assert found(library, name) in ([name] if name in sources else fits)
            return
        with pytest.raises(AmbiguousIdError if fits else DocumentNotFoundError) as caught:
            library.find(name)
        assert all(source in str(caught.value) for source in sorted(fits)[:5])


def test_a_file_that_could_not_be_read_is_found_by_its_name_as_well(library: Library) -> None:
    library.record_failures([Refusal(f"/{folder}/x.pdf", "it is empty") for folder in "ab"])
    assert library.find_refused("a/x.pdf") == library.find_refused("/a/x.pdf") == "/a/x.pdf"
    assert library.find_refused("y.pdf") is library.find_refused("") is None
    with pytest.raises(AmbiguousIdError, match=r"matches 2 files .*: /a/x.pdf, /b/x.pdf; type"):
        library.find_refused("x.pdf")


def _steps(library: Library, name: str) -> int:
    """How many hundreds of SQLite's steps it takes to look for a name."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    connection = library._database._connection
    connection.set_progress_handler(step, 100)
    try:
        library.find(name)
    finally:
        connection.set_progress_handler(None, 0)
    return count


def test_a_source_is_found_without_a_look_at_the_others_and_a_name_in_one_pass(
    library: Library,
) -> None:
    put(library, *((f"/a/{n}.txt", f"Title {n}") for n in range(500)))
    exact, loose = _steps(library, "/a/7.txt"), _steps(library, "7.txt")
    put(library, *((f"/a/{n}.txt", f"Title {n}") for n in range(500, 4000)))
    assert _steps(library, "/a/7.txt") <= exact + 1
    assert _steps(library, "7.txt") <= 8.5 * loose
