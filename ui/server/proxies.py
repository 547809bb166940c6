"""Who asks, where a proxy asks for them: the headers that only a proxy of ours is believed."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from pincite.corpus.errors import UsageError
from pincite.ui.networks import address_of, network_of
from pincite.ui.server.refusals import refusal

_FOR, _PROTO, _HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
_FORWARDED = (_FOR, _PROTO, _HOST, b"forwarded", b"x-forwarded-port", b"x-forwarded-prefix")
OF_ONE = 256  # calls of one address at once; an open page needs one or two
_MOST_NAMES = 20  # in one X-Forwarded-For: more proxies stand behind each other nowhere
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Proxies:
    """The addresses of proxies.

    >>> proxies = Proxies.of(["127.0.0.1", "10.0.0.0/8"])
    >>> proxies.client("127.0.0.1", ["192.0.2.66, 203.0.113.9, 10.1.1.1"])
    '203.0.113.9'
    >>> proxies.client("203.0.113.9", ["127.0.0.1"])
    '203.0.113.9'
    """

    networks: Sequence[_Network] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Proxies:
        """Read addresses and networks.

        Raises:
            UsageError: one is neither.
        """
        return cls([_network(text) for text in texts])

    def __contains__(self, address: object) -> bool:
        ip = address_of(address) if isinstance(address, str) else None
        return ip is not None and any(ip in network for network in self.networks)

    def client(self, peer: str, forwarded: Iterable[str]) -> str:
        """The address of whoever asks: of all that the proxies name, the last that is no proxy.

        Args:
            peer: whoever is connected.
            forwarded: the values of ``X-Forwarded-For``.
        """
        client = peer
        for text in reversed(",".join(forwarded).split(",")[-_MOST_NAMES:]):
            if client not in self:
                break
            ip = address_of(_without_port(text.strip()))
            if ip is None:
                break
            client = str(ip)
        return client


NO_PROXIES = Proxies()


class ProxyMiddleware:
    """ASGI middleware: a call that a proxy passes on looks as it did when the proxy got it.

    From anybody else, the headers of proxies are taken away, so that nothing inside believes them.
    """

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer, port = scope.get("client") or ("", 0)
            headers: list[tuple[bytes, bytes]] = list(scope["headers"])
            rest = [(name, value) for name, value in headers if name not in _FORWARDED]
            scope = {**scope, "headers": rest}
            if peer in self._proxies:
                said = {
                    name: [text.decode("latin-1") for key, text in headers if key == name]
                    for name in (_FOR, _PROTO, _HOST)
                }
                client = self._proxies.client(peer, said[_FOR])
                scope.update(_as_asked(scope, said), client=(client, port))
                await self._bounded(client, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _bounded(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        # A proxy may have all connections; so whoever comes through it is counted by call.
        client = network_of(client)
        if self._open[client] >= OF_ONE:
            sentence = "Too much is asked from your address at once; try again in a moment."
            refused = refusal(scope, HTTPStatus.TOO_MANY_REQUESTS, sentence, {"Retry-After": "5"})
            await refused(scope, receive, send)
            return
        self._open[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


def checked_name(text: str) -> str:
    """A name under which the server may be called, as browsers send it.

    >>> checked_name("Documents.example.org"), checked_name("bücher.example")
    ('documents.example.org', 'xn--bcher-kva.example')

    Raises:
        UsageError: it is none.
    """
    ip = address_of(text.strip("[]"))
    if ip is not None:
        return str(ip)
    try:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        name = ""
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise UsageError(
            f"--name {text[:80]!r} is not the name of a server; give it as it stands in the "
            "browser's address, without https:// and without a port: documents.example.org"
        )
    return name


def _as_asked(scope: Scope, said: Mapping[bytes, Sequence[str]]) -> Scope:
    """What the proxy nearest to us says about the call that it got."""
    told: Scope = {}
    scheme = _last(said[_PROTO]).lower()
    if scheme in ("http", "https"):
        told["scheme"] = scheme
    host = _last(said[_HOST])
    if host:
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        told["headers"] = [(b"host", host.encode("latin-1")), *others]
    return told


def _last(values: Sequence[str]) -> str:
    return ",".join(values).rpartition(",")[2].strip()


def _network(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise UsageError(
            f"--proxy {text[:80]!r} is neither an address nor a network ({error}); give the "
            "address from which the proxy connects, as 127.0.0.1, or its network, as 172.16.0.0/12"
        ) from error


def _without_port(text: str) -> str:
    """An address without the port behind it, where there is one.

    >>> [_without_port(text) for text in ("192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1")]
    ['192.0.2.1', '2001:db8::1', '2001:db8::1']
    """
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
