"""The pages as a part of a site."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI
from gradio.routes import App
from starlette.routing import Mount

from pincite.ui.web.theme import ICON, SCRIPT, STYLES, theme


def mount(app: FastAPI, pages: gr.Blocks, largest: int) -> None:
    """Let the pages answer for all of a site that nothing else does.

    Args:
        app: the site.
        pages: as `pincite.ui.web.app.build` makes them.
        largest: the bytes that a file may have which a browser sends.
    """
    gr.mount_gradio_app(
        app,
        pages,
        path="/",
        # Named one by one, because each would otherwise be read from the environment.
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        root_path="",
        show_error=False,
        max_file_size=largest,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        favicon_path=str(ICON),
        theme=theme(),
        css_paths=STYLES,
        head=SCRIPT,
    )


def end_heartbeats(app: FastAPI) -> None:
    """End the heartbeats of open pages, which would otherwise hold up the server's own end."""
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, App):
            route.app.stop_event.set()
