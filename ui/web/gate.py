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
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.errors import UsageError

_N, _R, _P, _LENGTH = 2**14, 8, 1, 32  # 16 MiB and some 50 ms a guess
_LONGEST = 1024  # characters of a password or token; more is nobody's
_SHORTEST = 8
_SHORTEST_TOKEN = 16
_REMEMBERED = 256  # headers that were right, so that not every request costs a guess


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the gate: each person's line, and the programs' token, if there is one."""

    people: Mapping[str, str]
    token: str | None = None

    @classmethod
    def read(cls, people: Path, token: Path | None = None) -> Keys:
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

    def open_for(self, authorization: str) -> bool:
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


class Gate:
    """ASGI middleware: lets in who has the keys; without keys, everybody."""

    def __init__(self, app: ASGIApp, keys: Keys | None) -> None:
        self._app = app
        self._keys = keys
        self._salt = secrets.token_bytes(32)
        self._known: dict[bytes, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or await self._lets_in(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refusal = PlainTextResponse(
                "Pincite wants to know who asks: give name and password, or a token.",
                status_code=401,
                headers={"WWW-Authenticate": 'Basic realm="Pincite", charset="UTF-8"'},
            )
            await refusal(scope, receive, send)

    async def _lets_in(self, headers: Headers) -> bool:
        if self._keys is None:
            return True
        given = headers.get("authorization", "")
        # Under a key of this process, so that no password lies in memory for longer than a call.
        digest = hmac.digest(self._salt, given.encode("utf-8", "replace"), "sha256")
        if digest in self._known:
            return True
        # Beside the event loop: a guess takes long on purpose, and others need not wait for it.
        if not given or not await run_sync(self._keys.open_for, given):
            return False
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        self._known[digest] = None
        return True


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
