"""What the pages may take of one server: of its memory, its disk and its queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.routing import Mount

from pincite.ingest.uploads import Limits
from pincite.ui.server.page_calls import PageCalls
from pincite.ui.server.page_sessions import PageSessions
from pincite.ui.server.page_uploads import PageUploads

_EVERY_S = 20  # what was left behind is looked for


class PageLimits:
    """Bounds the pages of a site, which are mounted already and do not answer yet.

    Args:
        site: the application.
        limits: what one upload may hold.
    """

    def __init__(self, site: FastAPI, limits: Limits) -> None:
        pages = _pages(site)
        self._sessions = PageSessions(pages)
        self._uploads = PageUploads(Path(pages.uploaded_file_dir), limits)
        pages.add_middleware(
            PageCalls,
            blocks=pages.get_blocks(),
            sessions=self._sessions,
            uploads=self._uploads,
        )
        site.router.routes.insert(0, self._uploads.route())  # before Gradio's own

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """While the site answers: what is left behind is forgotten; at the end, everything."""
        tidying = asyncio.create_task(self._tidy())
        try:
            yield
        finally:
            tidying.cancel()
            with suppress(asyncio.CancelledError):
                await tidying
            self._uploads.delete(everything=True)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_S)
            await self._sessions.give_up()
            await run_sync(self._uploads.delete)


def _pages(site: FastAPI) -> Any:
    """Gradio's application, which only `pincite.ui.web` knows by its type."""
    mounted = [route.app for route in site.routes if isinstance(route, Mount)]
    return next(app for app in mounted if hasattr(app, "get_blocks"))
