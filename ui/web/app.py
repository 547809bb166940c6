"""The face in the browser as Gradio blocks: one page for each thing that a person does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.events import api

from pincite.corpus.errors import PinciteError
from pincite.corpus.types import Document
from pincite.ingest.processes.page_images import NO_PICTURES, PagePictures
from pincite.ingest.uploads import Intake
from pincite.retrieval.engine import Engine
from pincite.ui.access import Role, confirm, engine_for
from pincite.ui.guides import SharedGuides
from pincite.ui.web import chrome
from pincite.ui.web.ask.page import AT_ONCE, ask_page, html
from pincite.ui.web.evaluate.page import evaluate_page
from pincite.ui.web.evaluate.protocol import Evaluations
from pincite.ui.web.html import Html
from pincite.ui.web.library.page import library_page
from pincite.ui.web.visit import scope_of, visitor

_LOOKS_S = 2  # a page asks whether somebody else has changed the library
# Files that a browser sent and then forgot: the page that takes them in deletes the others.
_LOOKED_THROUGH_S, _LEFT_S = 3600, 86_400


def build(
    engine: Engine,
    intake: Intake | None = None,
    evaluations: Evaluations | None = None,
    pictures: Callable[[Document], PagePictures] = lambda document: NO_PICTURES,
    guides: SharedGuides | None = None,
    role: Role = "admin",
    bar: Html = chrome.BAR,
) -> gr.Blocks:
    """The pages over an engine. The only named endpoint is ``/ask``, for programs.

    Args:
        engine: what answers.
        intake: what takes uploads in; without, there is no page of the library.
        evaluations: what can be measured; without, there is no page for it.
        pictures: whether a document's pages can be drawn, or why not.
        guides: what keeps the guides to documents; without, the page keeps its own.
        role: of those whom they are for; what these may not do is not in them.
        bar: what stands over the conversation; see `chrome.bar`.
    """

    def ask(question: str, request: gr.Request) -> dict[str, Any]:
        """Answer a question with verified quotes, or say that the documents do not."""
        try:
            answer = engine_for(engine, visitor(request)).ask(question)
            confirm(scope_of(request))
            return answer.to_json()
        except PinciteError as error:
            raise gr.Error(str(error), print_exception=False) from error

    blocks: gr.Blocks = gr.Blocks(
        title="Pincite",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(_LOOKED_THROUGH_S, _LEFT_S),
    )
    with blocks:
        html(chrome.MASTHEAD, "masthead")
        changed = gr.Textbox("", visible="hidden")
        clock = gr.Timer(_LOOKS_S)
        with gr.Tabs(elem_id="rooms", overflow_behavior="wrap"):
            with gr.Tab("Ask", id="ask"):
                can_add = intake is not None and role != "read"
                ask_page(blocks, engine, changed, can_add, pictures, bar)
            if intake is not None:
                with gr.Tab("Library", id="library"):
                    guides = guides or SharedGuides(engine)
                    library_page(blocks, engine, intake, guides, role, changed, clock)
            if evaluations is not None and role == "admin":
                with gr.Tab("Evaluate", id="evaluate"):
                    evaluate_page(blocks, evaluations)
        api(ask, api_name="ask")
    blocks.queue(default_concurrency_limit=AT_ONCE)
    return blocks
