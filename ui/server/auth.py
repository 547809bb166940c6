"""Who is let in, and what is told to those who are not.

Who makes a request, and what they may do, is in its scope from then on; see `pincite.ui.access`.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus

from anyio import Lock
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.corpus.errors import AccessDeniedError
from pincite.ui.access import EVERYBODY, Person, admit
from pincite.ui.networks import network_of
from pincite.ui.server.credentials import Credentials, name_in
from pincite.ui.server.permissions import needed_role
from pincite.ui.server.refusals import refusal

# So many wrong guesses from one address, from one network of IPv6, in which one person has as many
# addresses as they like, and of one name from all addresses, within a time. A name has more, so
# that nobody can keep a person out from a single address.
_OF_ADDRESS, _OF_NETWORK, _OF_NAME, _WITHIN_S = 10, 20, 30, 60
_REMEMBERED = 4096  # addresses, and names, whose wrong guesses are counted
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
        self._addresses, self._networks = RateLimiter(_OF_ADDRESS), RateLimiter(_OF_NETWORK)
        self._names = RateLimiter(_OF_NAME)
        # One guess at a time: they do not take every processor, and each knows how many were wrong
        # before it, however many come at once.
        self._one_by_one = Lock()

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
            return
        try:
            person = credentials.recall(given) or await self._guess(credentials, given, address)
        except _TooManyError as error:
            await _too_many(scope, error.seconds)(scope, receive, send)
            return
        if person:
            await self._enter(credentials, given, person, scope, receive, send)
            return
        refused = refusal(
            scope,
            HTTPStatus.UNAUTHORIZED,
            "This server requires a name and password, or a token.",
            {"WWW-Authenticate": 'Basic realm="Pincite", charset="UTF-8"'},
        )
        await refused(scope, receive, send)

    async def _guess(self, credentials: Credentials, given: str, address: str) -> Person | None:
        """Who comes in with a header that is not known to be right.

        What was right before somebody changed the file of people is no guess: an open page sends it
        by itself, again and again.

        Raises:
            _TooManyError: there were too many wrong ones, and this one is not looked at.
        """
        if not given:
            return None
        if credentials.was_right(given):
            return await self._checked(credentials, given)
        name = name_in(given)
        counts = [(self._addresses, address), *([(self._names, name)] if name else [])]
        if (network := network_of(address)) != address:
            counts.append((self._networks, network))
        self._refuse_too_many(counts)  # without waiting for those before it
        async with self._one_by_one:
            if person := credentials.recall(given):  # another request brought it meanwhile
                return person
            self._refuse_too_many(counts)
            # Before it is looked at: it counts too if whoever sent it does not wait for the answer.
            times = [limiter.count(key) for limiter, key in counts]
            person = await run_sync(partial(credentials.check, given))
            if person:
                for (limiter, key), at in zip(counts, times, strict=True):
                    limiter.give_back(key, at)
            return person

    def _refuse_too_many(self, counts: list[tuple[RateLimiter, str]]) -> None:
        if seconds := max(limiter.retry_after(key) for limiter, key in counts):
            raise _TooManyError(seconds)

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
        async with self._one_by_one:
            return await run_sync(partial(credentials.check, given))


class RateLimiter:
    """Counts wrong guesses, by where they come from or for whom they are.

    >>> limiter = RateLimiter(2, clock=lambda: 0.0)
    >>> for _ in range(2):
    ...     at = limiter.count("192.0.2.1")
    >>> limiter.retry_after("192.0.2.1"), limiter.retry_after("192.0.2.2")
    (60, 0)
    >>> limiter.give_back("192.0.2.1", at)
    >>> limiter.retry_after("192.0.2.1")
    0
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def retry_after(self, key: str) -> int:
        """For how many seconds no guess of this key is looked at; 0 when one is."""
        times = self._times.get(key)
        if times is None or len(times) < self._most:
            return 0
        return max(0, math.ceil(times[0] + _WITHIN_S - self._clock()))

    def count(self, key: str) -> float:
        """Count a guess; gives its time, with which it can be given back."""
        if key not in self._times and len(self._times) >= _REMEMBERED:
            self._times.pop(next(iter(self._times)))
        at = self._clock()
        self._times.setdefault(key, deque(maxlen=self._most)).append(at)
        return at

    def give_back(self, key: str, at: float) -> None:
        """Count the guess of this time no more: it was right."""
        with suppress(KeyError, ValueError):  # its key is remembered no more
            self._times[key].remove(at)


class _TooManyError(Exception):
    """So many guesses were wrong that none is looked at for some seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


def _too_many(scope: Scope, seconds: int) -> Response:
    return refusal(
        scope,
        HTTPStatus.TOO_MANY_REQUESTS,
        f"There were too many wrong passwords; try again in {seconds} seconds.",
        {"Retry-After": str(seconds)},
    )
