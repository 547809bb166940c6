"""The chat: a conversation on the left, its evidence on the right.

The browser keeps the conversation and draws it (``conversation.js``); the server answers a
question, sends the turn as HTML, and keeps nothing of it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import gradio as gr

from pincite.corpus.errors import PinciteError
from pincite.corpus.types import Document
from pincite.ingest.processes.page_images import NO_PICTURES, PagePictures
from pincite.retrieval.engine import Engine
from pincite.ui.access import confirm, engine_for
from pincite.ui.web import chrome
from pincite.ui.web.ask.examples import ABOUT_THE_ARTICLE, examples
from pincite.ui.web.ask.scope import choices
from pincite.ui.web.ask.trace_view import STAGES
from pincite.ui.web.ask.turns import Stopped, Turns, to_json
from pincite.ui.web.html import Html
from pincite.ui.web.visit import scope_of, visitor

_LOG = logging.getLogger("pincite.web")
AT_ONCE = 4  # questions answered at the same time
_SAID_EVERY_S = 0.3  # what a slow question is doing

_BEGIN = """(question, scope, number, history, write) =>
    [...window.pincite.begin(question, scope), write]"""
_RECEIVE = (
    "watch('value', () => window.pincite.receive(props.value)); window.pincite.start(server);"
)


def ask_page(
    blocks: gr.Blocks,
    engine: Engine,
    changed: gr.Textbox,
    can_add: bool,
    pictures: Callable[[Document], PagePictures] = lambda document: NO_PICTURES,
    bar: Html = chrome.BAR,
) -> None:
    """Lay the chat out inside ``blocks``, over an engine.

    Args:
        blocks: what it stands in.
        engine: what answers.
        changed: takes another value when the library has changed.
        can_add: there is a page on which documents can be added.
        pictures: whether a document's pages can be drawn, or why not.
        bar: what stands over the conversation; see `chrome.bar`.
    """
    at_work = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ask")

    def turns_of(request: gr.Request) -> Turns:
        return Turns(engine_for(engine, visitor(request)), pictures)

    def chat(
        question: str,
        scope: list[str],
        number: int,
        history: str,
        write: bool,
        request: gr.Request,
    ) -> Iterator[str]:
        turns, confirmed = turns_of(request), partial(confirm, scope_of(request))
        stopped = threading.Event()
        doing = "reading the question"

        def watch(stage: str) -> None:
            nonlocal doing
            doing = STAGES.get(stage, stage)
            if stopped.is_set():
                raise Stopped

        yield json.dumps({"number": number, "stage": "Reading…"})
        told: SimpleQueue[dict[str, Any]] = SimpleQueue()
        answering = at_work.submit(
            turns.take,
            number,
            question,
            scope,
            history,
            watch,
            confirmed,
            told.put if write else None,
        )
        answering.add_done_callback(lambda done: told.put({}))  # so that nobody waits any longer
        try:
            while not answering.done():
                try:
                    draft = told.get(timeout=_SAID_EVERY_S)
                except Empty:
                    draft = {"number": number, "stage": f"{doing[:1].upper()}{doing[1:]}…"}
                if draft:
                    yield json.dumps(draft)
            yield json.dumps(answering.result().to_json())
        finally:
            stopped.set()

    def redraw(handed_in: str, request: gr.Request) -> str:
        return to_json(turns_of(request).redraw(handed_in))

    def fresh(request: gr.Request) -> tuple[Any, ...]:
        person = visitor(request)
        entries = engine_for(engine, person).library.entries()
        offered = examples(entries)
        return (
            chrome.welcome(entries, can_add=can_add, is_all=person.tags is None),
            gr.update(choices=choices(entries)),
            *(gr.update(visible=question in offered) for question in ABOUT_THE_ARTICLE),
        )

    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="chat", min_width=0):
            html(bar, "bar")
            with gr.Column(elem_id="reading"):
                html(chrome.CONVERSATION, "conversation")
                with gr.Column(elem_id="welcome"):
                    greeting = html("", "greeting")
                    buttons = [
                        gr.Button(question, elem_classes="example", visible=False)
                        for question in ABOUT_THE_ARTICLE
                    ]
            with gr.Column(elem_id="asker"):
                html(chrome.NOT_KEPT, "keeping")
                scope = gr.Dropdown(
                    [],
                    value=[],
                    multiselect=True,
                    label="Ask only these documents and tags",
                    show_label=False,
                    container=False,
                    elem_id="scope",
                )
                write = write_box(engine)
                with gr.Row(elem_id="composer"):
                    box = gr.Textbox(
                        label="Question",
                        show_label=False,
                        container=False,
                        placeholder="Ask these documents…",
                        max_lines=5,
                        autofocus=True,
                        elem_id="question-box",
                    )
                    ask = gr.Button("Ask", variant="primary", elem_id="ask", min_width=0)
                    stop = gr.Button("Stop", elem_id="stop", min_width=0)
        with gr.Column(elem_id="evidence", min_width=0):
            html(chrome.EVIDENCE, "pane")
    number = gr.Number(visible=False)
    history = gr.Textbox(visible=False)
    wire = gr.HTML(
        "",
        elem_id="wire",
        visible="hidden",
        html_template="<span></span>",
        js_on_load=_RECEIVE,
        server_functions=[redraw],
    )

    asking = []
    triggers: list[tuple[Any, gr.Textbox | gr.Button]] = [
        ([box.submit, ask.click], box),
        *((example.click, example) for example in buttons),
    ]
    for trigger, asked in triggers:
        event = gr.on(
            trigger,
            chat,
            [asked, scope, number, history, write],
            wire,
            js=_BEGIN,
            show_progress="hidden",
            trigger_mode="once",
            concurrency_limit=AT_ONCE,
            concurrency_id="ask",
            api_visibility="private",
        )
        event.then(None, js="() => window.pincite.ended()", api_visibility="private")
        asking.append(event)
    stop.click(None, cancels=asking, js="() => window.pincite.stop()", api_visibility="private")
    # Here and not in the page as it is sent, which is the same for all: each person has their own
    # collections, and the library may have grown since the server started.
    gr.on(
        [blocks.load, scope.focus, changed.change],
        fresh,
        None,
        [greeting, scope, *buttons],
        # In the queue it could end the page's stream just as the first question is asked.
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def write_box(engine: Engine) -> gr.Checkbox:
    """Where a person chooses whether a model writes; hidden and off where there is none."""
    if engine.settings.writer is None:
        return gr.Checkbox(False, visible=False)
    try:
        model = engine.writer().model
    except PinciteError as error:
        _LOG.warning("%s", error)
        return gr.Checkbox(False, visible=False)
    return gr.Checkbox(
        model.is_local,
        label=f"Write an answer from the quotes ({model.name} at {model.host})",
        info=None if model.is_local else f"The question and the quotes go to {model.host}.",
        container=False,
        elem_id="write",
    )


def html(value: str, name: str) -> gr.HTML:
    """Our own HTML under our own styles, without Gradio's for prose."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)
