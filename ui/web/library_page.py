"""The library's page as Gradio blocks: uploads, the list of documents, and the open one."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from pincite.corpus.errors import PinciteError
from pincite.ingest.uploads import Intake
from pincite.retrieval.engine import Engine
from pincite.ui.guides import Guides
from pincite.ui.web import arrivals, uploads
from pincite.ui.web.keeping import Desk, Keeper
from pincite.ui.web.wording import FAILED

_LOG = logging.getLogger("pincite.web")
_SCRIPT = Path(__file__).with_name("verbs.js").read_text("utf-8")
_GUIDE_SCRIPT = Path(__file__).with_name("guide.js").read_text("utf-8")
_DROP_SCRIPT = Path(__file__).with_name("drop.js").read_text("utf-8")
_TAKEN_AT_ONCE = 8  # uploads that are followed at the same time; one after the other is read
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_TOOLS = '<button type="button" class="quiet" data-verb="examine">Check the library</button>'


def library_page(
    blocks: gr.Blocks,
    engine: Engine,
    intake: Intake,
    guides: Guides,
    changed: gr.Textbox,
    clock: gr.Timer,
) -> None:
    """Lay the page out inside ``blocks``; its server is one that may be changed from outside.

    Args:
        blocks: what it stands in.
        engine: whose library it is.
        intake: what takes uploads into it.
        guides: what keeps the guides to its documents.
        changed: is set to another value when the library has changed, here or elsewhere; what else
            shows the library listens to it. A `gr.State` would not do: out of the queue, Gradio
            never tells of its change.
        clock: at each tick, the page asks whether somebody else has changed the library. It stands
            outside of the tabs: what is in one begins when that is first opened.
    """
    keeper = Keeper(engine, intake, guides)
    born = time.time_ns()  # a page that stays open meets another server's pulse, after a restart

    def pulse() -> str:
        return f"{born} {engine.library.pulse}"

    def show(desk: Desk) -> tuple[Any, ...]:
        before = pulse()  # what changes from now on is seen at the next look
        shown = keeper.show(desk.view)
        return (
            desk.numbered("shelf", shown.shelf),
            desk.numbered("document", shown.document),
            desk.numbered("notice", shown.notice),
            before,
        )

    def act(desk: Desk, event: gr.EventData) -> tuple[Any, ...]:
        asked = {str(name): str(value) for name, value in event._data.items()}
        with desk.lock:
            desk.view = keeper.do(desk.view, asked)
            return show(desk)

    def look_for_questions(desk: Desk, again: bool = False) -> Any:
        before = desk.questions
        try:
            found = keeper.questions(desk.view)
        except Exception:  # the document is open, and is read without them
            _LOG.exception("no questions could be looked for")
            return gr.skip()
        desk.questions = found or ""
        # Unless asked again, the same ones may have to be put into a guide that was drawn anew.
        return (
            gr.skip()
            if found is None or (again and found == before)
            else f"<!--{time.time_ns()}-->{found}"
        )

    def look(desk: Desk, seen: str) -> tuple[Any, ...]:
        if pulse() == seen:
            return (gr.skip(),) * 4
        with desk.lock:
            return show(desk)

    def take(desk: Desk, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        for drawn in _taken(event._data, intake):
            yield drawn, *(gr.skip(),) * 4
        with desk.lock:
            drawn_anew = show(desk)
        yield gr.skip(), *drawn_anew

    with gr.Column(elem_id="library"):
        with gr.Column(elem_id="library-list", min_width=0):
            drop = _html(arrivals.drop_zone(intake.limits), "library-drop", _DROP_SCRIPT)
            arrived = _html("", "library-arrivals", _SCRIPT)
            notice = _html("", "library-notice", _SCRIPT)
            shelf = _html("", "library-shelf", _SCRIPT)
            tools = _html(_TOOLS, "library-tools", _SCRIPT)
        document = _html("", "library-document", _SCRIPT)
    questions = gr.HTML(
        "",
        elem_id="library-questions",
        visible="hidden",
        apply_default_css=False,
        js_on_load=_GUIDE_SCRIPT,
    )
    desk = gr.State(Desk())
    parts = [shelf, document, notice, changed]

    for part in (shelf, document, notice, tools):
        done = part.submit(act, [desk], parts, queue=False, trigger_mode="multiple", **_QUIET)
        # Asking takes a while, so the questions of an open document come when it is shown already.
        done.then(
            look_for_questions, [desk], questions, queue=False, trigger_mode="multiple", **_QUIET
        )
        # Not Gradio's "always_last", which sends the first of what was typed once more, not the
        # last.
        part.input(act, [desk], parts, queue=False, trigger_mode="multiple", **_QUIET)
    arrived.submit(lambda: "", None, arrived, queue=False, **_QUIET)
    drop.upload(take, [desk], [arrived, *parts], concurrency_limit=_TAKEN_AT_ONCE, **_QUIET)
    looking: dict[str, Any] = {"queue": False, **_QUIET}
    changed.change(look_for_questions, [desk], questions, trigger_mode="multiple", **looking)
    blocks.load(look, [desk, changed], parts, **looking)
    clock.tick(look, [desk, changed], parts, **looking)
    clock.tick(
        lambda desk: look_for_questions(desk, again=True),
        [desk],
        questions,
        trigger_mode="once",
        **looking,
    )


def _html(value: str, name: str, script: str) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script)


def _taken(said: dict[str, Any], intake: Intake) -> Iterator[str]:
    """Take an upload in, and draw how far it is and what became of it."""
    batch = uploads.received(said.get("files"), Path(get_upload_folder()), intake.limits)
    tags = [tag for tag in str(said.get("tags", "")).split(",") if tag.strip()]
    try:
        for progress in uploads.taken(batch, tags, intake):
            if progress.summary is None:
                yield arrivals.reading(batch.files, list(progress.events), progress.embedded)
            else:
                yield arrivals.finished(batch.files, progress.summary)
    except PinciteError as error:
        yield arrivals.failed(str(error))
    except Exception:
        _LOG.exception("an upload could not be taken in")
        yield arrivals.failed(FAILED)
