"""What a person sees while documents are taken in, and after."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from pincite.corpus.counts import counted
from pincite.corpus.errors import PinciteError
from pincite.ingest.events import OUTCOMES, Event, Listener, Outcome, Summary
from pincite.ui.text.control_characters import one_line

_LOUD: tuple[Outcome, ...] = ("refused", "removed")
_KINDS = 8  # of files that no reader takes, named one by one
_WARNINGS = 20  # of one file, named one by one
_NAME = 24  # characters of a file's name beside the bar
_STYLES = {"refused": "red"}


@contextmanager
def ingesting(
    console: Console, *, only_changes: bool = False, files: Iterable[object] = ()
) -> Iterator[Listener]:
    """A moving bar on a terminal, plain lines where there is none.

    With ``only_changes``, lines everywhere; none for what is as it was, and a refusal once.
    ``files`` are all that there will be; they are counted beside the work, for the bar.
    """
    if only_changes or not console.is_terminal:
        refused: set[Event] = set()

        def say(event: Event) -> None:
            if only_changes and (event.outcome == "unchanged" or event in refused):
                return
            if event.outcome == "refused":
                refused.add(event)
            _print(console, event)

        yield Listener(on_event=say)
        return
    columns = (
        BarColumn(bar_width=8),
        _Counts(table_column=Column(no_wrap=True)),
        _TimeLeft(table_column=Column(no_wrap=True)),
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(no_wrap=True, overflow="ellipsis"),
        ),
    )
    with (
        Progress(*columns, console=console, transient=True) as progress,
        _counted(files) as count_all,
    ):
        task = progress.add_task("", total=None, passages=0)
        count_all(lambda count: progress.update(task, total=count))
        embedded = 0

        def on_begun(source: str) -> None:
            progress.update(task, description=_short(one_line(source)))

        def on_embedded(passages: int) -> None:
            nonlocal embedded
            embedded += passages
            progress.update(task, passages=embedded)

        ready: set[str] = set()

        def on_ready(source: str) -> None:
            ready.add(source)
            progress.advance(task)

        def on_event(event: Event) -> None:
            # What was removed is none of the files; what was ready has been counted.
            if event.outcome != "removed" and event.source not in ready:
                progress.advance(task)
            if event.outcome in _LOUD or event.warnings or _is_new_copy(event):
                _print(progress.console, event)

        yield Listener(on_event, on_embedded, on_begun, on_ready)


class _Counts(ProgressColumn):
    """How many files are done, of how many once that is known, and how many passages."""

    def render(self, task: Task) -> Text:
        done = f"{task.completed:.0f} of " if task.total else ""
        files = counted(int(task.total or task.completed), "file")
        return Text(f"{done}{files}, {counted(task.fields['passages'], 'passage')} ·")


class _TimeLeft(ProgressColumn):
    """How long the rest will take, once a file is done from which that can be told."""

    max_refresh = 0.5  # seconds

    def render(self, task: Task) -> Text:
        seconds = task.time_remaining if task.total and task.completed else None
        if seconds is None:
            return Text("time left unknown ·")
        return Text(f"{timedelta(seconds=round(seconds))} left ·")


Counting = Callable[[Callable[[int], None]], None]


@contextmanager
def _counted(files: Iterable[object]) -> Iterator[Counting]:
    """A way to count the files beside the work, which ends with it."""
    ended = threading.Event()

    def count(tell: Callable[[int], None]) -> None:
        number = 0
        with suppress(OSError, PinciteError):  # the work itself says what is wrong
            for _ in files:
                number += 1
                if ended.is_set():
                    return
        if number:
            tell(number)

    thread: list[threading.Thread] = []

    def start(tell: Callable[[int], None]) -> None:
        thread.append(threading.Thread(target=count, args=[tell], daemon=True))
        thread[0].start()

    try:
        yield start
    finally:
        ended.set()
        for one in thread:
            one.join(1)


def _short(source: str) -> str:
    """A file's own name, and of a long one the end, which tells it from others."""
    name = source.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"


def show_summary(console: Console, summary: Summary, seconds: float) -> None:
    """A line on copies, on what became of all sources, and on the files that no reader takes."""
    if copies := len(summary.copies):
        has, others = ("file has", "another") if copies == 1 else ("files have", "others")
        _line(console, f"{copies} {has} the same contents as {others}; see: pincite documents")
    shown = [o for o in OUTCOMES if o != "removed" or summary.count(o)]
    counts = ", ".join(f"{summary.count(outcome)} {outcome}" for outcome in shown)
    if warned := len(summary.warned):
        counts += f", {warned} with a warning"
    _line(console, f"{counts}; {counted(summary.embedded, 'passage')} embedded in {seconds:.1f} s")
    if summary.passed_over:
        _line(console, passed_over(summary.passed_over))


def passed_over(kinds: Counter[str]) -> str:
    """A sentence on the files in folders that no reader takes, by what they are.

    >>> passed_over(Counter({".png": 30, ".exe": 7}))
    'left out: 37 files that Pincite does not read: .png 30, .exe 7'
    >>> passed_over(Counter({".png": 1, "hidden files": 2}))
    'left out: 3 files: hidden files 2, .png 1'
    """
    named = [f"{one_line(kind)} {count}" for kind, count in kinds.most_common(_KINDS)]
    if more := len(kinds) - len(named):
        named.append(f"and {counted(more, 'more kind')}")
    files = counted(kinds.total(), "file")
    unread = all(kind.startswith((".", "without")) for kind in kinds)
    what = f"{files} that Pincite does not read" if unread else files
    return f"left out: {what}: {', '.join(named)}"


def _print(console: Console, event: Event) -> None:
    said = (
        one_line(event.reason) or f"{one_line(event.source)}, {counted(event.passages, 'passage')}"
    )
    _line(console, f"{event.outcome}: {said}", _STYLES.get(event.outcome, ""))
    for warning in event.warnings[:_WARNINGS]:
        _line(console, f"  warning: {one_line(warning)}", "yellow")
    if (more := len(event.warnings) - _WARNINGS) > 0:
        _line(console, f"  and {counted(more, 'more warning')}; see: pincite documents", "yellow")
    if _is_new_copy(event):
        _line(console, f"  the same contents as {one_line(event.same_as)}")


def _is_new_copy(event: Event) -> bool:
    return bool(event.same_as) and event.outcome in ("added", "replaced")


def _line(console: Console, line: str, style: str = "") -> None:
    if console.is_terminal:
        console.print(Text(line, style), soft_wrap=True)
    else:  # a folder may have many thousand files, and rich takes its time for each
        console.file.write(f"{line}\n")
