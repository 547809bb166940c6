"""What a person sees while documents are taken in, and after."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from pincite.ingest.events import Event, Summary
from pincite.ui.text.progress import ingesting, show_summary
from tests.ui.test_terminal import MARK, RED, REVERSED, acts_on_a_terminal, console, shown

REFUSED = Event(f"/{RED}b.txt", "refused", reason=f"/{RED}b.txt is [empty]")


def test_the_progress_bar_leaves_only_what_a_person_should_know() -> None:
    page = console(is_terminal=True)
    with ingesting(page) as listener:
        listener.on_embedded(64)
        listener.on_event(Event("/a.txt", "added", 3))
        listener.on_event(Event("/c.pdf", "added", 3, warnings=("page 2 has no text",)))
        listener.on_event(Event("/d.txt", "removed", 3))
        listener.on_event(REFUSED)
    lines = shown(page)
    assert f"refused: /{MARK}[31mb.txt is [empty]\n" in lines
    assert "removed: /d.txt" in lines
    assert "warning: page 2 has no text" in lines
    assert "/a.txt" not in lines


def test_the_bar_says_how_many_files_there_are_which_is_in_hand_and_the_time_left() -> None:
    page = console(is_terminal=True, width=80)
    with ingesting(page, files=["a", "b", "c"]) as listener:
        listener.on_begun(f"/far/{RED}away/a-rather-long-name-of-an-annual-report.pdf")
        time.sleep(0.3)
        assert "0 of 3 files, 0 passages" in shown(page)
        assert "time left unknown" in shown(page)
        assert "…of-an-annual-report.pdf" in shown(page)
        assert "/far/" not in shown(page)
        listener.on_event(Event("/gone.txt", "removed"))
        listener.on_event(Event("/a.txt", "added", 3))
    assert "1 of 3 files" in shown(page)


def test_a_file_that_is_ready_is_counted_once_and_told_of_when_it_is_committed() -> None:
    page = console(is_terminal=True, width=80)
    with ingesting(page, files=["a", "b", "c"]) as listener:
        listener.on_ready("/a.txt")
        listener.on_ready(REFUSED.source)
        time.sleep(0.3)
        assert "2 of 3 files" in shown(page)
        assert "refused" not in shown(page)
        for event in (Event("/a.txt", "added", 3), REFUSED, Event("/c.txt", "unchanged")):
            listener.on_event(event)
    assert "3 of 3 files" in shown(page)
    assert "4 of 3 files" not in shown(page)
    assert "refused" in shown(page)


def test_files_that_cannot_be_counted_are_no_reason_to_stop() -> None:
    def files() -> Iterator[str]:
        yield "a"
        raise OSError("the disk is gone")

    with ingesting(console(is_terminal=True), files=files()) as listener:
        listener.on_event(Event("/a.txt", "added", 3))


def test_without_a_terminal_each_source_is_a_plain_line() -> None:
    page = console(width=20)
    with ingesting(page) as listener:
        listener.on_embedded(64)
        listener.on_event(Event(f"/{REVERSED}[bold]/a-rather-long-name.txt", "added", 3))
    assert shown(page) == f"added: /{MARK}[bold]/a-rather-long-name.txt, 3 passages\n"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_while_folders_are_watched_only_changes_are_said_and_a_refusal_once(
    is_terminal: bool,
) -> None:
    page = console(is_terminal=is_terminal)
    with ingesting(page, only_changes=True) as listener:
        for _ in "two passes":
            listener.on_event(Event("/a.txt", "unchanged", 3))
            listener.on_event(Event("/b.txt", "refused", reason="/b.txt is empty"))
        listener.on_event(Event("/a.txt", "replaced", 3))
    assert shown(page).splitlines() == ["refused: /b.txt is empty", "replaced: /a.txt, 3 passages"]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_nothing_that_is_said_of_a_file_acts_on_the_terminal(is_terminal: bool) -> None:
    page = console(is_terminal=is_terminal, width=200)
    with ingesting(page, only_changes=True) as listener:
        listener.on_event(REFUSED)
        listener.on_event(Event(f"/{RED}\n.txt", "added", 1, warnings=(f"{RED}page\n{REVERSED}",)))
    kinds = Counter({f".{RED}x{REVERSED}": 1})
    show_summary(page, Summary([], passed_over=kinds), 1)
    assert acts_on_a_terminal(shown(page)) == []
    assert len(shown(page).splitlines()) == 5


def test_the_summary_counts_every_outcome() -> None:
    page = console()
    events = [Event("/a", "added"), Event("/b", "added"), Event("/c", "refused", reason="no")]
    show_summary(page, Summary(events, embedded=9), 1.25)
    assert shown(page) == (
        "2 added, 0 replaced, 0 unchanged, 1 refused; 9 passages embedded in 1.2 s\n"
    )


def test_the_summary_counts_what_was_removed_and_what_was_warned_of() -> None:
    page = console()
    events = [Event("/a", "added", warnings=("page 1 has no text",)), Event("/b", "removed")]
    show_summary(page, Summary(events), 1.25)
    assert shown(page).startswith(
        "1 added, 0 replaced, 0 unchanged, 1 removed, 0 refused, 1 with a warning; 0 passages"
    )


@pytest.mark.parametrize("is_terminal", [True, False])
def test_every_warning_is_named_up_to_a_number_and_then_counted(is_terminal: bool) -> None:
    page = console(is_terminal=is_terminal)
    warnings = tuple(f"page {number} has no text" for number in range(23))
    with ingesting(page) as listener:
        listener.on_event(Event("/a.pdf", "added", 3, warnings=warnings))
    said = shown(page)
    assert [f"warning: {warning}\n" in said for warning in warnings] == [True] * 20 + [False] * 3
    assert "and 3 more warnings; see: pincite documents" in said


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_copy_is_said_when_it_is_taken_and_counted_whenever(is_terminal: bool) -> None:
    page = console(is_terminal=is_terminal)
    events = [
        Event("/b.txt", "added", 1, same_as=f"/{RED}a.txt"),
        Event("/c.txt", "unchanged", 1, same_as="/a.txt"),
    ]
    with ingesting(page) as listener:
        for event in events:
            listener.on_event(event)
    show_summary(page, Summary(events), 1)
    assert shown(page).count("the same contents as /") == 1
    assert "2 files have the same contents as others; see: pincite documents" in shown(page)
    assert acts_on_a_terminal(shown(page)) == [] or is_terminal


def test_the_summary_names_the_kinds_of_files_that_no_reader_takes() -> None:
    page = console(width=200)
    kinds = Counter({f".{number:02}": 40 - number for number in range(10)})
    show_summary(page, Summary([], passed_over=kinds), 1)
    said = shown(page).splitlines()[1]
    assert said.startswith("left out: 355 files that Pincite does not read: .00 40, .01 39, ")
    assert said.endswith(".07 33, and 2 more kinds")
