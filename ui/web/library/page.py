"""The library's page as Gradio blocks: uploads, the list of documents, and the open one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from pincite.corpus.errors import PinciteError
from pincite.ingest.uploads import Intake
from pincite.retrieval.engine import Engine
from pincite.ui.access import Person, Role, confirm, intake_for
from pincite.ui.guides import SharedGuides
from pincite.ui.web import static
from pincite.ui.web.html import Html
from pincite.ui.web.library import upload_view, uploads
from pincite.ui.web.library.actions import LibraryActions, ViewState
from pincite.ui.web.visit import scope_of, visitor
from pincite.ui.web.wording import FAILED

_LOG = logging.getLogger("pincite.web")
_SCRIPT = static.text("actions.js")
_GUIDE_SCRIPT = static.text("guide.js")
_DROP_SCRIPT = static.text("drop.js")
_TAKEN_AT_ONCE = 8  # uploads that are followed at the same time; one after the other is read
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_TOOLS = Html('<button type="button" class="quiet" data-verb="examine">Check the library</button>')


def library_page(
    blocks: gr.Blocks,
    engine: Engine,
    intake: Intake,
    guides: SharedGuides,
    role: Role,
    changed: gr.Textbox,
    clock: gr.Timer,
) -> None:
    """Lay the page out inside ``blocks``; its server is one that may be changed from outside.

    Whoever looks at it sees the documents of their collections.

    Args:
        blocks: what it stands in.
        engine: whose library it is.
        intake: what takes uploads into it.
        guides: what keeps the guides to its documents.
        role: of those whom it is for; what they may not do is not on it.
        changed: is set to another value when the library has changed, here or elsewhere; what else
            shows the library listens to it. A `gr.State` would not do: out of the queue, Gradio
            never tells of its change.
        clock: at each tick, the page asks whether somebody else has changed the library. It stands
            outside of the tabs: what is in one begins when that is first opened.
    """
    actions = LibraryActions(engine, intake, guides)
    born = time.time_ns()  # a page that stays open meets another server's pulse, after a restart

    def pulse() -> str:
        return f"{born} {engine.library.change_counter}"

    def show(state: ViewState, person: Person) -> tuple[Any, ...]:
        before = pulse()  # what changes from now on is seen at the next look
        shown = actions.of(person).show(state.view)
        return (
            state.numbered("documents", shown.documents),
            state.numbered("document", shown.document),
            state.numbered("notice", shown.notice),
            before,
        )

    def act(state: ViewState, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        person = visitor(request)
        asked = {str(name): str(value) for name, value in event._data.items()}
        with state.lock:
            state.view = actions.of(person).do(state.view, asked)
            return show(state, person)

    def look_for_questions(state: ViewState, request: gr.Request, again: bool = False) -> Any:
        theirs = actions.of(visitor(request))
        before = state.questions
        try:
            found = theirs.questions(state.view)
        except Exception:  # the document is open, and is read without them
            _LOG.exception("no questions could be looked for")
            return gr.skip()
        state.questions = found or ""
        # Unless asked again, the same ones may have to be put into a guide that was drawn anew.
        return (
            gr.skip()
            if found is None or (again and found == before)
            else f"<!--{time.time_ns()}-->{found}"
        )

    def look_again(state: ViewState, request: gr.Request) -> Any:
        return look_for_questions(state, request, again=True)

    def look(state: ViewState, seen: str, request: gr.Request) -> tuple[Any, ...]:
        if pulse() == seen:
            return (gr.skip(),) * 4
        with state.lock:
            return show(state, visitor(request))

    def take(
        state: ViewState, event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        person = visitor(request)
        person.require("write")
        for drawn in _taken(
            event._data, intake_for(intake, person), partial(confirm, scope_of(request))
        ):
            yield drawn, *(gr.skip(),) * 4
        with state.lock:
            drawn_anew = show(state, person)
        confirm(scope_of(request))
        yield gr.skip(), *drawn_anew

    def where_to(request: gr.Request) -> str:
        return upload_view.collections(visitor(request).tags)

    may_write, is_admin = role != "read", role == "admin"
    with gr.Column(elem_id="library"):
        with gr.Column(elem_id="library-list", min_width=0):
            if may_write:
                theirs = _html("", "library-collections", "")
                drop = _html(upload_view.drop_zone(intake.limits), "library-drop", _DROP_SCRIPT)
                arrived = _html("", "library-arrivals", _SCRIPT)
            notice = _html("", "library-notice", _SCRIPT)
            documents = _html("", "library-shelf", _SCRIPT)
            tools = [_html(_TOOLS, "library-tools", _SCRIPT)] if is_admin else []
        document = _html("", "library-document", _SCRIPT)
    questions = gr.HTML(
        "",
        elem_id="library-questions",
        visible="hidden",
        apply_default_css=False,
        js_on_load=_GUIDE_SCRIPT,
    )
    state = gr.State(ViewState())
    parts = [documents, document, notice, changed]

    for part in (documents, document, notice, *tools):
        done = part.submit(act, [state], parts, queue=False, trigger_mode="multiple", **_QUIET)
        # Asking takes a while, so the questions of an open document come when it is shown already.
        done.then(
            look_for_questions, [state], questions, queue=False, trigger_mode="multiple", **_QUIET
        )
        # Not Gradio's "always_last", which sends the first of what was typed once more, not the
        # last.
        part.input(act, [state], parts, queue=False, trigger_mode="multiple", **_QUIET)
    looking: dict[str, Any] = {"queue": False, **_QUIET}
    if may_write:
        arrived.submit(lambda: "", None, arrived, **looking)
        drop.upload(take, [state], [arrived, *parts], concurrency_limit=_TAKEN_AT_ONCE, **_QUIET)
        blocks.load(where_to, None, theirs, **looking)
    changed.change(look_for_questions, [state], questions, trigger_mode="multiple", **looking)
    blocks.load(look, [state, changed], parts, **looking)
    clock.tick(look, [state, changed], parts, **looking)
    clock.tick(
        look_again,
        [state],
        questions,
        trigger_mode="once",
        **looking,
    )


def _html(value: str, name: str, script: str) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script or None)


def _taken(
    said: dict[str, Any], intake: Intake, confirm_rights: Callable[[], None]
) -> Iterator[str]:
    """Take an upload in, and draw how far it is and what became of it."""
    batch = uploads.received(said.get("files"), Path(get_upload_folder()), intake.limits)
    tags = [tag for tag in str(said.get("tags", "")).split(",") if tag.strip()]
    try:
        for progress in uploads.taken(batch, tags, intake):
            if progress.summary is None:
                yield upload_view.reading(batch.files, list(progress.events), progress.embedded)
            else:
                confirm_rights()
                yield upload_view.finished(batch.files, progress.summary)
    except PinciteError as error:
        yield upload_view.failed(str(error))
    except Exception:
        _LOG.exception("an upload could not be taken in")
        yield upload_view.failed(FAILED)
