"""What the library's page says of what was done, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.corpus.counts import counted
from pincite.ingest.wastebin import Removed
from pincite.retrieval.health import Health
from pincite.ui.web.html import Html, isolated, shortened
from pincite.ui.web.wording import sentence

_DISMISS = Html('<button type="button" class="quiet" data-verb="dismiss">Dismiss</button>')
_AIM = Html('tabindex="-1" data-after="remove undo forget rename examine"')
_NAME = 80  # characters of a title


def notice(said: Html, removed: Sequence[Removed]) -> Html:
    """What was said last, and what can be undone."""
    undoable = Html().join(
        Html(
            '<li>Removed {named} <button type="button" data-verb="undo"'
            ' data-token="{token}">Undo<span class="unseen"> the removal of '
            "{title}</span></button></li>"
        ).format(named=_named(one.title), token=one.token, title=shortened(one.title, _NAME))
        for one in removed
    )
    if not said and not undoable:
        return Html()
    undoable = Html("<ul>{undoable}</ul>").format(undoable=undoable) if undoable else Html()
    return Html('<div class="notice" role="status" {aim}>{said}{undoable}{dismiss}</div>').format(
        aim=_AIM, said=said, undoable=undoable, dismiss=_DISMISS
    )


def done(what: str, name: str) -> Html:
    """That something was done to a document."""
    return Html("<p>{what}: {named}</p>").format(what=what.capitalize(), named=_named(name))


def problem(message: str) -> Html:
    """Why something was not done."""
    return Html('<p class="problem">{message}</p>').format(message=sentence(message))


def health(found: Health, deep: bool) -> Html:
    """What an examination of the library found."""
    problems = Html().join(
        Html("<li>{problem}</li>").format(problem=sentence(problem)) for problem in found.problems
    )
    verdict = (
        Html('<p><b>{count}</b></p><ul class="problems">{problems}</ul>').format(
            count=counted(len(found.problems), "problem"), problems=problems
        )
        if problems
        else Html("<p><b>The library is sound.</b></p>")
    )
    notes = Html().join(Html("<p>{note}</p>").format(note=sentence(note)) for note in found.notes)
    looked = (
        "Every text, offset and vector and both indexes were checked."
        if deep
        else "The model, the library's tables and the sums of the indexes were checked."
    )
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    deeper = (
        Html()
        if deep
        else Html(
            '<button type="button" data-verb="examine" data-deep="yes">Check every text</button>'
        )
    )
    return Html(
        "{verdict}{notes}<p>{looked} {documents}, "
        "{passages}, generation {generation}, embedder "
        '{embedder}.</p><p class="versions">{versions}</p>{deeper}'
    ).format(
        verdict=verdict,
        notes=notes,
        looked=looked,
        documents=counted(found.documents, "document"),
        passages=counted(found.passages, "passage"),
        generation=found.generation,
        embedder=found.embedder or "none",
        versions=versions,
        deeper=deeper,
    )


def _named(name: str) -> Html:
    return Html("<cite>{name}</cite>").format(name=isolated(shortened(name, _NAME)))
