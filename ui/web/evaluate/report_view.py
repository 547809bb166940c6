"""Evaluations as HTML: what can be asked, what is under way, and a report shut into its frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pincite.corpus.counts import counted
from pincite.ui.web.controls import select
from pincite.ui.web.evaluate.protocol import Evaluated
from pincite.ui.web.evaluate.runs import CurrentRun, Done, RunsState
from pincite.ui.web.html import Html, attribute, shortened
from pincite.ui.web.wording import sentence

_LABEL = 80  # characters of a run's name
_INTRO = Html(
    '<p class="intro">A gold set has questions whose answers are known. Each is asked, and the '
    "quotes are held against the evidence: how often they have it, how often a wrong answer is "
    "given, and how well the confidence tells the two apart.</p>"
)

Choices = Sequence[tuple[str, str | None, str]]  # gold set, split, and what a person calls them


def panel(choices: Choices, state: RunsState) -> Html:
    """What can be asked, what is under way, and what was measured on this server."""
    return (
        _INTRO
        + _form(choices, state.current is not None)
        + (problem(state.ended) if state.ended else Html())
        + (_current(state.current) if state.current else Html())
        + (_runs(state.done) if state.done else Html())
    )


def problem(message: str) -> Html:
    """Why something was not done."""
    said = sentence(message)
    return Html('<p class="ended" role="alert" tabindex="-1" data-after="stop">{said}</p>').format(
        said=said
    )


def report(shown: Evaluated, title: str, number: int, other: int | None) -> Html:
    """A report in a frame in which no script runs, and the buttons that save it."""
    ids = Html('data-number="{number}"').format(number=number) + (
        Html() if other is None else Html(' data-other="{other}"').format(other=other)
    )
    saving = Html().join(
        Html(
            '<button type="button" class="quiet" data-save="{kind}" {ids}>Save {name}</button>'
        ).format(kind=kind, ids=ids, name=kind.upper())
        for kind in ("html", "json")
    )
    return Html(
        '<section class="report"><header><h2 tabindex="-1" data-after="show compare">'
        "{title}</h2>{saving}</header>"
        '<iframe title="{label}" sandbox="allow-same-origin"'
        ' srcdoc="{html}"></iframe></section>'
    ).format(title=title, saving=saving, label=attribute(title), html=attribute(shown.html))


def name_of(done: Done) -> str:
    """What a person calls a run."""
    return f"{done.number}. {shortened(done.run.label, _LABEL)}"


def _form(choices: Choices, busy: bool) -> Html:
    options = {str(place): said for place, (_, _, said) in enumerate(choices)}
    off = " disabled" if busy else ""
    return Html(
        '<form class="asking" data-verb="start">'
        "{choice}"
        '<label><span>At most</span><input type="number" name="limit" min="1" max="1000000" '
        'placeholder="all" inputmode="numeric"></label>'
        '<button type="submit" class="main"{off}>Run</button></form>'
    ).format(choice=select("Questions", "set", options), off=off)


def _current(current: CurrentRun) -> Html:
    value = (
        Html(' value="{done}" max="{total}"').format(done=current.done, total=current.total)
        if current.total
        else Html()
    )
    of = f" {current.done:,} of {current.total:,}" if current.total else ""
    said = "stopping" if current.stopping else current.doing + of
    off = " disabled" if current.stopping else ""
    return Html(
        '<div class="going"><p tabindex="-1" data-after="start stop">'
        "<b>{label}</b> {said}</p>"
        '<button type="button" data-verb="stop"{off}>Stop</button>'
        '<progress{value} aria-label="Questions asked"></progress></div>'
    ).format(label=current.label, said=said, off=off, value=value)


def _runs(done: Sequence[Done]) -> Html:
    items = Html().join(
        Html(
            "<li><span>{name}</span>"
            '<span class="facts">{facts}</span>'
            '<button type="button" class="quiet" data-verb="show" data-number="{number}">Show'
            '<span class="unseen"> {name}</span></button></li>'
        ).format(name=name_of(one), facts=_facts(one.run.report), number=one.number)
        for one in done
    )
    return Html('<h2>Runs on this server</h2><ol class="runs">{items}</ol>{comparing}').format(
        items=items, comparing=_comparing(done)
    )


def _facts(report: Mapping[str, object]) -> str:
    questions = report.get("questions")
    return counted(questions, "question") if isinstance(questions, int) else ""


def _comparing(done: Sequence[Done]) -> Html:
    if len(done) < 2:
        return Html()
    options = {str(one.number): name_of(one) for one in done}
    # The first of each list is what is chosen: this is the newest, against the one before it.
    before = dict(list(options.items())[1:] + list(options.items())[:1])
    return Html(
        '<form class="comparing" data-verb="compare">'
        "{one}{other}"
        '<button type="submit">Compare</button></form>'
    ).format(one=select("Compare", "number", options), other=select("with", "other", before))
