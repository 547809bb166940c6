"""The pages as a part of a site."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr
from fastapi import FastAPI
from gradio.routes import App
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from pincite.ui.access import Role, person_of
from pincite.ui.web.theme import ICON, SCRIPT, STYLES, theme

# Gradio looks every millisecond whether a page has called, and every tenth one whether it has news
# of a call; each look wakes the process. A person does not notice that much more waiting.
_LOOK_S = 0.02


class PagesByRole:
    """ASGI application: the pages that the role of whoever asks has."""

    def __init__(self, pages: Mapping[Role, App]) -> None:
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.pages[person_of(scope).role](scope, receive, send)


def mount(app: FastAPI, pages: Mapping[Role, gr.Blocks], largest: int) -> None:
    """Let the pages answer for all of a site that nothing else does.

    Args:
        app: the site.
        pages: as `pincite.ui.web.app.build` makes them, for each role.
        largest: the bytes that a file may have which a browser sends.
    """
    mounted: dict[gr.Blocks, App] = {}
    for blocks in dict.fromkeys(pages.values()):
        gr.mount_gradio_app(
            app,
            blocks,
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
        # Gradio puts it into the site by itself; which one answers is for us to say.
        route = app.router.routes.pop()
        assert isinstance(route, Mount)
        assert isinstance(route.app, App)
        blocks._queue.sleep_when_free = blocks._queue.progress_update_sleep_when_free = _LOOK_S
        mounted[blocks] = route.app
    app.mount("/", PagesByRole({role: mounted[blocks] for role, blocks in pages.items()}))


def mounted_pages(site: FastAPI) -> list[App]:
    """Gradio's applications in a site, each once."""
    found = [
        page
        for route in site.routes
        if isinstance(route, Mount) and isinstance(route.app, PagesByRole)
        for page in route.app.pages.values()
    ]
    return list(dict.fromkeys(found))


def end_heartbeats(app: FastAPI) -> None:
    """End the heartbeats of open pages, which would otherwise hold up the server's own end."""
    for page in mounted_pages(app):
        page.stop_event.set()
