"""Files on their way into a library, again and again: only what changed is opened and read."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry
from pincite.ingest import pipeline, storing
from pincite.ingest import run_log as notes
from pincite.ingest.events import Event, Listener, Summary
from pincite.ingest.files import read as files
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import Failed, Request, open_file
from pincite.ingest.files.walk import Source, find_sources
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.retrieval.search.indexes import index_problems
from tests.ingest.test_pipeline import CountingEmbedder, held, outcomes

GULLS, OWLS = "Gulls nest on cliffs.", "Owls hunt at night."
BAD = "tests.ingest.processes.bad_readers:read"
LONG_AGO_NS = 1_600_000_000 * 10**9


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def write(file: Path, text: str | bytes, *, long_ago: bool = True) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    if long_ago:
        os.utime(file, ns=(LONG_AGO_NS, LONG_AGO_NS + len(text)))
    return file


def take(library: Library, folder: Path, **options: object) -> Summary:
    found = find_sources([folder], may_be_empty=True)
    return ingest_sources(
        found,
        library,
        CountingEmbedder(),
        options=replace(Options(workers=1), **options),  # type: ignore[arg-type]
    )


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened."""
    names: list[str] = []

    def noted(request: Request) -> object:
        names.append(request.source.path.name)
        return open_file(request)

    monkeypatch.setattr("pincite.ingest.processes.reader_pool.open_file", noted)
    return names


def entry(library: Library) -> Entry:
    (only,) = library.entries()
    return only


def test_a_second_run_opens_nothing_and_says_that_all_is_unchanged(
    library: Library, folder: Path, opened: list[str]
) -> None:
    for name in ("a.txt", "b.md", "in/c.txt"):
        write(folder / name, GULLS)
    take(library, folder)
    before, generation = library.entries(), library.generation
    opened.clear()
    summary = take(library, folder)
    assert outcomes(summary) == [(name, "unchanged") for name in ("a.txt", "b.md", "c.txt")]
    assert (opened, summary.embedded) == ([], 0)
    assert (library.entries(), library.generation) == (before, generation)


def test_a_file_that_was_only_touched_is_not_replaced_and_then_not_opened(
    library: Library, folder: Path, opened: list[str]
) -> None:
    file = write(folder / "a.txt", GULLS)
    take(library, folder)
    os.utime(file, ns=(LONG_AGO_NS, LONG_AGO_NS + 7))
    assert outcomes(take(library, folder)) == [("a.txt", "unchanged")]
    assert library.generation == 1
    opened.clear()
    take(library, folder)
    assert opened == []


def test_a_file_that_changed_replaces_its_old_self(library: Library, folder: Path) -> None:
    file = write(folder / "a.txt", GULLS)
    take(library, folder)
    write(file, OWLS + " Truly.")
    assert outcomes(take(library, folder)) == [("a.txt", "replaced")]
    assert held(library) == {str(file): OWLS + " Truly."}


def test_a_change_of_the_same_size_in_the_moment_of_reading_is_not_missed(
    library: Library, folder: Path
) -> None:
    file = write(folder / "a.txt", "one owl", long_ago=False)
    now = time.time_ns()
    os.utime(file, ns=(now, now))
    take(library, folder)
    file.write_text("two owl", "utf-8")
    os.utime(file, ns=(now, now))
    assert outcomes(take(library, folder)) == [("a.txt", "replaced")]
    assert held(library) == {str(file): "two owl"}


def test_a_file_is_read_anew_by_a_better_reader(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(folder / "a.txt", GULLS)
    take(library, folder)
    old = entry(library).origin
    assert old is not None
    library.touch({str(file): replace(old, reader="text/plain/0")})
    assert outcomes(take(library, folder)) == [("a.txt", "replaced")]
    assert entry(library).origin == replace(old, read_at_ns=entry(library).origin.read_at_ns)  # type: ignore[union-attr]


def test_a_document_says_which_file_it_is_from(library: Library, folder: Path) -> None:
    write(folder / "a.txt", GULLS)
    take(library, folder)
    origin = entry(library).origin
    assert origin is not None
    assert (origin.size, origin.mtime_ns) == (len(GULLS), LONG_AGO_NS + len(GULLS))
    assert origin.reader.startswith("text/plain/")
    assert len(origin.sha256) == 64


def test_a_title_that_a_person_gave_stays_until_they_give_another(
    library: Library, folder: Path
) -> None:
    file = write(folder / "a.txt", GULLS)

    def titled(title: str | None) -> tuple[str, str]:
        summary = ingest_sources([Source(file, title)], library, CountingEmbedder())
        return summary.events[0].outcome, entry(library).title

    assert titled("On gulls") == ("added", "On gulls")
    assert titled("On gulls") == ("unchanged", "On gulls")
    assert titled(None) == ("unchanged", "On gulls")
    assert titled("Gulls") == ("replaced", "Gulls")


def test_a_refused_file_is_remembered_and_named_again_without_being_opened(
    library: Library, folder: Path, opened: list[str]
) -> None:
    file = write(folder / "a.txt", b"\0\1\2")
    first = take(library, folder)
    opened.clear()
    second = take(library, folder)
    assert (opened, second.events) == ([], first.events)
    (refusal,) = library.refusals()
    assert (refusal.source, refusal.reason) == (str(file), first.events[0].reason)


@pytest.mark.parametrize("mend", ["change", "restore"])
def test_a_refused_file_that_was_mended_is_no_more_refused(
    library: Library, folder: Path, mend: str
) -> None:
    file = write(folder / "a.txt", GULLS)
    take(library, folder)
    write(file, b"\0\1\2")
    assert outcomes(take(library, folder)) == [("a.txt", "refused")]
    assert held(library) == {str(file): GULLS}
    write(file, GULLS if mend == "restore" else OWLS + " Truly.")
    expected = "unchanged" if mend == "restore" else "replaced"
    assert outcomes(take(library, folder)) == [("a.txt", expected)]
    assert library.refusals() == []


def test_a_file_that_crashed_its_reader_is_not_read_again_until_it_changes(
    library: Library, folder: Path
) -> None:
    file = write(folder / "a.txt", "crash")
    first = take(library, folder, reading=BAD)
    assert take(library, folder, reading="nothing:nothing").events == first.events
    write(file, "mended", long_ago=True)
    assert outcomes(take(library, folder, reading=BAD)) == [("a.txt", "added")]


def test_a_file_that_took_too_long_is_read_again_with_more_time(
    library: Library, folder: Path
) -> None:
    write(folder / "a.txt", "hang")
    reasons = [
        take(library, folder, reading=BAD, seconds=seconds).refused[0].reason
        for seconds in (0.2, 0.2, 0.4)
    ]
    assert ["0.2 s" in reason for reason in reasons] == [True, True, False]
    assert "over 0.4 s" in reasons[2]


def test_a_file_that_is_too_large_is_refused_unread_and_taken_when_it_may_be(
    library: Library, folder: Path, opened: list[str]
) -> None:
    write(folder / "a.txt", GULLS + 2_100_000 * " ")
    summary = take(library, folder, largest=1_000_000)
    assert opened == []
    assert "a.txt has 2.1 MB, and a file may have 1 MB" in summary.refused[0].reason
    assert "--largest 3" in summary.refused[0].reason
    assert outcomes(take(library, folder, largest=3_000_000)) == [("a.txt", "added")]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such things")
def test_a_thousand_files_are_taken_though_some_are_none(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    for number in range(1000):
        write(folder / f"{number:04}.txt", f"Gull number {number} sat there.")
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("folder/s.txt")  # the whole path may be too long for one
        (folder / "nowhere.txt").symlink_to("nothing")
        (folder / "self.txt").symlink_to("self.txt")
        (folder / "up").symlink_to("..", target_is_directory=True)
        write(folder / "binary.txt", b"\0\1\2")
        summary = take(library, folder)
    assert (summary.count("added"), len(library.entries())) == (1000, 1000)
    reasons = {Path(event.source).name: event.reason for event in summary.refused}
    assert sorted(reasons) == ["binary.txt", "nowhere.txt", "pipe.txt", "s.txt", "self.txt"]
    assert "is not a regular file" in reasons["pipe.txt"]
    assert "is not a regular file" in reasons["s.txt"]
    assert "link to nothing" in reasons["nowhere.txt"]
    assert "symbolic links" in reasons["self.txt"]


@pytest.mark.parametrize("name", ["a\nb.txt", "x" * 251 + ".txt", "a\u202eb.txt"])
def test_a_file_of_any_name_is_taken_and_known_again(
    library: Library, folder: Path, name: str
) -> None:
    write(folder / name, GULLS)
    assert outcomes(take(library, folder)) == [(name, "added")]
    assert outcomes(take(library, folder, sync=True)) == [(name, "unchanged")]


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a name be any bytes")
def test_a_file_whose_name_is_no_text_is_not_taken_for_gone(library: Library, folder: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")), GULLS)
    assert outcomes(take(library, folder)) == [("caf\ufffd.txt", "added")]
    assert outcomes(take(library, folder, sync=True)) == [("caf\ufffd.txt", "unchanged")]


def growing(file: Path, times: int) -> Callable[..., object]:
    """``Path.open``, but the file has grown, each of the first so many times, once it is open."""
    left, usual = times, Path.open

    def grow(path: Path, mode: str = "r", *others: Any, **named: Any) -> object:
        nonlocal left
        stream = usual(path, mode, *others, **named)
        if path == file and left:
            left -= 1
            with usual(path, "a") as more:
                more.write(" More.")
        return stream

    return grow


@pytest.mark.parametrize(("times", "outcome"), [(2, "added"), (3, "refused")])
def test_a_file_that_grows_while_it_is_read_is_read_again_up_to_three_times(
    library: Library,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    outcome: str,
) -> None:
    file = write(folder / "a.txt", GULLS)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", growing(file, times))
        summary = take(library, folder)
    assert outcomes(summary) == [("a.txt", outcome)]
    if outcome == "refused":
        assert "changed each of the 3 times that it was read" in summary.refused[0].reason
        assert outcomes(take(library, folder)) == [("a.txt", "added")]
    assert held(library) == {str(file): GULLS + " More." * times}


def test_a_file_that_vanishes_before_it_is_read_is_refused_and_not_remembered(
    library: Library, folder: Path
) -> None:
    source = Source(write(folder / "a.txt", GULLS))
    source.path.unlink()
    summary = ingest_sources([source], library, CountingEmbedder())
    assert "does not exist any more" in summary.refused[0].reason
    assert library.refusals() == []


def test_what_is_gone_is_forgotten_only_when_that_is_asked_for(
    library: Library, folder: Path
) -> None:
    for name in ("a.txt", "b.txt", "in/c.txt"):
        write(folder / name, f"{GULLS} {name}")
    write(folder / "d.txt", b"\0\1\2")
    elsewhere = write(folder.parent / "folder2" / "e.txt", OWLS)
    take(library, folder)
    ingest_sources([Source(elsewhere)], library, CountingEmbedder())
    for name in ("a.txt", "in/c.txt", "d.txt"):
        (folder / name).unlink()
    elsewhere.unlink()
    assert outcomes(take(library, folder)) == [("b.txt", "unchanged")]
    assert len(library.entries()) == 4
    summary = take(library, folder, sync=True)
    assert outcomes(summary) == [("b.txt", "unchanged"), ("a.txt", "removed"), ("c.txt", "removed")]
    assert set(held(library)) == {str(folder / "b.txt"), str(elsewhere)}
    assert (library.refusals(), index_problems(library)) == ([], [])


def test_a_file_that_is_there_but_left_out_is_not_forgotten(library: Library, folder: Path) -> None:
    write(folder / "a.txt", GULLS)
    write(folder / "b.txt", OWLS)
    take(library, folder)
    write(folder / ".gitignore", "a.txt")
    assert outcomes(take(library, folder, sync=True)) == [("b.txt", "unchanged")]
    assert len(library.entries()) == 2


def test_a_file_that_is_withheld_is_not_forgotten(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = os.stat

    def withheld(path: Any, **named: Any) -> os.stat_result:
        if str(path).endswith("a.txt"):
            raise PermissionError(13, "Permission denied")
        return usual(path, **named)

    write(folder / "a.txt", GULLS)
    take(library, folder)
    (folder / "a.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", withheld)
        assert take(library, folder, sync=True).events == []
    assert outcomes(take(library, folder, sync=True)) == [("a.txt", "removed")]


def test_a_folder_that_cannot_be_walked_is_refused_and_keeps_its_documents(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = os.scandir

    def withheld(path: str) -> object:
        if path == str(folder / "in"):
            raise PermissionError(13, "Permission denied")
        return usual(path)

    write(folder / "a.txt", GULLS)
    write(folder / "in" / "b.txt", OWLS)
    take(library, folder)
    monkeypatch.setattr(os, "scandir", withheld)
    summary = take(library, folder, sync=True)
    assert outcomes(summary) == [("a.txt", "unchanged"), ("in", "refused")]
    assert "cannot be read: Permission denied; check its permissions" in summary.refused[0].reason
    assert len(library.entries()) == 2


def test_originals_are_kept_when_that_is_asked_for_also_of_what_is_there(
    library: Library, folder: Path
) -> None:
    file = write(folder / "a.txt", b"Gulls\r\nnest.")
    take(library, folder)
    assert library.original(entry(library).id) is None
    summary = take(library, folder, originals=Originals.ALL)
    assert (outcomes(summary), summary.embedded) == ([("a.txt", "replaced")], 0)
    assert library.original(entry(library).id) == file.read_bytes()
    assert outcomes(take(library, folder, originals=Originals.ALL)) == [("a.txt", "unchanged")]


def test_the_summary_counts_what_no_reader_takes(library: Library, folder: Path) -> None:
    for name in ("a.txt", "b.MP4", "c.mp4", "d.unheard"):
        write(folder / name, GULLS)
    summary = take(library, folder)
    assert summary.passed_over == {".mp4": 2, ".unheard": 1}
    assert library.refusals() == []


def test_refusals_are_told_when_they_are_noted(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "_MOST", 2)
    for number in range(5):
        write(folder / f"{number}.txt", b"\0\1\2")
    noted: list[bool] = []

    def look(event: Event) -> None:
        noted.append(library.refusal(event.source) is not None)

    sources = find_sources([folder])
    ingest_sources(sources, library, CountingEmbedder(), Listener(on_event=look))
    assert noted == [True] * 5


def test_it_stops_after_the_batch_in_hand_and_goes_on_from_there(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_BATCH_PASSAGES", 2)
    for number in range(10):
        write(folder / f"{number}.txt", f"Gull {number} sat there.")
    heard: list[Event] = []
    summary = ingest_sources(
        find_sources([folder]),
        library,
        CountingEmbedder(),
        Listener(on_event=heard.append),
        stopping=lambda: len(heard) >= 4,
    )
    assert summary.stopped
    assert [event.outcome for event in heard] == ["added"] * len(heard)
    assert set(held(library)) == {event.source for event in heard}
    assert 4 <= len(heard) < 10
    again = take(library, folder)
    assert (again.count("unchanged"), again.count("added")) == (len(heard), 10 - len(heard))
    assert (again.stopped, index_problems(library)) == (False, [])


def test_a_long_document_is_embedded_in_parts_and_a_stop_loses_none_of_them(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_PART_PASSAGES", 3)
    write(folder / "a.md", "\n\n".join(f"# Part {n}\n\nGull {n} sat there." for n in range(10)))
    embedder, whole = CountingEmbedder(), CountingEmbedder()
    stopped = ingest_sources(
        find_sources([folder]),
        library,
        embedder,
        stopping=lambda: bool(embedder.given),
    )
    assert (stopped.stopped, library.entries()) == (True, [])
    before = len(embedder.given)
    done = ingest_sources(find_sources([folder]), library, embedder)
    with Library.open(folder.parent / "other", create=True) as other:
        ingest_sources(find_sources([folder]), other, whole)
        assert list(other.passage_texts()) == list(library.passage_texts())
    assert 0 < before < len(embedder.given) == len(whole.given)
    assert (outcomes(done), library.problems()) == ([("a.md", "added")], [])


def test_indexes_that_a_killed_run_left_unpublished_are_published_by_the_next(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a.txt", GULLS)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "publish", lambda library: None)
        take(library, folder)
    assert index_problems(library) != []
    assert outcomes(take(library, folder)) == [("a.txt", "unchanged")]
    assert index_problems(library) == []


def test_warnings_of_a_document_are_told_and_stay(library: Library, folder: Path) -> None:
    write(folder / "a.txt", "Café au lait is good coffee.".encode("latin-1"))
    summary = take(library, folder)
    assert [event.outcome for event in summary.warned] == ["added"]
    assert entry(library).warnings == summary.warned[0].warnings != ()


def test_a_request_for_a_folder_is_refused(folder: Path) -> None:
    result = files.read_file(Request(Source(folder)))
    assert isinstance(result, Failed)
    assert "is not a regular file" in result.reason
