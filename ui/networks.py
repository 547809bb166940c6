"""Addresses of callers, and what of them is counted as one."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(text: str) -> Address | None:
    """The address in a text; None where it has none. One of IPv4 that is written as IPv6 is IPv4.

    >>> address_of("::ffff:192.0.2.1"), address_of("fe80::1%eth0"), address_of("ada")
    (IPv4Address('192.0.2.1'), IPv6Address('fe80::1'), None)
    """
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


def network_of(address: str) -> str:
    """What is counted as one: an address, but of IPv6 the network that a customer has of them.

    >>> network_of("192.0.2.1"), network_of("2001:db8::1:2:3:4"), network_of("::ffff:192.0.2.1")
    ('192.0.2.1', '2001:db8::/64', '192.0.2.1')
    >>> network_of("fe80::1%eth0"), network_of("")
    ('fe80::1%eth0', '')
    """
    ip = address_of(address)
    if ip is None or ip.is_link_local:  # all neighbours have one such network
        return address
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))
