"""Who is let in, and what is told to those who are not.

Who makes a request, and what they may do, is in its scope from then on; see `pincite.ui.access`.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.corpus.errors import AccessDeniedError
from pincite.ui.access import EVERYBODY, Person, admit
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.permissions import needed_role
from pincite.ui.server.refusals import refusal

_GUESSES, _GUESSES_S = 10, 60  # so many wrong ones from one address in so many seconds, and no more
_ADDRESSES = 4096  # whose wrong guesses are remembered
_CHANGED = (
    "your rights on this server were changed while this was answered, so it is not shown; ask "
    "again, or ask whoever runs this server"
)


class AuthMiddleware:
    """ASGI middleware: lets in who has the credentials; without any, everybody.

    A request gets the person who makes it into its scope, and is refused where they may not make
    it. An answer is refused as well where their rights have become others meanwhile.

    Args:
        app: what answers those who are in.
        credentials: who may come in; None for everybody.
        open_paths: what answers instead, by path, whoever only gets and gives no key.
    """

    def __init__(
        self,
        app: ASGIApp,
        credentials: Credentials | None,
        open_paths: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self._app = app
        self._credentials = credentials
        self._open_paths = open_paths or {}
        self._limiter = RateLimiter()
        self._one_by_one = CapacityLimiter(1)  # guesses do not take every processor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._credentials is None:
            await self._app(admit(scope, EVERYBODY), receive, send)
            return
        credentials = self._credentials
        given = Headers(scope=scope).get("authorization", "")
        address = scope["client"][0] if scope.get("client") else ""
        if not given and (answer := self._without_key(scope)):
            await answer(scope, receive, send)
        elif person := credentials.recall(given):
            await self._enter(credentials, given, person, scope, receive, send)
        elif given and (seconds := self._limiter.retry_after(address)):
            refused = refusal(
                scope,
                HTTPStatus.TOO_MANY_REQUESTS,
                f"There were too many wrong passwords; try again in {seconds} seconds.",
                {"Retry-After": str(seconds)},
            )
            await refused(scope, receive, send)
        elif given and (person := await self._checked(credentials, given)):
            await self._enter(credentials, given, person, scope, receive, send)
        else:
            if given and not credentials.was_right(given):
                self._limiter.wrong(address)
            refused = refusal(
                scope,
                HTTPStatus.UNAUTHORIZED,
                "Pincite wants to know who asks: give name and password, or a token.",
                {"WWW-Authenticate": 'Basic realm="Pincite", charset="UTF-8"'},
            )
            await refused(scope, receive, send)

    async def _enter(
        self,
        credentials: Credentials,
        given: str,
        person: Person,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Let a person's request through, if they may make it, and its answer out."""
        try:
            person.require(needed_role(scope))
        except AccessDeniedError as error:
            await refusal(scope, HTTPStatus.FORBIDDEN, str(error))(scope, receive, send)
            return
        withheld = False

        async def send_if_unchanged(message: Message) -> None:
            nonlocal withheld
            if message["type"] == "http.response.start" and not await self._is_unchanged(
                credentials, given, person
            ):
                withheld = True
                await refusal(scope, HTTPStatus.FORBIDDEN, _CHANGED)(scope, receive, send)
            elif not withheld:
                await send(message)

        def confirm() -> None:
            if credentials.recall(given) != person and credentials.check(given) != person:
                raise AccessDeniedError(_CHANGED)

        await self._app(admit(scope, person, confirm), receive, send_if_unchanged)

    async def _is_unchanged(self, credentials: Credentials, given: str, person: Person) -> bool:
        return (
            credentials.recall(given) == person or await self._checked(credentials, given) == person
        )

    def _without_key(self, scope: Scope) -> ASGIApp | None:
        gets = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        return self._open_paths.get(scope["path"]) if gets else None

    async def _checked(self, credentials: Credentials, given: str) -> Person | None:
        # Beside the event loop: a guess takes long on purpose, and others need not wait for it.
        return await run_sync(partial(credentials.check, given), limiter=self._one_by_one)


class RateLimiter:
    """Counts wrong guesses by the address that they come from.

    >>> limiter = RateLimiter(clock=lambda: 0.0)
    >>> for _ in range(10):
    ...     limiter.wrong("192.0.2.1")
    >>> limiter.retry_after("192.0.2.1"), limiter.retry_after("192.0.2.2")
    (60, 0)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    def retry_after(self, address: str) -> int:
        """For how many seconds no guess from there is looked at; 0 when one is."""
        times = self._wrong.get(address)
        if times is None or len(times) < _GUESSES:
            return 0
        return max(0, math.ceil(times[0] + _GUESSES_S - self._clock()))

    def wrong(self, address: str) -> None:
        """Note a wrong guess."""
        if address not in self._wrong and len(self._wrong) >= _ADDRESSES:
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong.setdefault(address, deque(maxlen=_GUESSES)).append(self._clock())
