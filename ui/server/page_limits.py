"""What the pages may take of one server: of its memory, its disk and its queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from anyio.to_thread import run_sync
from fastapi import FastAPI

from pincite.ingest.uploads import Limits
from pincite.ui.server.page_calls import PageCalls
from pincite.ui.server.page_sessions import PageSessions
from pincite.ui.server.page_uploads import PageUploads
from pincite.ui.web.mount import mounted_pages

_EVERY_S = 20  # what was left behind is looked for


class PageLimits:
    """Bounds the pages of a site, which are mounted already and do not answer yet.

    Args:
        site: the application.
        limits: what one upload may hold.
    """

    def __init__(self, site: FastAPI, limits: Limits) -> None:
        pages = mounted_pages(site)
        self._sessions = [PageSessions(one) for one in pages]
        self._uploads = PageUploads(Path(pages[0].uploaded_file_dir), limits)
        for one, sessions in zip(pages, self._sessions, strict=True):
            one.add_middleware(
                PageCalls, blocks=one.get_blocks(), sessions=sessions, uploads=self._uploads
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
            for sessions in self._sessions:
                await sessions.give_up()
            await run_sync(self._uploads.delete)
