"""Who may come in: people by name and password, programs by a token.

The file of passwords has a line for each person, ``name:scrypt$N$r$p$salt$hash`` (RFC 7914; salt
and hash in base64), made by ``pincite password``. Browsers ask for name and password by
themselves (HTTP Basic, RFC 7617), programs send ``Authorization: Bearer TOKEN``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pincite.corpus.errors import UsageError
from pincite.ui.server.refusals import refusal

_N, _R, _P, _LENGTH = 2**14, 8, 1, 32  # 16 MiB and some 50 ms a guess
_LONGEST = 1024  # characters of a password or token; more is nobody's
_SHORTEST = 8
_SHORTEST_TOKEN = 16
_REMEMBERED = 256  # headers that were right, so that not every request costs a guess
_GUESSES, _GUESSES_S = 10, 60  # so many wrong ones from one address in so many seconds, and no more
_ADDRESSES = 4096  # whose wrong guesses are remembered


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is accepted: each person's line, and the programs' token, if there is one."""

    people: Mapping[str, str]
    token: str | None = None

    @classmethod
    def read(cls, people: Path, token: Path | None = None) -> Credentials:
        """Read both from their files.

        Raises:
            UsageError: a file cannot be read, or is not in its form; the line is named.
        """
        lines = [line for line in _text(people).splitlines() if line.strip()]
        found: dict[str, str] = {}
        for number, line in enumerate(lines, start=1):
            name, _, kept = line.partition(":")
            if not name or not _is_kept(kept) or name in found:
                raise UsageError(
                    f"{people}, line {number}, is no name with its password's hash, or a name that "
                    "is there already; make lines with: pincite password FILE NAME"
                )
            found[name] = kept
        if not found:
            raise UsageError(f"{people} names nobody; add people with: pincite password FILE NAME")
        return cls(found, None if token is None else _token(token))

    def accept(self, authorization: str) -> bool:
        """Whether the value of an ``Authorization`` header is right."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self.token is not None and hmac.compare_digest(
                value.encode(), self.token.encode()
            )
        if scheme.lower() != "basic":
            return False
        try:
            name, _, password = (
                base64.b64decode(value, validate=True).decode("utf-8").partition(":")
            )
        except (binascii.Error, UnicodeDecodeError):
            return False
        # An unknown name costs as much as a known one, and so is not told apart by its time.
        kept = self.people.get(name)
        right = matches(password, kept or _nobody())
        return right and kept is not None


def hashed(password: str) -> str:
    """A password as it is kept.

    Raises:
        UsageError: it is too short or too long.
    """
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise UsageError(
            f"the password has {len(password)} characters; choose one of {_SHORTEST} to {_LONGEST}"
        )
    salt = secrets.token_bytes(16)
    derived = _derived(password, salt, _N, _R, _P)
    return f"scrypt${_N}${_R}${_P}${_base64(salt)}${_base64(derived)}"


def matches(password: str, kept: str) -> bool:
    """Whether this is the password that is kept."""
    if len(password) > _LONGEST:
        return False
    _, n, r, p, salt, derived = kept.split("$")
    found = _derived(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(derived))


class AuthMiddleware:
    """ASGI middleware: lets in who has the credentials; without any, everybody.

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
        self._salt = secrets.token_bytes(32)
        self._known: dict[bytes, None] = {}
        self._limiter = RateLimiter()
        self._one_by_one = CapacityLimiter(1)  # guesses do not take every processor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._credentials is None:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("authorization", "")
        address = scope["client"][0] if scope.get("client") else ""
        if not given and (answer := self._without_key(scope)):
            await answer(scope, receive, send)
        elif self._is_known(given):
            await self._app(scope, receive, send)
        elif given and (seconds := self._limiter.retry_after(address)):
            refused = refusal(
                scope,
                HTTPStatus.TOO_MANY_REQUESTS,
                f"There were too many wrong passwords; try again in {seconds} seconds.",
                {"Retry-After": str(seconds)},
            )
            await refused(scope, receive, send)
        elif given and await self._opens(self._credentials, given):
            await self._app(scope, receive, send)
        else:
            if given:
                self._limiter.wrong(address)
            refused = refusal(
                scope,
                HTTPStatus.UNAUTHORIZED,
                "Pincite wants to know who asks: give name and password, or a token.",
                {"WWW-Authenticate": 'Basic realm="Pincite", charset="UTF-8"'},
            )
            await refused(scope, receive, send)

    def _without_key(self, scope: Scope) -> ASGIApp | None:
        gets = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        return self._open_paths.get(scope["path"]) if gets else None

    def _is_known(self, given: str) -> bool:
        return self._digest(given) in self._known

    def _digest(self, given: str) -> bytes:
        # Under a key of this process, so that no password lies in memory for longer than a call.
        return hmac.digest(self._salt, given.encode("utf-8", "replace"), "sha256")

    async def _opens(self, credentials: Credentials, given: str) -> bool:
        # Beside the event loop: a guess takes long on purpose, and others need not wait for it.
        if not await run_sync(credentials.accept, given, limiter=self._one_by_one):
            return False
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        self._known[self._digest(given)] = None
        return True


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


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex(16))


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    memory = 128 * n * r * 2
    return hashlib.scrypt(
        password.encode("utf-8", "replace"), salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=_LENGTH
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _is_kept(value: str) -> bool:
    try:
        matches("", value)
    except (ValueError, binascii.Error):
        return False
    return value.startswith("scrypt$")


def _token(file: Path) -> str:
    token = _text(file).strip()
    if not _SHORTEST_TOKEN <= len(token) <= _LONGEST or not token.isascii() or " " in token:
        raise UsageError(
            f"{file} has no token of {_SHORTEST_TOKEN} to {_LONGEST} plain characters in it; make "
            "one with: openssl rand -hex 24"
        )
    return token


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}; name a text file") from error
