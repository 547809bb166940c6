"""What is accepted of those who come in: people's names and passwords, programs' tokens.

Browsers ask for name and password by themselves (HTTP Basic, RFC 7617), programs send
``Authorization: Bearer TOKEN``: one of a person's own tokens, or the server's.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pincite.corpus.errors import UsageError
from pincite.ui.access import EVERYBODY, Person
from pincite.ui.server.passwords import LONGEST, hashed, hashed_token, matches
from pincite.ui.server.people import Account, read_people, text_of

_LOG = logging.getLogger("pincite.auth")
_SHORTEST_TOKEN = 16
_REMEMBERED = 256  # headers that were right, so that not every request costs a guess


@dataclass(frozen=True, slots=True)
class _Accepted:
    """The people of one state of the file, and whose header was right while it was so.

    ``former`` are headers that were right before, and ``refused`` those of them that are no more.
    """

    people: Mapping[str, Account]
    former: frozenset[bytes] = frozenset()
    known: dict[bytes, Person] = field(default_factory=dict)
    refused: set[bytes] = field(default_factory=set)

    def followed_by(self, people: Mapping[str, Account]) -> _Accepted:
        """What is accepted from now on."""
        former = [*self.known, *self.former]
        return _Accepted(people, frozenset(former[:_REMEMBERED]))

    def remember(self, digest: bytes, person: Person) -> None:
        if len(self.known) >= _REMEMBERED:
            self.known.pop(next(iter(self.known)), None)
        self.known[digest] = person


class Credentials:
    """What is accepted, and who comes in with it. Safe to use from several threads.

    Args:
        people: by name.
        token: of programs, which may do everything; None for none.
        file: where the people are read from again whenever it has changed.
    """

    def __init__(
        self, people: Mapping[str, Account], token: str | None = None, file: Path | None = None
    ) -> None:
        self._accepted = _Accepted(people)
        self._token = token
        self._file = file
        self._seen = _signature(file)
        self._lock = threading.Lock()
        self._salt = secrets.token_bytes(32)

    @classmethod
    def read(cls, people: Path, token: Path | None = None) -> Credentials:
        """Read both from their files.

        Raises:
            UsageError: a file cannot be read, or is not in its form; the lines are named.
        """
        made = cls({}, None if token is None else _token(token), people)
        made._accepted = _Accepted(read_people(people))
        return made

    @property
    def people(self) -> Mapping[str, Account]:
        """Who may come in now, by name."""
        return self._current().people

    def recall(self, authorization: str) -> Person | None:
        """Who comes in with an ``Authorization`` header that was right already; else None."""
        return self._current().known.get(self._digest(authorization))

    def check(self, authorization: str) -> Person | None:
        """Who comes in with an ``Authorization`` header. A password takes long, on purpose."""
        accepted, digest = self._current(), self._digest(authorization)
        if digest in accepted.refused:
            return None
        person = self._person(accepted.people, authorization)
        if person is not None:
            accepted.remember(digest, person)
        elif digest in accepted.former:
            accepted.refused.add(digest)  # an open page sends it every few seconds
        return person

    def was_right(self, authorization: str) -> bool:
        """Whether a header was right at some time. It is no guess when it is sent again."""
        return self._digest(authorization) in self._accepted.former

    def _person(self, people: Mapping[str, Account], authorization: str) -> Person | None:
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._program(people, value)
        basic = _basic(authorization)
        if basic is None:
            return None
        name, password = basic
        # An unknown name costs as much as a known one, and so is not told apart by its time.
        one = people.get(name)
        right = matches(password, one.password if one else _nobody())
        return one.person if right and one else None

    def _program(self, people: Mapping[str, Account], token: str) -> Person | None:
        if len(token) > LONGEST:
            return None
        if self._token is not None and hmac.compare_digest(token.encode(), self._token.encode()):
            return EVERYBODY
        kept = hashed_token(token)
        return next((one.person for one in people.values() if kept in one.tokens), None)

    def _current(self) -> _Accepted:
        """What is accepted, read again where the file has changed."""
        if self._file is not None and _signature(self._file) != self._seen:
            with self._lock:
                seen = _signature(self._file)  # from before it is read: a later change is seen
                if seen != self._seen:
                    self._seen = seen
                    try:
                        self._accepted = self._accepted.followed_by(read_people(self._file))
                    except UsageError as error:
                        _LOG.error("the people stay as they were: %s", error)
        return self._accepted

    def _digest(self, authorization: str) -> bytes:
        # Under a key of this process, so that no password lies in memory for longer than a call.
        return hmac.digest(self._salt, authorization.encode("utf-8", "replace"), "sha256")


def name_in(authorization: str) -> str:
    """For whom a header asks to be let in; empty where it names nobody.

    >>> name_in("Basic YWRhOnNlY3JldA=="), name_in("Bearer YWRhOnNlY3JldA==")
    ('ada', '')
    """
    name, _ = _basic(authorization) or ("", "")
    return name[:LONGEST]


def _basic(authorization: str) -> tuple[str, str] | None:
    """Name and password in a header of HTTP Basic; None where it is none."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, password


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex(16))


def _signature(file: Path | None) -> tuple[int, int, int] | None:
    """What differs once a file was changed; None where there is none."""
    try:
        found = os.stat(file) if file is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


def _token(file: Path) -> str:
    token = text_of(file).strip()
    if not _SHORTEST_TOKEN <= len(token) <= LONGEST or not token.isascii() or " " in token:
        raise UsageError(
            f"{file} has no token of {_SHORTEST_TOKEN} to {LONGEST} plain characters in it; make "
            "one with: openssl rand -hex 24"
        )
    return token
