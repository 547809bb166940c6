"""Pages of ours that need no Gradio: their frame, and the one that says that nothing is there."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.ui.text.control_characters import harmless
from pincite.ui.web import static
from pincite.ui.web.addresses import ASK
from pincite.ui.web.html import NO_HTML, Html, attribute, shortened

_STYLE = Html(static.text("palette.css", "plain.css"))
_SCRIPT = Html(static.text("document.js"))
NOTHING_HERE = "There is no page at this address."
# What stands first in the addresses of no pages: of what programs call, and of Gradio's own.
NO_PAGES = frozenset(
    (
        *("api", "v1", "mcp", "metrics", "gradio_api", "config", "login", "logout", "monitoring"),
        *("conversations", "feedback"),
        *("static", "assets", "svelte", "theme.css", "pwa_icon", "manifest.json"),
        *("favicon.ico", "robots.txt", "openapi.json"),
    )
)


def plain_page(title: str, body: Html, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A page with our name on top.

    Args:
        title: as text, for the window.
        body: of the page.
        status: of the response.
    """
    return HTMLResponse(
        Html(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>{title} · Pincite</title>"
            '<link rel="icon" href="/favicon.ico"><style>{style}</style>'
            "<script>{script}</script></head><body>"
            '<header class="top"><a href="{ask}">Pincite</a></header><main>{body}</main>'
            "</body></html>"
        ).format(
            title=attribute(harmless(shortened(title, 120))),
            style=_STYLE,
            script=_SCRIPT,
            ask=ASK,
            body=body,
        ),
        status.value,
    )


def message_page(
    heading: str, sentence: str, more: Html = NO_HTML, status: HTTPStatus = HTTPStatus.NOT_FOUND
) -> Response:
    """A page that says in a sentence why what was asked for is not shown.

    Args:
        heading: as text.
        sentence: as text.
        more: what stands below it.
        status: of the response.
    """
    body = Html(
        '<h1>{heading}</h1><p>{sentence}</p>{more}<p><a href="{ask}">Ask the documents</a></p>'
    ).format(heading=heading, sentence=sentence, more=more, ask=ASK)
    return plain_page(heading, body, status)


def not_found(sentence: str = NOTHING_HERE) -> Response:
    """The page for an address at which there is nothing."""
    return message_page("Not found", sentence)


class NotFoundPages:
    """ASGI middleware: a person's browser gets our page for every 404 that is no page yet.

    A browser that is to show a page says so with ``Accept: text/html``; programs do not always
    leave that out, so what they call keeps its own 404s.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_for_a_person(scope):
            await self._app(scope, receive, send)
            return
        replaced = False

        async def send_page(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_bare(message):
                replaced = True
                await not_found()(scope, receive, send)
            elif not replaced:
                await send(message)

        await self._app(scope, receive, send_page)


def _is_for_a_person(scope: Scope) -> bool:
    """Whether a browser asks for a page that it is to show."""
    return (
        scope["type"] == "http"
        and scope["path"].removeprefix("/").partition("/")[0] not in NO_PAGES
        and "text/html" in Headers(scope=scope).get("accept", "")
    )


def _is_bare(start: Message) -> bool:
    """Whether a response is a 404 without a page."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == HTTPStatus.NOT_FOUND and not kind.startswith("text/html")
