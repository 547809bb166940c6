"""The page for evaluations as Gradio blocks: choose, run, stop, look, compare, save."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Mapping
from typing import Any

import gradio as gr

from pincite.corpus.errors import PinciteError, UsageError
from pincite.ui.web import static
from pincite.ui.web.evaluate import report_view
from pincite.ui.web.evaluate.protocol import Evaluations
from pincite.ui.web.evaluate.runs import Runs, RunsState
from pincite.ui.web.wording import FAILED

_LOG = logging.getLogger("pincite.web")
_ACTIONS = static.text("actions.js")
_FRAME = static.text("report_frame.js")
_EVERY_S = 1  # a page asks how far the run under way is
_QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def evaluate_page(blocks: gr.Blocks, evaluations: Evaluations) -> None:
    """Lay the page out inside ``blocks``.

    Its runs are the server's: whoever opens the page sees them, and can stop one.
    """
    runs = Runs(evaluations)
    choices = _choices(evaluations)
    born = time.time_ns()  # a page that stays open meets another server's runs, after a restart

    def named(state: RunsState) -> str:
        numbers = [done.number for done in state.done]
        return repr((born, state.current, numbers, state.ended))

    def act(event: gr.EventData) -> tuple[Any, ...]:
        asked = {str(name): str(value) for name, value in event._data.items()}
        try:
            drawn = _act(runs, choices, asked)
        except PinciteError as error:
            return gr.skip(), report_view.problem(str(error)), gr.skip(), gr.skip()
        except Exception:
            _LOG.exception("the page for evaluations could not do %r", asked.get("verb"))
            return gr.skip(), report_view.problem(FAILED), gr.skip(), gr.skip()
        state = runs.state
        return report_view.panel(choices, state), "", drawn, named(state)

    def look(seen: str) -> tuple[Any, ...]:
        state = runs.state
        if named(state) == seen:
            return gr.skip(), gr.skip()
        return report_view.panel(choices, state), named(state)

    def saved(asked: Mapping[str, Any]) -> dict[str, str]:
        return _saved(runs, {str(name): str(value) for name, value in asked.items()})

    with gr.Column(elem_id="evaluate"):
        panel = gr.HTML("", elem_id="evaluate-panel", apply_default_css=False, js_on_load=_ACTIONS)
        problem = gr.HTML("", elem_id="evaluate-problem", apply_default_css=False, js_on_load=None)
        report = gr.HTML(
            "",
            elem_id="evaluate-report",
            apply_default_css=False,
            js_on_load=_ACTIONS + _FRAME,
            server_functions=[saved],
        )
    # The browser keeps which state it shows: an answer that comes late is then put right by the
    # next look, which a `gr.State` would keep from seeing anything new.
    seen = gr.Textbox("", visible="hidden")
    panel.submit(act, None, [panel, problem, report, seen], **_QUIET)
    blocks.load(look, seen, [panel, seen], **_QUIET)
    gr.Timer(_EVERY_S).tick(look, seen, [panel, seen], **_QUIET)


def _choices(evaluations: Evaluations) -> report_view.Choices:
    """Each gold set whole, and each of its splits."""
    return [
        (name, split, f"{name}: {split or 'all questions'}")
        for name in evaluations.names()
        for split in (None, *evaluations.splits(name))
    ]


def _act(runs: Runs, choices: report_view.Choices, asked: Mapping[str, str]) -> Any:
    """Do what the page asks for; what is then to be shown as the report."""
    match asked.get("verb"):
        case "start":
            name, split, _ = choices[min(_number(asked, "set") or 0, len(choices) - 1)]
            runs.start(name, split, _number(asked, "limit"))
        case "stop":
            runs.stop()
        case "show":
            return _report(runs, _number(asked, "number") or 0)
        case "compare":
            number, other = (_number(asked, name) or 0 for name in ("number", "other"))
            if number == other:
                raise UsageError("a run is compared with another one; choose two different runs")
            return _report(runs, number, other)
    return gr.skip()


def _report(runs: Runs, number: int, other: int | None = None) -> str:
    title = f"{number}. {runs.find(number).label}"
    if other is not None:
        title += f", compared with {other}. {runs.find(other).label}"
    return report_view.report(runs.result(number, other), title, number, other)


def _saved(runs: Runs, asked: Mapping[str, str]) -> dict[str, str]:
    """A report as a file: its name and its text; or why there is none."""
    try:
        number, other = _number(asked, "number") or 0, _number(asked, "other")
        found = runs.result(number, other)
        stem = re.sub(r"[^\w-]+", "-", f"pincite-{runs.find(number).label}").strip("-")
    except PinciteError as error:
        return {"problem": str(error)}
    if asked.get("save") == "json":
        return {"name": f"{stem}.json", "text": json.dumps(found.report, indent=1) + "\n"}
    return {"name": f"{stem}.html", "text": found.html}


def _number(asked: Mapping[str, str], name: str) -> int | None:
    said = asked.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 9 else None
