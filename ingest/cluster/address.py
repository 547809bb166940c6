"""``--cluster``: which workers, and whether it is safe to send them work."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Self

from pincite.corpus.errors import UsageError
from pincite.corpus.extras import require
from pincite.corpus.store.address import Address, is_shared

MOST_LOCAL = 256  # worker processes on one machine

_LOCAL = re.compile(r"local:(\d{1,6})")
_REMOTE = re.compile(
    r"(?P<scheme>tcp|tls)://(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+):(?P<port>\d{1,5})"
)
_FORMS = "name a scheduler, as tls://HOST:8786 or tcp://127.0.0.1:8786, or workers here, as local:4"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A scheduler's ``address``, or ``workers`` processes on this machine; the other is empty.

    >>> Cluster.of("local:4")
    Cluster(address='', workers=4)
    >>> Cluster.of("tls://scheduler:8786").address
    'tls://scheduler:8786'
    """

    address: str = ""
    workers: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        """What a person typed.

        Raises:
            UsageError: it is no such thing, or a scheduler that others reach without TLS: whoever
                reaches a scheduler runs what they like on its workers.
        """
        if local := _LOCAL.fullmatch(text):
            workers = int(local[1])
            if not 1 <= workers <= MOST_LOCAL:
                raise UsageError(
                    f"--cluster {text} is for {workers} workers; take 1 to {MOST_LOCAL}"
                )
            return cls(workers=workers)
        remote = _REMOTE.fullmatch(text)
        if remote is None or not 1 <= int(remote["port"]) <= 65535:
            raise UsageError(f"--cluster {text!r} is no cluster; {_FORMS}")
        if remote["scheme"] == "tcp" and not is_loopback(remote["host"]):
            raise UsageError(
                f"--cluster {text} is refused: a scheduler runs whatever it is sent, so one that "
                f"other machines reach needs TLS; use tls://{remote['host']}:{remote['port']}"
            )
        return cls(address=text)

    def __str__(self) -> str:
        return self.address or f"local:{self.workers}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("scheduler")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def require_shared(address: Address, cluster: Cluster) -> None:
    """Check that workers can reach the library at an address, and that there can be workers.

    Raises:
        UsageError: the library is a folder of this machine.
        MissingExtraError: Dask is not installed.
    """
    if not is_shared(address):
        raise UsageError(
            f"--cluster needs a library that all workers reach, and {address} is a folder of this "
            "machine; name one with: --library lance://FOLDER or s3://BUCKET/NAME"
        )
    require("shared", f"--cluster {cluster}")
