"""What the pages of other servers may do to this one, in a browser that has both open: link to it.

A browser says where a call comes from (Fetch Metadata, ``Sec-Fetch-Site``, and ``Origin``). Older
ones say less, and none says it to a server without TLS on another machine; so the headers that are
sent with every answer tell the browser to give nothing of it to other servers' pages.
"""

from __future__ import annotations

from collections.abc import Collection, Set
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.ui.server.plain_pages import NO_PAGES
from pincite.ui.server.refusals import refusal

# The browser itself refuses whatever would leave this server, whoever put it into the page.
# Gradio's own page needs inline scripts and styles, and builds its templates with eval.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_PORTS = {"http": 80, "https": 443}
_FOREIGN = "Pincite takes no calls from other sites."
_SCHEME = (
    "Pincite takes no calls from other sites, and {origin} is not {ours}. Behind a proxy with TLS, "
    "start it with --proxy ADDRESS."
)

_Origin = tuple[str, str | None, int | None]


class OriginMiddleware:
    """ASGI middleware: refuses calls from other sites, and sets our headers on every answer.

    That is calls under a foreign name, against a page elsewhere whose own name is made to point
    here (DNS rebinding), and calls that a page elsewhere makes, except that it may lead a person
    to a page of ours.

    Args:
        app: what answers the others.
        hosts: the names under which it may be called; None for any.
        shut: the beginnings of paths that are refused to everybody.
    """

    def __init__(self, app: ASGIApp, hosts: Set[str] | None, shut: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = hosts
        self._shut = shut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if scope["type"] == "websocket":  # nothing here uses them
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and (why := self._refuses(scope)):
            await refusal(scope, *why)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _refuses(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        headers = Headers(scope=scope)
        if self._hosts is not None and _name(headers) not in self._hosts:
            return (
                HTTPStatus.BAD_REQUEST,
                "Pincite is not known by this name; start it with --name NAME to serve it there.",
            )
        if (why := _foreign(scope, headers)) is not None:
            return HTTPStatus.FORBIDDEN, why
        if any(scope["path"].startswith(path) for path in self._shut):
            return HTTPStatus.FORBIDDEN, "Pincite takes no files here."
        return None


def _foreign(scope: Scope, headers: Headers) -> str | None:
    """Why a call is another site's; None where it is not."""
    site = headers.get("sec-fetch-site", "none")
    if site not in ("none", "same-origin") and not _leads_to_a_page(scope, headers):
        return _FOREIGN
    said = headers.get("origin")
    # Our pages send no referrer, and so browsers call the origin of their forms "null".
    if said is None or (said == "null" and site == "same-origin"):
        return None
    origin = _origin(said)
    ours = _origin(f"{scope.get('scheme', 'http')}://{headers.get('host', '')}")
    if origin == ours:
        return None
    if origin and ours and urlsplit(said).netloc == headers.get("host"):
        return _SCHEME.format(origin=f"{origin[0]}://…", ours=f"{ours[0]}://…")
    return _FOREIGN


def _leads_to_a_page(scope: Scope, headers: Headers) -> bool:
    """Whether a person followed a link to a page, in a window of its own."""
    return (
        scope["method"] in ("GET", "HEAD")
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and scope["path"].removeprefix("/").partition("/")[0] not in NO_PAGES
    )


def _origin(address: str) -> _Origin | None:
    """Scheme, name and port of an address; None where it has none."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _name(headers: Headers) -> str | None:
    """The name or address that the caller used for this server."""
    try:
        said = urlsplit("//" + headers.get("host", ""))
        _ = said.port  # which is no number where more stands behind the name
    except ValueError:
        return None
    return (said.hostname or "").removesuffix(".") or None
