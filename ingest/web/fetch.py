"""One page or file from the web, with limits of size, time and redirects, and robots.txt kept."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.robotparser import RobotFileParser

from pincite.corpus.errors import AddressRefusedError, FetchError
from pincite.ingest.files.read import LARGEST, MB
from pincite.ingest.web.address import Address, machine

REDIRECTS = 5
AGENT = "Pincite"
_SILENCE_S = 20  # in which a machine has to say something
_AT_ONCE = 1 << 16  # bytes
_ROBOTS_BYTES = 500_000
_REDIRECTS = (301, 302, 303, 307, 308)
_BY_HAND = "save the page in your browser and ingest the file"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may take: ``size`` in bytes, ``seconds`` in all."""

    size: int = LARGEST
    seconds: float = 120


@dataclass(frozen=True, slots=True)
class Page:
    """What was fetched: its bytes, and its type and character set as its server says them."""

    data: bytes
    media_type: str
    charset: str = ""


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    data: bytes
    content_type: str
    location: str


class Fetcher:
    """Fetches for one run, in which each site's robots.txt is read once."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._robots: dict[str, RobotFileParser] = {}

    def fetch(self, url: str) -> Page:
        """The page at a URL that a person named.

        Raises:
            AddressRefusedError: Pincite does not go there, or robots.txt asks it not to.
            FetchError: nothing came, or too much, or too late.
        """
        named = Address.of(url)
        with _errors(named):
            until = time.monotonic() + self._limits.seconds
            reply = self._follow(named, named, until, self._limits.size, obey=True)
        if reply.status != HTTPStatus.OK:
            raise FetchError(_sentence(named.url, reply.status))
        kind, _, parameters = reply.content_type.partition(";")
        return Page(reply.data, kind.strip().lower(), _charset(parameters))

    def _follow(
        self, address: Address, named: Address, until: float, size: int, *, obey: bool
    ) -> _Reply:
        for _ in range(REDIRECTS + 1):
            if obey and not self._may(address, named, until):
                raise AddressRefusedError(
                    f"{address.url} is not fetched: the robots.txt of {address.host} asks "
                    f"programs not to; {_BY_HAND}"
                )
            reply = _get(address, machine(address, named), until, size)
            if reply.status not in _REDIRECTS or not reply.location:
                return reply
            address = address.redirected(reply.location)
        raise FetchError(
            f"{named.url} redirects more than {REDIRECTS} times; name the address where your "
            "browser ends up"
        )

    def _may(self, address: Address, named: Address, until: float) -> bool:
        if address.origin not in self._robots:
            rules = RobotFileParser()
            robots = replace(address, url=f"{address.origin}/robots.txt", target="/robots.txt")
            reply = self._follow(robots, named, until, _ROBOTS_BYTES, obey=False)
            if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise FetchError(_sentence(robots.url, reply.status))
            found = reply.data if reply.status == HTTPStatus.OK else b""
            rules.parse(found.decode("utf-8", "replace").splitlines())
            self._robots[address.origin] = rules
        return self._robots[address.origin].can_fetch(AGENT, address.origin + address.target)


def _get(address: Address, ip: str, until: float, size: int) -> _Reply:
    """What a machine answers, with at most ``size`` bytes."""
    connection = _connection(address, ip, min(_SILENCE_S, _left(until)))
    with _ended(connection, until):
        connection.connect()
        host = address.origin.partition("://")[2]
        headers = {"Host": host, "User-Agent": AGENT, "Accept-Encoding": "identity"}
        connection.request("GET", address.target, headers=headers)
        response = connection.getresponse()
        reply = _Reply(
            response.status,
            b"",
            response.getheader("Content-Type", ""),
            response.getheader("Location", ""),
        )
        if response.status != HTTPStatus.OK:
            return reply
        body = bytearray()
        while part := response.read1(_AT_ONCE):
            body += part
            _check(address, len(body), size)
            _left(until)
        _left(until)  # else what was cut off then would pass for all there is
        if response.length:
            raise http.client.IncompleteRead(bytes(body))
        coding = response.getheader("Content-Encoding", "identity").strip().lower()
    return replace(reply, data=_unpacked(address, bytes(body), coding, size))


class _Plain(http.client.HTTPConnection):
    """To an IP address that was checked, whatever the name would lead to by now."""

    ip = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.ip, self.port), self.timeout)


class _Secured(http.client.HTTPSConnection):
    ip = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.ip, self.port), self.timeout)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


def _connection(address: Address, ip: str, timeout: float) -> _Plain | _Secured:
    kind = _Secured if address.scheme == "https" else _Plain
    connection = kind(address.host, address.port, timeout=timeout)
    connection.ip = ip
    return connection


@contextmanager
def _ended(connection: _Plain | _Secured, until: float) -> Iterator[None]:
    """End the connection when its time is up, also where a byte comes now and then."""

    def end() -> None:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, until - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= until:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        connection.close()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _check(address: Address, got: int, size: int) -> None:
    if got > size:
        raise FetchError(
            f"{address.url} has more than {size / MB:,g} MB; allow more with --largest, or save it "
            "and ingest the file"
        )


def _unpacked(address: Address, data: bytes, coding: str, size: int) -> bytes:
    """The bytes of a page that was compressed though nobody asked for that."""
    if coding in ("", "identity"):
        return data
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(f"{address.url} came in the unsupported compression {coding}; {_BY_HAND}")
    try:
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data, size + 1)
    except zlib.error as error:
        raise FetchError(f"{address.url} came damaged ({error}); try again") from error
    _check(address, len(unpacked), size)
    return unpacked


@contextmanager
def _errors(named: Address) -> Iterator[None]:
    """Whatever the network does, as a sentence."""
    try:
        yield
    except TimeoutError as error:
        raise FetchError(
            f"{named.url} took too long to come; try again later, or {_BY_HAND}"
        ) from error
    except ssl.SSLError as error:
        raise FetchError(
            f"{named.url} cannot be fetched safely: {error.reason or error}; check the address"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FetchError(
            f"{named.url} cannot be fetched: {why}; check the address and the connection"
        ) from error


def _sentence(url: str, status: int) -> str:
    """Why a status of HTTP brings no page, and what to do."""
    try:
        said = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        said = str(status)
    if status in (404, 410):
        return f"there is no page at {url} ({said}); check the address"
    if status in (401, 402, 403, 407, 451):
        return f"the server does not give {url} to programs ({said}); {_BY_HAND}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"the server of {url} is busy or failing ({said}); try again later"
    return f"the server of {url} answered {said} instead of the page; {_BY_HAND}"


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    return ""
