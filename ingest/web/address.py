"""Addresses of pages, and the machines behind them that Pincite goes to, or does not."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from pincite.corpus.errors import AddressRefusedError, FetchError

SCHEMES = {"http": 80, "https": 443}
_KEPT = "%/:=&?~!$,;'@()*+[]"  # characters that a path or a query may have as they are
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_url(named: str) -> bool:
    """Whether somebody named an address of the web and no file.

    >>> is_url("HTTPS://example.org/a"), is_url("a/b.txt"), is_url("ftp://example.org")
    (True, False, True)
    """
    scheme, separator, rest = named.partition("://")
    return bool(separator and rest) and scheme.isascii() and scheme.isalpha()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page is: its scheme, host (in ASCII), port and the path with its query."""

    url: str
    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def of(cls, url: str) -> Self:
        """The address that a URL names.

        Raises:
            AddressRefusedError: it is not well formed, or Pincite does not go to such addresses.
        """
        if not url.isprintable() or " " in url:
            raise AddressRefusedError(f"the address {url!r} has a character that no address has")
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname or ""
            host = host if ":" in host else host.encode("idna").decode() if host else ""
        except ValueError as error:  # UnicodeError is one
            raise AddressRefusedError(
                f"the address {url} is not well formed ({error}); copy it from your browser"
            ) from error
        scheme = parts.scheme.lower()
        if scheme not in SCHEMES:
            raise AddressRefusedError(
                f"{url} begins with {scheme}:, and Pincite fetches http: and https: only; save the "
                "page and ingest the file"
            )
        if not host:
            raise AddressRefusedError(f"the address {url} names no host; copy it again")
        if "@" in parts.netloc:
            raise AddressRefusedError(
                f"an address with a name or a password before {host} is not fetched; save the "
                "page and ingest the file"
            )
        return cls(_without_fragment(parts), scheme, host, port or SCHEMES[scheme], _target(parts))

    def redirected(self, location: str) -> Address:
        """Where a redirect leads."""
        return Address.of(urljoin(self.url, location.strip()))

    @property
    def origin(self) -> str:
        """The scheme, host and port, as robots.txt stands under them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = self.port == SCHEMES[self.scheme]
        return f"{self.scheme}://{host}" + ("" if default else f":{self.port}")

    @property
    def is_literal(self) -> bool:
        """Whether the address names a machine by its number, or this machine as localhost."""
        return _ip(self.host) is not None or self.host == "localhost"


def machine(address: Address, named: Address) -> str:
    """The IP address to connect to for an address that ``named``, a person's own, led to.

    It is looked up once and then connected to, so that no second look-up gives another one.

    Raises:
        AddressRefusedError: it is inside a private network, and the person did not name it so.
        FetchError: there is no such machine.
    """
    try:
        found = look_up(address.host, address.port)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{address.url} cannot be fetched: there is no machine {address.host}, or no way to "
            "ask for it; check the address and the connection"
        ) from error
    asked_for = named.is_literal and (address.host, address.port) == (named.host, named.port)
    if not asked_for and (private := [ip for ip in found if not is_public(ip)]):
        raise AddressRefusedError(
            f"{address.url} is not fetched: {address.host} is {private[0]}, inside a private "
            "network; where you mean that machine, name it by this number"
        )
    return found[0]


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host."""
    return [str(i[4][0]) for i in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open internet.

    >>> [is_public(ip) for ip in ("93.184.216.34", "10.0.0.1", "::ffff:127.0.0.1", "fe80::1%eth0")]
    [True, False, False, False]
    """
    ip = _ip(text.partition("%")[0])
    if ip is None:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _ip(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _without_fragment(parts: SplitResult) -> str:
    return urlunsplit(parts._replace(fragment=""))


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_KEPT)
    return f"{path}?{quote(parts.query, safe=_KEPT)}" if parts.query else path
