"""Evaluations as HTML: what can be asked, what is under way, and a report shut into its frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pincite.ui.web.controls import select
from pincite.ui.web.evaluate.protocol import Evaluated
from pincite.ui.web.evaluate.runs import CurrentRun, Done, RunsState
from pincite.ui.web.html import attribute, escaped, shortened
from pincite.ui.web.wording import counted, sentence

_LABEL = 80  # characters of a run's name
_INTRO = (
    '<p class="intro">A gold set has questions whose answers are known. Each is asked, and the '
    "quotes are held against the evidence: how often they have it, how often a wrong answer is "
    "given, and how well the confidence tells the two apart.</p>"
)

Choices = Sequence[tuple[str, str | None, str]]  # gold set, split, and what a person calls them


def panel(choices: Choices, state: RunsState) -> str:
    """What can be asked, what is under way, and what was measured on this server."""
    return (
        _INTRO
        + _form(choices, state.current is not None)
        + (problem(state.ended) if state.ended else "")
        + (_current(state.current) if state.current else "")
        + (_runs(state.done) if state.done else "")
    )


def problem(message: str) -> str:
    """Why something was not done."""
    said = sentence(message)
    return f'<p class="ended" role="alert" tabindex="-1" data-after="stop">{said}</p>'


def report(shown: Evaluated, title: str, number: int, other: int | None) -> str:
    """A report in a frame in which no script runs, and the buttons that save it."""
    ids = f'data-number="{number}"' + ("" if other is None else f' data-other="{other}"')
    saving = "".join(
        f'<button type="button" class="quiet" data-save="{kind}" {ids}>Save {kind.upper()}</button>'
        for kind in ("html", "json")
    )
    return (
        f'<section class="report"><header><h2 tabindex="-1" data-after="show compare">'
        f"{escaped(title)}</h2>{saving}</header>"
        f'<iframe title="{attribute(title)}" sandbox="allow-same-origin"'
        f' srcdoc="{attribute(shown.html)}"></iframe></section>'
    )


def name_of(done: Done) -> str:
    """What a person calls a run."""
    return f"{done.number}. {shortened(done.run.label, _LABEL)}"


def _form(choices: Choices, busy: bool) -> str:
    options = {str(place): said for place, (_, _, said) in enumerate(choices)}
    off = " disabled" if busy else ""
    return (
        '<form class="asking" data-verb="start">'
        f"{select('Questions', 'set', options)}"
        '<label><span>At most</span><input type="number" name="limit" min="1" max="1000000" '
        'placeholder="all" inputmode="numeric"></label>'
        f'<button type="submit" class="main"{off}>Run</button></form>'
    )


def _current(current: CurrentRun) -> str:
    value = f' value="{current.done}" max="{current.total}"' if current.total else ""
    of = f" {current.done:,} of {current.total:,}" if current.total else ""
    said = "stopping" if current.stopping else current.doing + of
    off = " disabled" if current.stopping else ""
    return (
        '<div class="going"><p tabindex="-1" data-after="start stop">'
        f"<b>{escaped(current.label)}</b> {escaped(said)}</p>"
        f'<button type="button" data-verb="stop"{off}>Stop</button>'
        f'<progress{value} aria-label="Questions asked"></progress></div>'
    )


def _runs(done: Sequence[Done]) -> str:
    items = "".join(
        f"<li><span>{escaped(name_of(one))}</span>"
        f'<span class="facts">{_facts(one.run.report)}</span>'
        f'<button type="button" class="quiet" data-verb="show" data-number="{one.number}">Show'
        f'<span class="unseen"> {escaped(name_of(one))}</span></button></li>'
        for one in done
    )
    return f'<h2>Runs on this server</h2><ol class="runs">{items}</ol>' + _comparing(done)


def _facts(report: Mapping[str, object]) -> str:
    questions = report.get("questions")
    return counted(questions, "question") if isinstance(questions, int) else ""


def _comparing(done: Sequence[Done]) -> str:
    if len(done) < 2:
        return ""
    options = {str(one.number): name_of(one) for one in done}
    # The first of each list is what is chosen: this is the newest, against the one before it.
    before = dict(list(options.items())[1:] + list(options.items())[:1])
    return (
        '<form class="comparing" data-verb="compare">'
        f"{select('Compare', 'number', options)}{select('with', 'other', before)}"
        '<button type="submit">Compare</button></form>'
    )
