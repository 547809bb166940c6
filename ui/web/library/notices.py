"""What the library's page says of what was done, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.ingest.wastebin import Removed
from pincite.retrieval.health import Health
from pincite.ui.web.html import escaped, isolated, shortened
from pincite.ui.web.wording import counted, sentence

_DISMISS = '<button type="button" class="quiet" data-verb="dismiss">Dismiss</button>'
_AIM = 'tabindex="-1" data-after="remove undo forget rename examine"'
_NAME = 80  # characters of a title


def notice(said: str, removed: Sequence[Removed]) -> str:
    """What was said last, and what can be undone."""
    undoable = "".join(
        f'<li>Removed {_named(one.title)} <button type="button" data-verb="undo"'
        f' data-token="{one.token}">Undo<span class="unseen"> the removal of '
        f"{escaped(shortened(one.title, _NAME))}</span></button></li>"
        for one in removed
    )
    if not said and not undoable:
        return ""
    undoable = f"<ul>{undoable}</ul>" if undoable else ""
    return f'<div class="notice" role="status" {_AIM}>{said}{undoable}{_DISMISS}</div>'


def done(what: str, name: str) -> str:
    """That something was done to a document."""
    return f"<p>{what.capitalize()}: {_named(name)}</p>"


def problem(message: str) -> str:
    """Why something was not done."""
    return f'<p class="problem">{sentence(message)}</p>'


def health(found: Health, deep: bool) -> str:
    """What an examination of the library found."""
    problems = "".join(f"<li>{sentence(problem)}</li>" for problem in found.problems)
    verdict = (
        f"<p><b>{counted(len(found.problems), 'problem')}</b></p>"
        f'<ul class="problems">{problems}</ul>'
        if problems
        else "<p><b>The library is sound.</b></p>"
    )
    looked = (
        "Every text, offset and vector and both indexes were checked."
        if deep
        else "The model, the library's tables and the sums of the indexes were checked."
    )
    versions = ", ".join(f"{escaped(name)} {escaped(v)}" for name, v in found.versions.items())
    deeper = (
        ""
        if deep
        else '<button type="button" data-verb="examine" data-deep="yes">Check every text</button>'
    )
    return (
        f"{verdict}<p>{looked} {counted(found.documents, 'document')}, "
        f"{counted(found.passages, 'passage')}, generation {found.generation}, embedder "
        f'{escaped(found.embedder or "none")}.</p><p class="versions">{versions}</p>{deeper}'
    )


def _named(name: str) -> str:
    return f"<cite>{isolated(shortened(name, _NAME))}</cite>"
