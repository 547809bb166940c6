"""The chat as Gradio blocks: a conversation on the left, its evidence on the right."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.events import api

from corpus.errors import PinciteError
from retrieval.engine import Engine
from ui.intake import Intake
from ui.web import page, render
from ui.web.evaluate_page import evaluate_page
from ui.web.evaluations import Evaluations
from ui.web.examples import examples
from ui.web.library_page import library_page
from ui.web.page import Turn

_LOG = logging.getLogger("pincite.web")
_KEPT_TURNS = 50  # a page that is left open does not grow for ever
_AT_ONCE = 4  # questions answered at the same time
_FAILED = "Something failed that should not have. The server's log has the details."
# The conversation is drawn anew each time, so what is read aloud is put apart: the newest reply.
_SHOW_NEWEST = """() => {
  const turn = document.querySelector("#conversation .turn:last-child");
  turn?.scrollIntoView({ block: "start" });
  document.getElementById("announcer").textContent = turn?.querySelector(".reply")?.innerText ?? "";
}"""


def build(
    engine: Engine, intake: Intake | None = None, evaluations: Evaluations | None = None
) -> gr.Blocks:
    """The chat over an engine. Its only named endpoint is ``/ask``, for programs.

    Args:
        engine: what answers.
        intake: what takes uploads in; without, there is no page of the library.
        evaluations: what can be measured; without, there is no page for it.
    """

    def chat(question: str, turns: tuple[Turn, ...]) -> Iterator[tuple[Any, ...]]:
        number = turns[-1].number + 1 if turns else 1
        waiting = (*turns, Turn(number, question, render.pending()))
        hidden = gr.Column(visible=False)
        yield "", turns, page.conversation(waiting), gr.skip(), hidden
        turns = (*turns, take_turn(engine, question, number))[-_KEPT_TURNS:]
        yield gr.skip(), turns, page.conversation(turns), page.evidence(turns), hidden

    def ask(question: str) -> dict[str, Any]:
        """Answer a question with verified quotes, or say that the documents do not."""
        try:
            return engine.ask(question).to_json()
        except PinciteError as error:
            raise gr.Error(str(error), print_exception=False) from error

    library = engine.library
    blocks: gr.Blocks = gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True)
    with blocks:
        changed = gr.State(None)
        with gr.Tabs(elem_id="rooms"):
            with gr.Tab("Ask"):
                turns = gr.State(())
                with gr.Row(elem_id="desk"):
                    with gr.Column(elem_id="chat", min_width=0):
                        _html(page.HEADER, "masthead")
                        with gr.Column(elem_id="reading"):
                            conversation = _html("", "conversation")
                            with gr.Column(elem_id="welcome") as welcome:
                                greeting = _html(page.welcome(library.entries()), "greeting")
                                buttons = [
                                    gr.Button(question, elem_classes="example")
                                    for question in examples(library.entries())
                                ]
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
                            button = gr.Button("Ask", variant="primary", elem_id="ask", min_width=0)
                    with gr.Column(elem_id="evidence", min_width=0):
                        pane = _html(page.NO_EVIDENCE, "pane")
            if intake is not None:
                with gr.Tab("Library"):
                    library_page(engine, intake, changed)
            if evaluations is not None:
                with gr.Tab("Evaluate"):
                    evaluate_page(evaluations)

        outputs = [box, turns, conversation, pane, welcome]
        triggers: list[tuple[Any, gr.Textbox | gr.Button]] = [
            ([box.submit, button.click], box),
            *((example.click, example) for example in buttons),
        ]
        for trigger, asked in triggers:
            gr.on(
                trigger,
                chat,
                [asked, turns],
                outputs,
                show_progress="hidden",
                trigger_mode="once",
                api_visibility="private",
            ).then(None, js=_SHOW_NEWEST, api_visibility="private")
        # The library may have grown since the server started.
        blocks.load(
            lambda: page.welcome(library.entries()),
            None,
            greeting,
            # In the queue it could end the page's stream just as the first question is asked.
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
        api(ask, api_name="ask")
    blocks.queue(default_concurrency_limit=_AT_ONCE)
    return blocks


def _html(value: str, name: str) -> gr.HTML:
    """Our own HTML under our own styles, without Gradio's for prose."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)


def take_turn(engine: Engine, question: str, number: int) -> Turn:
    """Ask, and draw the answer; or say in a sentence why there is none."""
    try:
        answer = engine.ask(question)
        evidence = render.evidence(answer, engine.document, number)
        return Turn(number, question, render.reply(answer, number), evidence)
    except PinciteError as error:
        return Turn(number, question, render.problem(str(error)))
    except Exception:
        _LOG.exception("a question could not be answered")
        return Turn(number, question, render.problem(_FAILED))
